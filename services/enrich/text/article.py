"""An article as it is being made: from a bulletin's text, stage by stage, to everything that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from services.enrich.text.named import NOTHING_NAMED, Naming
from services.enrich.text.span import OffsetMap, Span

BlockKind = Literal[
    "dateline", "kicker", "headline", "lead", "paragraph", "subhead", "list", "table", "caption", "placeholder", "byline",
    "source", "tail",
]  # fmt: skip
EntityType = Literal["PERSON", "ORGANIZATION", "LOCATION", "LEGAL_DOCUMENT", "PROGRAMME"]
ReferenceType = Literal["LEGAL_DOCUMENT", "PROGRAMME"]
DateType = Literal["DATE", "TIME", "DURATION", "SET"]
RelationKind = Literal["exact", "near", "revision", "same_event", "none"]
Calendar = Literal["solar", "lunar"]


class UnreadableBulletin(Exception):
    """No article can ever be made of this text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """Why a value is believed: the rule with its version, how sure it is, the filed text it rests on, and in words."""

    method: str
    version: str
    confidence: float
    evidence: tuple[Span, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A part of the bulletin: its place in the filed text, its clean text (NFC), and the way between them.

    `picture` is the number of the picture that a placeholder and its caption belong to, where one is written.
    """

    kind: BlockKind
    span: Span
    text: str
    offsets: OffsetMap
    basis: Basis
    picture: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Byline:
    """Who wrote it, and of which house or office, as the bulletin's own line says."""

    span: Span
    author: str
    affiliation: str | None
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """From whom the newsroom has it, as the bulletin says: "Nguồn: …", "(TTXVN)"."""

    span: Span
    name: str
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Abbreviation:
    """A short form and what it stands for: defined in the text, or known from the lexicon."""

    span: Span
    short: str
    long: str
    origin: Literal["text", "lexicon"]
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """A likely slip of the pen and what may have been meant; offered, never applied."""

    span: Span
    kind: Literal["doubled_word", "lost_letter"]
    text: str
    suggestion: str
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something about the whole bulletin that its reader should know, and where it shows."""

    code: Literal["several_articles", "mended_encoding", "mended_letters", "taken_from_html"]
    detail: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DateMention:
    """A temporal expression and what it says, in ISO 8601 as TIMEX3 uses it.

    `written` and `inferred` name the fields of the value ("year", "month", "day", "hour", …) that the expression says
    itself and those that were found elsewhere. `lunar` is the lunar day, month or year as written, where the calendar
    is lunar: the value is always solar.
    """

    span: Span
    text: str
    type: DateType
    value: str
    calendar: Calendar
    granularity: str
    modifier: str | None
    written: tuple[str, ...]
    inferred: tuple[str, ...]
    lunar: str | None
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Dating:
    """When something was: a day or a time of day (ISO 8601), or None; and how that is known."""

    value: str | None
    status: Literal["stated", "given", "inferred", "unknown"]
    basis: Basis


UNKNOWN = Dating(
    value=None,
    status="unknown",
    basis=Basis(method="dates.none", version="1", confidence=1.0, reason="nothing says it"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityMention:
    """A name, as written, what it is the name of, and that thing's key where it is known."""

    span: Span
    text: str
    type: EntityType
    name: str
    key: str | None
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceLink:
    """A place as written, and the unit of the administrative map that it meant on the article's day.

    `unit` is the unit's code, valid from `valid_from` up to `valid_to`, or the ISO 3166 code of a place abroad; None
    where several `candidates` are left. `lies_in` are the codes of its district and province on that day, `today`
    those of the units that it is, or lies in, today.
    """

    span: Span
    text: str
    unit: str | None
    name: str | None
    valid_from: str | None
    valid_to: str | None
    lies_in: tuple[str, ...]
    today: tuple[str, ...]
    candidates: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Rank:
    """A rank or degree as worded, and where."""

    span: Span
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A post as worded, the body in which it is held, by its whole name where that is known, and where that stands."""

    span: Span
    text: str
    organisation: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Someone whom the article names: the fullest name, every place where it speaks of them, and what it calls them.

    `titles` are the places that speak of them by their post alone.
    """

    name: str
    mentions: tuple[Span, ...]
    titles: tuple[Span, ...]
    rank: Rank | None
    positions: tuple[Position, ...]
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A law, decision or programme that the text refers to, and the parts of the reference as they are written."""

    span: Span
    text: str
    type: ReferenceType
    kind: str
    number: str | None
    year: str | None
    issuer: str | None
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What counts when texts are compared, line by line; and where it stands.

    Each of `places` is an offset into `text` and the filed offset that the characters from there on came from.
    """

    text: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """What the article is to an earlier one, and where the two differ: here, and in the filed text of the other.

    `exact`: the same words, `near`: the same but for words that say nothing else; both make it a duplicate.
    `revision`: the same bulletin with other facts, `same_event`: another text with common phrases; `none`: another
    bulletin of the same form, and the reason says which values differ.
    """

    other: UUID
    kind: RelationKind
    score: float
    reason: str
    basis: Basis
    spans: tuple[tuple[Span, Span], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One of the articles of a bulletin that holds several: its place and its headline."""

    span: Span
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """Frozen; each stage returns a new one. Spans point into `filed`, the text as it was filed.

    `given` is the day of publication where the newsroom gave it beside the text; `dates_refused` is how many expressions
    of time it holds that no calendar has. `lexemes` are the words by which it is found, as PostgreSQL reads a
    tsvector; `place_terms` those of its places (places/terms.py).
    """

    id: UUID
    filed: str
    given: date | None = None
    blocks: tuple[Block, ...] = ()
    items: tuple[Item, ...] = ()
    byline: Byline | None = None
    source: SourceLine | None = None
    abbreviations: tuple[Abbreviation, ...] = ()
    slips: tuple[Slip, ...] = ()
    notes: tuple[Note, ...] = ()
    exact_key: bytes = b""
    said: Said | None = None
    bands: tuple[int, ...] = ()
    relations: tuple[Relation, ...] = ()
    sketch: Mapping[int, float] = field(default_factory=dict)
    dates: tuple[DateMention, ...] = ()
    dates_refused: int = 0
    published: Dating = UNKNOWN
    event: Dating = UNKNOWN
    entities: tuple[EntityMention, ...] = ()
    places: tuple[PlaceLink, ...] = ()
    people: tuple[Person, ...] = ()
    citations: tuple[Reference, ...] = ()
    naming: Naming = NOTHING_NAMED
    lexemes: str = ""
    place_terms: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The clean text of the headline."""
        return next(block.text for block in self.blocks if block.kind == "headline")

    @property
    def duplicate(self) -> Relation | None:
        """The relation that makes it a duplicate of an earlier article, if there is one."""
        return next((one for one in self.relations if one.kind in ("exact", "near")), None)

    def evolve(self, **changes: Any) -> Self:
        """The same article with other values."""
        return replace(self, **changes)
