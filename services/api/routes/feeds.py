"""The addresses of feeds: what is newest, for feed readers."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Engine

from services.api.cursor import BadCursor, CursorFilterMismatch, Cursors
from services.api.formats.feeds import ATOM, JSON_FEED, Feed, atom, json_feed
from services.api.formats.specimens import FEED
from services.api.modified import is_known, last_modified
from services.api.records import articles as article_records
from services.api.revalidation import matches
from services.api.routes.articles import page_of
from services.api.routes.dependencies import TheCursors, TheEngine, base_of
from services.api.routes.documents import item_of
from services.api.search.asked import ArticlesAsked
from services.api.search.find import Wanted
from services.api.search.language import BadQuery
from shared.contracts.feed import JsonFeedOut
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter
from shared.http import dumps, problem_answers
from shared.reading import article_rows

router = APIRouter(prefix="/v1/feeds", tags=["feeds"])

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_PROBLEMS = problem_answers(InvalidParameter, BadQuery, BadCursor, CursorFilterMismatch, DatabaseAway)
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "As you have it."}}

Asked = Annotated[ArticlesAsked, Query()]


@router.get(
    "/atom.xml",
    summary="The newest articles, as Atom",
    response_class=Response,
    responses={
        200: {"content": {ATOM: {"schema": {"type": "string"}, "example": atom(FEED).decode()}}},
        **_UNCHANGED,
        **_PROBLEMS,
    },
)
def atom_feed(asked: Asked, request: Request, engine: TheEngine, cursors: TheCursors) -> Response:
    """An Atom feed (RFC 4287) of what `GET /v1/articles` lists, with the same filters; `rel="next"` leads to older ones."""
    feed = _feed(asked, request, engine, cursors)
    return _answer(atom(feed), f"{ATOM}; charset=utf-8", feed, request)


@router.get(
    "/feed.json",
    summary="The newest articles, as JSON Feed",
    response_class=Response,
    responses={
        200: {
            "content": {
                JSON_FEED: {
                    "schema": JsonFeedOut.model_json_schema(by_alias=True),
                    "example": orjson.loads(dumps(json_feed(FEED))),
                }
            }
        },
        **_UNCHANGED,
        **_PROBLEMS,
    },
)
def json_feed_route(asked: Asked, request: Request, engine: TheEngine, cursors: TheCursors) -> Response:
    """The same as JSON Feed 1.1; `next_url` leads to older ones."""
    feed = _feed(asked, request, engine, cursors)
    return _answer(dumps(json_feed(feed)), JSON_FEED, feed, request)


def _feed(asked: ArticlesAsked, request: Request, engine: Engine, cursors: Cursors) -> Feed:
    base = base_of(request)
    with transaction(engine) as tx:
        # The time first: what is listed after it may be newer, never older.
        changed_at = article_records.anything_changed(tx) or _NEVER
        page, onward = page_of(tx, asked, asked.wanted(tx) if asked.picks else Wanted(), cursors)
        found = article_rows(tx, [row.id for row in page])
    told = asked.model_dump(mode="json", exclude_unset=True)
    address = f"{base}{request.url.path}"
    return Feed(
        title="Bantin",
        id=_with_query(address, {name: value for name, value in told.items() if name != "cursor"}),
        url=_with_query(address, told),
        home=f"{base}/",
        following=f"{address}?{asked.onward(onward)}" if onward else None,
        changed_at=changed_at,
        # What was taken back since the page was cut is not there.
        items=[item_of(found[row.id], [], base) for row in page if row.id in found],
    )


def _with_query(address: str, asked: dict[str, Any]) -> str:
    return f"{address}?{urlencode(asked, doseq=True)}" if asked else address


def _answer(body: bytes, media_type: str, feed: Feed, request: Request) -> Response:
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
    now = datetime.now(UTC)
    if told := last_modified(feed.changed_at, now):
        headers["Last-Modified"] = told
    if matches(request.headers.get("if-none-match"), headers["ETag"]) or is_known(
        request.headers, feed.changed_at, now
    ):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)
