"""A browser's session: a signed cookie that names a key by its public id. Pure."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

COOKIE = "bantin_session"
LIFE = timedelta(hours=12)


def sealed(id: str, secret: bytes, *, now: datetime) -> str:
    """The cookie's value for the holder of a key, until LIFE from now."""
    told = f"{id}.{int((now + LIFE).timestamp())}"
    return f"{told}.{_seal(told, secret)}"


def opened(value: str, secret: bytes, *, now: datetime) -> str | None:
    """The public id of the key that a cookie names; None if it is not ours, was changed, or has ended."""
    told, _, seal = value.rpartition(".")
    if not value.isascii() or not hmac.compare_digest(seal, _seal(told, secret)):
        return None
    id, _, until = told.partition(".")
    return id if datetime.fromtimestamp(int(until), UTC) > now else None


def _seal(told: str, secret: bytes) -> str:
    return hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()
