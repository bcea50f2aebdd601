"""Every SELECT of the operator's desk. All figures are PostgreSQL's, at the moment they are asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.contracts.states import Priority, State
from shared.decoding import filed_text
from shared.ids import uuid7

RATE_MINUTES = (1, 5, 60)
"""The spans over which rates are told."""

_MOST_IDS = 20
_MOST_BYTES = 20_000

SIGNATURE = r"""
md5(coalesce(error_class, '') || regexp_replace(regexp_replace(regexp_replace(
    coalesce(substring(last_error FROM '([^\n]+)\s*$'), ''),
    '''[^'']*''|"[^"]*"', '…', 'g'), '0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}', '#', 'gi'), '\d+', '#', 'g'))
"""
"""What failures of one kind share: the class and the last line of the error, without what is quoted and without figures."""


def queues(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Of each priority: what waits, is worked on, waits for a later try and when that is, and the age of the oldest due.

    All that is queued is counted by its index alone, then what is in hand, which is little, is taken away.
    """
    sql = """
    WITH held AS MATERIALIZED (
        SELECT DISTINCT bulletin.id, priority, run_at FROM attempt JOIN bulletin ON bulletin.id = bulletin_id
        WHERE ended_at IS NULL AND status = 'queued'
    ), in_hand AS (
        SELECT priority, count(*) AS all_of_them, count(*) FILTER (WHERE run_at <= %(now)s) AS due FROM held GROUP BY 1
    ), due AS (
        SELECT priority, count(*) AS n, min(run_at) AS oldest FROM bulletin
        WHERE status = 'queued' AND run_at <= %(now)s GROUP BY priority
    ), later AS (
        SELECT priority, count(*) AS n, min(run_at) AS next_try_at FROM bulletin
        WHERE status = 'queued' AND run_at > %(now)s AND id NOT IN (SELECT id FROM held) GROUP BY priority
    )
    SELECT priority, (coalesce(due.n, 0) - coalesce(in_hand.due, 0))::int AS waiting,
           coalesce(in_hand.all_of_them, 0)::int AS in_work, coalesce(later.n, 0)::int AS retrying, next_try_at,
           coalesce(extract(epoch FROM %(now)s - oldest), 0)::float8 AS oldest_age_seconds
    FROM due FULL JOIN later USING (priority) FULL JOIN in_hand USING (priority)
    """
    found = {row["priority"]: row for row in documents(tx, sql, now=now)}
    held_back, limits = _controls(tx)
    nothing = {"waiting": 0, "in_work": 0, "retrying": 0, "next_try_at": None, "oldest_age_seconds": 0.0}
    return [
        {
            **nothing,
            **found.get(int(one), {}),
            "priority": (name := one.name.lower()),
            "paused": not held_back.isdisjoint(("all", name)),
            "max_concurrency": limits.get(name),
        }
        for one in Priority
    ]


def _controls(tx: Connection) -> tuple[set[str], dict[str, int]]:
    """The queues that are paused, and how many may work at once on those that are limited."""
    rows = documents(tx, "SELECT queue, paused, most FROM ops_setting")
    return {row["queue"] for row in rows if row["paused"]}, {row["queue"]: row["most"] for row in rows if row["most"]}


def quarantined(tx: Connection) -> int:
    """How many bulletins are quarantined."""
    return int(documents(tx, "SELECT count(*) AS n FROM bulletin WHERE status = 'quarantined'")[0]["n"])


def rates(tx: Connection, *, now: datetime, spans: Sequence[int] = RATE_MINUTES) -> list[dict[str, Any]]:
    """Bulletins accepted and finished a minute, over each of `spans`; probes are not counted."""
    told = []
    for minutes in spans:
        since = now - timedelta(minutes=minutes)
        counts = documents(tx, _CAME_AND_WENT, since=since, until=now, first=_first_id(since))
        sums = {name: sum(row[name] for row in counts) for name in ("accepted", "finished")}
        told.append({"minutes": minutes, **{name: count / minutes for name, count in sums.items()}})
    return told


# The dates of a minute's rows lie together: both are asked by what is indexed, the ids and the ranges of pages.
_CAME_AND_WENT = """
SELECT minute, coalesce(accepted, 0) AS accepted, coalesce(finished, 0) AS finished FROM (
    SELECT date_trunc('minute', received_at) AS minute, count(*) AS accepted FROM bulletin
    WHERE id >= %(first)s AND received_at >= %(since)s AND received_at <= %(until)s AND NOT probe GROUP BY 1
) AS came FULL JOIN (
    SELECT date_trunc('minute', closed_at) AS minute, count(*) AS finished FROM bulletin
    WHERE closed_at >= %(since)s AND closed_at <= %(until)s AND NOT probe GROUP BY 1
) AS went USING (minute)
"""


def _first_id(since: datetime) -> UUID:
    """Ids grow with the time at which they were made, a little before the bulletin was accepted."""
    return uuid7(int((since.timestamp() - 60) * 1000), bytes(10))


def minutes(tx: Connection, *, since: datetime, until: datetime) -> dict[datetime, tuple[int, int]]:
    """Bulletins accepted and finished in each minute that had any; probes are not counted."""
    rows = documents(tx, _CAME_AND_WENT, since=since, until=until, first=_first_id(since))
    return {row["minute"]: (row["accepted"], row["finished"]) for row in rows}


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


def oldest_due(tx: Connection, *, now: datetime) -> float:
    """How many seconds the oldest due bulletin has waited that is not held back by an operator; 0 if none waits."""
    # Of each priority the first in the index, not the least of all.
    sql = """
    SELECT coalesce(extract(epoch FROM %(now)s - min(oldest)), 0)::float8 AS age FROM (
        SELECT (SELECT min(run_at) FROM bulletin
                WHERE status = 'queued' AND priority = asked.priority AND run_at <= %(now)s) AS oldest
        FROM unnest(%(priorities)s::int2[], %(names)s::text[]) AS asked (priority, name)
        WHERE NOT EXISTS (SELECT FROM ops_setting WHERE paused AND queue IN ('all', asked.name))
    ) AS of_each
    """
    values = {"priorities": [int(one) for one in Priority], "names": [one.name.lower() for one in Priority]}
    return float(documents(tx, sql, now=now, **values)[0]["age"])


def deaths(tx: Connection, *, since: datetime, limit: int) -> list[dict[str, Any]]:
    """The attempts whose worker died since then, the latest first."""
    sql = """
    SELECT worker, bulletin_id, started_at, ended_at FROM attempt
    WHERE outcome = 'died' AND ended_at >= %(since)s ORDER BY ended_at DESC LIMIT %(limit)s
    """
    return documents(tx, sql, since=since, limit=limit)


def quarantine_groups(tx: Connection, *, limit: int, stage: str | None = None) -> list[dict[str, Any]]:
    """The quarantine, or what failed in a stage, by signature: how many, first and last seen, the stage, one bulletin and
    what it said."""
    sql = f"""
    SELECT signature, min(error_class) AS error_class, min(error_stage) AS stage, count(*) AS bulletins, min(closed_at) AS first_seen,
           max(closed_at) AS last_seen, (array_agg(id ORDER BY closed_at DESC, id DESC))[1] AS newest,
           (array_agg(said ORDER BY closed_at DESC, id DESC))[1] AS said
    FROM (
        SELECT id, error_class, error_stage, closed_at, {SIGNATURE} AS signature,
               left(substring(last_error FROM '([^\\n]+)\\s*$'), 300) AS said
        FROM bulletin WHERE status = 'quarantined' AND (%(stage)s::text IS NULL OR error_stage = %(stage)s)
    ) AS held
    GROUP BY signature ORDER BY max(closed_at) DESC LIMIT %(limit)s
    """
    return documents(tx, sql, limit=limit, stage=stage)


def quarantine_list(tx: Connection, *, signature: str | None, after: UUID, limit: int) -> list[dict[str, Any]]:
    """Quarantined bulletins in the order of their ids, behind `after`."""
    sql = f"""
    SELECT id, source, external_id, received_at, closed_at, error_class, error_stage AS stage, last_error, media_type, size,
           {SIGNATURE} AS signature,
           (SELECT count(*) FROM attempt WHERE attempt.bulletin_id = bulletin.id) AS attempts
    FROM bulletin WHERE status = 'quarantined' AND id > %(after)s
          AND (%(signature)s::text IS NULL OR {SIGNATURE} = %(signature)s)
    ORDER BY id LIMIT %(limit)s
    """
    return documents(tx, sql, signature=signature, after=after, limit=limit)


def texts(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The beginning of the text of each bulletin, as far as its bytes can be read."""
    sql = f"""
    SELECT bulletin.id, media_type, charset, substring(bytes FROM 1 FOR {_MOST_BYTES}) AS bytes
    FROM bulletin JOIN raw_object ON raw_object.sha256 = raw_sha256 WHERE bulletin.id = ANY(%(ids)s)
    """
    return {row["id"]: _beginning(row) for row in documents(tx, sql, ids=list(ids))}


def _beginning(row: dict[str, Any]) -> str:
    try:
        return filed_text(row["bytes"], row["media_type"], row["charset"])
    except (ValueError, LookupError):
        # Cut in the middle, or the very reason of the failure.
        return bytes(row["bytes"]).decode("utf-8", "replace")


def states(tx: Connection) -> dict[str, int]:
    """How many bulletins are in each state; probes are not counted."""
    rows = documents(tx, "SELECT status, count(*) AS n FROM bulletin WHERE NOT probe GROUP BY status")
    return {state.value: 0 for state in State} | {row["status"]: row["n"] for row in rows}


def probes(tx: Connection) -> int:
    """How many probes are kept: they have a line of their own in the ledger."""
    return int(documents(tx, "SELECT count(*) AS n FROM bulletin WHERE probe")[0]["n"])


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
        ids = [row["id"] for row in documents(tx, f"{sql} LIMIT {_MOST_IDS}")]
        if ids:
            told.append({"rule": rule, "bulletins": ids})
    return told


def actions(tx: Connection, *, limit: int) -> list[dict[str, Any]]:
    """What operators did, newest first."""
    sql = """
    SELECT id, at, actor, action, reason, bulletins, filter FROM operator_action ORDER BY id DESC LIMIT %(limit)s
    """
    return documents(tx, sql, limit=limit)


def takes_writes(tx: Connection) -> bool:
    """Does this server take writes from the sessions of this database: is it no standby, and not set to read only?"""
    sql = """
    SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off' AS writable
    """
    return bool(documents(tx, sql)[0]["writable"])


def feed_head(tx: Connection) -> int:
    """The number of the newest entry of the feed."""
    return int(documents(tx, "SELECT coalesce(max(seq), 0) AS seq FROM feed_head")[0]["seq"])


def oldest_quarantined(tx: Connection) -> float:
    """How many seconds the first of the quarantined bulletins has been there; 0 if there is none."""
    sql = """
    SELECT coalesce(extract(epoch FROM now() - min(closed_at)), 0)::float8 AS age
    FROM bulletin WHERE status = 'quarantined'
    """
    return float(documents(tx, sql)[0]["age"])


def articles(tx: Connection) -> dict[str, int]:
    """How many articles have each status of publication."""
    return {
        row["pub_status"]: row["n"]
        for row in documents(tx, "SELECT pub_status, count(*) AS n FROM article GROUP BY pub_status")
    }


def documents(tx: Connection, sql: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of a SELECT, each by the names of its columns."""
    rows: Sequence[Any] = tx.exec_driver_sql(sql, values).mappings().all()
    return [dict(row) for row in rows]
