"""Who works, on what, and who died."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.ops.records.statements import documents


def beats(tx: Connection) -> list[dict[str, Any]]:
    """Every worker and sweep process that has been seen, with its last progress."""
    return documents(tx, "SELECT * FROM worker_heartbeat ORDER BY role, worker")


def hands(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """What each child of a worker has in hand, since when, and how many attempts it ended in the last minute, by how.

    The `bulletin` is the one that it is slow at, then with its `stage`, else the one of its batch that it reads.
    """
    sql = """
    WITH told AS (
        SELECT worker, count(*) FILTER (WHERE ended_at IS NULL) AS in_hand,
               min(started_at) FILTER (WHERE ended_at IS NULL) AS since,
               array_agg(bulletin_id ORDER BY bulletin_id) FILTER (WHERE ended_at IS NULL) AS held,
               count(*) FILTER (WHERE outcome IN ('published', 'duplicate')) AS finished,
               count(*) FILTER (WHERE outcome IN ('retry', 'quarantined')) AS failed
        FROM (
            SELECT attempt.* FROM attempt WHERE ended_at IS NULL
            UNION ALL
            SELECT attempt.* FROM bulletin JOIN attempt ON attempt.bulletin_id = bulletin.id
            WHERE bulletin.closed_at >= %(since)s AND attempt.ended_at >= %(since)s
        ) AS lately GROUP BY worker
    )
    SELECT told.worker, in_hand, told.since, finished, failed,
           coalesce(slow.stage_of, reads.bulletin_id, held[1]) AS bulletin, slow.stage, slow.stage_since
    FROM told LEFT JOIN worker_hand AS slow ON slow.worker = told.worker AND slow.stage_of = ANY(held)
    LEFT JOIN worker_hand AS reads ON reads.worker = told.worker AND reads.bulletin_id = ANY(held)
    ORDER BY told.worker
    """
    return documents(tx, sql, since=now - timedelta(minutes=1))


def deaths(tx: Connection, *, since: datetime, limit: int) -> list[dict[str, Any]]:
    """The attempts whose worker died since then, the latest first."""
    sql = """
    SELECT worker, bulletin_id, started_at, ended_at FROM attempt
    WHERE outcome = 'died' AND ended_at >= %(since)s ORDER BY ended_at DESC LIMIT %(limit)s
    """
    return documents(tx, sql, since=since, limit=limit)
