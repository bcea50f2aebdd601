"""The desk's addresses for programs: everything as JSON."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import Engine

from services.ops import desk, repairs, watching
from services.ops.contracts import (
    Actions,
    Groups,
    HeldAsked,
    HeldPage,
    History,
    Ledger,
    Queues,
    RepairAsked,
    Repaired,
    Workers,
)
from services.ops.history import history
from services.ops.repairs import Action, Which
from shared.access.gate import actor_of, caller_of
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter, NoSuchBulletin
from shared.http import json_response, problem_answers
from shared.ids import BULLETIN, read
from shared.settings import Settings

router = APIRouter(prefix="/ops/v1", tags=["ops"])

_MOST_GROUPS = 200


def the_engine(request: Request) -> Engine:
    """The pool of connections to the database."""
    engine: Engine = request.app.state.engine
    return engine


def this_moment(request: Request) -> datetime:
    """Now, by the application's clock."""
    clock: Callable[[], datetime] = request.app.state.clock
    return clock()


TheEngine = Annotated[Engine, Depends(the_engine)]


def the_log_url(request: Request) -> str:
    """Where logs are looked up by an id."""
    settings: Settings = request.app.state.settings
    return settings.log_url


Now = Annotated[datetime, Depends(this_moment)]
LogUrl = Annotated[str, Depends(the_log_url)]


@router.get("/queues", response_model=Queues, summary="What waits", responses=problem_answers(DatabaseAway))
def get_queues(engine: TheEngine, now: Now) -> Response:
    """By priority what waits, is worked on and waits for a later try; ages, rates, and the time to drain."""
    with transaction(engine) as tx:
        return json_response(desk.queues(tx, now=now))


@router.get("/workers", response_model=Workers, summary="Who works", responses=problem_answers(DatabaseAway))
def get_workers(engine: TheEngine, now: Now) -> Response:
    """Every worker and sweep with its health, and what each child of a worker has in hand."""
    with transaction(engine) as tx:
        return json_response(desk.workers(tx, now=now))


@router.get("/ledger", response_model=Ledger, summary="Is all accounted for?", responses=problem_answers(DatabaseAway))
def get_ledger(engine: TheEngine, now: Now) -> Response:
    """Accepted bulletins by state, and the ids of those for which the account does not hold."""
    with transaction(engine) as tx:
        return json_response(desk.ledger(tx, now=now))


@router.get(
    "/quarantine",
    response_model=Groups,
    summary="What failed, by what went wrong",
    responses=problem_answers(DatabaseAway),
)
def get_quarantine(engine: TheEngine, stage: Annotated[str | None, Query(max_length=100)] = None) -> Response:
    """Quarantined bulletins, grouped by the signature of their errors, the latest first; of all stages or of one."""
    with transaction(engine) as tx:
        return json_response(desk.groups(tx, limit=_MOST_GROUPS, stage=stage))


@router.get(
    "/quarantine/bulletins",
    response_model=HeldPage,
    summary="Quarantined bulletins",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_held(asked: Annotated[HeldAsked, Query()], engine: TheEngine) -> Response:
    """One by one, with the whole error; `next` is the `after` of the next page."""
    after = read(BULLETIN, asked.after) if asked.after else UUID(int=0)
    if after is None:
        raise InvalidParameter(f"after is a bulletin's id, not {asked.after!r}")
    with transaction(engine) as tx:
        return json_response(desk.held(tx, signature=asked.signature, after=after, limit=asked.limit))


@router.post(
    "/quarantine:replay",
    response_model=Repaired,
    summary="Let quarantined bulletins run again",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def post_replay(asked: RepairAsked, request: Request, engine: TheEngine, now: Now) -> Response:
    """Each runs alone, its tries counted anew. With `dry_run` only their number is told."""
    return _repair("replay", asked, request, engine, now)


@router.post(
    "/quarantine:discard",
    response_model=Repaired,
    summary="Give quarantined bulletins up",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def post_discard(asked: RepairAsked, request: Request, engine: TheEngine, now: Now) -> Response:
    """They become `rejected`; their bytes stay. With `dry_run` only their number is told."""
    return _repair("discard", asked, request, engine, now)


def _repair(action: Action, asked: RepairAsked, request: Request, engine: Engine, now: datetime) -> Response:
    which, actor = which_of(asked), actor_of(caller_of(request), asked.actor)
    if asked.dry_run:
        with transaction(engine) as tx:
            return json_response({"matched": repairs.count(tx, which), "changed": 0, "actions": []})
    numbers, changed = [], 0
    for number, count in repairs.repair(engine, action, which, actor=actor, reason=asked.reason, now=now):
        numbers.append(number)
        changed += count
    return json_response({"matched": changed, "changed": changed, "actions": numbers})


def which_of(asked: RepairAsked) -> Which:
    """The bulletins that a request means. Raises InvalidParameter."""
    if not (asked.everything or asked.bulletins or asked.signature or asked.error_class or asked.stage):
        raise InvalidParameter("say which: bulletins, signature, error_class, stage, or everything")
    ids = None
    if asked.bulletins is not None:
        found = {one: read(BULLETIN, one) for one in asked.bulletins}
        if wrong := [one for one, id in found.items() if id is None]:
            raise InvalidParameter(f"bulletins holds {wrong[0]!r}, which is no bulletin's id")
        ids = [id for id in found.values() if id is not None]
    return Which(ids=ids, signature=asked.signature, error_class=asked.error_class, stage=asked.stage)


@router.get(
    "/bulletins/{id}/history",
    response_model=History,
    summary="One bulletin's whole life",
    responses=problem_answers(NoSuchBulletin, DatabaseAway),
)
def get_history(
    id: Annotated[str, Path(description="A bulletin's id or an article's.")], engine: TheEngine, log_url: LogUrl
) -> Response:
    """Request, attempts with workers, durations and errors, relations, the feed and operators, on one line of time."""
    with transaction(engine) as tx:
        return json_response(history(tx, id, log_url=log_url))


@router.get(
    "/actions",
    response_model=Actions,
    summary="What operators did",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_actions(engine: TheEngine, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
    """Newest first: who, what, why, and to how many bulletins."""
    with transaction(engine) as tx:
        return json_response({"actions": watching.actions(tx, limit=limit)})
