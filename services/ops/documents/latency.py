"""How long things take, as distributions: percentiles, buckets, and minute by minute."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.ops.records import measures
from services.ops.records.measures import Buckets
from shared.latency import percentile, upper_bound

_PERCENTILES = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}
_WHOLE = ("readable", "waiting", "closing")
"""Told first: what a newsroom feels, and what is not a stage."""


def latency(tx: Connection, *, now: datetime, minutes: int) -> dict[str, Any]:
    """How long each stage took, and from acceptance to readable, over the last minutes; and minute by minute."""
    sums, counted = measures.latency(tx, now=now, minutes=minutes, by_minute="readable")
    order = sorted(sums, key=lambda name: (_WHOLE.index(name) if name in _WHOLE else len(_WHOLE), name))
    by_minute = [{"minute": minute, **_distribution(counted[minute])} for minute in sorted(counted)]
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
