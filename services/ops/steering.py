"""The desk's addresses by which operators steer: pause, resume and limit queues; long repairs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import Engine

from services.ops import controls, desk, jobs, repairs
from services.ops.contracts import OneQueue, Setting
from services.ops.controls import Change
from services.ops.routes import Now, TheEngine, which_of
from services.ops.steering_contracts import Asked, Job, JobAsked, Jobs, LimitAsked, QueueName
from shared.access.gate import actor_of, caller_of
from shared.access.keys import Caller
from shared.access.scopes import Scope
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter, NotAllowed, ServiceError
from shared.http import json_response, problem_answers
from shared.logging import logger

log = logger(__name__)

router = APIRouter(prefix="/ops/v1", tags=["ops"])

TheQueue = Annotated[QueueName, Path(description="`all`, or one of its two parts.")]
Asker = Annotated[Caller, Depends(caller_of)]
JobId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class NoSuchJob(ServiceError):
    """There is no such job."""

    status, code = 404, "no_such_job"


@router.get(
    "/queues/{queue}",
    response_model=OneQueue,
    summary="What waits in one queue",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_queue(queue: TheQueue, engine: TheEngine, now: Now) -> Response:
    """What waits in one queue, or in all together, and what an operator paused or limited there."""
    with transaction(engine) as tx:
        return json_response(desk.one_queue(tx, queue, now=now))


@router.put(
    "/queues/{queue}/pause",
    response_model=Setting,
    summary="Stop work on a queue",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def put_pause(queue: TheQueue, asked: Asked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """From now on nobody begins anything of the queue; what is in hand is finished. Bulletins are still taken in."""
    change = Change(queue=queue, action="pause", paused=True, actor=_actor(asked, caller), reason=asked.reason)
    return _change(change, engine, now)


@router.put(
    "/queues/{queue}/resume",
    response_model=Setting,
    summary="Let work on a queue go on",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def put_resume(queue: TheQueue, asked: Asked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """`all` that is resumed leaves what was paused by itself as it is."""
    change = Change(queue=queue, action="resume", paused=False, actor=_actor(asked, caller), reason=asked.reason)
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
        actor=_actor(asked, caller),
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


@router.post(
    "/jobs",
    response_model=Job,
    status_code=202,
    summary="Begin a long repair",
    responses=problem_answers(InvalidParameter, NotAllowed, DatabaseAway),
)
def post_job(asked: JobAsked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """Replay or discard at a pace, piece by piece. With `dry_run` only the number is told, as `:replay` tells it."""
    check_job(asked, caller)
    which, who = which_of(asked), _who(asked, caller)
    with transaction(engine) as tx:
        if asked.dry_run:
            return json_response({"matched": repairs.count(tx, which), "changed": 0, "actions": []})
        job = jobs.start(tx, asked.action, which, rate=asked.rate, now=now, **who)
    return json_response(job, 202, {"Location": f"/ops/v1/jobs/{job['id']}"})


@router.get("/jobs", response_model=Jobs, summary="Long repairs", responses=problem_answers(DatabaseAway))
def get_jobs(engine: TheEngine, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
    """Newest first, each with how far it has come."""
    with transaction(engine) as tx:
        return json_response({"jobs": jobs.jobs(tx, limit=limit)})


@router.get(
    "/jobs/{id}",
    response_model=Job,
    summary="A long repair",
    responses=problem_answers(InvalidParameter, NoSuchJob, DatabaseAway),
)
def get_job(id: JobId, engine: TheEngine) -> Response:
    """How far it has come."""
    with transaction(engine) as tx:
        job = jobs.job(tx, id)
    if job is None:
        raise NoSuchJob(f"there is no job {id}")
    return json_response(job)


@router.post(
    "/jobs/{id}:stop",
    response_model=Job,
    summary="Stop a long repair",
    responses=problem_answers(InvalidParameter, NoSuchJob, DatabaseAway),
)
def post_stop(id: JobId, asked: Asked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """After the piece that is in hand. What is done stays done."""
    return json_response(steer_job(engine, id, "stopped", now, **_who(asked, caller)))


@router.post(
    "/jobs/{id}:continue",
    response_model=Job,
    summary="Let a long repair go on",
    responses=problem_answers(InvalidParameter, NoSuchJob, DatabaseAway),
)
def post_continue(id: JobId, asked: Asked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """From where it was stopped."""
    return json_response(steer_job(engine, id, "running", now, **_who(asked, caller)))


def steer_job(engine: Engine, id: int, state: str, now: Now, *, actor: str, reason: str) -> dict[str, object]:
    """Stop a job or let it go on; the job as it is then. Raises NoSuchJob."""
    with transaction(engine) as tx:
        job = jobs.set_state(tx, id, state, actor=actor, reason=reason, now=now)
    if job is None:
        raise NoSuchJob(f"there is no job {id}")
    return job


def check_job(asked: JobAsked, caller: Caller) -> None:
    """What cannot be undone is for admins. Raises NotAllowed."""
    if asked.action == "discard" and not caller.may(Scope.ADMIN):
        raise NotAllowed(f"to give bulletins up needs {Scope.ADMIN}: it cannot be undone")


def _who(asked: Asked | JobAsked, caller: Caller) -> dict[str, str]:
    return {"actor": _actor(asked, caller), "reason": asked.reason}


def _actor(asked: Asked | JobAsked, caller: Caller) -> str:
    return actor_of(caller, asked.actor)
