"""One bulletin's whole life on one line of time: request, bytes, attempts, relations, versions, feed, people."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.ops.records import followers, lives
from shared.errors import NoSuchBulletin
from shared.ids import ARTICLE, BULLETIN, read, written


def history(tx: Connection, asked: str, *, log_url: str) -> dict[str, Any]:
    """A bulletin's life, by its written id or that of its article. Raises NoSuchBulletin.

    `log_url` is where logs are looked up, with `{id}` in it; empty: nowhere.
    """
    id = read(BULLETIN, asked)
    if id is None and (article := read(ARTICLE, asked)):
        id = lives.bulletin_of(tx, article)
    found = lives.bulletin(tx, id) if id else None
    if id is None or found is None:
        raise NoSuchBulletin(f"there is no bulletin or article {asked}")
    article = found["made_id"]
    relations = lives.relations(tx, id, article)
    versions = lives.versions(tx, article) if article else []
    changes = lives.changes_of(tx, article) if article else []
    events = [
        *_begun(found),
        *(event for one in lives.attempts(tx, id) for event in _attempt(one)),
        *_ended(found),
        *(_related(one) for one in relations),
        *(_version(one) for one in versions),
        *(_changed(one) for one in changes),
        *(_sent(one) for one in followers.deliveries(tx, [one["seq"] for one in changes])),
        *(_done(one) for one in (lives.deeds(tx, article) if article else ())),
        *(_acted(one) for one in lives.actions_on(tx, id)),
    ]
    return {
        "bulletin": written(BULLETIN, id),
        "state": found["status"],
        "probe": found["probe"],
        "article": written(ARTICLE, article) if article else None,
        "duplicate_of": written(ARTICLE, found["original_id"]) if found["original_id"] else None,
        "request_id": found["request_id"],
        "sha256": found["raw_sha256"].hex(),
        "bytes": {"size": found["size"], "kept": found["bytes_kept"], "erased_at": found["erased_at"]},
        "next_try_at": found["run_at"] if found["status"] == "queued" else None,
        "error_class": found["error_class"],
        "stage": found["error_stage"],
        "last_error": found["last_error"],
        "logs": _logs(found, log_url),
        "events": sorted(events, key=lambda event: event["at"]),
    }


def _logs(found: dict[str, Any], log_url: str) -> list[dict[str, str]]:
    """Under which ids the logs speak of it, and where each is looked up."""
    ids = {"bulletin": found["id"].hex, "request": found["request_id"], "trace": found["traceparent"] or ""}
    return [{"of": of, "id": id, "url": log_url.replace("{id}", id)} for of, id in ids.items() if id]


def _begun(found: dict[str, Any]) -> list[dict[str, Any]]:
    told = {
        "source": found["source"],
        "external_id": found["external_id"],
        "media_type": found["media_type"],
        "charset": f"{found['charset']} ({found['charset_reason']})",
        "bytes": found["size"],
        "request_id": found["request_id"],
        "embargo_until": found["embargo_until"],
    }
    erased = [_event(found["erased_at"], "bytes erased", {})] if found["erased_at"] else []
    return [_event(found["received_at"], "accepted", told), *erased]


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
        "stage": one["error_stage"],
        "error_class": one["error_class"],
    }
    return [begun, _event(one["ended_at"], "attempt ended", told)]


def _ended(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [_event(found["closed_at"], "closed", {"state": found["status"]})] if found["closed_at"] else []


def _related(one: dict[str, Any]) -> dict[str, Any]:
    ours = one["direction"] == "to"
    what = "told a duplicate" if ours and one["kind"] in ("exact", "near") else "relation"
    other = written(ARTICLE, one["original_id"]) if ours else written(BULLETIN, one["bulletin_id"])
    told = {name: one[name] for name in ("direction", "kind", "score", "method", "reason", "decided_by")}
    return _event(one["decided_at"], what, {"other": other, **told})


def _version(one: dict[str, Any]) -> dict[str, Any]:
    told = {name: one[name] for name in ("version", "kind", "pipeline", "note")}
    return _event(one["valid_from"], "version", {**told, "bulletin": written(BULLETIN, one["bulletin_id"])})


def _changed(one: dict[str, Any]) -> dict[str, Any]:
    return _event(one["at"], one["type"], {"seq": one["seq"], "version": one["version"]})


def _sent(one: dict[str, Any]) -> dict[str, Any]:
    told = {name: one[name] for name in ("seq", "state", "tries")}
    return _event(one["ended_at"] or one["made_at"], "delivery", {"webhook": followers.webhook_of(one), **told})


def _done(one: dict[str, Any]) -> dict[str, Any]:
    told = {name: one[name] for name in ("version", "actor", "reason")}
    return _event(one["at"], f"article {one['what']}", told)


def _acted(one: dict[str, Any]) -> dict[str, Any]:
    return _event(one["at"], f"operator: {one['action']}", {"actor": one["actor"], "reason": one["reason"]})


def _event(at: datetime, what: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"at": at, "what": what, "detail": {name: value for name, value in detail.items() if value is not None}}
