"""The desk's addresses for what failed: by what went wrong, one by one, let run again, given up."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Engine

from services.ops import repairs
from services.ops.contracts.quarantine import Groups, HeldAsked, HeldPage, RepairAsked, Repaired
from services.ops.documents import quarantine
from services.ops.records.quarantine import FIRST
from services.ops.records.repairs import Action, Which, count
from services.ops.routes.asking import Now, TheEngine
from shared.access.gate import actor_of, caller_of
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter
from shared.http import json_response, problem_answers
from shared.ids import BULLETIN, read

router = APIRouter(prefix="/ops/v1", tags=["ops"])

_MOST_GROUPS = 200


@router.get(
    "/quarantine",
    response_model=Groups,
    summary="What failed, by what went wrong",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_quarantine(engine: TheEngine, stage: Annotated[str | None, Query(max_length=100)] = None) -> Response:
    """Quarantined bulletins, grouped by the signature of their errors, the latest first; of all stages or of one."""
    with transaction(engine) as tx:
        return json_response(quarantine.groups(tx, limit=_MOST_GROUPS, stage=stage))


@router.get(
    "/quarantine/bulletins",
    response_model=HeldPage,
    summary="Quarantined bulletins",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_held(asked: Annotated[HeldAsked, Query()], engine: TheEngine) -> Response:
    """One by one, with the whole error; `next` is the `after` of the next page."""
    after = read(BULLETIN, asked.after) if asked.after else FIRST
    if after is None:
        raise InvalidParameter(f"after is a bulletin's id, not {asked.after!r}")
    with transaction(engine) as tx:
        return json_response(quarantine.held(tx, signature=asked.signature, after=after, limit=asked.limit))


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


def _repair(action: Action, asked: RepairAsked, request: Request, engine: Engine, now: Now) -> Response:
    which, actor = which_of(asked), actor_of(caller_of(request), asked.actor)
    if asked.dry_run:
        with transaction(engine) as tx:
            return json_response({"matched": count(tx, which), "changed": 0, "actions": []})
    numbers, changed = [], 0
    for number, pieces in repairs.repair(engine, action, which, actor=actor, reason=asked.reason, now=now):
        numbers.append(number)
        changed += pieces
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
