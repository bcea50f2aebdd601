"""Requests that file bulletins and order what becomes of articles, and what their answers are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypedDict, TypeVar
from urllib.parse import quote

import httpx

from shared.client.talk import Ask, Manner, Talk, persistently, raise_for_problem, read
from shared.contracts.bulletin import (
    Accepted,
    BatchReceipt,
    KillOrder,
    Order,
    PriorityName,
    Receipt,
    RevisionKind,
)

A = TypeVar("A", bound=Accepted)

PLAIN = "text/plain; charset=utf-8"


class Beside(TypedDict, total=False):
    """What is said of a bulletin beside its text. Of a JSON bulletin its own fields outrank it."""

    published: date | str | None
    priority: PriorityName | None
    embargo_until: datetime | str | None


class About(Beside, total=False):
    """The same, and who files it, where the address does not say that."""

    source: str | None
    external_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed(Generic[A]):
    """What was answered to a bulletin: that it was taken in, or, if it was waited for, its receipt.

    `etag` is what the next revision under the same key names in `if_match`.
    """

    accepted: A | None
    receipt: Receipt | None
    etag: str | None

    @property
    def id(self) -> str:
        """The bulletin's id."""
        told = self.receipt or self.accepted
        assert told is not None
        return told.id


def post(content: str | bytes, content_type: str, about: About, key: str, wait: float) -> Ask:
    """A bulletin to be filed."""
    return Ask(
        service="ingest", method="POST", path="/v1/bulletins", content=_bytes(content),
        headers=_headers(content_type, about, wait) | {"Idempotency-Key": key},
    )  # fmt: skip


def post_batch(lines: bytes, about: About, key: str) -> Ask:
    """Many bulletins to be filed, a JSON object a line."""
    return Ask(
        service="ingest", method="POST", path="/v1/bulletins:batch", content=lines,
        headers=_headers("application/x-ndjson", about, 0) | {"Idempotency-Key": key},
    )  # fmt: skip


def put(
    key: tuple[str, str],
    content: str | bytes,
    content_type: str,
    about: Beside,
    wait: float,
    conditions: Mapping[str, str],
) -> Ask:
    """A bulletin to be filed under the sender's own key: source and external id."""
    source, external_id = (quote(part, safe="") for part in key)
    return Ask(
        service="ingest", method="PUT", path=f"/v1/sources/{source}/bulletins/{external_id}", content=_bytes(content),
        headers=_headers(content_type, about, wait) | {name: value.encode() for name, value in conditions.items()},
    )  # fmt: skip


def conditions(
    kind: RevisionKind | None, note: str | None, if_match: str | None, *, only_if_new: bool
) -> dict[str, str]:
    """The headers that only a revision has."""
    told = {
        "Bulletin-Kind": kind,
        "Bulletin-Note": note,
        "If-Match": if_match,
        "If-None-Match": "*" if only_if_new else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def order(what: str, id: str, said: Order | KillOrder) -> Ask:
    """An order about an article."""
    return ordered(f"/v1/articles/{id}:{what}", said)


def ordered(path: str, said: Order) -> Ask:
    """An order at an address of ingest."""
    return Ask(
        service="ingest", method="POST", path=path, content=said.model_dump_json().encode(),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _headers(content_type: str, about: Mapping[str, object], wait: float) -> dict[str, str | bytes]:
    known: dict[str, object] = {
        "Source": about.get("source"), "External-Id": about.get("external_id"), "Published": about.get("published"),
        "Priority": about.get("priority"), "Embargo": about.get("embargo_until"),
    }  # fmt: skip
    # As UTF-8: httpx by itself sends ASCII only.
    told: dict[str, str | bytes] = {f"Bulletin-{name}": _told(value).encode() for name, value in known.items() if value}
    waited = {"Prefer": f"wait={wait:.0f}"} if wait else {}
    return {"Content-Type": content_type, **told, **waited}


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def filed(ask: Ask, model: type[A], manner: Manner) -> Talk[Filed[A]]:
    """File a bulletin. 202: it was taken in; else it was waited for, and is finished."""
    answer = yield from persistently(ask, manner)
    etag = answer.headers.get("etag")
    if answer.status_code == httpx.codes.ACCEPTED:
        return Filed(accepted=read(answer, model), receipt=None, etag=etag)
    return Filed(accepted=None, receipt=read(answer, Receipt), etag=etag)


def batch(ask: Ask, manner: Manner) -> Talk[BatchReceipt]:
    """File a batch; where not one line was taken in, the verdicts are the answer all the same."""
    answer = yield from persistently(ask, manner)
    if answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY or b'"results"' not in answer.content:
        raise_for_problem(answer)
    return BatchReceipt.model_validate_json(answer.content)
