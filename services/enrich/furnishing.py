"""What a process of the workshop has at hand: its name, a clock, and a workbench with connections of its own."""

import os
import socket
from datetime import UTC, datetime

from services.enrich.slates import Slate
from services.enrich.workbench import Workbench
from shared.database import make_engine
from shared.ids import new_id
from shared.settings import Settings


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def worker_name() -> str:
    """This process by host and number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def furnish(settings: Settings, slate: Slate | None = None) -> Workbench:
    """A workbench for this process, with connections of its own; it says on `slate` what it is at."""
    session = {
        # A worker that is frozen inside its transaction loses it, and with it the locks that nobody else can take.
        "idle_in_transaction_session_timeout": f"{int(settings.claim_idle_timeout * 1000)}ms",
        # Longer than that: whoever waits for a frozen worker's lock outlasts it instead of failing with it.
        "lock_timeout": f"{int(settings.claim_idle_timeout * 2000)}ms",
        "statement_timeout": f"{int(settings.claim_idle_timeout * 3000)}ms",
        # A server process that waits for a lock does not notice that its worker was killed unless it looks.
        "client_connection_check_interval": "1s",
    }
    return Workbench(
        # The second connection is for flash bulletins that come while a batch is read.
        tx_engine=make_engine(settings.database_url, "bantin-worker", pool_size=2, session=session),
        # The second is for the starts of those: the first is held while a batch is read.
        side_engine=make_engine(
            settings.database_url, "bantin-worker-side", pool_size=2, session=session, autocommit=True
        ),
        settings=settings,
        worker=worker_name(),
        clock=utc_now,
        new_id=new_id,
        slate=slate or Slate(),
    )
