"""The addresses at which people withhold, release and kill articles, and read who did so."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from services.ingest import articles, orders
from services.ingest.articles import ArticleInHand, OrderRefused
from services.ingest.desk import Desk
from services.ingest.named import named
from services.ingest.routes import the_desk
from shared.contracts.bulletin import EventList, KillOrder, Order, Standing
from shared.contracts.states import Priority
from shared.database import AnyRow, transaction
from shared.errors import ArticleKilled, DatabaseAway, InvalidParameter, NoSuchArticle
from shared.http import json_response, problem_answers
from shared.ids import ARTICLE, BULLETIN, written

router = APIRouter(prefix="/v1", tags=["orders"])

ArticleId = Annotated[str, Path(description="An article's id, or that of a bulletin it was made from.")]
_REFUSALS = problem_answers(InvalidParameter, NoSuchArticle, ArticleInHand, OrderRefused, ArticleKilled, DatabaseAway)
_TRIES = 5


@router.post("/articles/{id}:withhold", response_model=Standing, summary="Hide an article for now", responses=_REFUSALS)
def withhold(id: ArticleId, order: Order, request: Request) -> Response:
    """Hide an article until it is released. It leaves every list at once; one that is hidden stays so."""
    asked = named(order, request)
    return _carry_out(the_desk(request), id, lambda tx, found, now: orders.withhold(tx, found, asked, now=now))


@router.post("/articles/{id}:release", response_model=Standing, summary="Show it again", responses=_REFUSALS)
def release(id: ArticleId, order: Order, request: Request) -> Response:
    """Show an article again that was withheld, in its newest version."""
    asked = named(order, request)
    return _carry_out(the_desk(request), id, lambda tx, found, now: orders.release(tx, found, asked, now=now))


@router.post("/articles/{id}:kill", response_model=Standing, summary="Take an article back", responses=_REFUSALS)
def kill(id: ArticleId, order: KillOrder, request: Request) -> Response:
    """Take an article back for good, in all its versions; the note stays in its place. To kill twice does no more."""
    asked = named(order, request)
    return _carry_out(the_desk(request), id, lambda tx, found, now: orders.kill(tx, found, asked, now=now))


@router.get(
    "/articles/{id}/events",
    response_model=EventList,
    summary="What was done to an article",
    responses=problem_answers(NoSuchArticle, DatabaseAway),
)
def get_events(id: ArticleId, request: Request) -> Response:
    """What was done to an article, by whom, when and why; the newsroom's own, for it holds the reasons."""
    with transaction(the_desk(request).engine) as tx:
        rows = orders.events(tx, articles.article_id(tx, id))
    return json_response({"data": [row._asdict() for row in rows]})


Carry = Callable[[Connection, UUID, datetime], orders.Heir | None]


def _at_last(desk: Desk, asked: str, carry: Carry) -> tuple[AnyRow, orders.Heir | None]:
    """Carry an order out in one transaction, begun again if the article was revised just then. Raises ArticleInHand."""
    for try_ in range(_TRIES):
        try:
            with transaction(desk.engine) as tx:
                id = articles.article_id(tx, asked)
                heir = carry(tx, id, desk.clock())
                return orders.standing(tx, id), heir
        except ArticleInHand:
            if try_ == _TRIES - 1:
                raise
    raise AssertionError


def _carry_out(desk: Desk, asked: str, carry: Carry) -> Response:
    row, heir = _at_last(desk, asked, carry)
    successor = None
    if heir is not None:
        successor = written(ARTICLE, heir.article_id) if heir.article_id else written(BULLETIN, heir.bulletin_id)
        if heir.article_id is None:
            desk.ringer.ring([(heir.bulletin_id, Priority.NORMAL)])
    stands = {
        "article": written(ARTICLE, row.id),
        "pub_status": row.pub_status,
        "version": row.current_version,
        "embargo_until": None if row.announced else row.embargo_until,
        "successor": successor,
    }
    return json_response(stands)
