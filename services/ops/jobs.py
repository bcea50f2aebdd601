"""Long repairs: asked for once, done piece by piece at a pace, stopped and continued, and never lost with a process."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Engine

from services.ops.controls import note_action
from services.ops.repairs import FIRST, Action, Which, change_taken, count, of_document
from services.ops.watching import documents
from shared.database import transaction

_PIECE = 500
"""Bulletins changed in one transaction, and a second's worth at most."""

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
    found = job(tx, int(tx.exec_driver_sql(_START, values).scalar_one()))
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
    if tx.exec_driver_sql(sql, {"id": id, "state": state, "now": now}).rowcount:
        action = "stop" if state == "stopped" else "continue"
        note_action(tx, action, actor=actor, reason=reason, about={"job": id}, now=now)
    return job(tx, id)


def do_piece(engine: Engine, *, now: datetime) -> bool:
    """Do the next piece of the job that is due, if one is. It is done whole or not at all, whatever dies meanwhile."""
    with transaction(engine) as tx:
        due = documents(tx, _DUE, now=now)
        if not due:
            return False
        this = due[0]
        most = max(1, min(_PIECE, round(this["rate"])))
        taken = change_taken(
            tx,
            this["action"],
            of_document(this["filter"]),
            action_id=this["action_id"],
            after=this["after_id"],
            held_before=this["asked_at"],
            most=most,
            now=now,
        )
        over = len(taken) < most
        values = {"id": this["id"], "count": len(taken), "after": max(taken, default=None), "over": over, "now": now}
        tx.exec_driver_sql(_MOVE_ON, values)
    return True
