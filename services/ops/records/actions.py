"""What operators did, with actor and reason: kept for ever."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from services.ops.records.statements import documents, execute

_NOTE = """
INSERT INTO operator_action (at, actor, action, reason, bulletins, filter)
VALUES (%(now)s, %(actor)s, %(action)s, %(reason)s, 0, %(filter)s::jsonb)
"""


def actions(tx: Connection, *, limit: int) -> list[dict[str, Any]]:
    """What operators did, newest first."""
    sql = """
    SELECT id, at, actor, action, reason, bulletins, filter FROM operator_action ORDER BY id DESC LIMIT %(limit)s
    """
    return documents(tx, sql, limit=limit)


def note_action(tx: Connection, action: str, *, actor: str, reason: str, about: dict[str, Any], now: datetime) -> None:
    """Keep what an operator did that changed no bulletin."""
    execute(tx, _NOTE, now=now, actor=actor, action=action, reason=reason, filter=orjson.dumps(about).decode())
