"""One trace from the request to the commit that closed its bulletin; and nothing at all where traces are off."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.api.app import make_app as make_api
from services.enrich import furnishing, pipeline
from services.ingest.app import make_app as make_ingest
from shared import tracing
from shared.settings import Settings
from tests.factories import TEXT
from tests.servers import ROOT, Database, Servers

SENDERS_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{SENDERS_TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.start("test", on=True, exporter=exporter)
    yield exporter
    tracing.stop()


@pytest.fixture
def settings(database: Database, broker: Servers) -> Settings:
    return Settings(database_url=database.url, broker_url=broker.valkey.url, anonymous="post,read")


def post(settings: Settings, text: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        app = make_ingest(settings)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://x") as http,
        ):
            told = {"Content-Type": "text/plain; charset=utf-8", **headers}
            return await http.post("/v1/bulletins", content=text.encode(), headers=told)

    return asyncio.run(ask())


def work(settings: Settings) -> None:
    pipeline.warm_up()
    bench = furnishing.furnish(settings)
    bench.enrich([])
    bench.tx_engine.dispose()
    bench.side_engine.dispose()


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def named(spans: InMemorySpanExporter, trace: str) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans() if trace_of(span) == trace}


def test_one_trace_leads_from_the_sender_over_the_request_and_the_queue_to_the_closing_commit(
    spans: InMemorySpanExporter, settings: Settings
) -> None:
    answer = post(settings, TEXT, traceparent=TRACEPARENT)
    assert answer.status_code == 202
    work(settings)
    trace = named(spans, SENDERS_TRACE)
    assert sorted(trace) == ["POST /v1/bulletins", "commit", "enrich", "wait"]
    request = trace["POST /v1/bulletins"]
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == TRACEPARENT.split("-")[2]
    for name in ("commit", "wait", "enrich"):
        parent = trace[name].parent
        assert (parent and parent.span_id) == request.context.span_id, name
    assert trace["wait"].end_time == trace["enrich"].start_time
    told = dict(trace["enrich"].attributes or {})
    assert (told["bantin.outcome"], told["bantin.attempt"]) == ("published", 1)
    assert "bantin.stage.find_dates.ms" in told
    assert answer.json()["id"] == f"bul_{told['bantin.bulletin']}"


def test_the_statements_of_a_batch_are_told_in_a_trace_of_its_own_that_is_linked_both_ways(
    spans: InMemorySpanExporter, settings: Settings
) -> None:
    post(settings, TEXT, traceparent=TRACEPARENT)
    work(settings)
    batch = next(span for span in spans.get_finished_spans() if span.name == "batch")
    inside = named(spans, trace_of(batch))
    enrich = named(spans, SENDERS_TRACE)["enrich"]
    assert {"INSERT", "SELECT", "WITH"} <= set(inside)
    assert [f"{link.context.trace_id:032x}" for link in batch.links] == [SENDERS_TRACE]
    assert [link.context.span_id for link in enrich.links] == [batch.context.span_id]


def test_a_request_without_a_trace_begins_one(
    spans: InMemorySpanExporter, settings: Settings, database: Database
) -> None:
    post(settings, TEXT)
    work(settings)
    request = next(span for span in spans.get_finished_spans() if span.name == "POST /v1/bulletins")
    stored = database.value("SELECT traceparent FROM bulletin").split("-")
    assert (stored[1], stored[2]) == (trace_of(request), f"{request.context.span_id:016x}")
    assert "enrich" in named(spans, trace_of(request))


def test_what_a_reader_asks_is_told_with_its_statements(spans: InMemorySpanExporter, settings: Settings) -> None:
    async def ask() -> None:
        app = make_api(settings)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
            assert (await http.get("/v1/articles")).status_code == 200

    asyncio.run(ask())
    request = next(span for span in spans.get_finished_spans() if span.name == "GET /v1/articles")
    statement = named(spans, trace_of(request))["SELECT"]
    assert statement.parent is not None
    assert statement.parent.span_id == request.context.span_id
    assert dict(request.attributes or {})["http.response.status_code"] == 200


def test_no_text_and_no_key_is_in_a_span(spans: InMemorySpanExporter, settings: Settings) -> None:
    post(settings, "Chuyện kín\n\nKhông ai được biết chuyện kín này.", traceparent=TRACEPARENT)
    work(settings)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert len(spans.get_finished_spans()) > 5
    assert "kín" not in told
    assert "k\\u00edn" not in told


def test_a_request_that_is_not_sampled_is_not_told_and_passes_that_on(
    spans: InMemorySpanExporter, settings: Settings, database: Database
) -> None:
    post(settings, TEXT, traceparent=TRACEPARENT.removesuffix("01") + "00")
    work(settings)
    assert named(spans, SENDERS_TRACE) == {}
    assert database.value("SELECT traceparent FROM bulletin").endswith("-00")


def test_off_nothing_that_traces_is_imported() -> None:
    program = (
        "import sys\n"
        "import services.ingest.app, services.api.app, services.ops.app, services.enrich.worker, services.enrich.sweep\n"
        "from shared import tracing\n"
        "with tracing.span('x', parent='y') as span: assert span is None\n"
        "tracing.note('x', 0, parent='y')\n"
        "assert tracing.traceparent() is None\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk.trace', 'opentelemetry.exporter'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_on_without_its_packages_a_process_says_what_is_missing() -> None:
    program = (
        "import sys\n"
        "sys.modules['opentelemetry.sdk.resources'] = None\n"
        "from shared import tracing\n"
        "tracing.start('api', on=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "BANTIN_TRACES is on, and opentelemetry.sdk.resources is missing: install the extra `traces`\n",
    )
