"""One claim, one closing: how a batch of bulletins becomes articles inside a single transaction."""

import random
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from services.enrich import closing, pipeline, tally
from services.enrich.claims import Claimed, Verdict
from services.enrich.pipeline import Stage
from services.enrich.records import daybook, gate, repository, workers
from services.enrich.records.daybook import Done
from services.enrich.slates import CLOSING, Slate
from services.enrich.tally import Closed
from services.enrich.text.article import Article, UnreadableBulletin
from services.enrich.timelimit import TookTooLong, time_limit
from shared.contracts.states import State
from shared.database import in_one_line, transaction
from shared.ids import NewId
from shared.logging import logger
from shared.metrics import CLAIMS_LOST
from shared.settings import Settings

log = logger(__name__)

_LONGEST_ERROR = 4_000
_LOOK_UP = 0.1
"""Seconds of reading after which, between two bulletins of a batch, PostgreSQL is asked for flash bulletins."""

_FEW, _SHORT = 5, 50_000
"""Flash bulletins, and their bytes, in one transaction beside a batch: who comes next waits for no more than these."""
_PASSING = 5.0
"""Seconds for which one batch lets flash bulletins pass. In a flood of them it is then finished, well before the task's time
is over; the next task takes what is left of the flood first, many at a time."""
_FOLLOW = 2.0
"""Seconds for which one task goes on to the next versions under its keys; the sweep rings for what is left then."""

Claim = Callable[[Connection], list[Claimed]]
Made = tuple[Claimed, Article, dict[str, float]]
"""A bulletin, its article, and the milliseconds of each stage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workbench:
    """What a worker process works with. `tx_engine` gives the claiming connections, `side_engine` those that commit at
    once; time, chance and identifiers are handed in. On `slate` it writes what it is at, for its main process to read."""

    tx_engine: Engine
    side_engine: Engine
    settings: Settings
    worker: str
    clock: Callable[[], datetime]
    new_id: NewId
    chance: Callable[[], float] = random.random
    stages: Iterable[Stage] = pipeline.STAGES
    slate: Slate = field(default_factory=Slate)

    def enrich(self, ids: Sequence[UUID]) -> int:
        """Work on the bulletins that were rung for, and on others that wait; how many were closed or put back.

        Flash bulletins come first, in a transaction of their own; one suspect comes last, in its own too, so that
        suspects get on however many others come in. Nothing is raised for a fault of the database: what was not closed
        is free again, and the sweep rings for it.
        """
        size, most = self.settings.batch_size, self.settings.batch_bytes
        flash_came_first = False

        def claim_flash_first(tx: Connection) -> list[Claimed]:
            nonlocal flash_came_first
            flash = self._claim_flash(tx, limit=size, max_bytes=most)
            flash_came_first = bool(flash)
            return flash or claim(tx)

        def claim(tx: Connection) -> list[Claimed]:
            if (reach := gate.enter(tx, "normal")) is None:
                return []
            claimed = repository.claim(tx, ids, now=self.clock(), limit=size, max_bytes=most, reach=reach)
            tally.count_skipped(ids, claimed)
            return claimed

        done = self._work(claim_flash_first)
        if flash_came_first:
            done += self._work(claim)
        return done + self.enrich_suspect()

    def enrich_suspect(self) -> int:
        """Work on one bulletin that failed or killed its worker before, if one is due."""

        def claim(tx: Connection) -> list[Claimed]:
            reach = gate.enter(tx, "any")
            return repository.claim_suspect(tx, now=self.clock(), reach=reach) if reach else []

        return self._work(claim)

    def _claim_flash(self, tx: Connection, *, limit: int, max_bytes: int) -> list[Claimed]:
        if gate.enter(tx, "flash") is None:
            return []
        return repository.claim_flash(tx, now=self.clock(), limit=limit, max_bytes=max_bytes)

    def _work(self, claim: Claim, *, beside: bool = False) -> int:
        """Claim, make articles, close and commit, in one transaction; then the same with what waited for these.

        Of the bulletins under one key each waits until the one before is closed, and nobody rang for it since. `beside`:
        another batch is in hand meanwhile, and nothing is let pass this one.
        """
        done, until = 0, time.monotonic() + _FOLLOW
        while claimed := self._work_once(claim, beside=beside):
            done += len(claimed)
            keys = [bulletin.article_id for bulletin in claimed if bulletin.article_id]
            if not keys or time.monotonic() > until:
                break
            claim = self._claim_next(keys)
        return done

    def _claim_next(self, keys: Sequence[UUID]) -> Claim:
        def claim(tx: Connection) -> list[Claimed]:
            if (reach := gate.enter(tx, "any")) is None:
                return []
            most = self.settings.batch_bytes
            return repository.claim_next(tx, keys, now=self.clock(), max_bytes=most, reach=reach)

        return claim

    def _work_once(self, claim: Claim, *, beside: bool) -> list[Claimed]:
        """One transaction; what was closed or put back in it."""
        claimed: list[Claimed] = []
        try:
            with ExitStack() as traced:
                with transaction(self.tx_engine) as tx:
                    claimed = claim(tx)
                    if claimed:
                        traced.enter_context(tally.batch_span(claimed, self.worker))
                        tally.count_claim(claimed, began := self.clock())
                        self._note_starts(claimed, began)
                        closed = self._finish(tx, claimed, began, beside=beside)
                if not claimed or closed is None:
                    return []
                tally.count(closed, now := self.clock())
                tally.trace(closed, began, now, self.worker)
            return claimed
        except SQLAlchemyError as error:
            self._after_fault(claimed, error)
            return []
        finally:
            self.slate.wipe()

    def _finish(self, tx: Connection, claimed: Sequence[Claimed], began: datetime, *, beside: bool) -> Closed | None:
        """Read them and close them. None if PostgreSQL refused a statement: that is noted while they are still held, for
        whoever found them free and begun would take it for a death."""
        try:
            with tx.begin_nested():
                return self._close(tx, *self._read_all(tx, claimed, beside=beside), began)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            _log_fault(claimed, error)
            self._note_refusal(tx, claimed, error)
            return None

    def _note_starts(self, claimed: Sequence[Claimed], now: datetime) -> None:
        with transaction(self.side_engine) as side:
            repository.note_starts(side, claimed, worker=self.worker, pipeline=pipeline.version(), now=now)

    def _read_all(
        self, tx: Connection, claimed: Sequence[Claimed], *, beside: bool
    ) -> tuple[list[Made], list[Verdict]]:
        """The articles that could be made, and the verdicts on what could not. No lock but the bulletins' is held.

        Where others are in hand too it is noted which bulletin is being read: should the worker die, that one is to blame,
        and no other.
        """
        if len(claimed) == 1 and not beside:
            return self._read_each(tx, claimed, lambda _: None)
        passage = _Passage(lambda until: None if beside else self._let_flash_pass(tx, claimed, until=until))
        # One connection for the whole batch: to fetch one for each note would cost more than the note.
        with self.side_engine.connect() as side:

            def note_hand(bulletin: Claimed | None) -> None:
                workers.note_hand(side, bulletin, worker=self.worker, now=self.clock())

            def take_up(bulletin: Claimed) -> None:
                passage.open_if_due()
                note_hand(bulletin)

            read = self._read_each(tx, claimed, take_up)
            note_hand(None)
            return read

    def _read_each(
        self, tx: Connection, claimed: Sequence[Claimed], take_up: Callable[[Claimed], None]
    ) -> tuple[list[Made], list[Verdict]]:
        made, failed = [], []
        texts = repository.texts(tx, claimed)
        for bulletin in claimed:
            times: dict[str, float] = {}
            take_up(bulletin)
            self.slate.take_up(bulletin.id)
            try:
                id = bulletin.article_id or self.new_id()
                blank = Article(id=id, filed=texts[bulletin.id], given=bulletin.published)
                with time_limit(self.settings.bulletin_timeout):
                    article, _ = pipeline.read(blank, self.stages, time.perf_counter, times, self.slate.at)
                made.append((bulletin, article, times))
            except UnreadableBulletin as error:
                failed.append(_quarantined(bulletin, error, pipeline.failed_stage(self.stages, times)))
                _log_failure(failed[-1])
            except Exception as error:  # the one place where any fault of a stage becomes a verdict on its bulletin
                failed.append(self._failed(bulletin, error, stage=pipeline.failed_stage(self.stages, times)))
                _log_failure(failed[-1])
        return made, failed

    def _let_flash_pass(self, tx: Connection, claimed: Sequence[Claimed], *, until: float) -> None:
        """Work on the flash bulletins that came while this batch is read, a few in each transaction beside `tx`.

        To ask for them keeps `tx` from being idle, so that its timeout bounds one bulletin, not the batch.
        """
        ours = [bulletin.id for bulletin in claimed]
        while time.monotonic() < until and repository.flash_waits(tx, besides=ours, now=self.clock()):
            if not self._work(lambda other: self._claim_flash(other, limit=_FEW, max_bytes=_SHORT), beside=True):
                return

    def _close(
        self,
        tx: Connection,
        made: list[Made],
        failed: list[Verdict],
        begun_at: datetime,
    ) -> Closed:
        """Everything that is written. The locks on keys and on the feed's head are held for this long only."""
        now, closing_since = self.clock(), time.perf_counter()
        self.slate.take_up((made[0][0] if made else failed[0].bulletin).id, CLOSING)
        decided = closing.decide(tx, [(bulletin, article) for bulletin, article, _ in made])
        closing.keep(tx, decided, new_id=self.new_id, now=now)
        verdicts = [
            Verdict(bulletin=one, state=decided.ends[one.id], outcome=decided.ends[one.id].value, stage_ms=times)
            for one, _, times in made
        ] + failed
        repository.close(tx, verdicts, now=now)
        read = {bulletin.id: article for bulletin, article, _ in made}
        seen = {one.bulletin.id for one in decided.versions if one.change}
        done = [
            Done(verdict=one, article=read.get(one.bulletin.id), readable=one.bulletin.id in seen) for one in verdicts
        ]
        closing_ms = (time.perf_counter() - closing_since) * 1000
        daybook.write(tx, done, begun_at=begun_at, closing_ms=closing_ms, now=self.clock())
        repository.publish(tx, decided.versions, now=now)
        return Closed(verdicts=verdicts, versions=decided.versions, articles=decided.articles)

    def _failed(
        self, bulletin: Claimed, error: BaseException, *, stage: str | None = None, alone: bool = False
    ) -> Verdict:
        """Back into the queue for a later try, `alone` or with others; into quarantine when it has failed too often.

        A try that takes all the time there is holds others up as a death does: no more of them, and alone.
        """
        failures, slow = bulletin.failures + 1, isinstance(error, TookTooLong)
        if failures >= (self.settings.max_deaths if slow else self.settings.max_tries):
            return _quarantined(bulletin, error, stage)
        return Verdict(
            bulletin=bulletin,
            state=State.QUEUED,
            outcome="retry",
            error_class=type(error).__name__,
            error=_told(error),
            run_at=self.clock() + backoff(failures, self.chance()),
            alone=alone or slow,
            stage=stage,
        )

    def _note_refusal(self, tx: Connection, claimed: Sequence[Claimed], error: SQLAlchemyError) -> None:
        """One that was alone has failed like any other; of several nobody knows whose fault it is: they come back one by one."""
        if len(claimed) == 1:
            repository.close(tx, [self._failed(claimed[0], error, alone=True)], now=self.clock())
        else:
            repository.interrupt(tx, claimed, error=_told(error), now=self.clock())

    def _after_fault(self, claimed: Sequence[Claimed], error: SQLAlchemyError) -> None:
        """The transaction is gone and nothing was written. Say so of the attempts, if the database can be told.

        If it cannot, the sweep finds the attempts without an end. A bulletin that was alone and that the database
        refused, rather than lost, has failed like any other.
        """
        _log_fault(claimed, error)
        refused = isinstance(error, DBAPIError) and not error.connection_invalidated
        try:
            with transaction(self.tx_engine) as tx:
                held = set(repository.hold(tx, [bulletin.id for bulletin in claimed], now=self.clock()))
                ours = [bulletin for bulletin in claimed if bulletin.id in held]
                if refused and len(claimed) == 1 and ours:
                    self._note_refusal(tx, ours, error)
                elif ours:
                    repository.interrupt(tx, ours, error=_told(error), now=self.clock())
        except SQLAlchemyError as second:
            log.warning("the fault could not be noted", error=in_one_line(second))


class _Passage:
    """When a batch lets flash bulletins pass: every 0.1 s between two of its own, for 5 s in all."""

    def __init__(self, let_pass: Callable[[float], None]) -> None:
        self._let_pass = let_pass
        self._left, self._closed_at = _PASSING, time.monotonic()

    def open_if_due(self) -> None:
        """Let them pass, until a time by the monotonic clock, if it is time to and any is left for it."""
        began = time.monotonic()
        if began - self._closed_at > _LOOK_UP and self._left > 0:
            self._let_pass(began + self._left)
            self._closed_at = time.monotonic()
            self._left -= self._closed_at - began


def backoff(failures: int, chance: float) -> timedelta:
    """How long to wait after so many failures: 0.5 s doubled each time, at most 300 s, times 0.5 to 1.5 by chance."""
    return timedelta(seconds=min(300.0, 0.5 * 2 ** min(failures, 20)) * (0.5 + chance))


def _quarantined(bulletin: Claimed, error: BaseException, stage: str | None) -> Verdict:
    return Verdict(
        bulletin=bulletin,
        state=State.QUARANTINED,
        outcome="quarantined",
        error_class=type(error).__name__,
        error=_told(error),
        stage=stage,
    )


def _log_fault(claimed: Sequence[Claimed], error: SQLAlchemyError) -> None:
    log.warning("transaction lost", error=in_one_line(error), bulletins=[bulletin.id.hex for bulletin in claimed])
    CLAIMS_LOST.inc()


def _log_failure(verdict: Verdict) -> None:
    """Where it fell, not what it said: that may quote the text, and is kept with the bulletin."""
    log.warning(
        "bulletin failed",
        bulletin=verdict.bulletin.id.hex,
        request_id=verdict.bulletin.request_id,
        attempt=verdict.bulletin.number,
        error_class=verdict.error_class,
        quarantined=verdict.state is State.QUARANTINED,
    )


def _told(error: BaseException) -> str:
    """The error and where it came from, without what PostgreSQL cannot keep."""
    *where, what = traceback.format_exception(error)
    if isinstance(error, DBAPIError):
        # By its last line a failure is told and counted with others. PostgreSQL says what it is in its first one, details
        # behind it; SQLAlchemy puts the statement and a link behind both.
        said, *details = str(error.orig).strip().splitlines() or [""]
        what = "\n".join([*details, f"{type(error).__module__}.{type(error).__qualname__}: {said}"])
    told = "".join([*where, what]).replace("\0", "\ufffd")
    return told.encode("utf-8", "replace").decode()[-_LONGEST_ERROR:]
