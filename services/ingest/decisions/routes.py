"""The addresses at which people decide on duplicates and stories, undo it, and read what was decided."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from services.ingest.articles import ArticleInHand, OrderRefused
from services.ingest.decisions import records, relations, stories
from services.ingest.decisions.records import Decision, NoSuchDecision
from services.ingest.decisions.relations import Ruling
from services.ingest.decisions.stories import UnknownStory
from services.ingest.desk import Desk
from services.ingest.named import AnyOrder, named
from services.ingest.routes import the_desk
from shared.contracts.bulletin import Order
from shared.contracts.decision import ArticlesOrder, DecisionList, DecisionOut, MergeOrder, RelationOrder
from shared.contracts.states import Priority
from shared.database import transaction
from shared.errors import ArticleKilled, DatabaseAway, InvalidParameter, NoSuchArticle
from shared.http import json_response, problem_answers
from shared.ids import ARTICLE, BULLETIN, STORY, NewId, read

router = APIRouter(prefix="/v1", tags=["decisions"])

ArticleId = Annotated[str, Path(description="An article's id, or a bulletin's: of a version, or of a duplicate.")]
DecisionId = Annotated[str, Path(description="A decision's id.")]
_TRIES = 5
_REFUSALS = (InvalidParameter, NoSuchArticle, ArticleInHand, OrderRefused, ArticleKilled, DatabaseAway)


@router.post(
    "/articles/{id}/relations",
    response_model=DecisionOut,
    summary="Say what an article is to another",
    responses=problem_answers(*_REFUSALS),
)
def decide_relation(id: ArticleId, order: RelationOrder, request: Request) -> Response:
    """Say that an article, or a bulletin that was taken for a duplicate, is or is not a duplicate of another. It stands
    above all rules. Said twice it is one decision."""
    asked = named(order, request)

    def rule(tx: Connection, now: datetime, new_id: NewId) -> Ruling:
        return relations.decide(tx, id, asked, now=now, new_id=new_id)

    return _carry_out(the_desk(request), rule)


StoryId = Annotated[str, Path(description="A story's id, or one that leads to it.")]
_STORY_REFUSALS = problem_answers(InvalidParameter, UnknownStory, NoSuchArticle, OrderRefused, DatabaseAway)


@router.post(
    "/stories/{id}:merge", response_model=DecisionOut, summary="Make two stories one", responses=_STORY_REFUSALS
)
def merge_stories(id: StoryId, order: MergeOrder, request: Request) -> Response:
    """Say that a story is that of `into`. Its id leads there from now on."""
    return _decide_story(stories.merge, id, order, request)


@router.post(
    "/stories/{id}:split", response_model=DecisionOut, summary="Take articles out of a story", responses=_STORY_REFUSALS
)
def split_story(id: StoryId, order: ArticlesOrder, request: Request) -> Response:
    """Say that articles tell of another event: they make a story of their own, under a new id."""
    return _decide_story(stories.split, id, order, request)


@router.post(
    "/stories/{id}:gather", response_model=DecisionOut, summary="Put articles into a story", responses=_STORY_REFUSALS
)
def gather_story(id: StoryId, order: ArticlesOrder, request: Request) -> Response:
    """Say that articles tell of this story's event, whatever story they were in, or none."""
    return _decide_story(stories.gather, id, order, request)


_AnyOrder_contra = TypeVar("_AnyOrder_contra", bound=Order, contravariant=True)


class _StoryRule(Protocol[_AnyOrder_contra]):
    """What a person's order does to a story; the decision that is kept of it."""

    def __call__(
        self, tx: Connection, asked: str, order: _AnyOrder_contra, *, now: datetime, new_id: NewId
    ) -> Decision: ...


def _decide_story(decide: _StoryRule[AnyOrder], id: str, order: AnyOrder, request: Request) -> Response:
    asked = named(order, request)

    def rule(tx: Connection, now: datetime, new_id: NewId) -> Ruling:
        return Ruling(decision=decide(tx, id, asked, now=now, new_id=new_id))

    return _carry_out(the_desk(request), rule)


@router.get(
    "/stories/{id}/decisions",
    response_model=DecisionList,
    summary="What was decided about a story",
    responses=problem_answers(DatabaseAway),
)
def list_story_decisions(id: StoryId, request: Request) -> Response:
    """What people decided about a story, the earliest first."""
    story = read(STORY, id)
    with transaction(the_desk(request).engine) as tx:
        found = records.about_story(tx, story) if story else []
    return _listed(found)


@router.post(
    "/decisions/{id}:undo",
    response_model=DecisionOut,
    summary="Undo a decision",
    responses=problem_answers(NoSuchDecision, *_REFUSALS),
)
def undo_decision(id: DecisionId, order: Order, request: Request) -> Response:
    """Let all be as it was before the decision. The last one goes first; what was undone is decided anew, not undone again."""
    asked = named(order, request)

    def rule(tx: Connection, now: datetime, new_id: NewId) -> Ruling:
        records.one_at_a_time(tx)
        found = records.find(tx, id)
        if found.kind == "undo":
            raise OrderRefused("it undid another decision: decide that anew")
        if found.undone_by:
            raise OrderRefused("it is undone already")
        if found.kind == "relation":
            return relations.undo(tx, found, asked, now=now, new_id=new_id)
        return Ruling(decision=stories.undo(tx, found, asked, now=now, new_id=new_id))

    return _carry_out(the_desk(request), rule)


@router.get(
    "/articles/{id}/decisions",
    response_model=DecisionList,
    summary="What was decided about an article",
    responses=problem_answers(DatabaseAway),
)
def list_decisions(id: ArticleId, request: Request) -> Response:
    """What people decided about an article or a bulletin, the earliest first; the newsroom's own, for it says who and why."""
    with transaction(the_desk(request).engine) as tx:
        found = records.about_article(tx, article=read(ARTICLE, id), bulletin=read(BULLETIN, id))
    return _listed(found)


def _listed(found: list[Decision]) -> Response:
    return json_response({"data": [records.document(one).model_dump() for one in found]})


def _carry_out(desk: Desk, rule: Callable[[Connection, datetime, NewId], Ruling]) -> Response:
    """Rule in one transaction, begun again if somebody else was at work just then; then ring for what is read again."""
    for try_ in range(_TRIES):
        try:
            with transaction(desk.engine) as tx:
                ruling = rule(tx, desk.clock(), desk.new_id)
                told = records.find_again(tx, ruling.decision)
            break
        except ArticleInHand:
            if try_ == _TRIES - 1:
                raise
    if ruling.read_again:
        desk.ringer.ring([(ruling.read_again, Priority.NORMAL)])
    return json_response(records.document(told).model_dump())
