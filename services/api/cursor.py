"""Where the next page of a list begins. Opaque to readers, and good only for the list that it came from."""

import base64
import binascii

import orjson

from shared.errors import InvalidParameter


class BadCursor(InvalidParameter):
    """This cursor is not one of ours, or not of this list."""

    code = "bad_cursor"


Key = tuple[str | int, ...]
"""Where an entry stands in a list: the values that it is sorted by."""


def encode_key(list_name: str, key: Key) -> str:
    """The cursor of the page that goes on behind the entry of this key."""
    return base64.urlsafe_b64encode(orjson.dumps([list_name, *key])).decode().rstrip("=")


def decode_key(list_name: str, cursor: str, kinds: tuple[type, ...]) -> Key:
    """The key of a cursor of this list, each value of its kind. Raises BadCursor."""
    try:
        name, *key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        raise BadCursor("take the cursor from `page.next` of the page before, as it is") from None
    if name != list_name or [type(value) for value in key] != list(kinds) or "\0" in "".join(map(str, key)):
        raise BadCursor("this cursor belongs to another list; begin again without it")
    if any(type(value) is int and not -(2**31) < value < 2**31 for value in key):
        raise BadCursor("this cursor belongs to another list; begin again without it")
    return tuple(key)


def encode(list_name: str, before: int) -> str:
    """The cursor of the page that goes on before position `before`."""
    return base64.urlsafe_b64encode(orjson.dumps([list_name, before])).decode().rstrip("=")


def decode(list_name: str, cursor: str) -> int:
    """The position of a cursor of this list. Raises BadCursor."""
    try:
        name, before = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        raise BadCursor("take the cursor from `page.next` of the page before, as it is") from None
    if name != list_name or type(before) is not int or not 0 < before < 2**63:
        raise BadCursor("this cursor belongs to another list; begin again without it")
    return before
