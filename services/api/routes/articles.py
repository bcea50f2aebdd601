"""The address of the list of articles: all of them, or those that words and filters find."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from services.api.cursor import BadCursor, CursorFilterMismatch, Cursors
from services.api.modified import is_known, last_modified
from services.api.records import articles as article_records
from services.api.routes.dependencies import TheCursors, TheEngine
from services.api.routes.documents import summary
from services.api.search import find
from services.api.search.asked import ArticlesAsked, FacetsAsked
from services.api.search.facets import Counted, facets
from services.api.search.fields import chosen, need_document, only
from services.api.search.find import Place, Sort, Wanted
from services.api.search.highlights import Found, highlights, snippet
from services.api.search.language import BadQuery
from services.api.search.lookup import look_up
from services.api.search.places import UnknownUnit
from services.api.search.vectors import all_of
from shared.contracts import examples
from shared.contracts.article import ArticleList, ArticleSelection, FacetsOut
from shared.contracts.examples import LOOKUP_IN
from shared.contracts.problem import Fault
from shared.contracts.search import LookupIn, LookupOut
from shared.database import AnyRow, transaction
from shared.errors import DatabaseAway, InvalidParameter, ServiceError
from shared.http import json_response, problem_answers
from shared.ids import ARTICLE, read
from shared.reading import article_rows, document, relations_of

router = APIRouter(prefix="/v1", tags=["articles"])

_ESTIMATE = 1_000
_NEWEST, _FOUND = "articles", "articles found"


@router.get(
    "/articles",
    response_model=ArticleList | ArticleSelection,
    summary="Articles: all, or those that words and filters find",
    responses={
        200: {
            "content": {
                "application/json": {
                    "examples": {
                        "list": {"summary": "Articles.", "value": examples.ARTICLE_LIST},
                        "selection": {"summary": "With `fields`.", "value": examples.ARTICLE_SELECTION},
                    }
                }
            }
        },
        304: {"description": "As you have it."},
        **problem_answers(InvalidParameter, UnknownUnit, BadQuery, BadCursor, CursorFilterMismatch, DatabaseAway),
    },
)
def list_articles(
    request: Request, asked: Annotated[ArticlesAsked, Query()], engine: TheEngine, cursors: TheCursors
) -> Response:
    """A page of articles. Follow `page.next` until it is null: every article that was there at the first page comes
    exactly once, however many arrive meanwhile."""
    fields = chosen(asked.fields, request.app.state.field_selections) if asked.fields else None
    with transaction(engine) as tx:
        # The time first: what is listed after it may be newer, never older.
        changed_at = article_records.anything_changed(tx)
        wanted = asked.wanted(tx) if asked.picks or asked.needs_wanted else Wanted()
        page, onward = page_of(tx, asked, wanted, cursors)
        data = [summary(row) for row in page] if fields is None else _selected(tx, page, fields)
        if asked.highlight:
            _highlight(tx, asked, wanted, data)
        told: dict[str, Any] = {"data": data, "page": {"limit": asked.limit, "next": onward}}
        if asked.facets:
            told["facets"] = _facets(facets(tx, wanted, asked.facets))
        if asked.count:
            most = _ESTIMATE if asked.count == "estimate" else None
            articles = find.count(tx, wanted, most=most)
            told["count"] = {"articles": articles, "exact": articles != most}
    headers = {"Link": f'</v1/articles?{asked.onward(onward)}>; rel="next"'} if onward else {}
    now = datetime.now(UTC)
    if modified := last_modified(changed_at, now):
        headers["Last-Modified"] = modified
    if is_known(request.headers, changed_at, now):
        return Response(status_code=304, headers=headers | {"Cache-Control": "no-cache"})
    return json_response(told, headers=headers)


class LookupTooLarge(ServiceError):
    """The question is longer than we read."""

    status, code = 413, "lookup_too_large"


_LARGEST_LOOKUP = 4_194_304
# What it refers to is among the answer's schemas.
_QUESTION = LookupIn.model_json_schema(ref_template="#/components/schemas/{model}")
del _QUESTION["$defs"]
_LOOKUP_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _QUESTION, "examples": {"keys": {"value": LOOKUP_IN}}}},
    }
}


@router.post(
    "/articles:lookup",
    response_model=LookupOut,
    summary="Articles by what is known of them",
    responses=problem_answers(InvalidParameter, LookupTooLarge, DatabaseAway),
    openapi_extra=_LOOKUP_BODY,
)
async def look_up_articles(request: Request, engine: TheEngine) -> Response:
    """The articles of ids, of senders' keys, of hashes of the bytes as received, of whole texts and of addresses."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_LOOKUP:
            raise LookupTooLarge(f"at most {_LARGEST_LOOKUP} bytes", headers={"Connection": "close"})
    try:
        asked = LookupIn.model_validate_json(bytes(body))
    except ValidationError as error:
        faults = [Fault(pointer="/".join(["", *map(str, one["loc"])]), detail=one["msg"]) for one in error.errors()]
        raise InvalidParameter("the body is no question of ours; `errors` says where", errors=faults) from None
    return await run_in_threadpool(_looked_up, asked, engine)


def _looked_up(asked: LookupIn, engine: Engine) -> Response:
    with transaction(engine) as tx:
        found = [
            {
                "by": answer.by,
                "asked": answer.asked if isinstance(answer.asked, str) else answer.asked.model_dump(),
                "articles": [summary(row) for row in answer.rows],
            }
            for answer in look_up(tx, asked)
        ]
    return json_response({"data": found})


@router.get(
    "/facets",
    response_model=FacetsOut,
    summary="What words and filters find, counted",
    responses=problem_answers(InvalidParameter, BadQuery, DatabaseAway),
)
def get_facets(asked: Annotated[FacetsAsked, Query()], engine: TheEngine) -> Response:
    """Of each facet the 50 most frequent values among the newest 5,000 articles that `GET /v1/articles` finds."""
    with transaction(engine) as tx:
        return json_response(_facets(facets(tx, asked.wanted(tx), asked.facets)))


def _facets(counted: Counted) -> dict[str, Any]:
    return counted._asdict()


def _selected(tx: Connection, page: Sequence[AnyRow], fields: Sequence[str]) -> list[dict[str, Any]]:
    """The fields of a page's articles; what became unreadable since the page was cut is left out."""
    summaries = {row.id: summary(row) for row in page}
    if not need_document(fields):
        return [only(told, fields) for told in summaries.values()]
    rows = article_rows(tx, list(summaries))
    return [
        only({**told, **document(row, relations_of(tx, row) if "relations" in fields else [])}, fields)
        for id, told in summaries.items()
        if (row := rows.get(id)) is not None
    ]


def page_of(
    tx: Connection, asked: ArticlesAsked, wanted: Wanted, cursors: Cursors
) -> tuple[Sequence[AnyRow], str | None]:
    """The rows of a page, and the cursor of the next one if there is one. Raises BadCursor, CursorFilterMismatch."""
    return _found(tx, asked, wanted, cursors) if asked.picks else _newest(tx, asked, cursors)


def _newest(tx: Connection, asked: ArticlesAsked, cursors: Cursors) -> tuple[Sequence[AnyRow], str | None]:
    """A page of all articles, in the order of the feed."""
    before = None
    if asked.cursor is not None:
        (before,) = cursors.decode(_NEWEST, asked.cursor, (int,), asked.filter())
    rows = article_records.newest(tx, before=before, limit=asked.limit + 1)  # type: ignore[arg-type]  # an int, as was asked
    page = rows[: asked.limit]
    more = len(rows) > asked.limit
    return page, cursors.encode(_NEWEST, (page[-1].seq,), asked.filter()) if more else None


def _found(
    tx: Connection, asked: ArticlesAsked, wanted: Wanted, cursors: Cursors
) -> tuple[Sequence[AnyRow], str | None]:
    """A page of what is found."""
    after = read_place(cursors, asked.cursor, asked.order, asked.filter()) if asked.cursor is not None else None
    rows = find.page(tx, wanted, sort=asked.order, after=after, limit=asked.limit + 1)
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


def _highlight(tx: Connection, asked: ArticlesAsked, wanted: Wanted, data: Sequence[dict[str, Any]]) -> None:
    """Add to each article where it was hit, and a piece of its text."""
    node = asked.node
    ids = [uuid for told in data if (uuid := read(ARTICLE, told["id"]))]
    texts = find.texts(tx, ids)
    for id, told in zip(ids, data, strict=True):
        if (text := texts.get(id)) is not None:
            found = Found(title=text.title, text=text.text, blocks=text.blocks)
            places = highlights(node, all_of(wanted.grades), found) if node else []
            start, end = snippet(found, places)
            told["highlights"] = [place._asdict() for place in places]
            told["snippet"] = {"start": start, "end": end, "text": found.text[start:end]}
