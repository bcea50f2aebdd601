"""The address of the list of articles: all of them, or those that words and filters find."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from services.api import queries
from services.api.cursor import BadCursor, CursorFilterMismatch, Cursors
from services.api.routes import TheCursors, TheEngine, summary
from services.api.search import find
from services.api.search.asked import ArticlesAsked
from services.api.search.find import Place, Sort
from services.api.search.highlights import Found, highlights, snippet
from services.api.search.language import BadQuery
from services.api.search.vectors import all_of
from shared.contracts.article import ArticleList
from shared.database import AnyRow, transaction
from shared.errors import DatabaseAway, InvalidParameter
from shared.http import json_response, problem_answers

router = APIRouter(prefix="/v1", tags=["articles"])

_NEWEST, _FOUND = "articles", "articles found"


@router.get(
    "/articles",
    response_model=ArticleList,
    summary="Articles: all, or those that words and filters find",
    responses=problem_answers(InvalidParameter, BadQuery, BadCursor, CursorFilterMismatch, DatabaseAway),
)
def list_articles(asked: Annotated[ArticlesAsked, Query()], engine: TheEngine, cursors: TheCursors) -> Response:
    """A page of articles. Follow `page.next` until it is null: every article that was there at the first page comes
    exactly once, however many arrive meanwhile."""
    with transaction(engine) as tx:
        page, onward = _found(tx, asked, cursors) if asked.picks else _newest(tx, asked, cursors)
        data = [summary(row) for row in page]
        if asked.highlight:
            _highlight(tx, asked, page, data)
    headers = {"Link": f'</v1/articles?{asked.onward(onward)}>; rel="next"'} if onward else {}
    return json_response({"data": data, "page": {"limit": asked.limit, "next": onward}}, headers=headers)


def _newest(tx: Connection, asked: ArticlesAsked, cursors: Cursors) -> tuple[Sequence[AnyRow], str | None]:
    """A page of all articles, in the order of the feed."""
    before = None
    if asked.cursor is not None:
        (before,) = cursors.decode(_NEWEST, asked.cursor, (int,), asked.filter())
    rows = queries.newest(tx, before=before, limit=asked.limit + 1)  # type: ignore[arg-type]  # an int, as was asked
    page = rows[: asked.limit]
    more = len(rows) > asked.limit
    return page, cursors.encode(_NEWEST, (page[-1].seq,), asked.filter()) if more else None


def _found(tx: Connection, asked: ArticlesAsked, cursors: Cursors) -> tuple[Sequence[AnyRow], str | None]:
    """A page of what is found."""
    after = read_place(cursors, asked.cursor, asked.order, asked.filter()) if asked.cursor is not None else None
    rows = find.page(tx, asked.wanted(tx), sort=asked.order, after=after, limit=asked.limit + 1)
    page = rows[: asked.limit]
    more = len(rows) > asked.limit
    return page, write_place(cursors, page[-1], asked.filter()) if more else None


def read_place(cursors: Cursors, cursor: str, sort: Sort, filter: str) -> Place:
    """Where the page before ended. Raises BadCursor and CursorFilterMismatch."""
    grade, by, id = cursors.decode(_FOUND, cursor, (int, str, str), filter)
    moment = datetime.fromisoformat if sort in ("relevance", "newest") else date.fromisoformat
    return Place(grade=int(grade), by=moment(str(by)), id=UUID(hex=str(id)))


def write_place(cursors: Cursors, row: AnyRow, filter: str) -> str:
    """The cursor of what goes on behind a row."""
    return cursors.encode(_FOUND, (row.grade, row.by.isoformat(), row.id.hex), filter)


def _highlight(tx: Connection, asked: ArticlesAsked, page: Sequence[AnyRow], data: list[dict[str, Any]]) -> None:
    """Add to each article where it was hit, and a piece of its text."""
    wanted, node = asked.wanted(tx), asked.node
    texts = find.texts(tx, [row.id for row in page])
    for row, told in zip(page, data, strict=True):
        if (text := texts.get(row.id)) is None:
            continue
        found = Found(title=text.title, text=text.text, blocks=text.blocks)
        places = highlights(node, all_of(wanted.grades), found) if node else []
        start, end = snippet(found, places)
        told["highlights"] = [place._asdict() for place in places]
        told["snippet"] = {"start": start, "end": end, "text": found.text[start:end]}
