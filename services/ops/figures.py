"""The desk's documents of what was measured: latency as distributions, sources, drift, probes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection

from services.ops import habits, measures
from services.ops.measures import COUNTS, Buckets
from shared.latency import percentile, upper_bound

VIETNAM = timezone(timedelta(hours=7))
"""Days begin and end at midnight in Việt Nam."""

_PERCENTILES = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}
_WHOLE = ("readable", "waiting", "closing")
"""Told first: what a newsroom feels, and what is not a stage."""
_PROBES_KEPT = timedelta(hours=1)


def latency(tx: Connection, *, now: datetime, minutes: int) -> dict[str, Any]:
    """How long each stage took, and from acceptance to readable, over the last minutes; and minute by minute."""
    counted = measures.latency(tx, now=now, minutes=minutes)
    sums: dict[str, Counter[int]] = defaultdict(Counter)
    for found in counted.values():
        for measure, buckets in found.items():
            sums[measure].update(buckets)
    order = sorted(sums, key=lambda name: (_WHOLE.index(name) if name in _WHOLE else len(_WHOLE), name))
    by_minute = [{"minute": minute, **_distribution(counted[minute].get("readable", {}))} for minute in sorted(counted)]
    return {
        "at": now,
        "minutes": minutes,
        "measures": [{"measure": name, **_distribution(sums[name]), "buckets": _buckets(sums[name])} for name in order],
        "by_minute": by_minute,
    }


def _distribution(counts: Buckets) -> dict[str, Any]:
    return {
        "count": sum(counts.values()),
        **{name: percentile(counts, share) for name, share in _PERCENTILES.items()},
    }


def _buckets(counts: Buckets) -> list[dict[str, Any]]:
    return [{"up_to_ms": upper_bound(bucket), "count": counts[bucket]} for bucket in sorted(counts)]


def sources(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """Every source of the last four weeks: what came lately, and whether that is not as it used to be."""
    rows = measures.sources(tx, since=now - timedelta(days=habits.HISTORY_DAYS + 3))
    came = habits.by_source(_with_all_that_came(rows), "came")
    waiting = measures.waiting_by_source(tx)
    told = []
    for name in sorted({*came, *waiting}):
        counts = came.get(name, {})
        odd = habits.oddity(name, counts, now=now)
        # What waits has come, too: a source is not quiet because the workers are.
        if odd and odd.what == "quiet" and odd.came + waiting.get(name, 0) >= odd.least:
            odd = None
        told.append({
            "source": name,
            "last_hour": _since(counts, now - timedelta(hours=1)),
            "last_day": _since(counts, now - timedelta(days=1)),
            "waiting": waiting.get(name, 0),
            "oddity": {**asdict(odd), "usual": round(odd.usual, 1)} if odd else None,
        })  # fmt: skip
    return {"at": now, "sources": told}


def _with_all_that_came(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "came": row["finished"] + row["quarantined"] + row["unread"]} for row in rows]


def _since(counts: Mapping[datetime, int], since: datetime) -> int:
    """Whole hours: of the hour in which `since` lies, all."""
    return sum(count for hour, count in counts.items() if hour >= since.replace(minute=0, second=0, microsecond=0))


def drift(tx: Connection, *, now: datetime, days: int, source: str | None = None) -> dict[str, Any]:
    """By source and day, what share of dates was refused, of places not resolved, of bytes not read, of bulletins doubled.

    The first of `sources` is all together. Each day is held against all before it that are asked for.
    """
    today = now.astimezone(VIETNAM).date()
    first = datetime.combine(today - timedelta(days=days - 1), datetime.min.time(), VIETNAM)
    sums: dict[str | None, dict[date, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in measures.sources(tx, since=first):
        if source is not None and row["source"] != source:
            continue
        day = row["hour"].astimezone(VIETNAM).date()
        for name in (None, row["source"]):
            sums[name][day].update({count: row[count] for count in COUNTS})
    named = sorted((name for name in sums if name is not None), key=str.casefold)
    order = [*([None] if source is None and sums else []), *named]
    return {"at": now, "days": days, "sources": [{"source": name, "days": _days(sums[name])} for name in order]}


def _days(sums: Mapping[date, Counter[str]]) -> list[dict[str, Any]]:
    told = []
    order = sorted(sums)
    for number, day in enumerate(order):
        found = habits.shares(sums[day], [sums[other] for other in order[:number]])
        told.append({
            "day": day,
            "finished": sums[day]["finished"],
            "shares": {name: {**asdict(one), "share": one.share} for name, one in found.items()},
        })  # fmt: skip
    return told


def probes(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """The probes of the last hour: how long from acceptance to readable, the latest, and what went wrong."""
    rows = measures.probes(tx, since=now - _PROBES_KEPT)
    seconds = sorted(row["readable_seconds"] for row in rows if row["readable_seconds"] is not None)
    return {
        "at": now,
        "sent": len(rows),
        "failed": sum(row["error"] is not None for row in rows),
        "p50_seconds": _quantile(seconds, 0.5),
        "p99_seconds": _quantile(seconds, 0.99),
        "latest": rows[0] if rows else None,
        "probes": [{**row, "bulletin": f"bul_{row['bulletin_id'].hex}"} for row in rows],
    }


def _quantile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
