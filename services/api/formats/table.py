"""An article as a row: the columns that CSV and Parquet have in common."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from services.api.formats import parts
from services.api.formats.item import Document, Item

Value = str | int | datetime | list[str] | None


class Kind(Enum):
    """What a column holds. Only TEXT may be empty."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    TEXTS = "texts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column: its name, what it holds and how an article says it."""

    name: str
    kind: Kind
    of: Callable[[Item], Value]


def _text(name: str, of: Callable[[Document], str | None]) -> Column:
    return Column(name=name, kind=Kind.TEXT, of=lambda item: of(item.article))


def _texts(name: str, of: Callable[[Document], Iterable[str | None]]) -> Column:
    return Column(
        name=name, kind=Kind.TEXTS, of=lambda item: list(dict.fromkeys(one for one in of(item.article) if one))
    )


def _moment(value: Any) -> datetime:
    assert isinstance(value, datetime)
    return value.astimezone(UTC)


def _field(one: Document | None, name: str) -> str | None:
    value = one.get(name) if one else None
    return str(value) if value is not None else None


def _entities(article: Document) -> Iterable[str | None]:
    for name in ("people", "entities", "places", "citations"):
        yield from (one["entity"] for one in article[name])


COLUMNS: tuple[Column, ...] = (
    _text("id", lambda article: article["id"]),
    Column(name="version", kind=Kind.NUMBER, of=lambda item: int(item.article["version"])),
    _text("kind", lambda article: article["kind"]),
    _text("source", lambda article: article["source"]),
    _text("external_id", lambda article: article["external_id"]),
    Column(name="received_at", kind=Kind.MOMENT, of=lambda item: _moment(item.article["received_at"])),
    Column(name="available_at", kind=Kind.MOMENT, of=lambda item: _moment(item.article["available_at"])),
    Column(name="modified_at", kind=Kind.MOMENT, of=lambda item: _moment(item.modified_at)),
    _text("published", lambda article: _field(article["published"], "value")),
    _text("published_basis", lambda article: _field(article["published"], "basis")),
    _text("event", lambda article: _field(article["event"], "value")),
    _text("event_basis", lambda article: _field(article["event"], "basis")),
    _text("title", lambda article: article["title"]),
    _text("lead", parts.lead),
    _text("body", parts.body),
    _text("byline", lambda article: _field(article["byline"], "author")),
    _text("source_line", lambda article: _field(article["source_line"], "name")),
    _texts("captions", lambda article: parts.texts(article, "caption")),
    _texts("people", lambda article: (one["name"] for one in article["people"])),
    _texts(
        "organizations",
        lambda article: (one["name"] for one in article["entities"] if one["type"] == "ORGANIZATION"),
    ),
    _texts("places", lambda article: (one["text"] for one in article["places"])),
    _texts("place_codes", lambda article: (one["unit"] for one in article["places"])),
    _texts("documents", lambda article: (one["text"] for one in article["citations"])),
    _texts("dates", lambda article: (one["value"] for one in article["dates"])),
    _texts("entities", _entities),
    _text("story", lambda article: article["story"]),
    _text("note", lambda article: article["note"]),
    _text("pipeline", lambda article: article["pipeline"]),
)
