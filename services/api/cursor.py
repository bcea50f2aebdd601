"""Where the next page of a list begins. Opaque to readers, signed, and good only for the list and filter it came from."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

import orjson

from shared.errors import InvalidParameter

_MAC = 12
_DIGEST = 8


class BadCursor(InvalidParameter):
    """This cursor is not one of ours, or not of this list."""

    code = "bad_cursor"


class CursorFilterMismatch(InvalidParameter):
    """This cursor belongs to other filters."""

    code = "cursor_filter_mismatch"


Key = tuple[str | int, ...]
"""Where an entry stands in a list: the values that it is sorted by."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes and reads cursors, signed with a secret."""

    secret: bytes

    def encode(self, list_name: str, key: Key, filter: str = "") -> str:
        """The cursor of the page that goes on behind the entry of this key, in a list of what passes a filter."""
        told = orjson.dumps([list_name, _digest(filter), *key])
        return base64.urlsafe_b64encode(self._mac(told) + told).decode().rstrip("=")

    def decode(self, list_name: str, cursor: str, kinds: tuple[type, ...], filter: str = "") -> Key:
        """The key of a cursor of this list, each value of its kind. Raises BadCursor and CursorFilterMismatch."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        mac, told = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._mac(told)):
            raise BadCursor("take the cursor from `page.next` of the page before, as it is")
        name, digest, *key = orjson.loads(told)
        if name != list_name:
            raise BadCursor("this cursor belongs to another list; begin again without it")
        if digest != _digest(filter) or [type(value) for value in key] != list(kinds):
            raise CursorFilterMismatch(
                "the filters were changed: begin again without the cursor, or use those of its list"
            )
        return tuple(key)

    def _mac(self, told: bytes) -> bytes:
        return hmac.digest(self.secret, told, "sha256")[:_MAC]


def _digest(filter: str) -> str:
    return hashlib.sha256(filter.encode()).digest()[:_DIGEST].hex()
