"""What the first page draws: every figure of the desk, and its charts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from services.ops.console import charts
from services.ops.console.recent import Recent
from services.ops.documents.latency import latency
from services.ops.documents.probes import probes
from services.ops.documents.quarantine import groups_and_count
from services.ops.documents.queues import queues
from services.ops.documents.workers import workers
from services.ops.records import actions, followers, jobs
from shared.database import transaction

_MOST_GROUPS, _MOST_ACTIONS, _MOST_JOBS = 50, 10, 5
_SHORT, _LONG = 5, 60
"""Minutes over which latency is told."""


def drawn(engine: Engine, recent: Recent, now: datetime, w: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the template of the figures needs; `w` are the words of its language."""
    with transaction(engine) as tx:
        minutes = recent.minutes(tx, now=now)
        groups, held = groups_and_count(tx, limit=_MOST_GROUPS)
        hour = latency(tx, now=now, minutes=_LONG)
        return {
            "now": now,
            "queues": queues(tx, now=now, rates=recent.rates(tx, now=now), held=held),
            "workers": workers(tx, now=now),
            "groups": groups,
            "jobs": jobs.jobs(tx, limit=_MOST_JOBS),
            "odd": recent.odd(tx, now=now),
            "probes": probes(tx, now=now),
            "latency": _side_by_side(hour, latency(tx, now=now, minutes=_SHORT)),
            "charts": {**_chart_of_rates(minutes, now, w), **_charts_of_latency(hour, now, w)},
            "consumers": followers.consumers(tx, now=now),
            "webhooks": followers.webhooks(tx, now=now),
            "actions": actions.actions(tx, limit=_MOST_ACTIONS),
        }


def _side_by_side(long: dict[str, Any], short: dict[str, Any]) -> list[dict[str, Any]]:
    lately = {one["measure"]: one for one in short["measures"]}
    nothing = {"count": 0, "p50_ms": None, "p90_ms": None, "p99_ms": None}
    return [
        {"measure": one["measure"], "spans": [lately.get(one["measure"], nothing), one]} for one in long["measures"]
    ]


def _chart_of_rates(minutes: Mapping[datetime, tuple[int, int]], now: datetime, w: Mapping[str, str]) -> dict[str, str]:
    series = {
        w["accepted"]: {minute: float(counts[0]) for minute, counts in minutes.items()},
        w["finished"]: {minute: float(counts[1]) for minute, counts in minutes.items()},
    }
    return {"rates": charts.minute_lines(series, now=now, minutes=_LONG, label=w["chart_rates"])}


def _charts_of_latency(told: dict[str, Any], now: datetime, w: Mapping[str, str]) -> dict[str, str]:
    series = {
        name: {one["minute"]: one[name] / 1000 for one in told["by_minute"] if one[name] is not None}
        for name in ("p50_ms", "p99_ms")
    }
    readable = next((one for one in told["measures"] if one["measure"] == "readable"), None)
    buckets = [(one["up_to_ms"], one["count"]) for one in readable["buckets"]] if readable else []
    marks = {name: readable[f"{name}_ms"] for name in ("p50", "p90", "p99")} if readable else {}
    return {
        "latency": charts.minute_lines(series, now=now, minutes=_LONG, label=w["chart_latency"], log=True),
        "distribution": charts.distribution(buckets, marks, label=w["chart_distribution"]),
    }
