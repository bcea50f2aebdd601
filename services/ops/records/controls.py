"""What operators pause and limit: every statement for it. The workers ask before every claim (docs/decisions/0026)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.ops.records.actions import note_action
from services.ops.records.statements import documents

QUEUES = ("all", "flash", "normal")

_CHANGE = """
INSERT INTO ops_setting (queue, paused, most, actor, reason, changed_at)
VALUES (%(queue)s, coalesce(%(paused)s, false), %(most)s, %(actor)s, %(reason)s, %(now)s)
ON CONFLICT (queue) DO UPDATE SET paused = coalesce(%(paused)s, ops_setting.paused),
    most = CASE WHEN %(limits)s THEN %(most)s ELSE ops_setting.most END,
    actor = excluded.actor, reason = excluded.reason, changed_at = excluded.changed_at
RETURNING queue, paused, most, actor, reason, changed_at
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is to become of a queue, who asks and why. `limits`: `most` is the new limit, None for none."""

    queue: str
    action: str
    actor: str
    reason: str
    paused: bool | None = None
    limits: bool = False
    most: int | None = None


def change(tx: Connection, asked: Change, *, now: datetime) -> dict[str, Any]:
    """Pause, resume or limit a queue, and keep who did it and why; its new setting."""
    values = {
        "queue": asked.queue, "paused": asked.paused, "limits": asked.limits, "most": asked.most, "actor": asked.actor,
        "reason": asked.reason, "now": now,
    }  # fmt: skip
    changed = documents(tx, _CHANGE, **values)[0]
    about = {"queue": asked.queue} | ({"most": asked.most} if asked.limits else {})
    note_action(tx, asked.action, actor=asked.actor, reason=asked.reason, about=about, now=now)
    return changed


def settings(tx: Connection) -> list[dict[str, Any]]:
    """What is paused or limited now, by whom, why and since when."""
    sql = "SELECT * FROM ops_setting WHERE paused OR most IS NOT NULL ORDER BY queue"
    return documents(tx, sql)
