"""Articles are read again by the engine of today, and say what it finds: one by one, where it finds something else.

Each goes over in a transaction of its own that also notes how far this has come. So whoever is killed in between leaves
nothing half done, and who begins again goes on behind it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from services.enrich import pipeline
from services.enrich.commands.crossing import LookAgain, go_over
from services.enrich.commands.judging import Anew, Round
from services.enrich.commands.parting import Memory
from services.enrich.commands.replay import Outcome, Report, read_batches, to_judge
from services.enrich.records import archive, readings, repository
from services.enrich.records.archive import Kept, Selection
from services.enrich.records.readings import Progress
from shared.database import transaction
from shared.feed import tell
from shared.ids import NewId

_LOOK = 0.1
"""Seconds between two looks whether bulletins still wait."""
_PATIENCE = 2.0
"""Seconds for which bulletins that wait are let pass; then one article is read, so that this comes to an end."""
_TRIES = 5
"""How often one article is looked at again because somebody else decided meanwhile what it is like."""


class AnotherReplay(Exception):
    """Another replay is at work on this database."""


@dataclass(kw_only=True, slots=True)
class Replay:
    """What a replay works with. `clock` says the time, `now` and `sleep` measure it; `rate` is of articles a second."""

    engine: Engine
    rate: float
    jobs: int
    clock: Callable[[], datetime]
    new_id: NewId
    most_examples: int = 3
    progress: Callable[[int, int], None] = lambda *_: None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0)

    def run(self, selection: Selection) -> Report:
        """Read what is selected again and let it say so; the report, of what an earlier, unfinished run did too.

        Raises AnotherReplay.
        """
        with self.engine.connect() as guard:
            if not readings.alone(guard):
                raise AnotherReplay("another replay is at work: wait until it has ended")
            # Not in a transaction, which would hold back what PostgreSQL may forget.
            guard.commit()
            try:
                return self._run(selection)
            finally:
                readings.leave(guard)

    def _run(self, selection: Selection) -> Report:
        engine = pipeline.version()
        with transaction(self.engine) as tx:
            begun = readings.begin(
                tx, id=self.new_id(), pipeline=engine, selection=_values(selection), now=self.clock()
            )
            rest = archive.count(tx, selection, after=begun.after)
        report = Report.of(begun.report, self.most_examples)
        total, after = report.articles + rest, begun.after
        for kept, outcomes in self._read(selection, begun):
            judging = Round(engine=self.engine, read=to_judge(kept, outcomes))
            for one, outcome in zip(kept, outcomes, strict=True):
                after, anew = one.article_id, judging.turn(one.article_id)
                if anew and (outcome.is_other or anew.is_other or anew.kept_back):
                    self._apply(begun, one, outcome, anew, judging.memory, report)
                    if outcome.has_other_words or anew.is_other:
                        judging.changed()
                else:
                    report.add(outcome)
            self._note(begun, after, report, finished=False)
            self.progress(report.articles, max(total, report.articles))
        self._note(begun, after, report, finished=True)
        return report

    def _read(self, selection: Selection, begun: Progress) -> Iterator[tuple[list[Kept], list[Outcome]]]:
        for batch in read_batches(self.engine, selection, jobs=self.jobs, after=begun.after, make_way=self._make_way):
            self._make_way()
            yield batch

    def _apply(self, begun: Progress, kept: Kept, outcome: Outcome, anew: Anew, memory: Memory, report: Report) -> None:
        """Let one article go over, when it is its turn, and note it in the same transaction."""
        self._make_way()
        self.sleep(max(0.0, self._next - self.now()))
        self._next = self.now() + 1 / self.rate
        for _ in range(_TRIES):
            try:
                with transaction(self.engine) as tx:
                    now = self.clock()
                    went = go_over(tx, kept, outcome, anew, memory, now=now, new_id=self.new_id)
                    report.add(went.outcome, went.done)
                    readings.note(tx, begun.id, after=kept.article_id, report=report.kept(), now=now, finished=False)
                    tell(tx, went.told, now=now)
                return
            except LookAgain as error:
                anew = error.anew
        report.add(outcome, "gone_on")

    def _note(self, begun: Progress, after: UUID, report: Report, *, finished: bool) -> None:
        with transaction(self.engine) as tx:
            readings.note(tx, begun.id, after=after, report=report.kept(), now=self.clock(), finished=finished)

    def _make_way(self) -> None:
        """Wait while bulletins wait: they come first."""
        until = self.now() + _PATIENCE
        while self.now() < until:
            with transaction(self.engine) as tx:
                if not repository.work_waits(tx, since=self.clock()):
                    return
            self.sleep(_LOOK)


def _values(selection: Selection) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in asdict(selection).items()}
