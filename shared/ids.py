"""Identifiers: UUIDs, written with the prefix of what they name (`bul_…`, `art_…`, `ent_…`); those made here are UUIDv7."""

import os
import re
import time
from collections.abc import Callable
from uuid import UUID

BULLETIN = "bul_"
ARTICLE = "art_"
STORY = "sto_"
ENTITY = "ent_"
DECISION = "dec_"
WEBHOOK = "whk_"

# As we write it and no other way: a thing has one address.
_HEX = re.compile("[0-9a-f]{32}")

API_KEY = re.compile("bnt_([0-9a-f]{16})_[0-9A-Za-z_-]{43}")
"""A key: its public id can be told, the rest never."""

NewId = Callable[[], UUID]


def uuid7(unix_ms: int, random_bytes: bytes) -> UUID:
    """A UUIDv7 (RFC 9562, 5.7) of a time in milliseconds and ten random bytes."""
    value = int.from_bytes(unix_ms.to_bytes(6, "big") + random_bytes, "big")
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return UUID(int=value)


def new_id() -> UUID:
    """A UUIDv7 of this moment."""
    return uuid7(time.time_ns() // 1_000_000, os.urandom(10))


def written(prefix: str, value: UUID) -> str:
    """The identifier as people and URLs see it, such as `bul_01968c3e4f7a7c3e8a4b5c6d7e8f9a0b`."""
    return prefix + value.hex


def read(prefix: str, text: str) -> UUID | None:
    """The UUID of a written identifier; None if `text` is not one of that prefix."""
    digits = text.removeprefix(prefix)
    if len(text) - len(digits) != len(prefix) or not _HEX.fullmatch(digits):
        return None
    return UUID(hex=digits)
