"""What an article names, as things that other articles name too: each with the key by which it is known again."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.enrich.text.span import Span

Service = Literal["", "army", "police"]


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Fact:
    """A rank and a post at a time. Empty or 0: the article does not say it.

    `quarter` is the first day of the quarter, or None; `rank` a step of the ladder; `body` the key of an organisation;
    `province` the code of the province of today in which the body is; `level` 1 commune to 4 central.
    """

    quarter: date | None
    service: str
    rank: int
    post: str
    body: str
    province: str
    level: int

    @property
    def is_local(self) -> bool:
        """Is it a post in one province?"""
        return bool(self.province)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """One thing that an article names: its key among those of its type, its name, what it is called, and where.

    Of an organisation, `province` is the code of the province of today in which it is, empty if none is told, and
    `level` 1 commune, 2 district, 3 province, 4 central, 0 unknown.
    """

    type: Literal["organization", "place", "document"]
    key: str
    name: str
    aliases: tuple[str, ...]
    spans: tuple[Span, ...]
    confidence: float
    reason: str
    province: str = ""
    level: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPerson:
    """Someone whom an article names: by which key, whether many bear the name, and what it says of them."""

    key: str
    name: str
    frequent: bool
    facts: tuple[Fact, ...]
    rank: str | None
    posts: tuple[tuple[str, str | None], ...]
    spans: tuple[Span, ...]

    @property
    def is_known_by_name(self) -> bool:
        """Can others of this name be held against this one? Not where nothing but a frequent name is said."""
        return bool(self.facts) or not self.frequent


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """What an article names, and its day."""

    day: date | None
    people: tuple[NamedPerson, ...]
    subjects: tuple[Subject, ...]


NOTHING_NAMED = Naming(day=None, people=(), subjects=())
