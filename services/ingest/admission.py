"""May this bulletin come in? The rules of the door, without the door."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import ValidationError

from shared.contracts.bulletin import BulletinIn, RevisionIn, RevisionKind
from shared.contracts.problem import Fault
from shared.contracts.states import Priority
from shared.decoding import JSON, PLAIN, Decision, Undecodable, UnknownCharset, binary_control, take_text
from shared.errors import ServiceError


class MalformedJson(ServiceError):
    """The body is no JSON."""

    status, code = 400, "malformed_json"


class InvalidBulletin(ServiceError):
    """The JSON is no bulletin."""

    status, code = 422, "invalid_bulletin"


class BulletinTooLong(ServiceError):
    """The bulletin is longer than we take."""

    status, code = 413, "bulletin_too_long"


class EmptyText(ServiceError):
    """The bulletin holds no text."""

    status, code = 422, "empty_text"


class UndecodableText(ServiceError):
    """The bytes are no text in their charset."""

    status, code = 422, "undecodable"


class UnsupportedCharset(ServiceError):
    """We do not know this charset."""

    status, code = 415, "unsupported_charset"


class ForeignSource(ServiceError):
    """This key may post for its own source only."""

    status, code = 403, "foreign_source"


class QueueTooOld(ServiceError):
    """The oldest waiting bulletin has waited too long; try again later."""

    status, code = 429, "queue_too_old"


class Sender(NamedTuple):
    """Who sends, and what the sender says of the bulletin beside its text."""

    source: str | None = None
    external_id: str | None = None
    published: date | None = None
    priority: Priority = Priority.NORMAL
    client: str = ""
    only_source: str | None = None
    idem_key: str | None = None
    fingerprint: bytes | None = None
    request_id: str = ""
    traceparent: str | None = None
    embargo_until: datetime | None = None
    kind: RevisionKind | None = None
    note: str | None = None


class Filing(NamedTuple):
    """A bulletin that may come in: its bytes as received, how to read them, and its row's other values."""

    id: UUID
    received_at: datetime
    raw: bytes
    raw_sha256: bytes
    media_type: str
    charset: str
    charset_reason: str
    sender: Sender


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """How long the oldest bulletin has waited, and how many seconds until that has passed."""

    oldest_age: float
    retry_after: int


def check_source(filing: Filing) -> Filing:
    """The filing, if its sender may post for its source. Raises ForeignSource."""
    only = filing.sender.only_source
    if only is not None and filing.sender.source != only:
        raise ForeignSource(f"this key posts for {only}, not for {filing.sender.source}")
    return filing


def admit_json(
    raw: bytes, *, sender: Sender, id: UUID, now: datetime, max_bytes: int, form: type[BulletinIn] = BulletinIn
) -> Filing:
    """A bulletin as JSON (UTF-8), of the form `form`. What it says of itself outranks the sender's headers.

    Raises BulletinTooLong, MalformedJson, InvalidBulletin, EmptyText, UndecodableText.
    """
    _check_length(raw, max_bytes)
    body = _bulletin_in(_json(raw), form)
    # JSON can hold a control character only as an escape.
    if (b"\\u00" in raw or b"\\b" in raw) and (index := binary_control(body.text)) is not None:
        raise UndecodableText(
            f"text holds the control character U+{ord(body.text[index]):04X} at character {index}: send text only",
            errors=[Fault(pointer="/text", detail=f"control character at {index}")],
        )
    _check_text(body.text)
    if len(body.model_fields_set) > 1:
        sender = sender._replace(
            source=body.source or sender.source,
            external_id=body.external_id or sender.external_id,
            published=body.published or sender.published,
            priority=_PRIORITIES[body.priority] if "priority" in body.model_fields_set else sender.priority,
            embargo_until=body.embargo_until or sender.embargo_until,
        )
    if isinstance(body, RevisionIn):
        sender = sender._replace(kind=body.kind or sender.kind, note=body.note or sender.note)
    return _filing(raw, JSON, _JSON_CHARSET, sender, id, now)


_JSON_CHARSET = Decision("utf-8", "JSON is UTF-8", 1.0)
_PRIORITIES = {"flash": Priority.FLASH, "normal": Priority.NORMAL}


def admit_text(raw: bytes, charset: str | None, *, sender: Sender, id: UUID, now: datetime, max_bytes: int) -> Filing:
    """A bulletin as plain text in a declared charset, or one recognised when none is declared.

    Raises BulletinTooLong, UnsupportedCharset, UndecodableText, EmptyText.
    """
    _check_length(raw, max_bytes)
    try:
        text, decision = take_text(raw, charset)
    except UnknownCharset as error:
        raise UnsupportedCharset(
            f"charset {error} is not known here: send UTF-8, UTF-16, windows-1258, TCVN3, VNI or VISCII"
        ) from None
    except Undecodable as error:
        raise UndecodableText(
            f"{error}: name the right charset in Content-Type, or send UTF-8",
            errors=[Fault(pointer=f"byte:{error.offset}", detail=error.detail)],
        ) from None
    _check_text(text)
    return _filing(raw, PLAIN, decision, sender, id, now)


def admit_under_load(filing: Filing, load: Load, max_age: float) -> None:
    """Refuse what can wait while the oldest waiting bulletin is too old. Raises QueueTooOld."""
    if load.oldest_age > max_age and filing.sender.priority > Priority.FLASH:
        raise QueueTooOld(
            f"the oldest waiting bulletin has waited {load.oldest_age:.0f} s; send again in {load.retry_after} s",
            headers={"Retry-After": str(load.retry_after)},
        )


def fingerprint(method: str, route: str, content_type: str, body: bytes) -> bytes:
    """What makes two requests with one idempotency key the same request: SHA-256 of all four."""
    return hashlib.sha256(f"{method}\n{route}\n{content_type}\n".encode() + body).digest()


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"the body is no JSON: {error}") from None


def _bulletin_in(value: Any, form: type[BulletinIn]) -> BulletinIn:
    try:
        return form.model_validate(value)
    except ValidationError as error:
        faults = [
            Fault(pointer="/" + "/".join(str(part) for part in fault["loc"]), detail=fault["msg"])
            for fault in error.errors(include_url=False, include_input=False)
        ]
        told = "; ".join(f"{fault.pointer} {fault.detail}" for fault in faults)
        raise InvalidBulletin(f"the JSON is no bulletin: {told}", errors=faults) from None


def _check_length(raw: bytes, max_bytes: int) -> None:
    if len(raw) > max_bytes:
        raise BulletinTooLong(f"the bulletin has {len(raw):,} bytes; at most {max_bytes:,} are taken")


_VISIBLE = re.compile(r"[^\s\ufeff\u200b\xad\x1a\x1b]")


def _check_text(text: str) -> None:
    if not _VISIBLE.search(text):
        raise EmptyText("the bulletin holds no text: nothing was taken in")


def _filing(raw: bytes, media_type: str, decision: Decision, sender: Sender, id: UUID, now: datetime) -> Filing:
    return Filing(
        id=id,
        received_at=now,
        raw=raw,
        raw_sha256=hashlib.sha256(raw).digest(),
        media_type=media_type,
        charset=decision.charset,
        charset_reason=decision.reason,
        sender=sender,
    )
