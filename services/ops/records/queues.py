"""What waits, how much came and went, and for how long the oldest has waited, at the moment it is asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops.records.statements import documents
from shared.contracts.states import Priority
from shared.ids import uuid7

RATE_MINUTES = (1, 5, 60)
"""The spans over which rates are told."""


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
