"""The desk's documents: figures put together, with what an operator concludes from them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops import controls, watching
from shared.ids import BULLETIN, written

Rates = Sequence[dict[str, Any]]

_SILENT_AFTER = timedelta(seconds=15)
"""A process that has not beaten for so long is taken for gone."""
_STARTED_ANEW = timedelta(seconds=60)
"""Within this time of its last beat a supervisor has another in its place."""
_STALLED_AFTER = 20.0
"""Seconds that work may wait, and a worker be without progress, before it is shown red."""
_DAY = timedelta(days=1)
_MOST_DEATHS = 100


def queues(tx: Connection, *, now: datetime, rates: Rates | None = None) -> dict[str, Any]:
    """What waits, by priority; the rates; and how long until all is done if nothing changes.

    `rates` are those of watching.rates, where they are at hand.
    """
    found, rates = watching.queues(tx, now=now), rates or watching.rates(tx, now=now)
    return {
        "at": now,
        "queues": found,
        "settings": controls.settings(tx),
        "quarantined": watching.quarantined(tx),
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
    found = watching.queues(tx, now=now)
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


def workers(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """The processes that beat, with their health; what each child of a worker has in hand; and who died lately."""
    oldest = watching.oldest_due(tx, now=now)
    deaths = watching.deaths(tx, since=now - _DAY, limit=_MOST_DEATHS)
    died = Counter(death["worker"] for death in deaths)
    return {
        "at": now,
        "processes": [{**_located(beat), "health": _health(beat, oldest, now)} for beat in watching.beats(tx)],
        "hands": [
            {**_hand(hand, now), "deaths_last_day": died[hand["worker"]]} for hand in watching.hands(tx, now=now)
        ],
        "deaths": [
            {
                **{name: death[name] for name in ("worker", "started_at", "ended_at")},
                "bulletin": written(BULLETIN, death["bulletin_id"]),
            }
            for death in deaths
        ],
    }


def _health(beat: dict[str, Any], oldest_due: float, now: datetime) -> str:
    if now - beat["seen_at"] > _SILENT_AFTER:
        return "silent"
    stuck = (now - beat["progress_at"]).total_seconds() > _STALLED_AFTER
    return "stalled" if beat["role"] == "worker" and stuck and oldest_due > _STALLED_AFTER else "well"


def is_replaced(beat: dict[str, Any], beats: Sequence[dict[str, Any]]) -> bool:
    """Has a process that fell silent been started anew on its host?"""
    if beat["health"] != "silent":
        return False
    seen = beat["seen_at"]
    return any(
        one["host"] == beat["host"]
        and one["role"] == beat["role"]
        and seen <= one["started_at"] <= seen + _STARTED_ANEW
        for one in beats
    )


def _located(beat: dict[str, Any]) -> dict[str, Any]:
    host, _, pid = beat["worker"].rpartition(":")
    return {**beat, "host": host, "pid": int(pid)}


def _hand(hand: dict[str, Any], now: datetime) -> dict[str, Any]:
    held = hand["since"]
    return {
        "worker": hand["worker"],
        "in_hand": hand["in_hand"],
        "bulletin": written(BULLETIN, UUID(hand["bulletin"])) if hand["bulletin"] else None,
        "seconds": (now - held).total_seconds() if held else None,
        "finished_last_minute": hand["finished"],
        "failed_last_minute": hand["failed"],
    }


def groups(tx: Connection, *, limit: int, stage: str | None = None) -> dict[str, Any]:
    """The quarantine, or what failed in a stage, by what went wrong."""
    found = watching.quarantine_groups(tx, limit=limit, stage=stage)
    return {"groups": [{**group, "newest": written(BULLETIN, group["newest"])} for group in found]}


def held(tx: Connection, *, signature: str | None, after: UUID, limit: int) -> dict[str, Any]:
    """Quarantined bulletins with their errors; `next` is where the next page begins."""
    rows = watching.quarantine_list(tx, signature=signature, after=after, limit=limit + 1)
    page = [{**row, "id": written(BULLETIN, row["id"])} for row in rows[:limit]]
    return {"bulletins": page, "next": page[-1]["id"] if len(rows) > limit else None}


def ledger(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """Every accepted bulletin accounted for, and the ids of those for which it does not hold."""
    states = watching.states(tx)
    broken = [
        {**one, "bulletins": [written(BULLETIN, id) for id in one["bulletins"]]} for one in watching.unbalanced(tx)
    ]
    return {
        "at": now,
        "accepted": sum(states.values()),
        "states": states,
        "probes": watching.probes(tx),
        "balanced": not broken,
        "broken": broken,
    }
