"""Sentences that a later version adds: news, and neither a caption nor a list of other headlines."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from services.enrich.text.duplicates.alignment import Alignment, Difference
from services.enrich.text.duplicates.facts import has_figure
from services.enrich.text.duplicates.wording import Wording, distinct, in_one, places, said_at, wording

_LEAST = 8
"""Words of a sentence that can be news of its own."""
_KNOWN = 0.4
"""Share of a sentence's words, in common phrases, from which on the earlier text says it too, at another place."""
_STOP = re.compile(r"[\"”’')\]]*[.!?][\"”’')\].!?]*(?:\s|$)")
_ELLIPSES = ("...", "…", "…]", "...]")
_CLOSING_WORDS = 8
"""Words with which a text says that it goes on elsewhere, or who wrote it."""


def additions(earlier: Wording, later: Wording, alignment: Alignment) -> Iterator[tuple[Difference, int, int]]:
    """The sentences that only the later text has, each with the difference it stands in, as numbers of its words.

    What follows where the earlier text was broken off is none.
    """
    for where in alignment.differences:
        if where.later_end - where.later_start < max(_LEAST, 2 * (where.end - where.start)):
            continue
        if _was_broken_off(earlier, later, where):
            continue
        for start, end in _sentences(later, where.later_start, where.later_end):
            if _is_news(earlier, later, start, end):
                yield where, start, end


def _sentences(later: Wording, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The whole sentences among some words: those that end with a full stop, or a mark in its place."""
    spans = places(later)
    start = first
    for index in range(first, last):
        following = spans[index + 1][0] if index + 1 < len(spans) else len(later.text)
        behind = later.text[spans[index][1] : following]
        if _STOP.match(behind):
            yield start, index + 1
            start = index + 1
        elif "\n" in behind:
            start = index + 1


def _is_news(earlier: Wording, later: Wording, start: int, end: int) -> bool:
    if end - start < _LEAST:
        return False
    said = said_at(later.words, start, end)
    says_so = any(mark in said for mark in _marks("added"))
    if not says_so and not has_figure(later.words[start:end]):
        return False
    return _known_share(earlier, later, start, end) < _KNOWN


def _known_share(earlier: Wording, later: Wording, start: int, end: int) -> float:
    """The share of the words `start` up to `end` that stand in some phrase of the earlier text."""
    known: set[int] = set()
    for index in range(start, end - 2):
        if later.shingles[index] in distinct(earlier):
            known.update((index, index + 1, index + 2))
    return len(known) / (end - start)


def _was_broken_off(earlier: Wording, later: Wording, where: Difference) -> bool:
    """Did the earlier text end here in the middle of a line, or say that it goes on elsewhere?"""
    if where.end < len(earlier.words) - _CLOSING_WORDS:
        return False
    rest = said_at(earlier.words, where.start, len(earlier.words))
    if any(mark in rest for mark in _marks("broken_off")) or earlier.text.rstrip().endswith(_ELLIPSES):
        return True
    if where.end < len(earlier.words) or where.later_start == 0:
        return False
    spans = places(later)
    rest_of_line = spans[min(where.later_start + _CLOSING_WORDS, len(spans) - 1)][1]
    return "\n" not in later.text[spans[where.later_start - 1][1] : rest_of_line]


@cache
def _marks(name: str) -> tuple[bytes, ...]:
    """The folded phrases of one kind in words.toml."""
    raw = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
    return tuple(in_one(wording(phrase)) for phrase in raw[name]["words"])
