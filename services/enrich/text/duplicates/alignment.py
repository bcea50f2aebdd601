"""Where two texts say the same, where they differ, and what stands in the place of what."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from services.enrich.text.duplicates.wording import ROW, Wording

_NEAR = 60
"""How many words further on a short common phrase may stand and still be taken for the same place."""
_STEPS = 8
"""Words that are looked through for the place where both texts go on together."""
_SURE = 7
"""Words in a row that are the same place wherever they stand: a paragraph that was moved."""


class Match(NamedTuple):
    """`length` words from `earlier` on in one text, and from `later` on in the other, that are the same."""

    earlier: int
    later: int
    length: int


class Difference(NamedTuple):
    """The words `start` up to `end` of the earlier text, and what the later has in their place; one may be empty.

    `placed` says whether they stand between the same words in both.
    """

    start: int
    end: int
    later_start: int
    later_end: int
    placed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """All matches in the order of the earlier text, and all differences."""

    matches: tuple[Match, ...]
    differences: tuple[Difference, ...]


def align(earlier: Wording, later: Wording) -> Alignment:
    """Hold two texts against each other."""
    matches = _matches(earlier.shingles, later.shingles, _places(later))
    covered = bytearray(len(later.words))
    for match in matches:
        covered[match.later : match.later + match.length] = b"\1" * match.length
    return Alignment(
        matches=tuple(matches),
        differences=tuple(_differences(matches, covered, len(earlier.words), len(later.words))),
    )


class _Places(NamedTuple):
    """Where each shingle of a text stands first, and all places of those that stand there several times."""

    first: dict[int, int]
    repeated: dict[int, list[int]]

    def next(self, shingle: int, after: int) -> int | None:
        """The first place of a shingle that is not before `after`; None if there is none."""
        place = self.first.get(shingle)
        if place is None or place >= after:
            return place
        others = self.repeated.get(shingle, ())
        onward = bisect_left(others, after)
        return others[onward] if onward < len(others) else None


# The new text is held against twenty candidates in a row.
@lru_cache(maxsize=4)
def _places(text: Wording) -> _Places:
    shingles = text.shingles
    first = dict(zip(reversed(shingles), range(len(shingles) - 1, -1, -1), strict=True))
    repeated: dict[int, list[int]] = {}
    if len(first) < len(shingles):
        for place, shingle in enumerate(shingles):
            if first[shingle] != place:
                repeated.setdefault(shingle, []).append(place)
    return _Places(first, repeated)


def _matches(earlier: Sequence[int], later: Sequence[int], places: _Places) -> list[Match]:
    """Runs of common words, found from left to right through the earlier text; moved ones too."""
    matches: list[Match] = []
    index, end_later = 0, 0
    while index < len(earlier):
        found = _close_by(earlier, places, index, end_later)
        if found:
            index, place = found
        elif (shingle := earlier[index]) in places.first:
            onward = places.next(shingle, end_later)
            place = places.first[shingle] if onward is None else onward
        else:
            index += 1
            continue
        length = _common(earlier, later, index, place)
        words = length + ROW - 1
        if words < _SURE and not 0 <= place - end_later <= _NEAR:
            index += 1
            continue
        matches.append(Match(earlier=index, later=place, length=words))
        index += words
        end_later = place + words
    return matches


def _close_by(earlier: Sequence[int], places: _Places, index: int, end_later: int) -> tuple[int, int] | None:
    """Where both texts go on together after the fewest words that differ."""
    best, least = None, 2 * _STEPS
    for step, shingle in enumerate(earlier[index : index + _STEPS]):
        if step >= least:
            break
        place = places.next(shingle, end_later)
        if place is not None and step + place - end_later < least:
            least = step + place - end_later
            best = (index + step, place)
    return best


def _common(earlier: Sequence[int], later: Sequence[int], index: int, place: int) -> int:
    """How many shingles are the same from here on."""
    most = min(len(earlier) - index, len(later) - place)
    length = 1
    while length < most and earlier[index + length] == later[place + length]:
        length += 1
    return length


def _differences(matches: Sequence[Match], covered: bytearray, size_earlier: int, size_later: int) -> list[Difference]:
    found: list[Difference] = []
    used: set[int] = set()
    bounds = [(0, 0), *((match.earlier + match.length, match.later + match.length) for match in matches)]
    heads = [*((match.earlier, match.later) for match in matches), (size_earlier, size_later)]
    for (start, after), (end, before) in zip(bounds, heads, strict=True):
        first, last, placed = _counterpart(covered, after, before)
        if first in used:
            last = first
        if start == end and first == last:
            continue
        if first < last:
            used.add(first)
        found.append(Difference(start=start, end=end, later_start=first, later_end=last, placed=placed))
    return [*found, *_unclaimed(matches, covered, used)]


def _counterpart(covered: bytearray, after: int, before: int) -> tuple[int, int, bool]:
    """What stands in the later text between the words that follow `after` and those that come `before`."""
    if after <= before and covered.find(1, after, before) < 0:
        return after, before, True
    # Something was moved: what follows the one neighbour, else what comes before the other.
    end = covered.find(1, after)
    end = len(covered) if end < 0 else end
    if end > after:
        return after, end, False
    start = covered.rfind(1, 0, before) + 1
    return start, max(start, before), False


def _unclaimed(matches: Sequence[Match], covered: bytearray, used: set[int]) -> list[Difference]:
    """What the later text has beside all that: put in where the words before it stand."""
    found = []
    ends = {match.later + match.length: match.earlier + match.length for match in matches}
    start = covered.find(0)
    while start >= 0:
        end = covered.find(1, start)
        end = len(covered) if end < 0 else end
        if start not in used:
            place = ends.get(start, 0)
            found.append(Difference(start=place, end=place, later_start=start, later_end=end, placed=False))
        start = covered.find(0, end)
    return found
