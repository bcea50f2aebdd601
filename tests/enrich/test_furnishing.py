"""How a worker's connections behave when things go wrong."""

import signal
import subprocess
import sys

import psycopg

from tests.servers import ROOT, Database, wait_until

_WAITS_FOR_A_LOCK = """
from services.enrich.furnishing import furnish
from shared.settings import settings
with furnish(settings()).tx_engine.begin() as tx:
    tx.exec_driver_sql("SELECT pg_advisory_xact_lock(7)")
"""


def test_who_is_killed_while_waiting_for_a_lock_holds_nothing_for_longer_than_a_moment(database: Database) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with psycopg.connect(database.url) as other:
        other.execute("SELECT pg_advisory_lock(7)")
        worker = subprocess.Popen(
            [sys.executable, "-c", _WAITS_FOR_A_LOCK], cwd=ROOT, env={"DATABASE_URL": database.url, "PATH": ""}
        )
        try:
            wait_until(lambda: database.value(waiting) == 1)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        wait_until(lambda: database.value(waiting) == 0, 4)
