"""One line of the log is one JSON object: the event is a constant sentence, the data are fields, ids and not texts."""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
import structlog

from shared.ids import API_KEY

_LONGEST = 4_000
"""Characters of one field."""
# What a database's error quotes of its data stands behind these words, and may be a bulletin's text.
_QUOTED_DATA = re.compile(
    r"\n(?:DETAIL|CONTEXT|HINT|QUERY):.*?(?=\n\S*Traceback|\n\n|\Z)|\n?\[(?:SQL|parameters): .*?(?=\n\(Background|\n\n|\Z)",
    re.DOTALL,
)
# Long, or in letters that no name of a table or column has.
_QUOTATION = re.compile(r"""(["'])(?:[^"'\n]{60,}|[^"'\n]*[^\x00-\x7f\n][^"'\n]*)\1""")
_PASSWORD = re.compile(r"(\w+://[^\s/:@]*):[^\s@/]+@")


def _dumps(event: object, **_: object) -> str:
    line = orjson.dumps(event, default=str).decode()
    # Whoever reads the log could ask with a key that stands in it.
    return API_KEY.sub(r"bnt_\1_…", line) if "bnt_" in line else line


def discreet(value: str) -> str:
    """What may be logged of a text that somebody else wrote: without quoted data, and without passwords in addresses."""
    value = _QUOTED_DATA.sub("\n[data left out]", value)
    return _PASSWORD.sub(r"\1:***@", _QUOTATION.sub("[data left out]", value))[:_LONGEST]


def _be_discreet(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = discreet(value)
    return event


def configure(service: str, level: str = "INFO", *, worker: Callable[[], str] | None = None) -> None:
    """Send the log of this process, and of the libraries in it, to standard error as JSON lines.

    Each names its `service` and, of one that works on bulletins, the `worker`. That is asked for at every line: a worker's
    children are forked after this.
    """

    # No context variables: a thread begins without those of the thread that started it.
    def name_process(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        if worker is not None:
            event.setdefault("worker", worker())
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        name_process,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _be_discreet,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The log of one module."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log
