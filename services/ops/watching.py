"""Every SELECT of the operator's desk. All figures are PostgreSQL's, at the moment they are asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.contracts.bulletin import Priority, State
from shared.decoding import filed_text
from shared.ids import uuid7

RATE_MINUTES = (1, 5, 60)
"""The spans over which rates are told."""

_MOST_IDS = 20
_MOST_BYTES = 20_000
_IN_HAND = "EXISTS (SELECT FROM attempt WHERE attempt.bulletin_id = bulletin.id AND attempt.ended_at IS NULL)"

SIGNATURE = r"""
md5(coalesce(error_class, '') || regexp_replace(regexp_replace(regexp_replace(
    coalesce(substring(last_error FROM '([^\n]+)\s*$'), ''),
    '''[^'']*''|"[^"]*"', '…', 'g'), '0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}', '#', 'gi'), '\d+', '#', 'g'))
"""
"""What failures of one kind share: the class and the last line of the error, without what is quoted and without figures."""


def queues(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Of each priority: what waits, is worked on, waits for a later try and when that is, and the age of the oldest due."""
    sql = f"""
    SELECT priority, count(*) FILTER (WHERE run_at <= %(now)s AND NOT in_hand) AS waiting,
           count(*) FILTER (WHERE in_hand) AS in_work,
           count(*) FILTER (WHERE run_at > %(now)s AND NOT in_hand) AS retrying,
           min(run_at) FILTER (WHERE run_at > %(now)s AND NOT in_hand) AS next_try_at,
           coalesce(extract(epoch FROM %(now)s - min(run_at) FILTER (WHERE run_at <= %(now)s)), 0)::float8
               AS oldest_age_seconds
    FROM (SELECT priority, run_at, {_IN_HAND} AS in_hand FROM bulletin WHERE status = 'queued') AS open
    GROUP BY priority
    """
    found = {row["priority"]: row for row in _documents(tx, sql, now=now)}
    nothing = {"waiting": 0, "in_work": 0, "retrying": 0, "next_try_at": None, "oldest_age_seconds": 0.0}
    return [{**nothing, **found.get(int(one), {}), "priority": one.name.lower()} for one in Priority]


def quarantined(tx: Connection) -> int:
    """How many bulletins are quarantined."""
    return int(_documents(tx, "SELECT count(*) AS n FROM bulletin WHERE status = 'quarantined'")[0]["n"])


def rates(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Bulletins accepted and finished a minute, over each of RATE_MINUTES."""
    sql = """
    SELECT (SELECT count(*) FROM bulletin WHERE id >= %(first)s AND received_at >= %(since)s) AS accepted,
           (SELECT count(*) FROM bulletin WHERE closed_at >= %(since)s) AS finished
    """
    told = []
    for minutes in RATE_MINUTES:
        since = now - timedelta(minutes=minutes)
        # Ids grow with the time at which they were made, a little before the bulletin was accepted.
        first = uuid7(int((since.timestamp() - 60) * 1000), bytes(10))
        counts = _documents(tx, sql, since=since, first=first)[0]
        told.append({"minutes": minutes, **{name: count / minutes for name, count in counts.items()}})
    return told


def beats(tx: Connection) -> list[dict[str, Any]]:
    """Every worker and sweep process that has been seen, with its last progress."""
    return _documents(tx, "SELECT * FROM worker_heartbeat ORDER BY role, worker")


def hands(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """What each child of a worker has in hand, since when, and how many attempts it ended in the last minute, by how."""
    sql = """
    SELECT worker, count(*) FILTER (WHERE ended_at IS NULL) AS in_hand,
           min(started_at) FILTER (WHERE ended_at IS NULL) AS since,
           min(bulletin_id::text) FILTER (WHERE ended_at IS NULL) AS bulletin,
           count(*) FILTER (WHERE outcome IN ('published', 'duplicate')) AS finished,
           count(*) FILTER (WHERE outcome IN ('retry', 'quarantined')) AS failed
    FROM (
        SELECT attempt.* FROM attempt WHERE ended_at IS NULL
        UNION ALL
        SELECT attempt.* FROM bulletin JOIN attempt ON attempt.bulletin_id = bulletin.id
        WHERE bulletin.closed_at >= %(since)s AND attempt.ended_at >= %(since)s
    ) AS lately GROUP BY worker ORDER BY worker
    """
    return _documents(tx, sql, since=now - timedelta(minutes=1))


def oldest_due(tx: Connection, *, now: datetime) -> float:
    """How many seconds the oldest due bulletin has waited; 0 if none waits."""
    sql = """
    SELECT coalesce(extract(epoch FROM %(now)s - min(run_at)), 0)::float8 AS age
    FROM bulletin WHERE status = 'queued' AND run_at <= %(now)s
    """
    return float(_documents(tx, sql, now=now)[0]["age"])


def quarantine_groups(tx: Connection, *, limit: int) -> list[dict[str, Any]]:
    """The quarantine by signature of the error: how many, first and last seen, one bulletin and what it said."""
    sql = f"""
    SELECT signature, min(error_class) AS error_class, count(*) AS bulletins, min(closed_at) AS first_seen,
           max(closed_at) AS last_seen, (array_agg(id ORDER BY closed_at DESC, id DESC))[1] AS newest,
           (array_agg(said ORDER BY closed_at DESC, id DESC))[1] AS said
    FROM (
        SELECT id, error_class, closed_at, {SIGNATURE} AS signature,
               left(substring(last_error FROM '([^\\n]+)\\s*$'), 300) AS said
        FROM bulletin WHERE status = 'quarantined'
    ) AS held
    GROUP BY signature ORDER BY max(closed_at) DESC LIMIT %(limit)s
    """
    return _documents(tx, sql, limit=limit)


def quarantine_list(tx: Connection, *, signature: str | None, after: UUID, limit: int) -> list[dict[str, Any]]:
    """Quarantined bulletins in the order of their ids, behind `after`."""
    sql = f"""
    SELECT id, source, external_id, received_at, closed_at, error_class, last_error, media_type, size,
           {SIGNATURE} AS signature,
           (SELECT count(*) FROM attempt WHERE attempt.bulletin_id = bulletin.id) AS attempts
    FROM bulletin WHERE status = 'quarantined' AND id > %(after)s
          AND (%(signature)s::text IS NULL OR {SIGNATURE} = %(signature)s)
    ORDER BY id LIMIT %(limit)s
    """
    return _documents(tx, sql, signature=signature, after=after, limit=limit)


def texts(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The beginning of the text of each bulletin, as far as its bytes can be read."""
    sql = f"""
    SELECT bulletin.id, media_type, charset, substring(bytes FROM 1 FOR {_MOST_BYTES}) AS bytes
    FROM bulletin JOIN raw_object ON raw_object.sha256 = raw_sha256 WHERE bulletin.id = ANY(%(ids)s)
    """
    return {row["id"]: _beginning(row) for row in _documents(tx, sql, ids=list(ids))}


def _beginning(row: dict[str, Any]) -> str:
    try:
        return filed_text(row["bytes"], row["media_type"], row["charset"])
    except (ValueError, LookupError):
        # Cut in the middle, or the very reason of the failure.
        return bytes(row["bytes"]).decode("utf-8", "replace")


def states(tx: Connection) -> dict[str, int]:
    """How many bulletins are in each state."""
    rows = _documents(tx, "SELECT status, count(*) AS n FROM bulletin GROUP BY status")
    return {state.value: 0 for state in State} | {row["status"]: row["n"] for row in rows}


_UNBALANCED = {
    "published without an article": """
        SELECT id FROM bulletin WHERE status = 'published'
        AND NOT EXISTS (SELECT FROM article_version WHERE article_version.bulletin_id = bulletin.id)""",
    "an article without being published": """
        SELECT bulletin.id FROM bulletin JOIN article_version ON article_version.bulletin_id = bulletin.id
        WHERE bulletin.status NOT IN ('published', 'withdrawn')""",
    "a duplicate without its original": """
        SELECT id FROM bulletin WHERE status = 'duplicate'
        AND NOT EXISTS (SELECT FROM duplicate_relation
                        WHERE duplicate_relation.bulletin_id = bulletin.id AND kind IN ('exact', 'near'))""",
    "without its bytes": """
        SELECT id FROM bulletin WHERE NOT EXISTS (SELECT FROM raw_object WHERE sha256 = raw_sha256)""",
    "closed with an attempt that goes on": """
        SELECT id FROM bulletin JOIN attempt ON attempt.bulletin_id = bulletin.id AND ended_at IS NULL
        WHERE status <> 'queued'""",
}


def unbalanced(tx: Connection) -> list[dict[str, Any]]:
    """What breaks the ledger: each rule that is broken, with some of the bulletins that break it."""
    told = []
    for rule, sql in _UNBALANCED.items():
        ids = [row["id"] for row in _documents(tx, f"{sql} LIMIT {_MOST_IDS}")]
        if ids:
            told.append({"rule": rule, "bulletins": ids})
    return told


def bulletin(tx: Connection, id: UUID) -> dict[str, Any] | None:
    """A bulletin's row, with its article or the one that it repeats."""
    sql = """
    SELECT bulletin.*, article_version.article_id, article_version.valid_from, article_version.version,
           duplicate_relation.original_id, duplicate_relation.kind, duplicate_relation.reason AS duplicate_reason,
           duplicate_relation.decided_at, duplicate_relation.decided_by
    FROM bulletin LEFT JOIN article_version ON article_version.bulletin_id = bulletin.id
    LEFT JOIN duplicate_relation
        ON duplicate_relation.bulletin_id = bulletin.id AND duplicate_relation.kind IN ('exact', 'near')
    WHERE bulletin.id = %(id)s
    """
    found = _documents(tx, sql, id=id)
    return found[0] if found else None


def attempts(tx: Connection, id: UUID) -> list[dict[str, Any]]:
    """Every attempt to work on a bulletin."""
    return _documents(tx, "SELECT * FROM attempt WHERE bulletin_id = %(id)s ORDER BY number", id=id)


def bulletin_of(tx: Connection, article: UUID) -> UUID | None:
    """The bulletin that an article was first made of."""
    sql = "SELECT bulletin_id FROM article_version WHERE article_id = %(article)s ORDER BY version LIMIT 1"
    found = _documents(tx, sql, article=article)
    return found[0]["bulletin_id"] if found else None


def changes_of(tx: Connection, article: UUID) -> list[dict[str, Any]]:
    """What the feed told of an article."""
    return _documents(tx, "SELECT * FROM change WHERE article_id = %(article)s ORDER BY seq", article=article)


def actions(tx: Connection, *, limit: int, bulletin: UUID | None = None) -> list[dict[str, Any]]:
    """What operators did, newest first; of one bulletin, or of all."""
    sql = """
    SELECT id, at, actor, action, reason, bulletins, filter FROM operator_action
    WHERE %(bulletin)s::uuid IS NULL OR id IN (SELECT action_id FROM operator_action_bulletin WHERE bulletin_id = %(bulletin)s)
    ORDER BY id DESC LIMIT %(limit)s
    """
    return _documents(tx, sql, bulletin=bulletin, limit=limit)


def takes_writes(tx: Connection) -> bool:
    """Does this server take writes from the sessions of this database: is it no standby, and not set to read only?"""
    sql = """
    SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off' AS writable
    """
    return bool(_documents(tx, sql)[0]["writable"])


def feed_head(tx: Connection) -> int:
    """The number of the newest entry of the feed."""
    return int(_documents(tx, "SELECT coalesce(max(seq), 0) AS seq FROM feed_head")[0]["seq"])


def oldest_quarantined(tx: Connection) -> float:
    """How many seconds the first of the quarantined bulletins has been there; 0 if there is none."""
    sql = """
    SELECT coalesce(extract(epoch FROM now() - min(closed_at)), 0)::float8 AS age
    FROM bulletin WHERE status = 'quarantined'
    """
    return float(_documents(tx, sql)[0]["age"])


def articles(tx: Connection) -> dict[str, int]:
    """How many articles have each status of publication."""
    return {
        row["pub_status"]: row["n"]
        for row in _documents(tx, "SELECT pub_status, count(*) AS n FROM article GROUP BY pub_status")
    }


def _documents(tx: Connection, sql: str, **values: Any) -> list[dict[str, Any]]:
    rows: Sequence[Any] = tx.exec_driver_sql(sql, values).mappings().all()
    return [dict(row) for row in rows]
