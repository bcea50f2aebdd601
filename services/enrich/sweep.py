"""The loop that makes up for every lost bell and every dead worker. Crash-only; two may run.

Each turn: publish what was under embargo until now, rule on the bulletins whose worker died, ring for what is due and free, and, when the broker has been away
for long, do the work itself: PostgreSQL alone is enough to finish everything.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from services.enrich import pipeline
from services.enrich.processes import memory_of
from services.enrich.records import daybook, gate, lives, repository, search, workers
from services.enrich.records.repository import Abandoned
from services.enrich.records.workers import Beat
from services.enrich.workbench import Workbench, backoff
from shared.contracts.states import Priority
from shared.database import transaction
from shared.logging import logger
from shared.metrics import BELL_ERRORS, BELLS, BELLS_LOST, DEATHS, SWEEP_TURN
from shared.queue import FLASH, NORMAL, RETRY, Bell, BellTower, BrokerAway
from shared.settings import Settings

log = logger(__name__)

_MOST_RUNG = 2_000
"""Bulletins rung for in one turn; the next turn goes on."""
_MOST_JUDGED = 200
_MOST_LIFTED = 200
_MOST_LOOKED_AT = 1_000
"""Articles looked at in one turn whether search knows them."""
_BEAT = timedelta(seconds=5)
_SHIFT = 2.0
"""Seconds of work, while the broker is away, between two looks whether it has come back."""
_FORGET = timedelta(hours=1)
_ALONE_AFTER = 3
"""Attempts without an end after which a bulletin runs alone, even if each time another was to blame."""
_MOST_INTERRUPTIONS = 20
"""Attempts that may end through no fault of the bulletin before a person is asked."""


@dataclass(kw_only=True, slots=True)
class Sweep:
    """What the loop works with; time is handed in."""

    engine: Engine
    bell: Bell
    tower: BellTower
    bench: Workbench
    settings: Settings
    clock: Callable[[], datetime]
    broker_away_since: datetime | None = field(default=None)
    started_at: datetime | None = field(default=None)
    beaten_at: datetime | None = field(default=None)
    is_warm: bool = field(default=False)
    findable_up_to: UUID | None = field(default=UUID(int=0))

    def turn(self) -> None:
        """One turn. Raises what it cannot mend: whoever started the process starts it anew."""
        self.lift()
        self.judge()
        try:
            self._ring()
            self.broker_away_since = None
        except BrokerAway as error:
            BELL_ERRORS.labels("sweep").inc()
            self._without_broker(str(error))
        self.catch_up()
        SWEEP_TURN.set(self.clock().timestamp())
        self._beat()

    def lift(self) -> None:
        """Publish the articles whose embargo is over, each once, however many sweeps there are."""
        while True:
            with transaction(self.engine) as tx:
                lifted = lives.lift(tx, limit=_MOST_LIFTED, new_id=self.bench.new_id)
            if lifted:
                log.info("embargo lifted", articles=lifted)
            if lifted < _MOST_LIFTED:
                return

    def catch_up(self) -> None:
        """Let a few articles be found that an older version made; once through all of them, from the start of the sweep."""
        if self.findable_up_to is not None:
            with transaction(self.engine) as tx:
                self.findable_up_to = search.catch_up(tx, after=self.findable_up_to, limit=_MOST_LOOKED_AT)

    def judge(self) -> None:
        """End the attempts whose workers died; let their bulletins run again, alone, or quarantine them."""
        now, died = self.clock(), 0
        with transaction(self.engine) as tx:
            for case in repository.abandoned(tx, limit=_MOST_JUDGED):
                reason = self._reason_to_quarantine(case)
                self._log(case, reason)
                run_at = now + backoff(case.deaths, self.bench.chance()) if case.deaths > 1 else now
                alone = case.blamed or case.attempts >= _ALONE_AFTER
                repository.rule_on(tx, case, quarantine=reason, alone=alone, run_at=run_at, now=now)
                died += case.blamed
        DEATHS.inc(died)

    @staticmethod
    def _log(case: Abandoned, reason: str | None) -> None:
        if case.blamed:
            log.warning("worker died on bulletin", bulletin=case.id.hex, deaths=case.deaths, quarantined=bool(reason))
        else:
            log.info("attempt interrupted", bulletin=case.id.hex, attempts=case.attempts, quarantined=bool(reason))

    def _reason_to_quarantine(self, case: Abandoned) -> str | None:
        if case.deaths >= self.settings.max_deaths:
            return f"it killed its worker {case.deaths} times"
        if case.attempts >= _MOST_INTERRUPTIONS:
            return f"it was begun {case.attempts} times and never brought to an end"
        return None

    def _ring(self) -> None:
        """Mark, commit, then ring: no lock is held while the broker is spoken to."""
        now = self.clock()
        # While the broker holds bells, workers come by, and whoever comes takes what waits: no bell is needed for that.
        # A suspect, though, is taken by its own bell only.
        silent = self.tower.waiting() == 0
        patience = self.settings.ring_grace if silent else self.settings.ring_age
        rung_before = now - timedelta(seconds=patience)
        with transaction(self.engine) as tx:
            reach, slots = gate.standing(tx)
            if reach is None:
                return
            # Where few may work, bells for more would be taken by hands that may not.
            most = min(_MOST_RUNG, slots * self.settings.batch_size) if slots else _MOST_RUNG
            suspects = repository.suspects_due(tx, rung_before=rung_before, now=now, limit=most, reach=reach)
            fresh = repository.overdue(tx, rung_before=rung_before, now=now, limit=most, reach=reach) if silent else []
        if fresh:
            BELLS_LOST.inc()
        self._ring_for([id for id, priority in fresh if priority is Priority.FLASH], FLASH)
        self._ring_for([id for id, priority in fresh if priority is not Priority.FLASH], NORMAL)
        for id in suspects:
            self._ring_for([id], RETRY)

    def _ring_for(self, ids: Sequence[UUID], queue: str) -> None:
        for start in range(0, len(ids), self.settings.batch_size):
            self.bell.ring(ids[start : start + self.settings.batch_size], queue)
            BELLS.labels("sweep").inc()

    def _without_broker(self, error: str) -> None:
        """After some patience, work here, for as long as one turn may last."""
        now = self.clock()
        self.broker_away_since = self.broker_away_since or now
        if now - self.broker_away_since < timedelta(seconds=self.settings.broker_patience):
            return
        log.warning("broker away, working here", error=error[:300])
        if not self.is_warm:
            # Or the first bulletin would pay for all lists, out of its own time limit.
            pipeline.warm_up()
            self.is_warm = True
        until = time.monotonic() + _SHIFT
        while time.monotonic() < until and self.bench.enrich([]):
            self.lift()

    def _beat(self) -> None:
        now = self.clock()
        if self.beaten_at and now - self.beaten_at < _BEAT:
            return
        self.started_at, self.beaten_at = self.started_at or now, now
        with transaction(self.engine) as tx:
            sign = Beat(
                worker=self.bench.worker,
                role="sweep",
                pipeline=pipeline.version(),
                started_at=self.started_at,
                progress_at=now,
                memory_bytes=memory_of([os.getpid()]),
            )
            workers.beat(tx, sign, now=now)
            workers.forget_workers(tx, unseen_since=now - _FORGET)
        self._keep_books()

    def _keep_books(self) -> None:
        """Add up what the workers wrote down, and forget what is too old to be looked at."""
        with transaction(self.engine) as tx:
            while daybook.add_up(tx) == daybook.MOST_PAGES:
                pass
            daybook.forget(tx, now=self.clock())

    def run(self) -> None:
        """Turn until SIGTERM, which is heeded between two turns."""
        stopping = False

        def stop(*_: object) -> None:
            nonlocal stopping
            stopping = True

        # A counter that begins at its first event hides it: rates need a value from before.
        BELLS.labels("sweep")
        BELL_ERRORS.labels("sweep")
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        parent = os.getppid()
        while not stopping and os.getppid() == parent:
            began = time.monotonic()
            self.turn()
            time.sleep(max(0.0, self.settings.sweep_interval - (time.monotonic() - began)))
        self.sign_off()

    def sign_off(self) -> None:
        """Say that this sweep ends as it should: nobody needs to miss it."""
        with transaction(self.engine) as tx:
            workers.sign_off(tx, self.bench.worker)
