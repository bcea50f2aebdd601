"""Who sends, who is odd against its own habit, and what is found less than on the days before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection

from services.ops.documents import habits
from services.ops.records import measures
from services.ops.records.measures import COUNTS

VIETNAM = timezone(timedelta(hours=7))
"""Days begin and end at midnight in Việt Nam."""


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
