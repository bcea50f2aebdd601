"""What the engine of today would say of what was published before: counts and examples by field. Writes nothing."""

import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Engine

from services.enrich import document, pipeline
from services.enrich.commands.differences import Difference, differences
from services.enrich.commands.judging import RELATED, Anew, Round
from services.enrich.commands.parting import Again, words_of
from services.enrich.commands.renewed import Renewed
from services.enrich.records import archive
from services.enrich.records.archive import FIELDS, Kept, Selection
from services.enrich.text.article import Article, UnreadableBulletin
from services.enrich.text.duplicates import unpack
from shared.database import transaction
from shared.decoding import filed_text
from shared.ids import ARTICLE, read, written

_BATCH = 50
"""Articles that are read from the database, and by one process, at a time."""
DONE = ("applied", "kept_back", "gone_on")
"""What is done about an article that would change: it goes over; a person's decision keeps it; it was revised meanwhile."""
_NICE = 10
_MOST_SHOWN = 3
"""Entries of one field that an example shows."""


class UnusableCondition(Exception):
    """A condition of `--where` is none."""


def selected(made_by: str | None, conditions: Sequence[str]) -> Selection:
    """The articles that `made_by` made, by default any pipeline but this one, that meet all `conditions`.

    A condition is `source=NAME`, `since=TIME`, `before=TIME` (RFC 3339; without an offset, UTC) or `article=ID`.
    Raises UnusableCondition.
    """
    values: dict[str, Any] = {}
    for condition in conditions:
        key, _, value = condition.partition("=")
        values[key] = _condition(key, value)
    return Selection(made_by=made_by, not_by=None if made_by else pipeline.version(), **values)


def _condition(key: str, value: str) -> str | datetime | UUID:
    if key == "source" and value:
        return value
    if key == "article" and (id := read(ARTICLE, value)):
        return id
    if key in ("since", "before"):
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            raise UnusableCondition(f"{key}={value}: a time such as 2026-01-31T08:00:00+07:00 is wanted") from None
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    raise UnusableCondition(f"{key}={value}: source=NAME, since=TIME, before=TIME or article=art_… is wanted")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What reading one article again led to: where it now says something else, or why it can be read no more.

    `has_other_words`: something else of its text counts when texts are compared. `article` is what it is now, if either is so;
    `words` has what it is compared by in any case, if it can be read.
    """

    article_id: UUID
    pipeline: str
    differences: tuple[Difference, ...] = ()
    has_other_words: bool = False
    article: Article | None = None
    words: Article | None = None
    error: str | None = None

    @property
    def is_other(self) -> bool:
        """Is there anything to be written?"""
        return self.article is not None


@dataclass(slots=True)
class Report:
    """The sum of many outcomes."""

    most_examples: int
    articles: int = 0
    changed: int = 0
    unreadable: int = 0
    made_by: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None, most_examples: int) -> "Report":
        """A report that goes on from one that was kept."""
        if kept is None:
            return cls(most_examples)
        fields = {name: {**counts, "examples": []} for name, counts in kept["fields"].items()}
        return cls(
            most_examples,
            articles=kept["articles"],
            changed=kept["changed"],
            unreadable=kept["unreadable"],
            made_by=Counter(kept["made_by"]),
            done=Counter(kept["done"]),
            fields=fields,
        )

    def kept(self) -> dict[str, Any]:
        """The counts, to go on from. Without the examples: these are words of articles, which may be erased."""
        fields = {
            name: {key: value for key, value in told.items() if key != "examples"} for name, told in self.fields.items()
        }
        return {
            "articles": self.articles,
            "changed": self.changed,
            "unreadable": self.unreadable,
            "made_by": dict(self.made_by),
            "done": dict(self.done),
            "fields": fields,
        }

    def add(self, outcome: Outcome, done: str | None = None) -> None:
        """Count one outcome, and what was done about it; the first of each field are its examples."""
        self.articles += 1
        if done:
            self.done[done] += 1
        self.made_by[outcome.pipeline] += 1
        self.changed += bool(outcome.differences)
        self.unreadable += outcome.error is not None
        for one in outcome.differences:
            told = self.fields.setdefault(one.field, {"articles": 0, "gone": 0, "new": 0, "examples": []})
            told["articles"] += 1
            told["gone"] += len(one.was)
            told["new"] += len(one.now)
            if len(told["examples"]) < self.most_examples:
                told["examples"].append(_example(outcome.article_id, one))

    def document(self, engine: str) -> dict[str, Any]:
        """The report as JSON; `engine` is the version that read again."""
        return {
            "pipeline": engine,
            "made_by": dict(self.made_by),
            "articles": self.articles,
            "changed": self.changed,
            "unreadable": self.unreadable,
            **{name: self.done[name] for name in DONE if self.done},
            "fields": {name: self.fields[name] for name in (*FIELDS, *RELATED) if name in self.fields},
        }


def shadow(
    engine: Engine, selection: Selection, *, jobs: int, most_examples: int, progress: Callable[[int, int], None]
) -> Report:
    """Read the selected articles again in `jobs` processes. `progress` hears of the articles done, and of all."""
    with transaction(engine) as tx:
        total = archive.count(tx, selection)
    report, renewed = Report(most_examples), Renewed()
    for kept, outcomes in read_batches(engine, selection, jobs=jobs):
        judging = Round(engine=engine, read=to_judge(kept, outcomes), renewed=renewed)
        for outcome in outcomes:
            anew = judging.turn(outcome.article_id)
            report.add(with_differences(outcome, anew))
            if anew and _renew(renewed, outcome, anew):
                judging.changed()
        progress(report.articles, total)
    return report


def _renew(renewed: Renewed, outcome: Outcome, anew: Anew) -> bool:
    """Remember what an article would say and be from now on; is it anything else than in the database?"""
    is_tied_otherwise = anew.original != anew.was_original
    if outcome.has_other_words:
        renewed.add(anew.article)
    if is_tied_otherwise:
        renewed.tie(outcome.article_id, anew.original)
    return outcome.has_other_words or is_tied_otherwise


def to_judge(kept: Sequence[Kept], outcomes: Sequence[Outcome]) -> dict[UUID, Again]:
    """Those that can be read, as they are judged again."""
    return {
        one.article_id: Again(one, outcome.words, outcome.has_other_words)
        for one, outcome in zip(kept, outcomes, strict=True)
        if outcome.words is not None
    }


def with_differences(outcome: Outcome, anew: Anew | None) -> Outcome:
    """The outcome with what else would be decided of its relations and its story."""
    return replace(outcome, differences=(*outcome.differences, *anew.differences)) if anew else outcome


def read_again(kept: Kept) -> Outcome:
    """Make one article again from its bytes, and hold it against what was kept."""
    try:
        article = pipeline.understand(
            Article(
                id=kept.article_id,
                filed=filed_text(kept.raw, kept.media_type, kept.charset),
                given=kept.published,
            )
        )
    except UnreadableBulletin as error:
        return Outcome(article_id=kept.article_id, pipeline=kept.pipeline, error=str(error))
    found = orjson.loads(orjson.dumps({"title": article.title, **document.findings(article)}))
    other = tuple(differences(kept.found, found, FIELDS))
    assert article.said is not None
    has_other_words = kept.exact_key is not None and (
        kept.exact_key != article.exact_key or kept.said is None or unpack(kept.said) != article.said
    )
    return Outcome(
        article_id=kept.article_id,
        pipeline=kept.pipeline,
        differences=other,
        has_other_words=has_other_words,
        article=article if other or has_other_words else None,
        words=words_of(article),
    )


def read_batches(
    engine: Engine,
    selection: Selection,
    *,
    jobs: int,
    after: UUID = UUID(int=0),
    make_way: Callable[[], None] = lambda: None,
) -> Iterator[tuple[list[Kept], list[Outcome]]]:
    """What is selected behind `after`, in the order of ids, in batches read again in `jobs` processes.

    `make_way` is called before each batch is read.
    """
    return _spread(_batches(engine, selection, after, make_way), jobs)


def _batches(engine: Engine, selection: Selection, after: UUID, make_way: Callable[[], None]) -> Iterator[list[Kept]]:
    """All that is selected, each batch in a transaction of its own, so that none holds the archive back."""
    while True:
        make_way()
        with transaction(engine) as tx:
            batch = archive.select(tx, selection, after=after, limit=_BATCH)
        if not batch:
            return
        yield batch
        after = batch[-1].article_id


def _spread(batches: Iterator[list[Kept]], jobs: int) -> Iterator[tuple[list[Kept], list[Outcome]]]:
    if jobs == 1:
        yield from ((batch, _read_all(batch)) for batch in batches)
        return
    # Not forked from this process, whose connections to the database they would share.
    with ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("forkserver"), initializer=os.nice, initargs=(_NICE,)
    ) as pool:
        waiting: deque[tuple[list[Kept], Future[list[Outcome]]]] = deque()

        def first() -> tuple[list[Kept], list[Outcome]]:
            batch, future = waiting.popleft()
            return batch, future.result()

        for batch in batches:
            waiting.append((batch, pool.submit(_read_all, batch)))
            if len(waiting) > 2 * jobs:
                yield first()
        while waiting:
            yield first()


def _read_all(batch: list[Kept]) -> list[Outcome]:
    return [read_again(kept) for kept in batch]


def _example(article_id: UUID, one: Difference) -> dict[str, Any]:
    return {
        "article": written(ARTICLE, article_id),
        "was": list(one.was[:_MOST_SHOWN]),
        "now": list(one.now[:_MOST_SHOWN]),
    }
