"""A query's tree as conditions of PostgreSQL on a row of `article_search`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import (
    REAL,
    ColumnElement,
    Uuid,
    and_,
    any_,
    cast,
    column,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSQUERY, Range
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.api.search.tree import And, Dated, Leaf, Named, Node, Not, Or, Words, leaves, wanted
from services.api.search.vectors import Grade, Match, Region, candidates, exact, fact_query, is_told_by_index
from shared.tables.articles import article_version, change
from shared.tables.entities import article_entity

Columns: TypeAlias = ReadOnlyColumnCollection[str, ColumnElement[object]]
Told: TypeAlias = str | ColumnElement[bool]
"""A condition: a tsquery, as long as the vector alone tells it, else whatever PostgreSQL can tell."""

_NEVER = "'@never'"
_DAYS = {"mentioned": "mentioned_days", "event": "event_days", "published": "published_days"}


@dataclass(frozen=True, slots=True)
class Days:
    """Articles whose `field` says something of the days `first` to `last`, both included; None: open on that side."""

    field: Literal["mentioned", "event", "published"]
    first: date | None
    last: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Meanings:
    """What the names of a query mean: entities, or facts of which one must be so; and which days are meant."""

    entities: Mapping[Named, Sequence[UUID]]
    facts: Mapping[Named, Sequence[str]]
    day_field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query's tree, and what its names mean."""

    node: Node
    meanings: Meanings

    def exact(self, grade: Grade, columns: Columns) -> ColumnElement[bool]:
        """What must be so of a row for it to be hit in this grade, or in a better one of the same match."""
        if grade.match is not Match.ACCENTED:
            return as_condition(self._exact(self.node, grade, columns), columns)
        folded = Grade(match=Match.FOLDED, region=grade.region)
        accented = _any_of([exact(leaf, grade) for leaf in wanted(self.node) if isinstance(leaf, Words)])
        return as_condition(_all_of([self._exact(self.node, folded, columns), accented], columns), columns)

    def candidates(self, grade: Grade, columns: Columns) -> Told | None:
        """What the index can tell of it, never less than `exact`; None: nothing."""
        if grade.match is not Match.ACCENTED:
            return self._candidates(self.node, grade, columns)
        folded = self._candidates(self.node, Grade(match=Match.FOLDED, region=grade.region), columns)
        accented = _any_of([candidates(leaf, grade) for leaf in wanted(self.node) if isinstance(leaf, Words)])
        return accented if folded is None else _all_of([folded, accented], columns)

    @property
    def is_told_by_index(self) -> bool:
        """Is what the index tells all there is to it, in every grade?"""
        told = list(leaves(self.node))
        return len(told) == len(list(wanted(self.node))) and all(
            not isinstance(leaf, Words) or is_told_by_index(leaf) for leaf in told
        )

    def _exact(self, node: Node, grade: Grade, columns: Columns) -> Told:
        if isinstance(node, Not):
            # Whatever the grade, the same is left out.
            match = Match.FOLDED if grade.match is Match.ACCENTED else grade.match
            told = self._exact(node.part, Grade(match=match, region=Region.ANYWHERE), columns)
            return f"!({told})" if isinstance(told, str) else not_(told)
        if isinstance(node, And | Or):
            join = _all_of if isinstance(node, And) else _one_of
            return join([self._exact(part, grade, columns) for part in node.parts], columns)
        return self._leaf(node, columns, lambda words: exact(words, grade))

    def _candidates(self, node: Node, grade: Grade, columns: Columns) -> Told | None:
        if isinstance(node, Not):
            return None
        if isinstance(node, And | Or):
            told = [self._candidates(part, grade, columns) for part in node.parts]
            known = [one for one in told if one is not None]
            if isinstance(node, And):
                return _all_of(known, columns) if known else None
            return _one_of(known, columns) if len(known) == len(told) else None
        return self._leaf(node, columns, lambda words: candidates(words, grade))

    def _leaf(self, leaf: Leaf, columns: Columns, of_words: Callable[[Words], str]) -> Told:
        if isinstance(leaf, Words):
            return of_words(leaf)
        if isinstance(leaf, Dated):
            return speaks_of(Days(self.meanings.day_field, leaf.first, leaf.last), columns)  # type: ignore[arg-type]  # checked at the door
        if leaf in self.meanings.facts:
            return any_fact(self.meanings.facts[leaf])
        return names(self.meanings.entities[leaf], columns)


def any_fact(facts: Sequence[str]) -> str:
    """The tsquery of what is found by one of these facts; without any it finds nothing."""
    return _any_of([fact_query(one) for one in facts])


def names(ids: Sequence[UUID], columns: Columns, *, least: float | None = None) -> ColumnElement[bool]:
    """Does the article name one of these entities, at `least` so surely? Asked, not joined: one that names two of them is one
    article."""
    naming = select(article_entity.c.article_id).where(
        article_entity.c.entity_id == any_(cast(list(ids), ARRAY(Uuid))),
        article_entity.c.version == columns["version"],
        article_entity.c.article_id == columns["article_id"],
    )
    if least is not None:
        # Kept with seven digits, asked for with more.
        naming = naming.where(article_entity.c.confidence >= cast(least, REAL))
    return naming.correlate(columns["article_id"].table).exists()


def speaks_of(days: Days, columns: Columns) -> ColumnElement[bool]:
    """Does the article speak of these days?"""
    return columns[_DAYS[days.field]].bool_op("&&")(cast(Range(days.first, days.last, bounds="[]"), DATERANGE))


def speaks_surely_of(days: Days, columns: Columns, *, least: float) -> ColumnElement[bool]:
    """Does it speak of these days in a value that is at `least` so sure? Read from the findings: for few rows only."""
    asked = cast(Range(days.first, days.last, bounds="[]"), DATERANGE)
    of_version = (article_version.c.version == columns["version"]) & (
        article_version.c.article_id == columns["article_id"]
    )
    if days.field == "mentioned":
        one = func.jsonb_array_elements(article_version.c.dates).table_valued(column("value", JSONB), name="one")
        told = select(literal(1)).join_from(article_version, one, true())
        value, confidence = one.c.value["value"], one.c.value["basis"]["confidence"]
    else:
        told = select(literal(1)).select_from(article_version)
        found = article_version.c[days.field]
        value, confidence = found["value"], found["confidence"]
    told = told.where(of_version, confidence.as_float() >= least)
    told = told.where(func.timex_days(value.as_string()).bool_op("&&")(asked))
    return told.correlate(columns["article_id"].table).exists()


def unchanged_since(seq: int, columns: Columns) -> ColumnElement[bool]:
    """Has the feed told of nothing about the article behind this position?"""
    later = select(change.c.seq).where(change.c.article_id == columns["article_id"], change.c.seq > seq)
    return not_(later.correlate(columns["article_id"].table).exists())


def as_condition(told: Told, columns: Columns) -> ColumnElement[bool]:
    """A tsquery as what must be so of the row's vector; all else as it is."""
    return columns["vector"].bool_op("@@")(cast(told, TSQUERY)) if isinstance(told, str) else told


def _any_of(queries: Sequence[str]) -> str:
    return f"({' | '.join(queries)})" if queries else _NEVER


def _all_of(parts: Sequence[Told], columns: Columns) -> Told:
    queries = [one for one in parts if isinstance(one, str)]
    others = [one for one in parts if not isinstance(one, str)]
    joined = f"({' & '.join(queries)})" if queries else None
    if not others:
        return joined or _NEVER
    return and_(*([as_condition(joined, columns)] if joined else []), *others)


def _one_of(parts: Sequence[Told], columns: Columns) -> Told:
    queries = [one for one in parts if isinstance(one, str)]
    others = [one for one in parts if not isinstance(one, str)]
    if not others:
        return _any_of(queries)
    return or_(*([as_condition(_any_of(queries), columns)] if queries else []), *others)
