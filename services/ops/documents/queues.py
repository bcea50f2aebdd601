"""What waits, as the desk tells it: by priority, with rates, what operators set, and the time to drain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.ops.records import controls
from services.ops.records import queues as waiting
from services.ops.records.quarantine import quarantined

Rates = Sequence[dict[str, Any]]


def queues(tx: Connection, *, now: datetime, rates: Rates | None = None, held: int | None = None) -> dict[str, Any]:
    """What waits, by priority; the rates; and how long until all is done if nothing changes.

    `rates` are those of the records, `held` is how many are quarantined, where that is at hand.
    """
    found, rates = waiting.queues(tx, now=now), rates or waiting.rates(tx, now=now)
    return {
        "at": now,
        "queues": found,
        "settings": controls.settings(tx),
        "quarantined": quarantined(tx) if held is None else held,
        "rates": [
            {
                "minutes": rate["minutes"],
                "accepted_per_minute": rate["accepted"],
                "finished_per_minute": rate["finished"],
            }
            for rate in rates
        ],
        "seconds_to_drain": seconds_to_drain(sum(one["waiting"] + one["in_work"] for one in found), rates),
    }


def one_queue(tx: Connection, name: str, *, now: datetime) -> dict[str, Any]:
    """What waits in one queue, or in `all` together, and what an operator set there."""
    found = waiting.queues(tx, now=now)
    there = next((one for one in controls.settings(tx) if one["queue"] == name), None)
    if name == "all":
        tries = [one["next_try_at"] for one in found if one["next_try_at"]]
        one = {
            **{count: sum(each[count] for each in found) for count in ("waiting", "in_work", "retrying")},
            "priority": name,
            "next_try_at": min(tries, default=None),
            "oldest_age_seconds": max(each["oldest_age_seconds"] for each in found),
            "paused": there is not None and there["paused"],
            "max_concurrency": there["most"] if there else None,
        }
    else:
        one = next(each for each in found if each["priority"] == name)
    return {**one, **{key: there[key] if there else None for key in ("actor", "reason", "changed_at")}}


def seconds_to_drain(waiting: int, rates: Sequence[dict[str, Any]]) -> float | None:
    """How long until what waits is done at the rates of the shortest span; None if it never will be."""
    if not waiting:
        return 0.0
    gain = rates[0]["finished"] - rates[0]["accepted"]
    return waiting / gain * 60 if gain > 0 else None
