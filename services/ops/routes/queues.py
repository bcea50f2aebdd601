"""The desk's addresses by which operators steer queues: pause, resume, limit."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import Engine

from services.ops.contracts.steering import Asked, LimitAsked, QueueName
from services.ops.contracts.watching import OneQueue, Setting
from services.ops.documents import queues
from services.ops.records import controls
from services.ops.records.controls import Change
from services.ops.routes.asking import Asker, Now, TheEngine
from shared.access.gate import actor_of
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter
from shared.http import json_response, problem_answers
from shared.logging import logger

log = logger(__name__)

router = APIRouter(prefix="/ops/v1", tags=["ops"])

TheQueue = Annotated[QueueName, Path(description="`all`, or one of its two parts.")]


@router.get(
    "/queues/{queue}",
    response_model=OneQueue,
    summary="What waits in one queue",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_queue(queue: TheQueue, engine: TheEngine, now: Now) -> Response:
    """What waits in one queue, or in all together, and what an operator paused or limited there."""
    with transaction(engine) as tx:
        return json_response(queues.one_queue(tx, queue, now=now))


@router.put(
    "/queues/{queue}/pause",
    response_model=Setting,
    summary="Stop work on a queue",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def put_pause(queue: TheQueue, asked: Asked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """From now on nobody begins anything of the queue; what is in hand is finished. Bulletins are still taken in."""
    change = Change(queue=queue, action="pause", paused=True, actor=actor_of(caller, asked.actor), reason=asked.reason)
    return _change(change, engine, now)


@router.put(
    "/queues/{queue}/resume",
    response_model=Setting,
    summary="Let work on a queue go on",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def put_resume(queue: TheQueue, asked: Asked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """`all` that is resumed leaves what was paused by itself as it is."""
    change = Change(
        queue=queue, action="resume", paused=False, actor=actor_of(caller, asked.actor), reason=asked.reason
    )
    return _change(change, engine, now)


@router.patch(
    "/queues/{queue}",
    response_model=Setting,
    summary="Limit work on a queue",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def patch_queue(queue: TheQueue, asked: LimitAsked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """From now on no more than so many transactions begin to work on it at once, in all workers together."""
    change = Change(
        queue=queue,
        action="limit",
        limits=True,
        most=asked.max_concurrency,
        actor=actor_of(caller, asked.actor),
        reason=asked.reason,
    )
    return _change(change, engine, now)


def _change(change: Change, engine: Engine, now: Now) -> Response:
    return json_response(change_queue(engine, change, now))


def change_queue(engine: Engine, change: Change, now: Now) -> dict[str, object]:
    """Change a queue's setting and say so in the log; the new setting."""
    with transaction(engine) as tx:
        changed = controls.change(tx, change, now=now)
    told = {"queue": change.queue, "actor": change.actor, "reason": change.reason}
    log.info("queue steered", action=change.action, most=changed["most"], **told)
    return changed
