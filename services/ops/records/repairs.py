"""What operators can do to quarantined bulletins, kept with actor and reason in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.ops.records.statements import documents, execute, value

Action = Literal["replay", "discard"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """Quarantined bulletins: these, or those of a signature or class of error; with nothing said, all."""

    ids: Sequence[UUID] | None = None
    signature: str | None = None
    error_class: str | None = None
    stage: str | None = None

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        told = {
            "ids": [id.hex for id in self.ids or ()],
            "signature": self.signature,
            "error_class": self.error_class,
            "stage": self.stage,
        }
        return {name: value for name, value in told.items() if value}


def of_document(told: dict[str, Any]) -> Which:
    """The bulletins that `Which.document` told."""
    ids = [UUID(hex=id) for id in told["ids"]] if "ids" in told else None
    return Which(ids=ids, **{name: value for name, value in told.items() if name != "ids"})


_HELD = """
status = 'quarantined' AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
AND (%(error_class)s::text IS NULL OR error_class = %(error_class)s)
AND (%(signature)s::text IS NULL OR error_signature = %(signature)s)
AND (%(stage)s::text IS NULL OR error_stage = %(stage)s)
"""

_REPLAY = """
UPDATE bulletin SET status = 'queued', closed_at = NULL, suspect = true, run_at = %(now)s, rung_at = NULL,
    forgiven = coalesce((SELECT max(number) FROM attempt WHERE attempt.bulletin_id = bulletin.id), 0)
WHERE id = ANY(%(taken)s::uuid[])
"""
_DISCARD = "UPDATE bulletin SET status = 'rejected', closed_at = %(now)s WHERE id = ANY(%(taken)s::uuid[])"
_CHANGE = {"replay": _REPLAY, "discard": _DISCARD}


def count(tx: Connection, which: Which) -> int:
    """How many quarantined bulletins are meant."""
    return int(value(tx, f"SELECT count(*) FROM bulletin WHERE {_HELD}", **_values(which)))


def change_next(
    tx: Connection, action: Action, which: Which, *, actor: str, reason: str, now: datetime, most: int
) -> tuple[int, int] | None:
    """Let the next `most` bulletins that are meant run again, or give them up, and keep who did it and why.

    The number under which that is kept, and how many bulletins it changed; None if none is left.
    """
    taken = _take(tx, which, most=most)
    if not taken:
        return None
    number = _keep(tx, action, which, taken, actor=actor, reason=reason, now=now)
    execute(tx, _CHANGE[action], taken=taken, now=now)
    return number, len(taken)


def change_taken(
    tx: Connection,
    action: Action,
    which: Which,
    *,
    action_id: int,
    after: UUID,
    held_before: datetime,
    most: int,
    now: datetime,
) -> list[UUID]:
    """The next `most` bulletins behind `after` that are meant, let run again or given up; which they are.

    Only those that were quarantined before a moment: what fails again is not taken a second time.
    """
    sql = f"""
    SELECT id FROM bulletin WHERE {_HELD} AND id > %(after)s AND closed_at <= %(held_before)s
    ORDER BY id LIMIT %(most)s FOR UPDATE
    """
    values = {**_values(which), "after": after, "held_before": held_before, "most": most}
    taken = [row["id"] for row in documents(tx, sql, **values)]
    note = "INSERT INTO operator_action_bulletin (action_id, bulletin_id) SELECT %(id)s, unnest(%(taken)s::uuid[])"
    execute(tx, note, id=action_id, taken=taken)
    execute(tx, _CHANGE[action], taken=taken, now=now)
    return taken


def _take(tx: Connection, which: Which, *, most: int) -> list[UUID]:
    sql = f"SELECT id FROM bulletin WHERE {_HELD} ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED"
    return [row["id"] for row in documents(tx, sql, most=most, **_values(which))]


def _keep(
    tx: Connection, action: Action, which: Which, taken: Sequence[UUID], *, actor: str, reason: str, now: datetime
) -> int:
    sql = """
    WITH kept AS (
        INSERT INTO operator_action (at, actor, action, reason, bulletins, filter)
        VALUES (%(now)s, %(actor)s, %(action)s, %(reason)s, %(count)s, %(filter)s::jsonb) RETURNING id
    ), of_each AS (
        INSERT INTO operator_action_bulletin (action_id, bulletin_id)
        SELECT kept.id, t.id FROM kept, unnest(%(taken)s::uuid[]) AS t (id)
    )
    SELECT id FROM kept
    """
    about = orjson.dumps(which.document()).decode()
    values = {"now": now, "actor": actor, "action": action, "reason": reason, "filter": about}
    return int(value(tx, sql, count=len(taken), taken=list(taken), **values))


def _values(which: Which) -> dict[str, Any]:
    return {
        "ids": None if which.ids is None else list(which.ids),
        "signature": which.signature,
        "error_class": which.error_class,
        "stage": which.stage,
    }
