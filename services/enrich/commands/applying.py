"""Articles are read again by the engine of today, and say what it finds: one by one, where it finds something else.

Each goes over in a transaction of its own that also notes how far this has come. So whoever is killed in between leaves
nothing half done, and who begins again goes on behind it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine

from services.enrich import linking, pipeline
from services.enrich.claims import Claimed, Version
from services.enrich.commands.replay import Outcome, Report, read_batches
from services.enrich.linking import Named
from services.enrich.records import archive, readings, registry, repository, search
from services.enrich.records.archive import Kept, Selection
from services.enrich.records.readings import Progress
from shared.database import transaction
from shared.feed import Deed, Told, lock_words, note_deeds, tell
from shared.ids import NewId

_LOOK = 0.1
"""Seconds between two looks whether bulletins still wait."""
_PATIENCE = 2.0
"""Seconds for which bulletins that wait are let pass; then one article is read, so that this comes to an end."""

Applied = Literal["applied", "kept_back", "gone_on"]


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
            for one, outcome in zip(kept, outcomes, strict=True):
                after = one.article_id
                if outcome.is_other:
                    self._apply(begun, one, outcome, report)
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

    def _apply(self, begun: Progress, kept: Kept, outcome: Outcome, report: Report) -> None:
        """Let one article go over, when it is its turn, and note it in the same transaction."""
        self._make_way()
        self.sleep(max(0.0, self._next - self.now()))
        self._next = self.now() + 1 / self.rate
        with transaction(self.engine) as tx:
            now = self.clock()
            done = _apply(tx, kept, outcome, now=now)
            report.add(outcome, done[0])
            readings.note(tx, begun.id, after=kept.article_id, report=report.kept(), now=now, finished=False)
            tell(tx, done[1], now=now)

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


def _apply(tx: Connection, kept: Kept, outcome: Outcome, *, now: datetime) -> tuple[Applied, list[Told]]:
    """Let a version say what was found now; what is to be told of it. The transaction must tell it as its last deed."""
    article, told = outcome.article, list[Told]()
    assert article is not None
    if outcome.has_other_words:
        old = [kept.exact_key] if kept.exact_key else []
        lock_words(tx, [*old, article.exact_key], [*readings.bands(tx, article.id), *article.bands])
    standing = readings.hold(tx, article.id, kept.version, kept.pipeline)
    if standing is None:
        return "gone_on", told
    if not _decided_is_named(registry.decided_names(tx, article.id, kept.version), outcome):
        return "kept_back", told
    version = Version(
        bulletin=_claimed(kept), article=article, number=kept.version, kind=kept.kind, first=False, change=None
    )
    if outcome.differences:
        readings.replace(tx, version, pipeline=pipeline.version(), now=now)
        search.keep(tx, [version])
        linking.link(
            tx, [Named(article_id=article.id, version=kept.version, naming=article.naming, again=True)], now=now
        )
        reason = f"read again by {pipeline.version()}, before by {kept.pipeline}"
        note_deeds(tx, [Deed(article.id, kept.version, "reread", "bantin replay", reason)], now=now)
        if standing.is_shown:
            told.append(Told("article.reread", article.id, kept.version))
    if outcome.has_other_words:
        readings.find_by_new_words(tx, version, standing)
    return "applied", told


def _decided_is_named(decided: list[tuple[str, str]], outcome: Outcome) -> bool:
    """Are all still named of whom a person decided who they are? Of what is no person a new reading would not know it."""
    assert outcome.article is not None
    people = {person.key for person in outcome.article.naming.people}
    return all(type == "person" and name in people for type, name in decided)


def _claimed(kept: Kept) -> Claimed:
    """The bulletin of a version, as a worker has it in hand."""
    return Claimed(
        id=kept.bulletin_id, source=kept.source, external_id=kept.external_id, published=kept.published,
        received_at=kept.received_at, media_type=kept.media_type, charset=kept.charset, raw_sha256=kept.raw_sha256, size=len(kept.raw),
        attempts=1, failures=0, article_id=kept.article_id, revision=kept.version,
    )  # fmt: skip


def _values(selection: Selection) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in asdict(selection).items()}
