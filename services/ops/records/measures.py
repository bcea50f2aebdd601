"""Every SELECT of what was measured: how long things took, and what came from whom.

The workers write pages and the sweep adds them up; both are read here, so that nothing is missing between the two.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.ops.records.statements import documents

COUNTS = ("finished", "duplicates", "quarantined", "unread", "dates", "dates_refused", "places", "places_open")

_LATENCY = """
SELECT CASE WHEN measure = %(by_minute)s THEN minute END AS minute, measure, bucket, sum(count)::int AS count FROM (
    SELECT minute, measure, bucket, count FROM latency_minute WHERE minute >= %(since)s
    UNION ALL
    SELECT date_trunc('minute', at), entry ->> 0, (entry ->> 1)::int2, (entry ->> 2)::int
    FROM daybook_page, jsonb_array_elements(latency) AS entry WHERE at >= %(since)s
) AS counted GROUP BY 1, measure, bucket
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

Buckets = Mapping[int, int]
"""How often each bucket of shared/latency.py was met."""


def latency(
    tx: Connection, *, now: datetime, minutes: int, by_minute: str
) -> tuple[dict[str, Buckets], dict[datetime, Buckets]]:
    """How often what took how long in the last minutes, this one with them; and one measure of them minute by minute."""
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=minutes - 1)
    sums: dict[str, Counter[int]] = defaultdict(Counter)
    minute_by_minute: dict[datetime, dict[int, int]] = defaultdict(dict)
    for row in documents(tx, _LATENCY, since=since, by_minute=by_minute):
        sums[row["measure"]][row["bucket"]] += row["count"]
        if row["minute"] is not None:
            minute_by_minute[row["minute"]][row["bucket"]] = row["count"]
    return {**sums}, {**minute_by_minute}


def sources(tx: Connection, *, since: datetime) -> list[dict[str, Any]]:
    """What came from each source in each hour since then, and what was made of it."""
    return documents(tx, _SOURCES, since=since)


def waiting_by_source(tx: Connection) -> dict[str, int]:
    """How many bulletins of each source are not finished yet; probes are not counted."""
    sql = "SELECT coalesce(source, '') AS source, count(*) AS n FROM bulletin WHERE status = 'queued' AND NOT probe GROUP BY 1"
    return {row["source"]: row["n"] for row in documents(tx, sql)}
