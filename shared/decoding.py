"""From the bytes as received to the text as filed. Pure: the same bytes give the same text, at the door and later."""

import codecs
import re

import orjson

PLAIN = "text/plain"
JSON = "application/json"

# Charset labels we answer to, and Python's name of each.
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    # A byte order mark is looked at first; without one the order is that of almost every machine.
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "windows-1258": "cp1258",
    "cp1258": "cp1258",
}

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Old exports hold form feeds, a DOS end of file and separators; the other controls are a sign of bytes that are no text.
_BINARY_CONTROLS = re.compile("[\x00-\x08\x0e-\x19]")


class Undecodable(Exception):
    """The bytes are no text in that charset; `offset` is that of the first bad byte."""

    def __init__(self, charset: str, offset: int, detail: str) -> None:
        super().__init__(f"byte {offset} is no {charset}: {detail}")
        self.charset, self.offset, self.detail = charset, offset, detail


class UnknownCharset(Exception):
    """No such charset is known here."""


def charset_of(raw: bytes, declared: str | None) -> str:
    """The codec that reads `raw`: by its byte order mark, else as declared, else UTF-8.

    Raises UnknownCharset for a label that is not in CHARSETS.
    """
    if declared is not None and declared.lower() not in CHARSETS:
        raise UnknownCharset(declared)
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            return codec
    return CHARSETS[declared.lower()] if declared is not None else "utf-8"


def label_of(charset: str) -> str:
    """The charset label of a codec of `charset_of`, for a Content-Type."""
    return {"utf-8-sig": "utf-8", "utf-16-le": "utf-16le", "utf-16-be": "utf-16be", "cp1258": "windows-1258"}.get(
        charset, charset
    )


def decode(raw: bytes, charset: str) -> str:
    """The text of `raw` in a codec of `charset_of`. Raises Undecodable at the first byte that is no text."""
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError as error:
        mark = len(codecs.BOM_UTF8) if charset == "utf-8-sig" else 0
        raise Undecodable(charset, mark + error.start, error.reason) from None
    if (index := binary_control(text)) is not None:
        offset = len(text[:index].encode(charset))
        raise Undecodable(charset, offset, f"control character U+{ord(text[index]):04X}")
    return text


def binary_control(text: str) -> int | None:
    """Where the first control character stands that no text has (NUL and its like); None in honest text."""
    found = _BINARY_CONTROLS.search(text)
    return found.start() if found else None


def filed_text(raw: bytes, media_type: str, charset: str) -> str:
    """The text as filed of an accepted bulletin's bytes: the body itself, or the `text` of its JSON."""
    if media_type == JSON:
        text: str = orjson.loads(raw)["text"]
        return text
    return decode(raw, charset)
