"""The word lists of names: what stands before, in and after them. Read once."""

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from services.enrich.text.gazetteer import provinces
from services.enrich.text.names.syllables import sentences
from services.enrich.text.vietnamese import fold_tone_place


class Listed(NamedTuple):
    """A phrase of the lists that a token is in: its kinds, whether the token begins it, and the token after it."""

    kinds: tuple[str, ...]
    begins: bool
    end: int


NOWHERE = Listed((), begins=False, end=0)


@cache
def words(kind: str) -> frozenset[str]:
    """The words of a list, each as its folded syllables with one blank between them."""
    return frozenset(folded_phrase(word) for word in _written()[kind])


@cache
def phrases() -> dict[str, tuple[str, ...]]:
    """Every phrase of the lists, folded, and the kinds it is of."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, listed in _written().items():
        if kind not in _NOT_PHRASES:
            for phrase in {folded_phrase(word) for word in listed}:
                kinds[phrase].append(kind)
    for name in {folded_phrase(province.name) for province in provinces()}:
        kinds[name].append("province")
    return {phrase: tuple(sorted(found)) for phrase, found in kinds.items()}


@cache
def longest_phrases() -> dict[str, int]:
    """How many syllables the longest phrase has that begins with a syllable."""
    longest: dict[str, int] = defaultdict(int)
    for phrase in phrases():
        syllables = phrase.split(" ")
        longest[syllables[0]] = max(longest[syllables[0]], len(syllables))
    return dict(longest)


@cache
def first_syllables(kind: str) -> frozenset[str]:
    """The syllables that the words of a list begin with."""
    return frozenset(word.split(" ")[0] for word in words(kind))


def folded_phrase(text: str) -> str:
    """The syllables and signs of a text, folded, with one blank between them."""
    return " ".join(word for sentence in sentences(fold_tone_place(text)) for word in sentence.words)


def listed(lows: Sequence[str]) -> list[Listed]:
    """For each folded token of a sentence the longest phrase of the lists that it is in, from the left."""
    count = len(lows)
    result: list[Listed] = [NOWHERE] * count
    longest, known = longest_phrases(), phrases()
    done = 0
    for place, low in enumerate(lows):
        if place < done or low not in longest:
            continue
        for length in range(min(longest[low], count - place), 0, -1):
            kinds = known.get(" ".join(lows[place : place + length]) if length > 1 else low)
            if kinds:
                done = place + length
                result[place] = Listed(kinds, begins=True, end=done)
                if length > 1:
                    result[place + 1 : done] = [Listed(kinds, begins=False, end=done)] * (length - 1)
                break
    return result


# Single syllables that are facts of the word itself.
_NOT_PHRASES = frozenset({"surname", "middle", "field"})


@cache
def _written() -> dict[str, tuple[str, ...]]:
    written: dict[str, tuple[str, ...]] = {}
    for entry in sorted((files(__package__) / "lexicon").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            for kind, table in tomllib.loads(entry.read_text(encoding="utf-8")).items():
                written[kind] = tuple(table["words"])
    return written
