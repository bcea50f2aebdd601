"""The phrases of cues.toml, as words."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Words = tuple[str, ...]
Phrases = dict[str, tuple[Words, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cues:
    """What stands around names; phrases as tuples of words, the longest first.

    Those that stand behind a word are kept by their first word, those before one (`not_…`) by their last.
    """

    plural: frozenset[str]
    opens_list: frozenset[str]
    qualifiers: Phrases
    former: Phrases
    not_kinds: Phrases
    not_before: Phrases
    not_places: frozenset[str]
    shy: frozenset[str]
    surnames: frozenset[str]
    bodies: dict[str, tuple[tuple[Words, str], ...]]
    """The heads of bodies by their first word."""


@cache
def cues() -> Cues:
    """The cues, read once."""
    read = tomllib.loads((files(__package__) / "cues.toml").read_text(encoding="utf-8"))
    bodies = sorted(((tuple(head.split()), kind) for head, kind in read["bodies"].items()), key=_longest)
    return Cues(
        plural=frozenset(read["plural"]["words"]),
        opens_list=frozenset(read["opens_list"]["words"]),
        qualifiers=_phrases(read["qualifiers"]["phrases"]),
        former=_phrases(read["former"]["phrases"]),
        not_kinds=_phrases(read["not_kinds"]["phrases"], by=-1),
        not_before=_phrases(read["not_before"]["phrases"], by=-1),
        not_places=frozenset(read["not_places"]["names"]),
        shy=frozenset(read["shy"]["names"]),
        surnames=frozenset(read["surnames"]["words"]),
        bodies={
            first: tuple(body for body in bodies if body[0][0] == first) for first in {body[0][0] for body in bodies}
        },
    )


def _phrases(written: list[str], *, by: int = 0) -> Phrases:
    phrases = sorted((tuple(phrase.split()) for phrase in written), key=len, reverse=True)
    return {word: tuple(one for one in phrases if one[by] == word) for word in {one[by] for one in phrases}}


def _longest(body: tuple[Words, str]) -> int:
    return -len(body[0])
