"""Who works, on what, and who died."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.ops.records.statements import documents


def beats(tx: Connection) -> list[dict[str, Any]]:
    """Every worker and sweep process that has been seen, with its last progress."""
    return documents(tx, "SELECT * FROM worker_heartbeat ORDER BY role, worker")


def hands(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """What each child of a worker has in hand, since when, and how many attempts it ended in the last minute, by how."""
    sql = """
    SELECT worker, count(*) FILTER (WHERE ended_at IS NULL) AS in_hand,
           min(started_at) FILTER (WHERE ended_at IS NULL) AS since,
           CASE WHEN bool_or(ended_at IS NULL) THEN
               coalesce((SELECT bulletin_id::text FROM worker_hand WHERE worker_hand.worker = lately.worker),
                        min(bulletin_id::text) FILTER (WHERE ended_at IS NULL)) END AS bulletin,
           count(*) FILTER (WHERE outcome IN ('published', 'duplicate')) AS finished,
           count(*) FILTER (WHERE outcome IN ('retry', 'quarantined')) AS failed
    FROM (
        SELECT attempt.* FROM attempt WHERE ended_at IS NULL
        UNION ALL
        SELECT attempt.* FROM bulletin JOIN attempt ON attempt.bulletin_id = bulletin.id
        WHERE bulletin.closed_at >= %(since)s AND attempt.ended_at >= %(since)s
    ) AS lately GROUP BY worker ORDER BY worker
    """
    return documents(tx, sql, since=now - timedelta(minutes=1))


def deaths(tx: Connection, *, since: datetime, limit: int) -> list[dict[str, Any]]:
    """The attempts whose worker died since then, the latest first."""
    sql = """
    SELECT worker, bulletin_id, started_at, ended_at FROM attempt
    WHERE outcome = 'died' AND ended_at >= %(since)s ORDER BY ended_at DESC LIMIT %(limit)s
    """
    return documents(tx, sql, since=since, limit=limit)
