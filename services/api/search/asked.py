"""What may be asked of the list of articles, and what is looked for then."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from sqlalchemy import Connection

from services.api.records import articles as article_records
from services.api.records import entities as entity_records
from services.api.search.conditions import Days, Meanings, Query
from services.api.search.facets import Facet
from services.api.search.find import AsOf, Sort, Wanted
from services.api.search.language import fault, read
from services.api.search.places import place_terms, province_terms
from services.api.search.tree import Named, Node, leaves
from services.api.search.vectors import Diacritics, grades
from shared.contracts.bulletin import Day
from shared.contracts.follower import BIGGEST_SEQ
from shared.contracts.problem import Fault
from shared.errors import InvalidParameter
from shared.ids import ARTICLE, ENTITY, STORY
from shared.ids import read as read_id
from shared.orthography.lexemes import plain, words

MOST_IDS = 100
_LANGUAGE = "vi"
_EARLIER = timedelta(hours=1)
"""Transactions take seconds and end in another order than they began; clocks of several machines differ by less."""
_ENTITY_TYPES = {"person": "person", "org": "organization", "law": "document"}
_NOT_FILTERS = {"limit", "cursor", "format", "fields", "highlight", "facets", "count"}


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("it holds a character that no text has")
    return text


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_without_nul),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00]*$"}),
]
Names = Annotated[list[Name], Field(max_length=20)]
EntityIds = Annotated[list[Annotated[str, StringConstraints(pattern=r"^-?ent_[0-9a-f]{32}$")]], Field(max_length=20)]
StoryIds = Annotated[list[Annotated[str, StringConstraints(pattern=r"^sto_[0-9a-f]{32}$")]], Field(max_length=20)]


class FiltersAsked(BaseModel):
    """By what articles may be picked. A filter that is given several times is met by any of its values, a minus before a
    value leaves it out; filters of different names are all asked for."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, AfterValidator(_without_nul)] | None = Field(
        None,
        max_length=500,
        description='Words, "phrases", OR, -word, (…), title: lead: body: caption: by: src: person: org: law: place: '
        "province:, date:[2024-03-01 TO 2024-03-31], a star behind a word.",
    )
    diacritics: Diacritics = Field(
        "auto", description="`strict` takes accents as typed, `fold` does not; `auto` does where any are typed."
    )
    source: Names = Field([], description="Who filed it.")
    byline: Names = Field([], description="Who wrote it, as its own line says; accents optional.")
    kind: list[Literal["first", "revision", "correction", "-first", "-revision", "-correction"]] = Field(
        [], max_length=6, description="What its newest version is."
    )
    has: list[Literal["captions", "no_date", "inferred_date", "-captions", "-no_date", "-inferred_date"]] = Field(
        [], max_length=6, description="What it has."
    )
    place: Names = Field([], description="A unit's code, or its name.")
    place_mode: Literal["current", "valid", "written"] = Field(
        "current",
        description="`place` is what the place named is today, what it was on the article's day, or how it is written.",
    )
    province: Names = Field([], description="A province of today, by code or name.")
    entity: EntityIds = Field([], description="An entity's id: only articles that name it.")
    person: Names = Field([], description="A person, by id or whole name.")
    org: Names = Field([], description="An organisation, by id or whole name.")
    law: Names = Field([], description="A law, decision or programme, by id, number or whole name.")
    language: list[Annotated[str, StringConstraints(pattern=r"^-?[a-z]{2,3}$")]] = Field(
        [], max_length=20, description="Its language, by ISO 639; everything here is Vietnamese, `vi`."
    )
    pipeline: Names = Field([], description="The version of all rules and data that its newest version was read with.")
    min_confidence: float | None = Field(
        None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Entities and days that are asked for count only where they are at least so sure.",
    )
    as_of_seq: int | None = Field(
        None,
        ge=0,
        le=BIGGEST_SEQ,
        description="Only articles that are as they were at this position of the feed: what came or changed since is left out.",
    )
    story: StoryIds = Field([], description="A story's id: only articles that tell of it.")
    id: str | None = Field(
        None,
        max_length=5_000,
        description=f"Ids of articles, with commas; at most {MOST_IDS}.",
        json_schema_extra={"pattern": f"^art_[0-9a-f]{{32}}(,art_[0-9a-f]{{32}}){{0,{MOST_IDS - 1}}}$"},
    )
    date_from: Day | None = Field(None, description="Only articles that speak of this day or a later one.")
    date_to: Day | None = Field(None, description="Only articles that speak of this day or an earlier one.")
    date_field: Literal["mentioned", "event", "published"] = Field(
        "mentioned", description="Which days count: all that are mentioned, that of the event, that of publication."
    )

    @property
    def node(self) -> Node | None:
        """The tree of `q`. Raises BadQuery."""
        return read(self.q) if self.q is not None else None

    @property
    def days(self) -> Days | None:
        """The days that were asked for. Raises InvalidParameter if they end before they begin."""
        if self.date_from is None and self.date_to is None:
            return None
        if self.date_from and self.date_to and self.date_to < self.date_from:
            told = f"date_to {self.date_to} is before date_from {self.date_from}"
            raise InvalidParameter(told, errors=[Fault(pointer="query/date_to", detail="is before date_from")])
        return Days(self.date_field, self.date_from, self.date_to)

    @property
    def filters(self) -> bool:
        """Is anything asked for but all articles?"""
        return bool(
            self.model_fields_set - _NOT_FILTERS - {"sort", "diacritics", "place_mode", "date_field", "min_confidence"}
        )

    def wanted(self, tx: Connection) -> Wanted:
        """What is looked for. Raises BadQuery, and InvalidParameter for a name or id that means nothing."""
        node = self.node
        facts, not_facts = self._facts()
        entities, not_entities = self._entities(tx)
        return Wanted(
            query=Query(node=node, meanings=_meanings(tx, node, self.date_field)) if node else None,
            grades=grades(node, self.diacritics) if node else (),
            days=self.days,
            facts=facts,
            not_facts=not_facts,
            entities=entities,
            not_entities=not_entities,
            stories=[_known(STORY, "story", one) for one in self.story],
            ids=self._ids() if self.id is not None else None,
            pipelines=_sides(self.pipeline)[0],
            not_pipelines=_sides(self.pipeline)[1],
            least=self.min_confidence,
            as_of=_as_of(tx, self.as_of_seq) if self.as_of_seq is not None else None,
        )

    def _facts(self) -> tuple[list[list[str]], list[str]]:
        told: list[tuple[Sequence[str], Callable[[str], list[str]]]] = [
            (self.source, lambda one: [f"source {one}"]),
            (self.byline, lambda one: [f"byline {' '.join(map(plain, words(one)))}"]),
            (self.kind, lambda one: [f"kind {one}"]),
            (self.has, lambda one: [_HAS[one]]),
            (self.place, lambda one: place_terms(one, self.place_mode)),
            (self.province, province_terms),
        ]
        picked, left_out = [], []
        for values, facts_of in told:
            wanted, unwanted = _sides(values)
            if wanted:
                picked.append([fact for one in wanted for fact in facts_of(one)])
            left_out += [fact for one in unwanted for fact in facts_of(one)]
        languages, not_languages = _sides(self.language)
        if _LANGUAGE in not_languages or (languages and _LANGUAGE not in languages):
            picked.append([])  # no fact of which one must be so: nothing is found
        return picked, left_out

    def _entities(self, tx: Connection) -> tuple[list[list[UUID]], list[UUID]]:
        picked, left_out = [], []
        for type, values in (
            ("", self.entity),
            ("person", self.person),
            ("organization", self.org),
            ("document", self.law),
        ):
            wanted, unwanted = _sides(values)
            if wanted:
                picked.append([id for one in wanted for id in meant(tx, one, type)])
            left_out += [id for one in unwanted for id in meant(tx, one, type)]
        return picked, left_out

    def _ids(self) -> list[UUID]:
        asked = (self.id or "").split(",")
        if len(asked) > MOST_IDS:
            raise InvalidParameter(f"at most {MOST_IDS} ids at once, these are {len(asked)}")
        return [_known(ARTICLE, "article", one) for one in asked]

    def filter(self) -> str:
        """What decides which articles are in the list and in which order, in one form however it was asked."""
        asked = self.model_dump(mode="json", exclude_defaults=True, exclude=_NOT_FILTERS)
        return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS).decode()


def _pieces(values: object) -> object:
    """The values of a list, however they are separated: given several times, or with commas."""
    if not isinstance(values, list):
        return values
    return [piece for value in values for piece in (value.split(",") if isinstance(value, str) else [value])]


FacetNames = Annotated[list[Facet], BeforeValidator(_pieces), Field(max_length=len(get_args(Facet)))]
FieldNames = Annotated[list[Annotated[str, Field(max_length=50)]], BeforeValidator(_pieces), Field(max_length=50)]


class FacetsAsked(FiltersAsked):
    """What may be asked of the facets."""

    facets: FacetNames = Field(
        ["source", "kind", "entity", "province", "month"], description="Which, with commas or given several times."
    )


class ArticlesAsked(FiltersAsked):
    """What may be asked of the list of articles; anything else is refused."""

    limit: int = Field(50, ge=1, le=200, description="Articles on a page.")
    cursor: str | None = Field(None, max_length=500, description="`page.next` of the page before.")
    sort: Sort | None = Field(
        None,
        description="The best hits first (by default with `q`), the newest (by default without), or by the day of "
        "publication or of the event, the latest first.",
    )
    facets: FacetNames = Field([], description="Count what is found by these, with commas or given several times.")
    count: Literal["exact", "estimate"] | None = Field(
        None, description="Tell how many are found; an estimate counts to 1,000 and says then that there are more."
    )
    fields: FieldNames = Field(
        [],
        description="Only these fields of an article or its summary, with commas or given several times; `@name` is a "
        "selection that the operator saved.",
    )
    highlight: bool = Field(
        default=False, description="Tell where the words of `q` stand, and give a piece of the text."
    )

    @property
    def picks(self) -> bool:
        """Is anything asked for but all articles, the newest first?"""
        return self.filters or self.order not in ("newest", "relevance")

    @property
    def needs_wanted(self) -> bool:
        """Is something asked that goes beyond the page?"""
        return bool(self.facets or self.count)

    @property
    def order(self) -> Sort:
        """In which order."""
        return self.sort or ("relevance" if self.node else "newest")

    def onward(self, cursor: str) -> str:
        """The query of the next page."""
        asked = self.model_dump(mode="json", exclude_unset=True) | {"limit": self.limit, "cursor": cursor}
        return urlencode(asked, doseq=True)


_HAS = {"captions": "has captions", "no_date": "dated unknown", "inferred_date": "dated inferred"}


def meant(tx: Connection, told: str, type: str) -> list[UUID]:
    """The ids of what is meant by an id or by a whole name of a type; none where nothing is. Raises InvalidParameter if
    there is no type and `told` is no id."""
    id = read_id(ENTITY, told)
    if not type and id is None:
        raise InvalidParameter(f"entity {told!r} is no id: ent_ and 32 hexadecimal digits")
    return entity_records.members(tx, [id] if id else entity_records.called(tx, told, type))


def _as_of(tx: Connection, seq: int) -> AsOf:
    """A position of the feed. Raises InvalidParameter if it has not come so far."""
    at = article_records.told_at(tx, seq) if seq else datetime.min.replace(tzinfo=UTC)
    if at is None:
        told = f"the feed has not told of {seq} yet: `head_seq` of GET /v1/changes is how far it is"
        raise InvalidParameter(told, errors=[Fault(pointer="query/as_of_seq", detail="is beyond the feed")])
    return AsOf(seq=seq, by=at + _EARLIER if seq else at)


def _meanings(tx: Connection, node: Node, day_field: str) -> Meanings:
    entities, facts = {}, {}
    for leaf in leaves(node):
        if isinstance(leaf, Named):
            if leaf.field in _ENTITY_TYPES:
                entities[leaf] = meant(tx, leaf.name, _ENTITY_TYPES[leaf.field])
            else:
                facts[leaf] = _facts_of(leaf)
    return Meanings(entities=entities, facts=facts, day_field=day_field)


def _facts_of(leaf: Named) -> list[str]:
    if leaf.field == "src":
        return [f"source {leaf.name}"]
    try:
        return province_terms(leaf.name) if leaf.field == "province" else place_terms(leaf.name, "current")
    except InvalidParameter as error:
        raise fault(str(error), leaf.start) from None


def _sides(values: Sequence[str]) -> tuple[list[str], list[str]]:
    """The values that are asked for, and those that are left out."""
    unwanted = [one[1:] for one in values if one.startswith("-")]
    return [one for one in values if not one.startswith("-")], unwanted


def _known(kind: str, name: str, told: str) -> UUID:
    id = read_id(kind, told)
    if id is None:
        raise InvalidParameter(f"{name} {told!r} is no id: {kind} and 32 hexadecimal digits")
    return id
