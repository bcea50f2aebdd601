"""Articles found by words and filters: every SELECT for it. Only what readers may see is ever found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    FromClause,
    Select,
    Subquery,
    Text,
    any_,
    cast,
    func,
    literal,
    not_,
    select,
    true,
    tuple_,
    union_all,
)  # fmt: skip
from sqlalchemy import Date as DateType
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY

from services.api.records.articles import CURRENT, LISTED
from services.api.search.conditions import (
    Columns,
    Days,
    Query,
    any_fact,
    as_condition,
    names,
    speaks_of,
    speaks_surely_of,
    unchanged_since,
)  # fmt: skip
from services.api.search.day_facts import day_facts
from services.api.search.vectors import Grade, Region
from shared.database import AnyRow
from shared.tables.articles import article_version, change, readable_article, story_member
from shared.tables.search import article_search

Sort = Literal["relevance", "newest", "published", "event"]

_KEYS = {
    "relevance": article_search.c.at,
    "newest": article_search.c.at,
    "published": article_search.c.published_on,
    "event": article_search.c.event_on,
}
# Plans are made for the words that are asked for: of a frequent word and of a rare one they are not the same.
_SESSION = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '64MB', true)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class AsOf:
    """A position of the feed, and a time by which everything up to it had become readable."""

    seq: int
    by: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is looked for: a query with the grades of its hits, and filters, all of which must be so.

    `facts` are lists of facts of which one must be so, `not_facts` facts that must not; `entities` and `not_entities`
    the same of entities. Entities and days count that are at `least` so sure; `as_of` leaves out what has changed since.
    """

    query: Query | None = None
    grades: tuple[Grade, ...] = ()
    days: Days | None = None
    facts: Sequence[Sequence[str]] = ()
    not_facts: Sequence[str] = ()
    entities: Sequence[Sequence[UUID]] = ()
    not_entities: Sequence[UUID] = ()
    stories: Sequence[UUID] = ()
    ids: Sequence[UUID] | None = None
    pipelines: Sequence[str] = ()
    not_pipelines: Sequence[str] = ()
    least: float | None = None
    as_of: AsOf | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an article stands in a list: its grade, what it is sorted by, its id."""

    grade: int
    by: datetime | date
    id: UUID


def in_session(tx: Connection) -> None:
    """Let what follows in this transaction be planned for its own words, and sorted in memory."""
    tx.exec_driver_sql(_SESSION)


def page(tx: Connection, wanted: Wanted, *, sort: Sort, after: Place | None, limit: int) -> Sequence[AnyRow]:
    """The next articles behind a place, the best or newest first: `grade`, `by` and `id` are the place of each.

    None of these ever changes while an article can be read but by a revision: who goes from page to page sees every
    article that was there at the first page exactly once.
    """
    in_session(tx)
    if _may_be_among_the_first(wanted):
        first = tx.execute(
            _listed(_of_one_grade(wanted, 0, (None,), _among_the_first(wanted, sort, after), limit))
        ).all()
        if len(first) == limit:
            return first
    few = _few(tx, wanted) if sort == "relevance" and len(wanted.grades) >= _MANY_GRADES else None
    return tx.execute(_listed(_cut(wanted, sort, after, limit, among=few))).all()


def _listed(places: Select[Any]) -> Select[Any]:
    """The articles at these places."""
    cut = places.subquery("cut")
    return (
        select(cut.c.grade, cut.c.by, *LISTED)
        .join_from(cut, readable_article, readable_article.c.id == cut.c.article_id)
        .join(article_version, CURRENT)
        .order_by(cut.c.grade, cut.c.by.desc(), cut.c.article_id.desc())
    )


_FEW = 100
"""Of so many candidates the grades are told row by row, rather than by the index for each grade."""
_MANY_GRADES = 4
"""With so many it takes less to see first whether there are few candidates; with three, as of words with accents, it takes more."""


def _few(tx: Connection, wanted: Wanted) -> Sequence[UUID] | None:
    """The candidates of all grades together, in no order; None if they are not few."""
    # Planned as if all were read: for a hundred of them no plan may begin to go through the table.
    found = select(_candidates(wanted, wanted.grades[-1], "newest", None, ordered=False).c.article_id)
    ids = tx.execute(select(found.cte("found").prefix_with("MATERIALIZED")).limit(_FEW + 1)).scalars().all()
    return ids if len(ids) <= _FEW else None


_FIRST = 1_000
"""So many articles are looked at before the indexes are asked."""


def _may_be_among_the_first(wanted: Wanted) -> bool:
    """May a look at the first articles in order fill a page? What most articles have is there, and only there cheap."""
    return wanted.query is None and wanted.ids is None and not wanted.stories


def _among_the_first(wanted: Wanted, sort: Sort, after: Place | None) -> Subquery:
    """What of the first 1,000 articles in order is found, in order: no more is read, however many the filters let through."""
    key = _KEYS[sort]
    first = (
        select(article_search, key.label("by"))
        .where(*_behind(key, after))
        .order_by(key.desc(), article_search.c.article_id.desc())
        .limit(_FIRST)
        .subquery("first")
    )
    found = select(first).where(*_known(wanted.facts, wanted.not_facts, first.c), *_filters(wanted, first.c))
    return found.order_by(first.c.by.desc(), first.c.article_id.desc()).offset(0).subquery("found")


def every(wanted: Wanted) -> Select[Any]:
    """`seq` and `article_id` of all articles that are found, in no order."""
    found = _cut(wanted, "newest", None, None).subquery("every")
    return (
        select(change.c.seq, found.c.article_id)
        .join_from(found, change, change.c.article_id == found.c.article_id)
        .where(change.c.type == "article.published")
    )


def _cut(
    wanted: Wanted, sort: Sort, after: Place | None, limit: int | None, *, among: Sequence[UUID] | None = None
) -> Select[Any]:
    """The places of a page's articles, of all without a limit. Each grade is asked for only if those before it do not fill the page.

    `among`: the candidates, if they are known.
    """
    grades: Sequence[Grade | None] = wanted.grades or (None,)
    if wanted.grades and sort != "relevance":
        grades = wanted.grades[-1:]
    branches = []
    for number in range(after.grade if after else 0, len(grades)):
        behind = after if after and after.grade == number else None
        if among is None:
            found = _candidates(wanted, grades[number], sort, behind)
        else:
            found = _known_candidates(wanted, among, sort, behind)
        branches.append(_of_one_grade(wanted, number, grades, found, limit, exactly=among is not None))
    if len(branches) == 1:
        return branches[0]
    return select(union_all(*branches).subquery("any_grade")).limit(limit)


def _of_one_grade(
    wanted: Wanted,
    number: int,
    grades: Sequence[Grade | None],
    found: Subquery,
    limit: int | None,
    *,
    exactly: bool = False,
) -> Select[Any]:
    """Those of the candidates that are hit and may be seen, in order."""
    one = _seen(wanted, number, grades, found, exactly=exactly)
    branch = (
        select(literal(number).label("grade"), found.c.by, found.c.article_id)
        .join_from(found, one, true())
        .limit(limit)
    )
    return select(branch.subquery())


def _seen(
    wanted: Wanted, number: int, grades: Sequence[Grade | None], found: Subquery, *, exactly: bool = False
) -> FromClause:
    """Whether a candidate is hit indeed, and may be seen. `exactly`: no index was asked for this grade.

    Row by row, so that a page stops when it is full: neither joined nor rechecked is what nobody gets to see.
    """
    seen = select(literal(1)).select_from(readable_article).where(readable_article.c.id == found.c.article_id)
    for condition in _rechecked(wanted, number, grades, found, exactly=exactly):
        seen = seen.where(condition)
    return seen.limit(1).lateral()


def _candidates(
    wanted: Wanted, grade: Grade | None, sort: Sort, after: Place | None, *, ordered: bool = True
) -> Subquery:
    """What the indexes find, in order."""
    columns = article_search.c
    told = wanted.query.candidates(grade, columns) if wanted.query and grade else None
    found = _rows(wanted, sort, after)
    known = [*wanted.facts, *_names_and_days(wanted)]
    if isinstance(told, str):
        # One index has both, and reads of a fact that most articles have no more than of the words.
        facts = [any_fact(facts) for facts in known] + [f"!{any_fact([one])}" for one in wanted.not_facts]
        found = found.where(as_condition(" & ".join([told, *facts]), columns))
    else:
        found = found.where(*_known(known, wanted.not_facts, columns), *([] if told is None else [told]))
    return _in_order(found, sort) if ordered else found.subquery("found")


def _known_candidates(wanted: Wanted, ids: Sequence[UUID], sort: Sort, after: Place | None) -> Subquery:
    """Candidates that were found before, in order, as they are now."""
    columns = article_search.c
    found = _rows(wanted, sort, after).where(columns.article_id == any_(cast(list(ids), ARRAY(UuidType))))
    return _in_order(found.where(*_known(wanted.facts, wanted.not_facts, columns)), sort)


def _rows(wanted: Wanted, sort: Sort, after: Place | None) -> Select[Any]:
    """What must be known of candidates, and what the rows themselves tell of the filters."""
    key, columns = _KEYS[sort], article_search.c
    return select(
        columns.article_id, columns.version, columns.vector, columns.mentioned_days, columns.event_days,
        columns.published_days, columns.pipeline, key.label("by"),
    ).where(*_behind(key, after), *_filters(wanted, columns))  # fmt: skip


def _in_order(found: Select[Any], sort: Sort) -> Subquery:
    """The offset keeps PostgreSQL from asking the rest before it has sorted."""
    return found.order_by(_KEYS[sort].desc(), article_search.c.article_id.desc()).offset(0).subquery("found")


def _behind(key: ColumnElement[Any], after: Place | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    kind = DateTime(timezone=True) if isinstance(after.by, datetime) else DateType
    return [tuple_(key, article_search.c.article_id) < tuple_(cast(after.by, kind), cast(after.id, UuidType))]


def _names_and_days(wanted: Wanted) -> list[list[str]]:
    """What must be so of the facts for an article to name entities and to speak of days. It is not all: that is asked later."""
    told = [[f"names {id.hex[-12:]}" for id in ids] for ids in wanted.entities]
    return [*told, day_facts(wanted.days.field, wanted.days.first, wanted.days.last)] if wanted.days else told


def _known(facts: Sequence[Sequence[str]], not_facts: Sequence[str], columns: Columns) -> list[ColumnElement[bool]]:
    """The facts, where no words are looked for: the rows have them beside the vector, which is long and kept apart."""
    known: list[ColumnElement[bool]] = [
        columns["facts"].bool_op("&&")(cast(list(any_of), ARRAY(Text))) for any_of in facts
    ]
    if not_facts:
        known.append(not_(columns["facts"].bool_op("&&")(cast(list(not_facts), ARRAY(Text)))))
    return known


def _filters(wanted: Wanted, columns: Columns) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.days:
        conditions.append(speaks_of(wanted.days, columns))
    if wanted.stories:
        told = select(story_member.c.article_id).where(story_member.c.story_id.in_(wanted.stories))
        conditions.append(columns["article_id"].in_(told))
    if wanted.pipelines:
        conditions.append(columns["pipeline"].in_(wanted.pipelines))
    if wanted.as_of:
        conditions.append(columns["at"] <= wanted.as_of.by)
    if wanted.ids is not None:
        conditions.append(columns["article_id"].in_(wanted.ids))
    return conditions


def _rechecked(
    wanted: Wanted, number: int, grades: Sequence[Grade | None], found: Subquery, *, exactly: bool
) -> list[ColumnElement[bool]]:
    """What the indexes could not tell: that it is hit exactly so, and in no better grade."""
    query, grade = wanted.query, grades[number]
    left_out = [names(ids, found.c, least=wanted.least) for ids in wanted.entities]
    # Most articles do not name what shall not be named, and are sure of their days: no index helps.
    if wanted.not_entities:
        left_out.append(not_(names(wanted.not_entities, found.c, least=wanted.least)))
    if wanted.not_pipelines:
        left_out.append(found.c.pipeline.not_in(wanted.not_pipelines))
    if wanted.days and wanted.least is not None:
        left_out.append(speaks_surely_of(wanted.days, found.c, least=wanted.least))
    if wanted.as_of:
        left_out.append(unchanged_since(wanted.as_of.seq, found.c))
    if query is None or grade is None:
        return left_out
    is_told = query.is_told_by_index and not exactly
    conditions = left_out if is_told else [*left_out, query.exact(grade, found.c)]
    better = [
        one
        for one in grades[:number]
        if one is not None and (one.match is grade.match or one.region is Region.ANYWHERE)
    ]
    # Of one match, each grade holds those before it: the last one stands for all.
    last_of = {one.match: one for one in better}
    return conditions + [not_(query.exact(one, found.c)) for one in last_of.values()]


def texts(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    """The filed text, the title and the blocks of readable articles."""
    found = (
        select(readable_article.c.id, article_version.c.title, article_version.c.text, article_version.c.blocks)
        .join_from(readable_article, article_version, CURRENT)
        .where(readable_article.c.id.in_(ids))
    )
    return {row.id: row for row in tx.execute(found)}


def hits(wanted: Wanted, *, most: int) -> Select[Any]:
    """The newest of all that is found: ids and versions."""
    grades: Sequence[Grade | None] = wanted.grades[-1:] or (None,)
    found = _candidates(wanted, grades[0], "newest", None)
    seen = _seen(wanted, 0, grades, found)
    return select(found.c.article_id, found.c.version).join_from(found, seen, true()).limit(most)


def count(tx: Connection, wanted: Wanted, *, most: int | None) -> int:
    """How many articles are found; no more than `most` are counted."""
    in_session(tx)
    return int(tx.execute(select(func.count()).select_from(hits(wanted, most=most or _ALL).subquery())).scalar_one())


_ALL = 2**31 - 1
