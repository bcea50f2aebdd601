"""The charsets that we read, by the name under which a bulletin keeps its own: that name means the same for ever."""

import codecs
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from shared.orthography import doubly, legacy

TWICE = "utf-8-twice"
"""UTF-8 that was taken for Windows-1252 or Latin-1 and encoded once more."""

# Charset labels we answer to, and the charset that each means.
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    # A byte order mark is looked at first; without one the order is found out, and is that of almost every machine.
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "windows-1258": "cp1258",
    "x-cp1258": "cp1258",
    "cp1258": "cp1258",
    "tcvn3": "tcvn3",
    "x-tcvn3": "tcvn3",
    "x-viet-tcvn3": "tcvn3",
    "abc": "tcvn3",
    "x-abc": "tcvn3",
    "tcvn": "tcvn5712",
    "tcvn-5712": "tcvn5712",
    "tcvn5712": "tcvn5712",
    "tcvn5712-1": "tcvn5712",
    "x-viet-tcvn": "tcvn5712",
    "x-viet-tcvn5712": "tcvn5712",
    "vni": "vni",
    "x-vni": "vni",
    "vni-win": "vni",
    "vni-windows": "vni",
    "x-viet-vni": "vni",
    "viscii": "viscii",
    "csviscii": "viscii",
    "viscii1.1-1": "viscii",
    "x-viscii": "viscii",
    "x-viet-viscii": "viscii",
}

# Bytes before the text that are no part of it.
_MARKS = {"utf-8-sig": len(codecs.BOM_UTF8), "utf-16": len(codecs.BOM_UTF16_LE)}
# Old exports hold form feeds, a DOS end of file and separators; the other controls are a sign of bytes that are no text.
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x1A)])
_BINARY_CONTROLS = re.compile("[\x00-\x08\x0e-\x19]")


class Undecodable(Exception):
    """The bytes are no text in that charset; `offset` is that of the first bad byte."""

    def __init__(self, charset: str, offset: int, detail: str) -> None:
        super().__init__(f"byte {offset} is no {charset}: {detail}")
        self.charset, self.offset, self.detail = charset, offset, detail


class UnknownCharset(Exception):
    """No such charset is known here."""


def label_of(charset: str) -> str:
    """The charset label of a charset's name, for a Content-Type."""
    return {
        "utf-8-sig": "utf-8",
        TWICE: "utf-8",
        "utf-16-le": "utf-16le",
        "utf-16-be": "utf-16be",
        "cp1258": "windows-1258",
        "tcvn3": "x-viet-tcvn3",
        "tcvn5712": "x-viet-tcvn5712",
        "vni": "x-viet-vni",
    }.get(charset, charset)


def decode(raw: bytes, charset: str) -> str:
    """The text of `raw` in a charset's name. Raises Undecodable at the first byte that is no text."""
    try:
        text = _text(raw, charset)
    except UnicodeDecodeError as error:
        mark = _MARKS["utf-8-sig"] if charset == "utf-8-sig" else 0
        raise Undecodable(charset, mark + error.start, error.reason) from None
    if _may_hold_controls(raw, charset) and (index := binary_control(text)) is not None:
        [(offset, _)] = byte_spans(raw, charset, [(index, index)])
        raise Undecodable(charset, offset, f"control character U+{ord(text[index]):04X}")
    return text


def _may_hold_controls(raw: bytes, charset: str) -> bool:
    """Four times as fast as looking into the text, and false for almost every one."""
    return charset.startswith("utf-16") or len(raw.translate(None, _CONTROLS)) != len(raw)


def binary_control(text: str) -> int | None:
    """Where the first control character stands that no text has (NUL and its like); None in honest text."""
    found = _BINARY_CONTROLS.search(text)
    return found.start() if found else None


def byte_spans(raw: bytes, charset: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The bytes of `raw` that stand for spans of its text: half-open, in bytes. `raw` is text in that charset."""
    starts = _starts(raw, charset)
    return [(starts[start], starts[end]) for start, end in spans]


def _text(raw: bytes, charset: str) -> str:
    if charset in legacy.NAMES:
        return legacy.decode(raw, charset)
    if charset != TWICE:
        return raw.decode(charset)
    if (text := doubly.undone(raw.decode())) is None:
        raise UnicodeDecodeError(TWICE, raw, 0, len(raw), "not encoded twice")
    return text


def _starts(raw: bytes, charset: str) -> Sequence[int]:
    """Where each character begins in the bytes, and where the last one ends."""
    if charset in legacy.NAMES:
        return legacy.starts(raw, charset)
    if charset == TWICE:
        # Its octets are characters of the outer text.
        outer = _starts(raw, "utf-8")
        return [outer[place] for place in _starts(doubly.octets(raw.decode()) or b"", "utf-8")]
    wide = charset.startswith("utf-16")
    widths = map(_utf_16_width if wide else _utf_8_width, raw.decode(charset))
    return list(accumulate(widths, initial=_MARKS.get(charset, 0)))


def _utf_16_width(character: str) -> int:
    return 4 if character > "\uffff" else 2


def _utf_8_width(character: str) -> int:
    return 1 if character < "\x80" else 2 if character < "\u0800" else 3 if character < "\U00010000" else 4
