"""Long repairs as they are kept: asked for once, how far each has come, stopped or going on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.ops.records.actions import note_action
from services.ops.records.quarantine import FIRST
from services.ops.records.repairs import Action, Which, count
from services.ops.records.statements import documents, execute, value

_START = """
WITH kept AS (
    INSERT INTO operator_action (at, actor, action, reason, bulletins, filter)
    VALUES (%(now)s, %(actor)s, %(action)s, %(reason)s, 0, %(filter)s::jsonb) RETURNING id
)
INSERT INTO repair_job (action_id, action, filter, rate, asked_at, matched, after_id, due_at)
SELECT id, %(action)s, %(filter)s::jsonb, %(rate)s, %(now)s, %(matched)s, %(first)s, %(now)s FROM kept RETURNING id
"""
# Two desks may run: whoever has the row does the piece.
_DUE = """
SELECT id, action_id, action, filter, rate, asked_at, after_id FROM repair_job
WHERE state = 'running' AND due_at <= %(now)s ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_MOVE_ON = """
WITH moved AS (
    UPDATE repair_job SET done = done + %(count)s, after_id = coalesce(%(after)s, after_id),
           due_at = %(now)s::timestamptz + %(count)s / rate * interval '1 s',
           state = CASE WHEN %(over)s THEN 'finished' ELSE state END,
           ended_at = CASE WHEN %(over)s THEN %(now)s::timestamptz END
    WHERE id = %(id)s RETURNING action_id
)
UPDATE operator_action SET bulletins = bulletins + %(count)s FROM moved WHERE operator_action.id = moved.action_id
"""
_JOBS = """
SELECT job.id, job.action, job.state, job.filter, job.rate, job.asked_at, job.matched, job.done, job.ended_at, actor, reason,
       CASE WHEN state = 'running' THEN greatest(0, matched - done) / rate END AS seconds_left
FROM repair_job AS job JOIN operator_action ON operator_action.id = action_id
"""


def start(
    tx: Connection, action: Action, which: Which, *, rate: float, actor: str, reason: str, now: datetime
) -> dict[str, Any]:
    """Ask for a long repair of the bulletins that are quarantined by now, at so many a second."""
    values = {
        "now": now, "actor": actor, "action": action, "reason": reason, "rate": rate, "matched": count(tx, which),
        "first": FIRST, "filter": orjson.dumps(which.document()).decode(),
    }  # fmt: skip
    found = job(tx, int(value(tx, _START, **values)))
    assert found is not None  # it was just made
    return found


def job(tx: Connection, id: int) -> dict[str, Any] | None:
    """A job and how far it has come."""
    found = documents(tx, f"{_JOBS} WHERE job.id = %(id)s", id=id)
    return found[0] if found else None


def jobs(tx: Connection, *, limit: int) -> list[dict[str, Any]]:
    """The jobs, newest first."""
    return documents(tx, f"{_JOBS} ORDER BY job.id DESC LIMIT %(limit)s", limit=limit)


def set_state(tx: Connection, id: int, state: str, *, actor: str, reason: str, now: datetime) -> dict[str, Any] | None:
    """Stop a job, or let it go on, and keep who did it; the job as it is then, None if there is none.

    One that is finished stays so.
    """
    sql = """
    UPDATE repair_job SET state = %(state)s, due_at = %(now)s WHERE id = %(id)s AND state <> %(state)s AND state <> 'finished'
    """
    if execute(tx, sql, id=id, state=state, now=now):
        action = "stop" if state == "stopped" else "continue"
        note_action(tx, action, actor=actor, reason=reason, about={"job": id}, now=now)
    return job(tx, id)


def due(tx: Connection, *, now: datetime) -> dict[str, Any] | None:
    """The job whose next piece is due, held until the transaction ends; None if none is, or others have it in hand."""
    found = documents(tx, _DUE, now=now)
    return found[0] if found else None


def move_on(tx: Connection, id: int, taken: Sequence[UUID], *, over: bool, now: datetime) -> None:
    """Keep how far a job has come: behind `taken`, and whether nothing is left."""
    execute(tx, _MOVE_ON, id=id, count=len(taken), after=max(taken, default=None), over=over, now=now)
