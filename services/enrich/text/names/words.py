"""What a word shows by itself: its letters, its shape, its clusters, how the press writes it."""

from functools import lru_cache
from typing import NamedTuple

from services.enrich.text.names.lexicons import words
from services.enrich.text.names.usage import clusters, habits
from services.enrich.text.vietnamese import fold_tone_place

Facts = tuple[str, ...]


class Word(NamedTuple):
    """A word folded, its shape, and whether it begins with a capital."""

    low: str
    shape: str
    capital: bool


def word_of(word: str, *, capitals: bool) -> Word:
    """A word as it stands in a sentence, or in one that is all in `capitals`, where they say nothing."""
    shape = shape_of(word)
    if capitals and shape in ("XX", "X1"):
        shape = "AC"
    return Word(low_of(word), shape, shape[0] in "XA")


low_of = lru_cache(maxsize=12_000)(fold_tone_place)
"""A word folded."""


def shape_of(word: str) -> str:
    """Capitals, small letters, figures: "Xx", "XX", "d2"; a sign is its own shape."""
    first = word[0]
    if first.isdigit():
        return "d" + (str(len(word)) if len(word) < 3 else "n") if word.isdigit() else "dx"
    if not first.isalpha():
        return word
    if first.islower():
        return "x" if word.islower() else "xX"
    if len(word) == 1:
        return "X1"
    if word[1:].islower():
        return "Xx"
    return "XX" if word.isupper() else "XxX"


def facts_of(word: str, *, capitals: bool) -> tuple[Facts, Facts, Facts, Facts, Facts]:
    """What the word tells a syllable two places behind it, one behind it, itself, one before it, two before it."""
    low, shape, _ = word_of(word, capitals=capitals)
    if shape == "AC":
        word = word.title()
    facts = [f"w={low}", f"s={shape}"]
    facts += [f"c{n}={cluster}" for n, cluster in enumerate(clusters().get(word, ()))]
    if shape in ("Xx", "AC", "X1"):
        facts.append(f"u={habits().get(word.lower(), 'n')}")
        facts += [f"k={kind}" for kind in ("surname", "middle") if low in words(kind)]
    far = [f"w={low}", f"s={shape}", *facts[2:4]]
    at = [*facts, f"p={low[:2]}", f"q={low[-2:]}", f"l={min(len(word), 8)}"]
    if shape == "Xx" and low.isascii() and len(low) > 1 and low[-1] in "bdfjklrsvwxz":
        at.append("foreign")
    return (
        tuple(f"-2{fact}" for fact in far),
        tuple(f"-1{fact}" for fact in facts),
        ("1", *at),
        tuple(f"+1{fact}" for fact in facts),
        tuple(f"+2{fact}" for fact in far),
    )
