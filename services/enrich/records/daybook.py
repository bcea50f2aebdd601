"""What is written down of each transaction: how long things took, and what came from whom. Every statement for it.

Each closing transaction adds one page, so that no two wait for each other; the sweep adds the pages up. None commits.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from services.enrich.claims import Verdict
from services.enrich.text.article import Article
from shared.contracts.states import State
from shared.latency import bucket_of

MOST_PAGES = 2_000
"""Pages that are added up in one transaction."""

_KEEP_MINUTES = timedelta(hours=26)
_KEEP_HOURS = timedelta(days=100)
_KEEP_PROBES = timedelta(days=1)
_KEEP_MEASURES = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A bulletin's end in this transaction: the verdict on it, what was made of it, and whether readers see that now."""

    verdict: Verdict
    article: Article | None = None
    readable: bool = False


def write(tx: Connection, done: Sequence[Done], *, begun_at: datetime, closing_ms: float, now: datetime) -> None:
    """Write down what one transaction did; `begun_at` is when it took its bulletins in hand. Probes are left out."""
    done = [one for one in done if not one.verdict.bulletin.probe]
    if not done:
        return
    latency = _latency(done, begun_at, now)
    latency["closing", bucket_of(closing_ms)] += 1
    page = [[measure, bucket, count] for (measure, bucket), count in latency.items()]
    sql = "INSERT INTO daybook_page (at, latency, sources) VALUES (%(now)s, %(latency)s::jsonb, %(sources)s::jsonb)"
    values = {"now": now, "latency": orjson.dumps(page).decode(), "sources": orjson.dumps(_sources(done)).decode()}
    tx.exec_driver_sql(sql, values)


def _latency(done: Sequence[Done], begun_at: datetime, now: datetime) -> Counter[tuple[str, int]]:
    counts: Counter[tuple[str, int]] = Counter()
    for one in done:
        bulletin = one.verdict.bulletin
        if not bulletin.attempts:
            counts["waiting", _since(bulletin.received_at, begun_at)] += 1
        if one.readable:
            counts["readable", _since(bulletin.received_at, now)] += 1
        for stage, milliseconds in (one.verdict.stage_ms or {}).items():
            counts[stage, bucket_of(milliseconds)] += 1
    return counts


def _since(begin: datetime, end: datetime) -> int:
    return bucket_of((end - begin).total_seconds() * 1000)


def _sources(done: Sequence[Done]) -> list[dict[str, Any]]:
    sums: dict[tuple[datetime, str], Counter[str]] = defaultdict(Counter)
    for one in done:
        bulletin, state = one.verdict.bulletin, one.verdict.state
        if state is State.QUEUED:
            continue
        hour = bulletin.received_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        counts = sums[hour, bulletin.source or ""]
        counts["quarantined" if state is State.QUARANTINED else "finished"] += 1
        counts["duplicates"] += state is State.DUPLICATE
        if one.article is not None:
            counts["dates"] += len(one.article.dates)
            counts["dates_refused"] += one.article.dates_refused
            counts["places"] += len(one.article.places)
            counts["places_open"] += sum(place.unit is None for place in one.article.places)
    return [{"hour": hour, "source": source, **+counts} for (hour, source), counts in sums.items()]


_COUNTS = ("finished", "duplicates", "quarantined", "unread", "dates", "dates_refused", "places", "places_open")
_ADD_UP = f"""
WITH page AS (
    DELETE FROM daybook_page WHERE id IN (
        SELECT id FROM daybook_page ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ) RETURNING at, latency, sources
), minutes AS (
    INSERT INTO latency_minute (minute, measure, bucket, count)
    SELECT date_trunc('minute', at), entry ->> 0, (entry ->> 1)::int2, sum((entry ->> 2)::int)
    FROM page, jsonb_array_elements(latency) AS entry GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (minute, measure, bucket) DO UPDATE SET count = latency_minute.count + excluded.count
), hours AS (
    INSERT INTO source_hour (hour, source, {", ".join(_COUNTS)})
    SELECT (entry ->> 'hour')::timestamptz, entry ->> 'source',
           {", ".join(f"coalesce(sum((entry ->> '{name}')::int), 0)" for name in _COUNTS)}
    FROM page, jsonb_array_elements(sources) AS entry GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (hour, source) DO UPDATE
    SET {", ".join(f"{name} = source_hour.{name} + excluded.{name}" for name in _COUNTS)}
)
SELECT count(*) FROM page
"""


def add_up(tx: Connection) -> int:
    """Add the next pages to the minutes and hours, and take them away; how many these were."""
    return int(tx.exec_driver_sql(_ADD_UP, {"limit": MOST_PAGES}).scalar_one())


def forget(tx: Connection, *, now: datetime) -> None:
    """Forget minutes after a day, hours after a hundred, and probes after one; what these measured stays for a month."""
    for table, column, age in (
        ("latency_minute", "minute", _KEEP_MINUTES),
        ("source_hour", "hour", _KEEP_HOURS),
        ("probe", "sent_at", _KEEP_MEASURES),
    ):
        tx.exec_driver_sql(f"DELETE FROM {table} WHERE {column} < %(until)s", {"until": now - age})
    _forget_probes(tx, now - _KEEP_PROBES)


_MOST_PROBES = 200


def _forget_probes(tx: Connection, until: datetime) -> None:
    """All rows of old probes but their bytes: these are always the same, and so there once."""
    old = """
    SELECT id FROM bulletin WHERE probe AND received_at < %(until)s AND status <> 'queued'
    ORDER BY received_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    """
    ids = [row[0] for row in tx.exec_driver_sql(old, {"until": until, "limit": _MOST_PROBES})]
    if not ids:
        return
    sql = "DELETE FROM article_version WHERE bulletin_id = ANY(%(ids)s) RETURNING article_id"
    articles = [row[0] for row in tx.exec_driver_sql(sql, {"ids": ids})]
    tx.exec_driver_sql("DELETE FROM article WHERE id = ANY(%(articles)s)", {"articles": articles})
    tx.exec_driver_sql("DELETE FROM attempt WHERE bulletin_id = ANY(%(ids)s)", {"ids": ids})
    tx.exec_driver_sql("DELETE FROM operator_action_bulletin WHERE bulletin_id = ANY(%(ids)s)", {"ids": ids})
    tx.exec_driver_sql("DELETE FROM bulletin WHERE id = ANY(%(ids)s)", {"ids": ids})
