"""The word lists of names: what stands before, in and after them. Read once."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
def lengths_of_phrases() -> dict[str, tuple[int, ...]]:
    """How many syllables the phrases have that begin with a syllable, the longest first."""
    return lengths(phrases())


@cache
def first_syllables(kind: str) -> frozenset[str]:
    """The syllables that the words of a list begin with."""
    return frozenset(word.split(" ")[0] for word in words(kind))


def lengths(phrases: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """How many syllables those of the phrases have that begin with a syllable, the longest first."""
    found: dict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        first, *rest = phrase.split(" ")
        found[first].add(len(rest) + 1)
    return {first: tuple(sorted(counts, reverse=True)) for first, counts in found.items()}


def folded_phrase(text: str) -> str:
    """The syllables and signs of a text, folded, with one blank between them."""
    return " ".join(word for sentence in sentences(fold_tone_place(text)) for word in sentence.words)


def listed(lows: Sequence[str]) -> dict[int, Listed]:
    """Of the folded tokens of a sentence those in phrases of the lists, the longest from the left, each with its phrase."""
    result: dict[int, Listed] = {}
    possible, known = lengths_of_phrases(), phrases()
    done = 0
    for place in [place for place, low in enumerate(lows) if low in possible]:
        if place < done:
            continue
        for length in possible[lows[place]]:
            kinds = known.get(" ".join(lows[place : place + length])) if length > 1 else known.get(lows[place])
            if kinds and place + length <= len(lows):
                done = place + length
                result[place] = Listed(kinds, begins=True, end=done)
                if length > 1:
                    result.update(dict.fromkeys(range(place + 1, done), Listed(kinds, begins=False, end=done)))
                break
    return result


# Syllables that are facts of the word itself, and what only rules ask for: the tagger was trained without.
_NOT_PHRASES = frozenset({"surname", "middle", "field", "thing", "department"})


@cache
def _written() -> dict[str, tuple[str, ...]]:
    written: dict[str, tuple[str, ...]] = {}
    for entry in sorted((files(__package__) / "lexicon").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            for kind, table in tomllib.loads(entry.read_text(encoding="utf-8")).items():
                written[kind] = tuple(table["words"])
    return written
