"""Every statement about the synthetic bulletins: whose turn it is to send one, and what became of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops.records.statements import documents, execute, value

# Two desks may run: one of them has the turn.
_TURN = "SELECT pg_try_advisory_xact_lock(7263104) AND NOT EXISTS (SELECT FROM probe WHERE sent_at > %(since)s)"
_BEGIN = "INSERT INTO probe (bulletin_id, sent_at) VALUES (%(id)s, %(now)s)"
_ACCEPTED = "UPDATE probe SET bulletin_id = %(bulletin)s, accepted_seconds = %(seconds)s WHERE bulletin_id = %(id)s"
_END = "UPDATE probe SET readable_seconds = %(seconds)s, error = %(error)s WHERE bulletin_id = %(id)s"


def begin(tx: Connection, id: UUID, *, unless_since: datetime, now: datetime) -> bool:
    """Keep that a probe is sent, under an id of its own until it is taken in; not if one was sent since then."""
    if not value(tx, _TURN, since=unless_since):
        return False
    execute(tx, _BEGIN, id=id, now=now)
    return True


def note_accepted(tx: Connection, id: UUID, bulletin: UUID, *, seconds: float) -> None:
    """Keep as which bulletin a probe was taken in, and after how long."""
    execute(tx, _ACCEPTED, id=id, bulletin=bulletin, seconds=seconds)


def end(tx: Connection, id: UUID, *, seconds: float | None, error: str | None) -> None:
    """Keep after how long a probe was finished, or what went wrong."""
    execute(tx, _END, id=id, seconds=seconds, error=error)


def state(tx: Connection, bulletin: UUID) -> str:
    """The state of the bulletin that a probe is."""
    return str(value(tx, "SELECT status FROM bulletin WHERE id = %(id)s", id=bulletin))


def probes(tx: Connection, *, since: datetime) -> list[dict[str, Any]]:
    """The probes that were sent since then, the latest first."""
    sql = "SELECT * FROM probe WHERE sent_at >= %(since)s ORDER BY sent_at DESC"
    return documents(tx, sql, since=since)
