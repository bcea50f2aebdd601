"""One line of the log is one JSON object: the event is a constant sentence, the data are fields, ids and not texts."""

import logging
import sys
from typing import Any

import orjson
import structlog

from shared.ids import API_KEY


def _dumps(event: object, **_: object) -> str:
    line = orjson.dumps(event, default=str).decode()
    # Whoever reads the log could ask with a key that stands in it.
    return API_KEY.sub(r"bnt_\1_…", line) if "bnt_" in line else line


def configure(service: str, level: str = "INFO") -> None:
    """Send the log of this process, and of the libraries in it, to standard error as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
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
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The log of one module."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log
