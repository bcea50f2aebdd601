"""The workers' Celery application: `celery -A services.enrich.worker worker`, or `python -m services.enrich worker`."""

import ctypes
import signal
import sys
from typing import Any

from billiard import current_process
from celery import bootsteps
from celery.signals import (
    setup_logging,
    task_received,
    task_success,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from services.enrich import furnishing, pipeline, tasks
from services.enrich.slates import Slates
from services.enrich.watchdog import Watchdog
from shared import tracing
from shared.database import connect_args
from shared.garbage import collect_seldom
from shared.logging import configure
from shared.queue import QUEUES, make_celery
from shared.settings import settings

_LOOK_FOR_DEAD_CHILDREN = 0.25
"""Seconds. By itself Celery 5.7 notices every second death of a child five seconds late (docs/decisions/0006)."""


class DeadChildren(bootsteps.StartStopStep):
    """Has the pool start a new child soon after one died."""

    requires = ("celery.worker.components:Pool",)

    def register_with_event_loop(self, worker: Any, hub: Any) -> None:
        """Called by Celery once its loop is there."""
        hub.call_repeatedly(_LOOK_FOR_DEAD_CHILDREN, worker.pool.maintain_pool)


app = make_celery(settings())
app.steps["worker"].add(DeadChildren)
tasks.register(app, settings())

_PR_SET_PDEATHSIG = 1
_watchdog: Watchdog | None = None
_slates = Slates()


@setup_logging.connect
def _log_as_json(**_: Any) -> None:
    configure("worker", settings().log_level, worker=furnishing.worker_name)


@worker_ready.connect
def _watch(**_: Any) -> None:
    global _watchdog
    # No pool: the children are forked from this process and must not inherit a connection that it still uses.
    engine = create_engine(
        make_url(settings().database_url).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args=connect_args("bantin-watchdog", {"statement_timeout": "3s"}),
    )
    _watchdog = Watchdog(engine, furnishing.worker_name(), furnishing.utc_now, settings().deaf_after, _slates)
    _watchdog.start()


@worker_shutdown.connect
def _sign_off(**_: Any) -> None:
    if _watchdog is not None:
        _watchdog.sign_off()


@task_received.connect
@task_success.connect
def _progress(**_: Any) -> None:
    if _watchdog is not None:
        _watchdog.progress()


@worker_process_init.connect
def _prepare_child(**_: Any) -> None:
    if sys.platform == "linux":
        # A child whose main process was killed would otherwise work on without a way to say so.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    tasks.write_on(_slates.of(getattr(current_process(), "index", -1)))
    # After the fork: what sends spans is a thread.
    tracing.start("worker", on=settings().traces)


@worker_process_shutdown.connect
def _end_child(**_: Any) -> None:
    tracing.stop()


def main(concurrency: int) -> None:
    """Work until SIGTERM."""
    # Before the children are forked: they share the memory, and a successor is ready at once.
    pipeline.warm_up()
    collect_seldom()
    app.worker_main(
        [
            "worker",
            f"--concurrency={concurrency}",
            f"--queues={','.join(QUEUES)}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            f"--hostname=bantin@{furnishing.worker_name().replace(':', '.')}",
            f"--loglevel={settings().log_level}",
        ]
    )
