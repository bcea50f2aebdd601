"""An article as it is being made: from a bulletin's text, stage by stage, to everything that is known of it."""

from dataclasses import dataclass, replace
from typing import Any, Literal, Self
from uuid import UUID

from services.enrich.text.span import OffsetMap, Span

BlockKind = Literal[
    "dateline", "headline", "lead", "paragraph", "subhead", "caption", "placeholder", "byline", "source", "tail"
]
EntityType = Literal["PERSON", "ORGANIZATION", "LOCATION", "LEGAL_DOCUMENT", "PROGRAMME"]


class UnreadableBulletin(Exception):
    """No article can ever be made of this text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """Why a value is believed: the rule with its version, how sure it is, and the filed text that it rests on."""

    method: str
    version: str
    confidence: float
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A part of the bulletin: its place in the filed text, its clean text (NFC), and the way between them."""

    kind: BlockKind
    span: Span
    text: str
    offsets: OffsetMap
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class DateMention:
    """A temporal expression and what it says, in ISO 8601 as TIMEX3 uses it."""

    span: Span
    text: str
    type: Literal["DATE", "TIME", "DURATION", "SET"]
    value: str
    calendar: Literal["solar", "lunar"]
    granularity: str
    modifier: str | None
    basis: Basis


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
class Duplicate:
    """The article says what an earlier one says."""

    original: UUID
    kind: Literal["exact", "near"]
    score: float
    reason: str
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """Frozen; each stage returns a new one. Spans point into `filed`, the text as it was filed."""

    id: UUID
    filed: str
    blocks: tuple[Block, ...] = ()
    exact_key: bytes = b""
    duplicate: Duplicate | None = None
    dates: tuple[DateMention, ...] = ()
    entities: tuple[EntityMention, ...] = ()

    @property
    def title(self) -> str:
        """The clean text of the headline."""
        return next(block.text for block in self.blocks if block.kind == "headline")

    def evolve(self, **changes: Any) -> Self:
        """The same article with other values."""
        return replace(self, **changes)
