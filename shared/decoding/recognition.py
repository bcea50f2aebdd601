"""Which charset are these bytes in? As declared, or as they show it themselves; and why we think so."""

import codecs
import re
from typing import NamedTuple

from shared.decoding.charsets import CHARSETS, TWICE, Undecodable, UnknownCharset, binary_control, decode
from shared.orthography import doubly
from shared.orthography import recognition as orthography

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Vietnamese that was encoded twice shows one of these in every sentence; "XÃ" alone shows one too, and is looked into.
_TWICE_SIGNS = ("á»", "áº", "Ã", "Æ°")
# In UTF-16 the letters and blanks that Vietnamese shares with Latin-1 have a zero beside them: more than half of all.
_LEAST_ZEROS = 0.4
_NOT_PRINTED = re.compile("[\\s\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")


class Decision(NamedTuple):
    """The charset by the name that is kept, why it was chosen, and how sure that is, from 0 to 1."""

    charset: str
    reason: str
    confidence: float


UTF_8 = Decision("utf-8", "valid UTF-8", 1.0)


def recognise(raw: bytes, declared: str | None) -> Decision:
    """The charset of `raw`: by its byte order mark, else as declared, else as recognised.

    Raises UnknownCharset for a label that is not in CHARSETS, Undecodable where the bytes are no text.
    """
    return take_text(raw, declared)[1]


def take_text(raw: bytes, declared: str | None) -> tuple[str, Decision]:
    """The text of `raw` and the decision of `recognise` on its charset, made in one go."""
    if declared is not None and declared.lower() not in CHARSETS:
        raise UnknownCharset(declared)
    for mark, charset in _BOMS:
        if raw.startswith(mark):
            return decode(raw, charset), Decision(charset, "byte order mark", 1.0)
    if declared is not None:
        return _declared(raw, declared.lower())
    try:
        text = decode(raw, "utf-8")
    except Undecodable as error:
        return _recognised(raw, error)
    return _once(text)


def _declared(raw: bytes, label: str) -> tuple[str, Decision]:
    charset = CHARSETS[label]
    if label == "utf-16" and _zeros(raw, 0) > _zeros(raw, 1):
        charset = "utf-16-be"
    return decode(raw, charset), Decision(charset, f"declared as {label}", 1.0)


def _once(text: str) -> tuple[str, Decision]:
    """A valid UTF-8 text, or what it was before it was encoded a second time."""
    if any(sign in text for sign in _TWICE_SIGNS) and (before := doubly.undone(text)) is not None:
        score = orthography.score_of(before)
        # That all of it can be undone is strong evidence by itself: two words are enough.
        if score.is_vietnamese(least_words=2) and binary_control(before) is None:
            reason = f"encoded twice; undone, {score.marked:.0%} of {score.words} marked words are Vietnamese syllables"
            return before, Decision(TWICE, reason, 0.99)
    return text, UTF_8


def _recognised(raw: bytes, error: Undecodable) -> tuple[str, Decision]:
    """The text of bytes that are no UTF-8. Raises `error`, what UTF-8 said, where nothing else is sure either."""
    if (wide := _wide(raw)) is not None:
        return wide
    found = orthography.recognise(raw)
    if found is None:
        raise error
    return decode(raw, found.charset), Decision(found.charset, f"recognised {found.reason}", _sure(found.score.value))


def _sure(value: float) -> float:
    return min(0.99, round(value, 2))


def _wide(raw: bytes) -> tuple[str, Decision] | None:
    """The text of UTF-16 without a byte order mark: zeros stand beside its letters, always on the same side."""
    order, zeros = max(("utf-16-le", _zeros(raw, 1)), ("utf-16-be", _zeros(raw, 0)), key=lambda each: each[1])
    if len(raw) % 2 or zeros < _LEAST_ZEROS * len(raw) / 2:
        return None
    try:
        text = decode(raw, order)
    except Undecodable:
        return None
    if not _NOT_PRINTED.sub("", text).isprintable():
        return None
    return text, Decision(order, "recognised: zeros beside letters, as in UTF-16", 0.95)


def _zeros(raw: bytes, side: int) -> int:
    """How many zeros stand first (side 0) or second (side 1) in the pairs of bytes."""
    return raw[side::2].count(0)
