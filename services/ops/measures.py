"""Every SELECT of what was measured: how long things took, what came from whom, and the probes.

The workers write pages and the sweep adds them up; both are read here, so that nothing is missing between the two.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.ops.watching import documents

COUNTS = ("finished", "duplicates", "quarantined", "unread", "dates", "dates_refused", "places", "places_open")

_LATENCY = """
SELECT minute, measure, bucket, sum(count)::int AS count FROM (
    SELECT minute, measure, bucket, count FROM latency_minute WHERE minute >= %(since)s
    UNION ALL
    SELECT date_trunc('minute', at), entry ->> 0, (entry ->> 1)::int2, (entry ->> 2)::int
    FROM daybook_page, jsonb_array_elements(latency) AS entry WHERE at >= %(since)s
) AS counted GROUP BY minute, measure, bucket
"""
_SOURCES = f"""
SELECT hour, source, {", ".join(f"sum({name})::int AS {name}" for name in COUNTS)} FROM (
    SELECT hour, source, {", ".join(COUNTS)} FROM source_hour WHERE hour >= %(since)s
    UNION ALL
    SELECT (entry ->> 'hour')::timestamptz, entry ->> 'source',
           {", ".join(f"coalesce((entry ->> '{name}')::int, 0)" for name in COUNTS)}
    FROM daybook_page, jsonb_array_elements(sources) AS entry
    WHERE (entry ->> 'hour')::timestamptz >= %(since)s
) AS counted GROUP BY hour, source
"""

Buckets = dict[int, int]
"""How often each bucket of shared/latency.py was met."""


def latency(tx: Connection, *, now: datetime, minutes: int) -> dict[datetime, dict[str, Buckets]]:
    """How often what took how long in each of the last minutes, this one with them."""
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=minutes - 1)
    told: dict[datetime, dict[str, Buckets]] = defaultdict(lambda: defaultdict(dict))
    for row in documents(tx, _LATENCY, since=since):
        told[row["minute"]][row["measure"]][row["bucket"]] = row["count"]
    return told


def sources(tx: Connection, *, since: datetime) -> list[dict[str, Any]]:
    """What came from each source in each hour since then, and what was made of it."""
    return documents(tx, _SOURCES, since=since)


def waiting_by_source(tx: Connection) -> dict[str, int]:
    """How many bulletins of each source are not finished yet; probes are not counted."""
    sql = "SELECT coalesce(source, '') AS source, count(*) AS n FROM bulletin WHERE status = 'queued' AND NOT probe GROUP BY 1"
    return {row["source"]: row["n"] for row in documents(tx, sql)}


def probes(tx: Connection, *, since: datetime) -> list[dict[str, Any]]:
    """The probes that were sent since then, the latest first."""
    sql = "SELECT * FROM probe WHERE sent_at >= %(since)s ORDER BY sent_at DESC"
    return documents(tx, sql, since=since)
