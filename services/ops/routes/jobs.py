"""The desk's addresses for long repairs: begin, look, stop, go on."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Engine

from services.ops.contracts.quarantine import Repaired
from services.ops.contracts.steering import Asked, Job, JobAsked, Jobs
from services.ops.records import jobs
from services.ops.records.repairs import count
from services.ops.routes.asking import Asker, Now, TheEngine
from services.ops.routes.quarantine import which_of
from shared.access.gate import actor_of
from shared.access.keys import Caller
from shared.access.scopes import Scope
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter, NotAllowed, ServiceError
from shared.http import json_response, problem_answers

router = APIRouter(prefix="/ops/v1", tags=["ops"])

JobId = Annotated[int, Path(ge=1, le=2**53 - 1)]


class NoSuchJob(ServiceError):
    """There is no such job."""

    status, code = 404, "no_such_job"


@router.post(
    "/jobs",
    response_model=Job,
    status_code=202,
    summary="Begin a long repair",
    responses={
        200: {"model": Repaired, "description": "`dry_run`: how many are meant."},
        **problem_answers(InvalidParameter, NotAllowed, DatabaseAway),
    },
)
def post_job(asked: JobAsked, engine: TheEngine, now: Now, caller: Asker) -> Response:
    """Replay or discard at a pace, piece by piece. With `dry_run` only the number is told, as `:replay` tells it."""
    check_job(asked, caller)
    which, who = which_of(asked), _who(asked, caller)
    with transaction(engine) as tx:
        if asked.dry_run:
            return json_response({"matched": count(tx, which), "changed": 0, "actions": []})
        job = jobs.start(tx, asked.action, which, rate=asked.rate, now=now, **who)
    return json_response(job, 202, {"Location": f"/ops/v1/jobs/{job['id']}"})


@router.get(
    "/jobs",
    response_model=Jobs,
    summary="Long repairs",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_jobs(engine: TheEngine, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
    """Newest first, each with how far it has come."""
    with transaction(engine) as tx:
        return json_response({"jobs": jobs.jobs(tx, limit=limit)})


@router.get(
    "/jobs/{id:word}",
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
    return {"actor": actor_of(caller, asked.actor), "reason": asked.reason}
