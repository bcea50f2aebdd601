"""The desk's addresses for looking: queues, workers, the ledger, one bulletin's life, what operators did."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.ops.contracts.watching import Actions, History, Ledger, Queues, Workers
from services.ops.documents import ledger, queues, workers
from services.ops.documents.history import history
from services.ops.records import actions
from services.ops.routes.asking import LogUrl, Now, TheEngine
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter, NoSuchBulletin
from shared.http import json_response, problem_answers

router = APIRouter(prefix="/ops/v1", tags=["ops"])


@router.get("/queues", response_model=Queues, summary="What waits", responses=problem_answers(DatabaseAway))
def get_queues(request: Request, engine: TheEngine, now: Now) -> Response:
    """By priority what waits, is worked on and waits for a later try; ages, rates, and the time to drain."""
    with transaction(engine) as tx:
        rates = request.app.state.recent.rates(tx, now=now)
        return json_response(queues.queues(tx, now=now, rates=rates))


@router.get("/workers", response_model=Workers, summary="Who works", responses=problem_answers(DatabaseAway))
def get_workers(engine: TheEngine, now: Now) -> Response:
    """Every worker and sweep with its health, and what each child of a worker has in hand."""
    with transaction(engine) as tx:
        return json_response(workers.workers(tx, now=now))


@router.get("/ledger", response_model=Ledger, summary="Is all accounted for?", responses=problem_answers(DatabaseAway))
def get_ledger(engine: TheEngine, now: Now) -> Response:
    """Accepted bulletins by state, and the ids of those for which the account does not hold."""
    with transaction(engine) as tx:
        return json_response(ledger.ledger(tx, now=now))


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
        return json_response({"actions": actions.actions(tx, limit=limit)})
