"""Articles found for the front page: what may be asked there, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy import Connection

from services.api import cursor, queries
from services.api.routes import ArticlesAsked, summary

FILTERS = ("date_from", "date_to", "date_field", "place", "province", "person", "org", "law", "entity", "cursor")
"""What the form and its links may ask."""
_A_PAGE = 25
_LIST = "articles"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page of articles, and the cursor of the next."""

    articles: Sequence[Mapping[str, Any]] = ()
    onward: str | None = None
    searches: bool = False
    facets: Sequence[Mapping[str, Any]] = ()


def find(tx: Connection, _: Request, given: Mapping[str, str]) -> Found:
    """A page of what is asked for. Raises InvalidParameter, and pydantic's ValidationError."""
    asked = ArticlesAsked.model_validate({**given, "limit": _A_PAGE})
    before = cursor.decode(_LIST, asked.cursor) if asked.cursor is not None else None
    rows = queries.newest(
        tx, before=before, limit=_A_PAGE + 1, days=asked.days, places=asked.places, entities=asked.entities(tx)
    )
    onward = cursor.encode(_LIST, rows[_A_PAGE - 1].seq) if len(rows) > _A_PAGE else None
    return Found(articles=[summary(row) for row in rows[:_A_PAGE]], onward=onward)
