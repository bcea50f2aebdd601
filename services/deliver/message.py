"""What a webhook is sent: body and headers, signed after the specification of standard webhooks."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shared.following import Change, cloud_event, event_id

_JSON = "application/json"
TRIAL = "webhook.test"
"""The type of a delivery that tells of nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A request's body and headers."""

    body: bytes
    headers: dict[str, str]


def message(
    event: str, told: Change | None, format: str, secrets: Sequence[str], *, made_at: datetime, now: datetime
) -> Message:
    """The message of a change, or of a test where there is none, in one of the formats, signed with each secret."""
    document = _document(event, told, made_at)
    if format == "structured":
        body, headers = orjson.dumps(document), {"content-type": "application/cloudevents+json"}
    elif format == "binary":
        attributes = {
            f"ce-{name}": _text(document[name]) for name in document if name not in {"data", "datacontenttype"}
        }
        body, headers = orjson.dumps(document["data"]), {"content-type": _JSON, **attributes}
    else:
        plain = {"type": told.type if told else TRIAL, "timestamp": document["time"], "data": document["data"]}
        body, headers = orjson.dumps(plain), {"content-type": _JSON}
    timestamp = str(int(now.timestamp()))
    headers |= {
        "webhook-id": event,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signature(secret, event, timestamp, body) for secret in secrets),
        "user-agent": "bantin-deliver/1",
    }
    return Message(body=body, headers=headers)


def signature(secret: str, event: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{event}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def _document(event: str, told: Change | None, made_at: datetime) -> dict[str, Any]:
    if told is not None:
        assert event == event_id(told.seq)  # one change, one id, whichever way it is told
        return cloud_event(told)
    return {
        "specversion": "1.0",
        "id": event,
        "source": "/bantin",
        "type": f"vn.bantin.{TRIAL}.v1",
        "time": made_at,
        "datacontenttype": _JSON,
        "data": {},
    }


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
