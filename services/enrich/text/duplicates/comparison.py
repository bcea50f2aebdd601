"""What one text is to another: the same but for some words, a new version, one of a series, a text on the same event."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.enrich.text.duplicates.alignment import Alignment, Difference, align
from services.enrich.text.duplicates.guard import Change, changes, have_other_values
from services.enrich.text.duplicates.wording import ROW, Wording, distinct, places, wording

VERSION = "1"

Kind = Literal["near", "revision", "same_event", "none"]

_LEAST_WORDS = 8
"""Of shorter texts nothing can be said but that they are the same, letter for letter."""
_SAME = 0.5
"""Share of common shingles among all of two texts from which on they are one bulletin."""
_CONTAINED = 0.70
_AT_LEAST = 0.35
"""So much of the shorter text in the longer one is an excerpt, if it is at least so much of both."""
_LONGER = 1.35
"""How much longer than its excerpt, come before it, a bulletin may be; what is longer is a text of its own."""
_SCATTERED = 0.45
_COVERED = 0.72
"""Words mended all over a text break most of its shingles and leave most of its words."""
_RELATED = 0.10
_FEW = 5
"""Facts that may be mended in one bulletin; where more differ it is another one of the same form."""
_DAY = re.compile(r"[0-3]?\d[/.-][01]?\d(?:[/.-]\d{2,4})?")
_BEFORE_A_DAY = frozenset({b"ngai", b"thang"})
_BLANKS, _AROUND = " \n", "().,;:!?\"'“”"
_TOLD, _LONGEST_TOLD = 4, 60
"""Values that a reason tells, and characters of each."""


class Places(NamedTuple):
    """What differs: the characters `start` up to `end` of the later text, and those of the earlier in their place."""

    start: int
    end: int
    earlier_start: int
    earlier_end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What a later text is to an earlier one, how much of the one is in the other (0 to 1), why, and what differs."""

    kind: Kind
    score: float
    reason: str
    differences: tuple[Difference, ...] = ()


def compare(earlier: str, later: str, *, thorough: bool = False) -> Comparison:
    """Hold a later text against an earlier one; both as `Said` has them.

    Of two of one form that have hardly a number in common nothing more is told, unless it shall be `thorough`.
    """
    one, other = wording(earlier), wording(later)
    if min(len(one.words), len(other.words)) < _LEAST_WORDS:
        return Comparison(kind="none", score=0.0, reason="too short to be compared but letter for letter")
    common = len(distinct(one) & distinct(other))
    contained = common / min(len(distinct(one)), len(distinct(other)))
    if contained < _RELATED:
        return Comparison(kind="none", score=contained, reason="hardly a phrase in common")
    if not thorough and contained >= _SCATTERED and have_other_values(one, other):
        return Comparison(kind="none", score=contained, reason="the same form with other values")
    alignment = align(one, other) if contained >= _SCATTERED else None
    if alignment is None or not _is_one_bulletin(one, other, common, alignment):
        reason = f"{contained:.0%} of the shorter text's phrases are common, the rest differs"
        return Comparison(kind="same_event", score=contained, reason=reason)
    return _judged(one, other, contained, alignment)


def _is_one_bulletin(one: Wording, other: Wording, common: int, alignment: Alignment) -> bool:
    """Are there enough words in common, whatever they say?"""
    sizes = len(distinct(one)), len(distinct(other))
    jaccard = common / (sum(sizes) - common)
    if jaccard >= _SAME:
        return True
    if common >= _CONTAINED * min(sizes) and jaccard >= _AT_LEAST and len(other.words) <= _LONGER * len(one.words):
        return True
    covered = sum(match.length for match in alignment.matches)
    return covered >= _COVERED * max(len(one.words), len(other.words))


def _judged(one: Wording, other: Wording, score: float, alignment: Alignment) -> Comparison:
    """The same bulletin, unless a fact differs: then a new version, or another one of a series."""
    found = changes(one, other, alignment)
    if not found:
        words = sum(
            max(where.end - where.start, where.later_end - where.later_start) for where in alignment.differences
        )
        reason = (
            f"{words} of {max(len(one.words), len(other.words))} words differ, and no number, name or news among them"
        )
        if not words:
            reason = "the same words, written otherwise"
        return Comparison(kind="near", score=score, reason=reason, differences=alignment.differences)
    told = _told(one, other, found)
    where = tuple(change.where for change in found)
    if _is_another_issue(one, other, found):
        return Comparison(
            kind="none", score=score, reason=f"the same form with other values: {told}", differences=where
        )
    return Comparison(
        kind="revision", score=score, reason=f"the same bulletin with other facts: {told}", differences=where
    )


def _is_another_issue(one: Wording, other: Wording, found: Sequence[Change]) -> bool:
    """Another day, many values, or another name in the headline: the next of a series, and no new version."""
    if any(change.kind == "addition" for change in found):
        return False
    headline = one.text.find("\n")
    return (
        len(found) > _FEW
        or any(change.kind == "number" and _is_day(one, other, change.where) for change in found)
        or any(change.kind == "name" and places(one)[change.where.start][0] < headline for change in found)
    )


def _is_day(one: Wording, other: Wording, where: Difference) -> bool:
    return _is_day_at(one, where.start, where.end) and _is_day_at(other, where.later_start, where.later_end)


def _is_day_at(text: Wording, start: int, end: int) -> bool:
    """Do the words belong to a day of a month?"""
    before = text.words[start - 1] if start else b""
    return before in _BEFORE_A_DAY or bool(_DAY.fullmatch(_whole(text, start, end)))


def _whole(text: Wording, start: int, end: int) -> str:
    """Some words with what is written in one piece with them: 5/9/2025, where only the 5 is one of them."""
    spans = places(text)
    first, last = spans[start][0], spans[end - 1][1]
    while first and text.text[first - 1] not in _BLANKS:
        first -= 1
    while last < len(text.text) and text.text[last] not in _BLANKS:
        last += 1
    return text.text[first:last].strip(_AROUND)


def _told(one: Wording, other: Wording, found: Sequence[Change]) -> str:
    """The first of the values that differ, and how many more there are."""
    told = []
    for kind, where in found[:_TOLD]:
        later = _short(_whole(other, where.later_start, where.later_end))
        earlier = "" if kind == "addition" else _short(_whole(one, where.start, where.end))
        told.append(f"{earlier} → {later}" if earlier else f"added “{later}”")
    more = len(found) - _TOLD
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_TOLD else text[: _LONGEST_TOLD - 1] + "…"


def differing(earlier: str, later: str, differences: Sequence[Difference]) -> list[Places]:
    """Where the differences stand in the two texts, in the order of the later one."""
    one, other = wording(earlier), wording(later)
    return sorted(
        Places(*_place(other, where.later_start, where.later_end), *_place(one, where.start, where.end))
        for where in differences
    )


def _place(text: Wording, start: int, end: int) -> tuple[int, int]:
    """The characters of some words; of none, the place before the word that follows."""
    spans = places(text)
    if start < end:
        return spans[start][0], spans[end - 1][1]
    place = spans[start][0] if start < len(spans) else len(text.text)
    return place, place


assert ROW <= _LEAST_WORDS
