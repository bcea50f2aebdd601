"""The one task, and what each child process of a worker has at hand for it."""

import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from celery import Celery

from services.enrich.slates import Slate
from services.enrich.workbench import Workbench
from shared.database import make_engine
from shared.ids import new_id
from shared.queue import ENRICH
from shared.settings import Settings

_bench: Workbench | None = None
_slate = Slate()


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def worker_name() -> str:
    """This process by host and number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def write_on(slate: Slate) -> None:
    """From now on this process says on `slate` what it is at."""
    global _slate
    _slate = slate


def furnish(settings: Settings) -> Workbench:
    """A workbench for this process, with connections of its own."""
    session = {
        # A worker that is frozen inside its transaction loses it, and with it the locks that nobody else can take.
        "idle_in_transaction_session_timeout": f"{int(settings.claim_idle_timeout * 1000)}ms",
        # Longer than that: whoever waits for a frozen worker's lock outlasts it instead of failing with it.
        "lock_timeout": f"{int(settings.claim_idle_timeout * 2000)}ms",
        "statement_timeout": f"{int(settings.claim_idle_timeout * 3000)}ms",
    }
    return Workbench(
        # The second connection is for flash bulletins that come while a batch is read.
        tx_engine=make_engine(settings.database_url, "bantin-worker", pool_size=2, session=session),
        side_engine=make_engine(
            settings.database_url, "bantin-worker-side", pool_size=1, session=session, autocommit=True
        ),
        settings=settings,
        worker=worker_name(),
        clock=utc_now,
        new_id=new_id,
        slate=_slate,
    )


def register(app: Celery, settings: Settings) -> None:
    """Make `enrich(ids)` known to the application."""

    @app.task(name=ENRICH)
    def enrich(ids: Sequence[str]) -> None:
        """Work on these bulletins, and on what else waits. Twice or late, it does no harm."""
        global _bench
        if _bench is None:
            _bench = furnish(settings)
        _bench.enrich([UUID(hex=id) for id in ids])
