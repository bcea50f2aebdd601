"""The words of dates, as words.toml has them, made ready for patterns and for looking up."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

WIDEST_GUARD = 4
"""The most words a guard looks at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """Fragments of patterns, the meanings of words, and groups of words."""

    slots: dict[str, str]
    values: dict[str, dict[str, Any]]
    units: dict[str, tuple[str, str]]
    words: dict[str, frozenset[str]]
    cues: dict[str, tuple[str, ...]]
    amounts: dict[str, str]


def read_toml(name: str) -> dict[str, Any]:
    """A data file of this package."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


@cache
def lexicon() -> Lexicon:
    """The one lexicon, read at first use."""
    raw = read_toml("words.toml")
    slots = dict(raw["slots"])
    feasts = read_toml("holidays.toml")["holiday"]
    raw["values"]["holiday"] = {name: feast for feast in feasts for name in feast["names"]}
    raw["values"]["number"] |= _tens(raw["tens"], raw["after_tens"])
    for name, meanings in raw["values"].items():
        slots.setdefault(name, any_of(meanings))
    return Lexicon(
        slots=slots,
        values=raw["values"],
        units={word: (grain, form) for word, (grain, form) in raw["units"].items()},
        words={name: frozenset(group) for name, group in raw["words"].items()},
        cues={name: tuple(group) for name, group in raw["cues"].items()},
        amounts=raw["amounts"],
    )


def _tens(tens: dict[str, int], ones: dict[str, int]) -> dict[str, int]:
    """The numbers from twenty on: "ba mươi", "ba mươi lăm", "ba chục"."""
    whole = tens | {ten.replace("mươi", "chục"): value for ten, value in tens.items()}
    return whole | {f"{ten} {one}": value + more for ten, value in tens.items() for one, more in ones.items()}


def any_of(words: Any) -> str:
    """A pattern for any of `words`, the longest first."""
    return "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in sorted(words, key=len, reverse=True))


def expand(pattern: str) -> str:
    """`pattern` with its slots filled: {name} a named group, {=name} one without a name, {slot:name} under another name.

    A blank stands for a gap between words, an underscore for a gap that may be missing.
    """
    parts, done = [], 0
    for slot in _SLOT.finditer(pattern):
        parts += [_gaps(pattern[done : slot.start()]), _filled(*slot.groups())]
        done = slot.end()
    return "".join([*parts, _gaps(pattern[done:])])


_SLOT = re.compile(r"\{(=?)([a-z][a-z\d_]*)(?::([a-z\d_]+))?\}")
_ONLY_LOOKS = frozenset({"tail", "tail_dash", "stop", "dash"})


_GAP = re.compile(r"(\(\?P<\w+>)|( )|_")


def _gaps(pattern: str) -> str:
    return _GAP.sub(lambda gap: gap[1] or (r"\s{1,3}" if gap[2] else r"\s{0,3}"), pattern)


def _filled(bare: str, name: str, alias: str | None) -> str:
    inside = expand(lexicon().slots[name])
    if bare or name in _ONLY_LOOKS:
        return f"(?:{inside})"
    return f"(?P<{alias or name}>{inside})"
