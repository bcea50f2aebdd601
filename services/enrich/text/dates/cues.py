"""Which way the words around an expression look: to what was, or to what will be."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Literal

from services.enrich.text.dates.lexicon import lexicon

Outlook = Literal["past", "future", "planned", "soon"]
"""`planned`: not the clause but its sentence tells of what will be; `soon`: it begins, is due or takes place."""

_WORD_OR_SIGN = re.compile(r"[^\W\d_]+|[.!?;…,:](?=\s)|[()\n]")
_ENDS = frozenset(".!?;…\n")
_PAUSES = frozenset(",:()")
WIDEST = 300
"""Further than so many characters from an expression no word says which way it looks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """Where the sentences and clauses of a text end, and where its words stand that look back or ahead."""

    length: int
    ends: list[int]
    pauses: list[int]
    starts: dict[str, list[int]]
    stops: dict[str, list[int]]

    def sentence(self, start: int, stop: int) -> tuple[int, int]:
        """Where the sentence around a stretch of the text begins and ends."""
        return _between(self.ends, start, stop, max(0, start - WIDEST), min(self.length, stop + WIDEST))

    def outlook(self, start: int, stop: int) -> Outlook | None:
        """Where the stretch's clause looks, or else its sentence; None if no word says so."""
        sentence = self.sentence(start, stop)
        clause = _between(self.pauses, start, stop, *sentence)
        told = self._told(clause, start, stop)
        if told is None:
            told = self._told(sentence, start, stop)
            told = "planned" if told == "future" else told
        if told is None and self._distance("soon", sentence, start, stop) is not None:
            return "soon"
        return told

    def _told(self, window: tuple[int, int], start: int, stop: int) -> Outlook | None:
        """What the nearest of the words says that tell of what was, or of what will be."""
        future = self._distance("future", window, start, stop)
        past = self._distance("past", window, start, stop)
        if future is None or past is None:
            return "past" if past is not None else "future" if future is not None else None
        return "past" if past < future else "future"

    def _distance(self, kind: str, window: tuple[int, int], start: int, stop: int) -> int | None:
        """How far the nearest of these words is from the stretch, in characters."""
        stops, starts = self.stops.get(kind, ()), self.starts.get(kind, ())
        before = bisect_right(stops, start) - 1
        after = bisect_left(starts, stop)
        near = [start - stops[before]] if before >= 0 and starts[before] >= window[0] else []
        if after < len(starts) and stops[after] <= window[1]:
            near.append(starts[after] - stop)
        return min(near, default=None)


def _between(places: list[int], start: int, stop: int, floor: int, ceiling: int) -> tuple[int, int]:
    """The nearest places around a stretch, within bounds."""
    before = bisect_right(places, start) - 1
    after = bisect_left(places, stop)
    begin = max(floor, places[before]) if before >= 0 else floor
    return begin, min(ceiling, places[after]) if after < len(places) else ceiling


def signs_of(small: str) -> Signs:
    """All signs in a text of small letters."""
    table = _cues_by_first_word()
    ends, pauses = [], []
    starts, stops = defaultdict(list), defaultdict(list)
    for found in _WORD_OR_SIGN.finditer(small):
        word = found[0]
        if word in _ENDS:
            ends.append(found.end())
        elif word in _PAUSES:
            pauses.append(found.end())
        for kind, phrase in table.get(word, ()):
            stop = found.start() + len(phrase)
            if small.startswith(phrase, found.start()) and not small[stop : stop + 1].isalnum():
                starts[kind].append(found.start())
                stops[kind].append(stop)
                break
    return Signs(length=len(small), ends=ends, pauses=pauses, starts=starts, stops=stops)


@cache
def _cues_by_first_word() -> dict[str, tuple[tuple[str, str], ...]]:
    """The cues by their first word, the longest first."""
    table: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, phrases in lexicon().cues.items():
        for phrase in phrases:
            table[phrase.split()[0]].append((kind, phrase))
    return {word: tuple(sorted(found, key=lambda cue: -len(cue[1]))) for word, found in table.items()}
