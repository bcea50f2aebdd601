"""A key: how it is made, how it is known again, and what it says of its holder. Pure."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.access.scopes import Scope, scopes_of
from shared.ids import API_KEY

_ID_BYTES, _SECRET_BYTES = 8, 32


class Minted(NamedTuple):
    """A new key: its public id, the key itself, which is shown once and kept nowhere, and the hash that is kept."""

    id: str
    key: str
    hash: bytes


def mint(chance: Callable[[int], bytes]) -> Minted:
    """A new key; `chance` gives so many random bytes."""
    id = chance(_ID_BYTES).hex()
    key = f"bnt_{id}_{urlsafe_b64encode(chance(_SECRET_BYTES)).decode().rstrip('=')}"
    return Minted(id, key, hash_of(key))


def hash_of(key: str) -> bytes:
    """What is kept of a key. Its 256 bits are random: nothing slower than SHA-256 would make guessing harder."""
    return hashlib.sha256(key.encode()).digest()


def id_of(key: str) -> str | None:
    """The public id that a key names; None if that is no key."""
    found = API_KEY.fullmatch(key)
    return found[1] if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks: the holder of a key, or (without one) anybody. `source` is the only one for which a key may post."""

    scopes: frozenset[Scope]
    key: str | None = None
    label: str | None = None
    source: str | None = None
    per_minute: int | None = None

    def may(self, scope: Scope) -> bool:
        """Is this allowed?"""
        return scope in self.scopes


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A key as it is kept."""

    id: str
    hash: bytes
    label: str
    scopes: tuple[str, ...]
    source: str | None
    per_minute: int | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    replaces: str | None

    def opens(self, key: str) -> bool:
        """Is it this key? Takes the same time whatever differs."""
        return hmac.compare_digest(self.hash, hash_of(key))

    def state(self, now: datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"

    def holder(self) -> Caller:
        """Who asks with it."""
        return Caller(
            scopes=scopes_of(self.scopes),
            key=self.id,
            label=self.label,
            source=self.source,
            per_minute=self.per_minute,
        )
