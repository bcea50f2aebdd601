"""Text that is really bytes of an old charset, or of UTF-8, which some program read as Windows-1252: told, and undone."""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from shared.orthography import doubly, legacy
from shared.orthography.recognition import recognise, score_of

# Letters and marks of Vietnamese that Windows-1252 has not: where one stands, the line was read rightly.
_SOUND = re.compile("[ăđĩũơưĂĐĨŨƠƯ\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323\u1ea0-\u1ef9]")
# Fewer letters that ASCII has not prove nothing.
_LEAST_LETTERS = 5
# So much better must a text read when it is undone; "ca dao" as it stands may be Vietnamese in two charsets.
_GAIN = 0.3


class Change(NamedTuple):
    """The characters from `start` up to `end`, and what they are when read rightly."""

    start: int
    end: int
    right: str


class Misread(NamedTuple):
    """Lines from `start` up to `end` that were misread: as what, and every change that undoes it."""

    start: int
    end: int
    reason: str
    changes: tuple[Change, ...]


def find_misread(text: str) -> list[Misread]:
    """The misread lines of a text, in order. None where that is not sure: then the text stays as it is."""
    if text.isascii():
        return []
    stretches = _stretches(text) if _SOUND.search(text) else [(0, len(text))]
    return [found for start, end in stretches if (found := _undone(text[start:end], start))]


def _stretches(text: str) -> list[tuple[int, int]]:
    """Neighbouring lines without a letter that shows them to be read rightly."""
    found: list[tuple[int, int]] = []
    start = end = 0
    for line in text.splitlines(keepends=True):
        place, end = end, end + len(line)
        if _SOUND.search(line):
            found.append((start, place))
            start = end
    return [(start, end) for start, end in [*found, (start, end)] if _has_letters(text[start:end])]


def _has_letters(part: str) -> bool:
    return not part.isascii() and len(part.encode("utf-8", "replace")) - len(part) >= _LEAST_LETTERS


def _undone(part: str, place: int) -> Misread | None:
    as_it_stands = score_of(part)
    for reason, changes in _readings(part):
        better = score_of(_applied(part, changes))
        if better.value >= as_it_stands.value + _GAIN:
            moved = tuple(Change(place + change.start, place + change.end, change.right) for change in changes)
            return Misread(place, place + len(part), reason, moved)
    return None


def _readings(part: str) -> Iterator[tuple[str, list[Change]]]:
    """How the part may have come to be what it is, the surest first."""
    twice = [Change(*found) for found in doubly.places(part)]
    # Two or three characters that are one in UTF-8 do not stand together by chance: few words are enough.
    if twice and score_of(_applied(part, twice)).is_vietnamese(least_words=2):
        yield "UTF-8 that was encoded twice", twice
    # What Windows-1252 has not was put in later, and stays.
    raw = codecs.charmap_encode(part, "replace", doubly.OCTETS)[0]
    if (found := recognise(raw)) is not None:
        yield f"read as Windows-1252; {found.reason}", list(_changes(part, raw, found.charset))


def _changes(part: str, raw: bytes, charset: str) -> Iterator[Change]:
    starts = legacy.starts(raw, charset)
    for index, right in enumerate(legacy.decode(raw, charset)):
        wrong = part[starts[index] : starts[index + 1]]
        # A question mark stands for what Windows-1252 has not.
        if right not in (wrong, "?"):
            yield Change(starts[index], starts[index + 1], right)


def _applied(part: str, changes: list[Change]) -> str:
    pieces: list[str] = []
    done = 0
    for change in changes:
        pieces += (part[done : change.start], change.right)
        done = change.end
    return "".join([*pieces, part[done:]])
