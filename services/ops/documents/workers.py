"""Who works, as the desk tells it: each process with its health, what each child has in hand, and who died."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from services.ops.records import workers as seen
from services.ops.records.queues import oldest_due
from shared.ids import BULLETIN, written

_SILENT_AFTER = timedelta(seconds=15)
"""A process that has not beaten for so long is taken for gone."""
_STALLED_AFTER = 20.0
"""Seconds that work may wait, and a worker be without progress, before it is shown red."""
_DAY = timedelta(days=1)
_MOST_DEATHS = 100


def workers(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """The processes that beat, with their health; what each child of a worker has in hand; and who died lately."""
    oldest = oldest_due(tx, now=now)
    deaths = seen.deaths(tx, since=now - _DAY, limit=_MOST_DEATHS)
    died = Counter(death["worker"] for death in deaths)
    return {
        "at": now,
        "processes": _with_the_replaced(
            [{**_located(beat), "health": _health(beat, oldest, now)} for beat in seen.beats(tx)]
        ),
        "hands": [{**_hand(hand, now), "deaths_last_day": died[hand["worker"]]} for hand in seen.hands(tx, now=now)],
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


def _with_the_replaced(beats: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that fell silent and were started anew on their host are missed by nobody; each takes the place of one."""
    replaced: set[str] = set()
    taken: set[str] = set()
    for beat in sorted(beats, key=itemgetter("seen_at")):
        heirs = [
            one["worker"]
            for one in sorted(beats, key=itemgetter("started_at"))
            if beat["health"] == "silent"
            and one is not beat
            and (one["host"], one["role"]) == (beat["host"], beat["role"])
            and one["started_at"] >= beat["seen_at"]
            and one["worker"] not in (beat["worker"], *taken)
        ]
        if heirs:
            replaced.add(beat["worker"])
            taken.add(heirs[0])
    return [{**beat, "health": "replaced"} if beat["worker"] in replaced else beat for beat in beats]


def _located(beat: dict[str, Any]) -> dict[str, Any]:
    host, _, pid = beat["worker"].rpartition(":")
    return {**beat, "host": host, "pid": int(pid)}


def _hand(hand: dict[str, Any], now: datetime) -> dict[str, Any]:
    held = hand["since"]
    return {
        "worker": hand["worker"],
        "in_hand": hand["in_hand"],
        "bulletin": written(BULLETIN, hand["bulletin"]) if hand["bulletin"] else None,
        "seconds": (now - held).total_seconds() if held else None,
        "stage": hand["stage"],
        "stage_seconds": (now - hand["stage_since"]).total_seconds() if hand["stage"] else None,
        "finished_last_minute": hand["finished"],
        "failed_last_minute": hand["failed"],
    }
