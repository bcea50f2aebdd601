"""What two texts of the same words say differently: numbers, names, and what one of them adds."""

from collections import Counter
from functools import lru_cache
from typing import Literal, NamedTuple

from services.enrich.text.duplicates import facts
from services.enrich.text.duplicates.additions import additions
from services.enrich.text.duplicates.alignment import Alignment, Difference
from services.enrich.text.duplicates.wording import Wording, in_one, said_at, written

_MUCH, _LITTLE = 6, 2
"""Words on the one side of a value and on the other that tell its place from others of the same form."""
_ENOUGH = 100
"""Differing values after which nobody asks for more."""
_MANY = 6
"""Numbers that are enough to tell a form from its copies."""
_TIGHT = 8
"""Words; in so short a difference between the same words on both sides one value stands for the other."""


class Change(NamedTuple):
    """A fact that differs, and where: a number or a name in the place of another, or a sentence that was added."""

    kind: Literal["number", "name", "addition"]
    where: Difference


def changes(earlier: Wording, later: Wording, alignment: Alignment) -> list[Change]:
    """The facts that differ, in the order of the earlier text; what was added comes last."""
    found: list[Change] = []
    looked = 0
    for where in alignment.differences:
        if where.start < where.end and where.later_start < where.later_end:
            kind = _replaced(earlier, later, where)
            looked += bool(kind)
            if kind and not _is_elsewhere(earlier, later, where):
                found.append(Change(kind, where))
            if looked == _ENOUGH:
                return found
    for where, start, end in additions(earlier, later, alignment):
        found.append(Change("addition", where._replace(later_start=start, later_end=end)))
    return found


def _replaced(earlier: Wording, later: Wording, where: Difference) -> Literal["number", "name"] | None:
    one, other = earlier.words[where.start : where.end], later.words[where.later_start : where.later_end]
    ours = facts.values(one)
    theirs = facts.values(other) if ours else []
    if ours and theirs:
        if _other_values(earlier, later, where, ours, theirs):
            return "number"
    elif where.placed and len(one) == len(other) == 1 and _other_number_word(earlier, later, where):
        return "number"
    return "name" if _is_tight(where) and _other_name(earlier, later, where) else None


def _other_values(earlier: Wording, later: Wording, where: Difference, ours: list[bytes], theirs: list[bytes]) -> bool:
    # 5.000 and 5000 are written in one piece and in two.
    if ours == theirs or b"".join(ours) == b"".join(theirs):
        return False
    lost, new = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
    if not _is_tight(where):
        lost = Counter(value for value in lost if value not in _all_values(later))
        new = Counter(value for value in new if value not in _all_values(earlier))
    return bool(lost and new) and not _misspelt_codes(lost, new)


def _other_number_word(earlier: Wording, later: Wording, where: Difference) -> bool:
    if not (
        facts.may_be_number_word(earlier.words[where.start])
        and facts.may_be_number_word(later.words[where.later_start])
    ):
        return False
    one = facts.number_word(written(earlier, where.start, where.end))
    other = facts.number_word(written(later, where.later_start, where.later_end))
    return bool(one and other and one != other)


def _is_tight(where: Difference) -> bool:
    return where.placed and max(where.end - where.start, where.later_end - where.later_start) <= _TIGHT


def _misspelt_codes(lost: Counter[bytes], new: Counter[bytes]) -> bool:
    """Are the values codes with a letter each, and the ones but slips of the pen for the others?"""
    return all(value[:1].isalpha() and any(facts.alike(value, other) for other in new) for value in lost)


def have_other_values(earlier: Wording, later: Wording) -> bool:
    """Are most numbers of the text that has fewer of them missing in the other? A copy has lost some, or all but some."""
    one, other = _all_values(earlier), _all_values(later)
    fewer = min(len(one), len(other))
    return fewer >= _MANY and len(one & other) < fewer / 2


@lru_cache(maxsize=256)
def _all_values(wording: Wording) -> frozenset[bytes]:
    return frozenset(facts.values(wording.words))


def _is_elsewhere(earlier: Wording, later: Wording, where: Difference) -> bool:
    """Does each text say, at another place, what the other says here? So it is with rows of a table that were moved."""
    return _holds(later, earlier, where.start, where.end) and _holds(earlier, later, where.later_start, where.later_end)


def _holds(text: Wording, other: Wording, start: int, end: int) -> bool:
    """Does a text have the words `start` up to `end` of the other, with those around them?"""
    whole = in_one(text)
    windows = ((_MUCH, _LITTLE), (_LITTLE, _MUCH))
    return any(said_at(other.words, start - before, end + behind) in whole for before, behind in windows)


def _other_name(earlier: Wording, later: Wording, where: Difference) -> bool:
    if where.end == len(earlier.words) and where.later_end == len(later.words):
        return False  # the last words say who wrote it
    one, other = earlier.words[where.start : where.end], later.words[where.later_start : where.later_end]
    if facts.is_short_for(one, other) or facts.is_short_for(other, one):
        return False
    ours = facts.name(earlier, where.start, where.end)
    theirs = facts.name(later, where.later_start, where.later_end) if ours else ()
    return bool(ours and theirs) and _are_names(ours, theirs) and not _same_name(ours, theirs)


def _are_names(ours: tuple[bytes, ...], theirs: tuple[bytes, ...]) -> bool:
    """Two words each at least; for a word in capitals (ĐBQH) a whole name."""
    shorter, longer = sorted((len(ours), len(theirs)))
    return shorter >= 2 or longer >= 3


def _same_name(ours: tuple[bytes, ...], theirs: tuple[bytes, ...]) -> bool:
    if ours in facts.known_places() and theirs in facts.known_places():
        return ours == theirs
    if facts.is_short_for(ours, theirs) or facts.is_short_for(theirs, ours):
        return True
    common = sum(1 for word in ours if any(facts.alike(word, other) for other in theirs))
    return common >= min(len(ours), len(theirs))
