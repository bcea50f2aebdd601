"""Traces by OpenTelemetry: off by default, and then nothing that traces is imported and nothing is done.

A process calls `start` once, after its fork. All else here does nothing until then. A bell carries ids alone, so what ties
a worker to a request is the `traceparent` in the bulletin's row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Link, Tracer
    from sqlalchemy import Engine

Attributes = Mapping[str, str | int | float]

_tracer: Tracer | None = None
_provider: Any = None
_LONGEST_STATEMENT = 500


def is_on() -> bool:
    """Is this process traced?"""
    return _tracer is not None


def start(service: str, *, on: bool, exporter: SpanExporter | None = None) -> None:
    """Trace this process from now on, if `on`.

    Spans go to `exporter`, by default by OTLP to where OTEL_EXPORTER_OTLP_ENDPOINT says; OpenTelemetry's other variables
    hold as well. Raises SystemExit in plain words if the packages of the extra `traces` are not there.
    """
    global _tracer, _provider
    if not on:
        return
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            processor: Any = BatchSpanProcessor(OTLPSpanExporter())
        else:
            processor = SimpleSpanProcessor(exporter)
    except ImportError as error:
        raise SystemExit(f"BANTIN_TRACES is on, and {error.name} is missing: install the extra `traces`") from error
    _provider = TracerProvider(resource=Resource.create({"service.name": f"bantin-{service}"}))
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer("bantin")


def stop() -> None:
    """Send what is left, and trace no more."""
    global _tracer, _provider
    provider, _tracer, _provider = _provider, None, None
    if provider is not None:
        provider.shutdown()


def span(
    name: str,
    *,
    parent: str | None = None,
    serves: bool = False,
    attributes: Attributes | None = None,
    links: Sequence[str | None] = (),
) -> AbstractContextManager[Any]:
    """Time what is done in the block, as a part of the span around it, or of the one that a `traceparent` names.

    `links` are the traceparents of others that it is done for. What the block gets is OpenTelemetry's span, None when off.
    """
    if _tracer is None:
        return nullcontext()
    return _span(_tracer, name, parent, serves, attributes, links)


@contextmanager
def _span(
    tracer: Tracer,
    name: str,
    parent: str | None,
    serves: bool,
    attributes: Attributes | None,
    links: Sequence[str | None],
) -> Iterator[Any]:
    from opentelemetry.trace import SpanKind

    kind = SpanKind.SERVER if serves else SpanKind.INTERNAL
    context = _context(parent) if parent else None
    with tracer.start_as_current_span(name, context, kind, dict(attributes or {}), _links(links)) as current:
        yield current


def note(
    name: str, began: float, *, parent: str | None, ended: float | None = None, attributes: Attributes | None = None
) -> None:
    """Tell of something that is over: when it began and ended (now), in seconds of the epoch, as a part of `parent`.

    It is linked to the span around, if there is one: that is what was done for several at once.
    """
    if _tracer is None or parent is None:
        return
    around = [traceparent()] if traceparent() else []
    made = _tracer.start_span(
        name, _context(parent), attributes=dict(attributes or {}), links=_links(around), start_time=_nanoseconds(began)
    )
    made.end(_nanoseconds(time.time() if ended is None else ended))


def traceparent() -> str | None:
    """The `traceparent` of the span around; None when off, or outside of any."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    context = get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def watch_sql(engine: Engine) -> None:
    """Time every statement of this engine inside of a span: what it is, never its values."""
    if _tracer is None:
        return

    def begin(_: Any, __: Any, statement: str, ___: Any, context: Any, ____: Any) -> None:
        from opentelemetry.trace import SpanKind, get_current_span

        if _tracer is not None and get_current_span().is_recording():
            said = " ".join(statement.split())
            told = {"db.system.name": "postgresql", "db.query.text": said[:_LONGEST_STATEMENT]}
            context.bantin_span = _tracer.start_span(said.split(" ", 1)[0], kind=SpanKind.CLIENT, attributes=told)

    def end(_: Any, __: Any, ___: str, ____: Any, context: Any, _____: Any) -> None:
        if (current := getattr(context, "bantin_span", None)) is not None:
            current.end()

    def fail(error: Any) -> None:
        if (current := getattr(error.execution_context, "bantin_span", None)) is not None:
            # Its class: what it says may quote a text.
            current.set_attribute("error.type", type(error.original_exception).__name__)
            current.end()

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)


def _context(parent: str) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent})


def _links(parents: Sequence[str | None]) -> list[Link]:
    from opentelemetry.trace import Link, get_current_span

    contexts = (get_current_span(_context(parent)).get_span_context() for parent in parents if parent)
    return [Link(context) for context in contexts if context.is_valid]


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
