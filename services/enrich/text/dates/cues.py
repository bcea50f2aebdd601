"""Which way the words around an expression look: to what was, or to what will be."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Literal

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.scan import any_word_of

Outlook = Literal["past", "future", "planned", "soon"]
"""`planned`: not the clause but its sentence tells of what will be; `soon`: it begins, is due or takes place."""

_ENDS = frozenset(".!?;…\n")
_KINDS = 3
WIDEST = 300
"""Further than so many characters from an expression no word says which way it looks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """Where the sentences and clauses of a text end, and where its words stand that look back or ahead."""

    length: int
    ends: list[int]
    pauses: list[int]
    starts: list[int]
    stops: list[int]
    kinds: list[str]

    def sentence(self, start: int, stop: int) -> tuple[int, int]:
        """Where the sentence around a stretch of the text begins and ends."""
        return _between(self.ends, start, stop, max(0, start - WIDEST), min(self.length, stop + WIDEST))

    def outlook(self, start: int, stop: int) -> Outlook | None:
        """Where the stretch's clause looks, or else its sentence; None if no word says so."""
        if not self.starts:
            return None
        sentence = self.sentence(start, stop)
        before, after = self._nearest(start, stop, *sentence)
        if not before and not after:
            return None
        clause = _between(self.pauses, start, stop, *sentence)
        told = self._told(before, after, start, stop, *clause)
        if told is None:
            told = self._told(before, after, start, stop, *sentence)
            told = "planned" if told == "future" else told
        if told is None and ("soon" in before or "soon" in after):
            return "soon"
        return told

    def _nearest(self, start: int, stop: int, begin: int, end: int) -> tuple[dict[str, int], dict[str, int]]:
        """Of each kind the nearest word before the stretch, and after it, within the sentence."""
        before: dict[str, int] = {}
        after: dict[str, int] = {}
        first = bisect_left(self.starts, start)
        for place in range(first - 1, -1, -1):
            if self.starts[place] < begin or len(before) == _KINDS:
                break
            if self.stops[place] <= start:
                before.setdefault(self.kinds[place], place)
        for place in range(first, len(self.starts)):
            if self.stops[place] > end or len(after) == _KINDS:
                break
            if self.starts[place] >= stop:
                after.setdefault(self.kinds[place], place)
        return before, after

    def _told(
        self, before: dict[str, int], after: dict[str, int], start: int, stop: int, begin: int, end: int
    ) -> Outlook | None:
        """What the nearest of the words says that tell of what was, or of what will be, between two places."""
        near = [(start - self.stops[place], kind) for kind, place in before.items() if self.starts[place] >= begin]
        near += [(self.starts[place] - stop, kind) for kind, place in after.items() if self.stops[place] <= end]
        # As near as each other, what will be counts: "future" comes before "past".
        _, kind = min((found for found in near if found[1] != "soon"), default=(0, None))
        return "past" if kind == "past" else "future" if kind else None


def _between(places: list[int], start: int, stop: int, floor: int, ceiling: int) -> tuple[int, int]:
    """The nearest places around a stretch, within bounds."""
    before = bisect_right(places, start) - 1
    after = bisect_left(places, stop)
    begin = max(floor, places[before]) if before >= 0 else floor
    return begin, min(ceiling, places[after]) if after < len(places) else ceiling


def signs_of(small: str) -> Signs:
    """All signs in a text of small letters."""
    cues = _cues()
    signs = Signs(length=len(small), ends=[], pauses=[], starts=[], stops=[], kinds=[])
    for found in _cue_or_sign().finditer(small):
        sign = found[0]
        if sign in cues:
            signs.starts.append(found.start())
            signs.stops.append(found.end())
            signs.kinds.append(cues[sign])
        else:
            (signs.ends if sign in _ENDS else signs.pauses).append(found.end())
    return signs


@cache
def _cues() -> dict[str, str]:
    """Which way each cue looks."""
    return {phrase: kind for kind, phrases in lexicon().cues.items() for phrase in phrases}


@cache
def _cue_or_sign() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_]){any_word_of(_cues())}(?!\w)|[.!?;…,:](?=\s)|[()\n]")
