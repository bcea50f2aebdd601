"""The desk's documents: figures put together, with what an operator concludes from them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops import watching
from shared.errors import NoSuchBulletin
from shared.ids import ARTICLE, BULLETIN, read, written

_SILENT_AFTER = timedelta(seconds=15)
"""A process that has not beaten for so long is taken for gone."""
_STARTED_ANEW = timedelta(seconds=60)
"""Within this time of its last beat a supervisor has another in its place."""
_STALLED_AFTER = 20.0
"""Seconds that work may wait, and a worker be without progress, before it is shown red."""


def queues(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """What waits, by priority; the rates; and how long until all is done if nothing changes."""
    found, rates = watching.queues(tx, now=now), watching.rates(tx, now=now)
    return {
        "at": now,
        "queues": found,
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


def seconds_to_drain(waiting: int, rates: Sequence[dict[str, Any]]) -> float | None:
    """How long until what waits is done at the rates of the shortest span; None if it never will be."""
    if not waiting:
        return 0.0
    gain = rates[0]["finished"] - rates[0]["accepted"]
    return waiting / gain * 60 if gain > 0 else None


def workers(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """The processes that beat, with their health; and what each child of a worker has in hand."""
    oldest = watching.oldest_due(tx, now=now)
    return {
        "at": now,
        "processes": [{**_located(beat), "health": _health(beat, oldest, now)} for beat in watching.beats(tx)],
        "hands": [_hand(hand, now) for hand in watching.hands(tx, now=now)],
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


def groups(tx: Connection, *, limit: int) -> dict[str, Any]:
    """The quarantine, by what went wrong."""
    found = watching.quarantine_groups(tx, limit=limit)
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
    return {"at": now, "accepted": sum(states.values()), "states": states, "balanced": not broken, "broken": broken}


def history(tx: Connection, asked: str) -> dict[str, Any]:
    """A bulletin's whole life on one line of time, by its written id or that of its article. Raises NoSuchBulletin."""
    id = read(BULLETIN, asked)
    if id is None and (article := read(ARTICLE, asked)):
        id = watching.bulletin_of(tx, article)
    found = watching.bulletin(tx, id) if id else None
    if id is None or found is None:
        raise NoSuchBulletin(f"there is no bulletin or article {asked}")
    article = found["article_id"]
    events = [
        *_begun(found),
        *(event for one in watching.attempts(tx, id) for event in _attempt(one)),
        *_ended(found),
        *(_changed(one) for one in (watching.changes_of(tx, article) if article else ())),
        *(_acted(one) for one in watching.actions(tx, limit=100, bulletin=id)),
    ]
    return {
        "bulletin": written(BULLETIN, id),
        "state": found["status"],
        "article": written(ARTICLE, article) if article else None,
        "duplicate_of": written(ARTICLE, found["original_id"]) if found["original_id"] else None,
        "request_id": found["request_id"],
        "sha256": found["raw_sha256"].hex(),
        "next_try_at": found["run_at"] if found["status"] == "queued" else None,
        "error_class": found["error_class"],
        "last_error": found["last_error"],
        "events": sorted(events, key=lambda event: event["at"]),
    }


def _begun(found: dict[str, Any]) -> list[dict[str, Any]]:
    told = {
        "source": found["source"],
        "external_id": found["external_id"],
        "media_type": found["media_type"],
        "charset": f"{found['charset']} ({found['charset_reason']})",
        "bytes": found["size"],
        "request_id": found["request_id"],
    }
    return [_event(found["received_at"], "accepted", told)]


def _attempt(one: dict[str, Any]) -> list[dict[str, Any]]:
    who = {"number": one["number"], "worker": one["worker"], "pipeline": one["pipeline"]}
    begun = _event(one["started_at"], "attempt began", who)
    if one["ended_at"] is None:
        return [begun]
    told = {
        "number": one["number"],
        "outcome": one["outcome"],
        "seconds": (one["ended_at"] - one["started_at"]).total_seconds(),
        "stage_ms": one["stage_ms"],
        "error_class": one["error_class"],
    }
    return [begun, _event(one["ended_at"], "attempt ended", told)]


def _ended(found: dict[str, Any]) -> list[dict[str, Any]]:
    told = []
    if found["decided_at"]:
        reason = {"kind": found["kind"], "reason": found["duplicate_reason"], "decided_by": found["decided_by"]}
        told.append(_event(found["decided_at"], "told a duplicate", reason))
    if found["closed_at"]:
        told.append(_event(found["closed_at"], "closed", {"state": found["status"]}))
    return told


def _changed(one: dict[str, Any]) -> dict[str, Any]:
    return _event(one["at"], one["type"], {"seq": one["seq"], "version": one["version"]})


def _acted(one: dict[str, Any]) -> dict[str, Any]:
    return _event(one["at"], f"operator: {one['action']}", {"actor": one["actor"], "reason": one["reason"]})


def _event(at: datetime, what: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"at": at, "what": what, "detail": {name: value for name, value in detail.items() if value is not None}}
