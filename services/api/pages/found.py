"""Articles found for the front page: what may be asked there, and what was found."""

import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import Request
from sqlalchemy import Engine

from services.api.cursor import Cursors
from services.api.routes.articles import list_articles
from services.api.search.asked import ArticlesAsked

FILTERS = (
    "q", "source", "kind", "person", "org", "place", "province", "law", "entity", "date_from", "date_to", "date_field",
    "sort", "limit", "cursor",
)  # fmt: skip
"""What the form and its links may ask."""
_SEVERAL = {"source", "kind", "person", "org", "place", "province", "law", "entity"}
_FACETS = ("source", "person", "org", "province", "month", "kind")
_MOST_VALUES = 8
_A_PAGE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page of articles, how many there are in all, the cursor of the next page, and links that narrow it down."""

    articles: Sequence[Mapping[str, Any]] = ()
    count: Mapping[str, Any] | None = None
    onward: str | None = None
    facets: Sequence[Mapping[str, Any]] = ()


def find(request: Request, engine: Engine, cursors: Cursors, given: Mapping[str, str]) -> Found:
    """A page of what is asked for. Raises InvalidParameter, and pydantic's ValidationError."""
    kept = {name: value for name, value in given.items() if name not in ("cursor", "limit")}
    values = {name: [value] if name in _SEVERAL else value for name, value in given.items()}
    more = {
        "limit": given.get("limit", _A_PAGE),
        "highlight": True,
        "facets": list(_FACETS),
        "count": "estimate" if kept else None,
    }
    asked = ArticlesAsked.model_validate({**values, **more})
    told = orjson.loads(bytes(list_articles(request, asked, engine, cursors).body))
    return Found(
        articles=[_shown(article) for article in told["data"]],
        count=told.get("count"),
        onward=told["page"]["next"],
        facets=[facet for name in _FACETS if (facet := _facet(name, told["facets"], kept))],
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Some characters of a title or text, and whether they are what was looked for."""

    text: str
    hit: bool


def _shown(article: Mapping[str, Any]) -> dict[str, Any]:
    """An article with the parts of its title and of the piece of its text."""
    piece = article.get("snippet")
    spans = [(one["field"], one["start"], one["end"]) for one in article.get("highlights") or ()]
    return {
        **article,
        "title_parts": parts(article["title"], 0, [(start, end) for field, start, end in spans if field == "title"]),
        "snippet_parts": parts(
            piece["text"], piece["start"], [(start, end) for field, start, end in spans if field == "text"]
        )
        if piece
        else [],
    }


def parts(text: str, offset: int, spans: Sequence[tuple[int, int]]) -> list[Part]:
    """The text cut where it was hit; `spans` do not overlap and count from `offset` characters before it."""
    found, at = [], 0
    for start, end in sorted(spans):
        first, last = max(at, start - offset), min(len(text), end - offset)
        if first < last:
            found += [Part(text[at:first], hit=False), Part(text[first:last], hit=True)]
            at = last
    found.append(Part(text[at:], hit=False))
    return [Part(unicodedata.normalize("NFC", part.text), part.hit) for part in found if part.text]


def _facet(name: str, facets: Any, kept: Mapping[str, str]) -> dict[str, Any] | None:
    """A facet with links: each value narrows the list down, the chosen one takes itself away again."""
    values = []
    for one in facets["counts"].get(name, [])[:_MOST_VALUES]:
        query = _narrowed(name, one["value"], kept)
        if query is None:
            continue
        chosen = query.items() <= kept.items()
        onward = {key: value for key, value in kept.items() if key not in query} if chosen else {**kept, **query}
        values.append({**one, "query": urlencode(onward), "chosen": chosen})
    return {"name": name, "entries": values} if values else None


def _narrowed(name: str, value: Any, kept: Mapping[str, str]) -> dict[str, str] | None:
    """What is asked for by a value of a facet; None where a link cannot say it."""
    if not value:
        return None
    if name != "month":
        return {name: str(value)}
    year, month = map(int, str(value).split("-")[:2])
    _, last = monthrange(year, month)
    return {
        "date_from": f"{year:04}-{month:02}-01",
        "date_to": f"{year:04}-{month:02}-{last}",
        "date_field": kept.get("date_field", "published"),
    }
