"""The phrases of cues.toml, as words."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cues:
    """What stands around names; phrases as tuples of words, the longest first."""

    plural: frozenset[str]
    opens_list: frozenset[str]
    qualifiers: tuple[Words, ...]
    former: tuple[Words, ...]
    not_kinds: tuple[Words, ...]
    not_before: tuple[Words, ...]
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
        not_kinds=_phrases(read["not_kinds"]["phrases"]),
        not_before=_phrases(read["not_before"]["phrases"]),
        not_places=frozenset(read["not_places"]["names"]),
        shy=frozenset(read["shy"]["names"]),
        surnames=frozenset(read["surnames"]["words"]),
        bodies={
            first: tuple(body for body in bodies if body[0][0] == first) for first in {body[0][0] for body in bodies}
        },
    )


def _phrases(written: list[str]) -> tuple[Words, ...]:
    return tuple(sorted((tuple(phrase.split()) for phrase in written), key=len, reverse=True))


def _longest(body: tuple[Words, str]) -> int:
    return -len(body[0])
