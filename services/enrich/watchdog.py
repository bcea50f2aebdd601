"""Ends a worker that has gone deaf: bulletins wait, and it takes none. Its supervisor starts it anew.

Celery 5.7 can lose its broker so that it never listens again (docs/decisions/0006); process, connection and ping all
look well then. Only the lack of progress tells.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.enrich import pipeline
from services.enrich.processes import children_of, memory_of
from services.enrich.records import gate, repository, workers
from services.enrich.records.workers import Beat, Stage
from services.enrich.slates import AtWork, Slates
from shared.database import transaction
from shared.logging import logger

log = logger(__name__)

_BEAT = 5.0
"""Seconds between two looks."""
_SLOW = 1.0
"""Seconds after which it is told in which stage a bulletin is, and between two looks at that."""
_DEAF = 70
"""The exit code of a worker that went deaf."""


class Watchdog:
    """Beats in the main process of a worker, tells what its children are slow at, and watches that tasks come in while
    bulletins wait."""

    def __init__(
        self, engine: Engine, worker: str, clock: Callable[[], datetime], deaf_after: float, slates: Slates
    ) -> None:
        self._engine, self._worker, self._clock = engine, worker, clock
        self._deaf_after = timedelta(seconds=deaf_after)
        self._slates = slates
        self._slow: dict[str, AtWork] = {}
        self._started_at = self._progress_at = clock()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def progress(self) -> None:
        """Say that a task came in or ended."""
        self._progress_at = self._clock()

    def sign_off(self) -> None:
        """Say that the worker ends as it should. If that cannot be said, it is missed until it is forgotten."""
        with contextlib.suppress(SQLAlchemyError), transaction(self._engine) as side:
            workers.sign_off(side, self._worker)

    def is_deaf(self, *, work_waits: bool, now: datetime) -> bool:
        """Has nothing come in for too long, although there was work all that time?"""
        return work_waits and now - self._progress_at > self._deaf_after

    def _run(self) -> None:
        beat_at = time.monotonic() + _BEAT
        while True:
            time.sleep(_SLOW)
            try:
                self._tell_slow()
                if time.monotonic() >= beat_at:
                    beat_at += _BEAT
                    self._look()
            except SQLAlchemyError as error:
                # Without the database nobody can work; that is no deafness.
                self.progress()
                log.warning("heartbeat not written", error=str(error)[:300])

    def _tell_slow(self) -> None:
        """Tell what the children are at that have been at it for long; nothing is said of all others, and nothing twice."""
        host, now = self._worker.rpartition(":")[0], self._clock()
        slow = {f"{host}:{one.process}": one for one in self._slates.slow(_SLOW)}
        fresh = {worker: one for worker, one in slow.items() if _what(self._slow.get(worker)) != _what(one)}
        over = self._slow.keys() - slow.keys()
        if fresh or over:
            stages = [
                Stage(
                    worker=worker, bulletin=one.bulletin, stage=one.stage,
                    since=now - timedelta(seconds=one.stage_seconds),
                )
                for worker, one in fresh.items()
            ]  # fmt: skip
            with transaction(self._engine) as side:
                workers.note_stages(side, stages, over=sorted(over), now=now)
        self._slow = slow

    def _look(self) -> None:
        now = self._clock()
        with transaction(self._engine) as side:
            children = children_of(os.getpid())
            sign = Beat(
                worker=self._worker,
                role="worker",
                pipeline=pipeline.version(),
                started_at=self._started_at,
                progress_at=self._progress_at,
                memory_bytes=memory_of([os.getpid(), *children]),
                children=children,
            )
            workers.beat(side, sign, now=now)
            reach = gate.standing(side).reach
            work_waits = reach is not None and repository.work_waits(side, since=now - self._deaf_after, reach=reach)
        if reach is None:
            # Nothing may be worked on: to take nothing is no deafness, nor right after.
            self.progress()
        if self.is_deaf(work_waits=work_waits, now=now):
            log.error("worker is deaf and ends itself")
            # Not a warm shutdown: that would wait for the very connection which is lost. And no SIGKILL: as the first
            # process of a container we would not get it. The children are told by the kernel.
            os._exit(_DEAF)


def _what(at_work: AtWork | None) -> tuple[object, ...]:
    return (at_work.bulletin, at_work.stage) if at_work else ()
