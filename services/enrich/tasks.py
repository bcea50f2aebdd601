"""The one task, and the workbench on which each child process of a worker does it."""

from collections.abc import Sequence
from uuid import UUID

from celery import Celery

from services.enrich.furnishing import furnish
from services.enrich.slates import Slate
from services.enrich.workbench import Workbench
from shared.queue import ENRICH
from shared.settings import Settings

_bench: Workbench | None = None
_slate = Slate()


def write_on(slate: Slate) -> None:
    """From now on this process says on `slate` what it is at."""
    global _slate
    _slate = slate


def register(app: Celery, settings: Settings) -> None:
    """Make `enrich(ids)` known to the application."""

    @app.task(name=ENRICH)
    def enrich(ids: Sequence[str]) -> None:
        """Work on these bulletins, and on what else waits. Twice or late, it does no harm."""
        global _bench
        if _bench is None:
            _bench = furnish(settings, _slate)
        _bench.enrich([UUID(hex=id) for id in ids])
