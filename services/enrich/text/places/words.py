"""A text as words, and the names of the map that stand at a word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from services.enrich.text.places.cues import Phrases, Words, cues
from services.enrich.text.vietnamese import fold_tone_place
from shared.places.abroad import abroad, first_words, full_names_begin
from shared.places.units import begins_name, is_name
from shared.places.words import Kind, kinds

# Abbreviated kinds keep their dot: "TP.Vinh", "P.12".
_WORD = re.compile(r"(?:t\.p|tp|tx|tt|q|h|p|x)\.(?=\s?[^\W_])|[^\W_]+(?:'[^\W_]+)*|:")
_BETWEEN = re.compile(r"[ \t]*(?:[-–][ \t]*)?")
_LONGEST_NAME = 7
_LONGEST_STATE = 9
_LONGEST_RUN = 6


@dataclass(frozen=True, slots=True)
class Name:
    """The words `first` up to `last`, which are a name of the map, and its key."""

    first: int
    last: int
    key: str


class Text:
    """A block's text, word by word: where each stands, and how it is written in small letters, with one tone place."""

    def __init__(self, text: str) -> None:
        folded = fold_tone_place(text).replace("’", "'")
        self.text = text
        self._names: dict[int, list[Name]] = {}
        self.spans = [match.span() for match in _WORD.finditer(folded)]
        self.small = [folded[start:end] for start, end in self.spans]
        # A capital, or a number: only names and what opens them is looked at.
        self.is_name_like = [folded[start] != text[start] or folded[start].isdigit() for start, _ in self.spans]

    def __len__(self) -> int:
        return len(self.spans)

    def starts(self) -> Iterator[int]:
        """The words with which a mention of a place can begin."""
        known = _openers()
        return (at for at, small in enumerate(self.small) if self.is_name_like[at] or small in known)

    def capitals(self) -> Iterator[int]:
        """The words that begin with a capital, and the numbers."""
        return (at for at, is_name_like in enumerate(self.is_name_like) if is_name_like)

    def between(self, first: int, second: int) -> str:
        """What stands between the ends of two words."""
        return self.text[self.spans[first][1] : self.spans[second][0]]

    def phrase_at(self, index: int, phrase: Words) -> bool:
        """Does the phrase begin at the word?"""
        return tuple(self.small[index : index + len(phrase)]) == phrase

    def one_at(self, index: int, phrases: Phrases) -> Words | None:
        """That of the phrases, kept by their first words, which begins at the word."""
        known = phrases.get(self.small[index], ()) if index < len(self.small) else ()
        return next((phrase for phrase in known if self.phrase_at(index, phrase)), None)

    def one_before(self, index: int, phrases: Phrases) -> Words | None:
        """That of the phrases, kept by their last words, which ends right before the word."""
        known = phrases.get(self.small[index - 1], ()) if index else ()
        return next((one for one in known if index >= len(one) and self.phrase_at(index - len(one), one)), None)

    def kind_at(self, index: int) -> tuple[Kind, int] | None:
        """The word of kind that begins at a word, and how many words it has."""
        small = self.small[index]
        if small not in _kind_words():
            return None
        if index + 1 < len(self.small) and self.between(index, index + 1) == " ":
            pair = f"{small} {self.small[index + 1]}"
            if pair in kinds():
                return kinds()[pair], 2
        return (kinds()[small], 1) if small in kinds() else None

    def names_at(self, index: int) -> list[Name]:
        """The names of the map that begin at a word, the longest first."""
        if (known := self._names.get(index)) is None:
            known = self._names[index] = self._find_names(index)
        return known

    def _find_names(self, index: int) -> list[Name]:
        if not self.is_name_like[index] or not (begins_name(self.small[index]) or self.small[index] in first_words()):
            return []
        found: list[Name] = []
        parts: list[str] = []
        for last in range(index, min(index + _LONGEST_NAME, len(self.small))):
            word = self.small[last]
            if not self.is_name_like[last] or (last > index and not _BETWEEN.fullmatch(self.between(last - 1, last))):
                break
            parts.append(word.lstrip("0") if word.isdigit() else word)
            name = " ".join(parts)
            if is_name(name) or abroad(name):
                found.append(Name(index, last, name))
        return found[::-1] or self._state_at(index)

    def _state_at(self, index: int) -> list[Name]:
        """A country's full name, which has small letters in it: "Cộng hòa Dân chủ Nhân dân Lào"."""
        if self.small[index] not in full_names_begin():
            return []
        for last in range(min(index + _LONGEST_STATE, len(self.small)) - 1, index, -1):
            name = " ".join(self.small[index : last + 1])
            if abroad(name) and self.text[self.spans[index][0] : self.spans[last][1]].count(" ") == last - index:
                return [Name(index, last, name)]
        return []

    def run_before(self, index: int) -> int:
        """Where the run of capitalised words begins that reaches up to the word."""
        first = max(0, index - _LONGEST_RUN)
        while index > first and self.is_name_like[index - 1] and self.between(index - 1, index) == " ":
            index -= 1
        return index


@cache
def _kind_words() -> frozenset[str]:
    """The words that words of kind begin with."""
    return frozenset(written.split()[0] for written in kinds())


@cache
def _openers() -> frozenset[str]:
    """The small words with which a mention can begin: words of kind, heads of bodies, and what opens a row."""
    return _kind_words() | cues().opens_list | cues().bodies.keys()
