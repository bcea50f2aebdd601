"""The rules that find the pieces of dates: read from rules/*.toml, compiled, and sorted by the word they begin with."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from services.enrich.text.dates.lexicon import expand, lexicon, read_toml

FIGURE = "#"
"""The trigger of the rules that begin with a figure; "#/" is that of figures with a slash after them, "#w" a word."""
SIGNS = "/-.:,w"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A way to write a piece of a date.

    `loose` pieces are no date alone. A rule with `after` or `before` needs a word of one of those groups beside it;
    one with `not_after` or `not_before` must have none, but a word of `rescue` after it lifts `not_after`,
    and so does a longer phrase of `lifted_by` before it ("đến khoảng" where "khoảng" forbids). What a rule
    that `swallows` refuses is a name as a whole, in which no other rule looks. `written` is how the letters must stand in the text itself.
    `examples` are (sentence, expression, value); in `counter_examples` the rule gives nothing.
    """

    id: str
    kind: str
    pattern: re.Pattern[str]
    reads: str
    gives: dict[str, Any]
    loose: bool
    confidence: float
    after: frozenset[str]
    before: frozenset[str]
    not_after: frozenset[str]
    not_before: frozenset[str]
    rescue: frozenset[str]
    lifted_by: frozenset[str]
    swallows: bool
    written: re.Pattern[str] | None
    no_fraction: bool
    examples: tuple[tuple[str, str, str], ...]
    counter_examples: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the files' names and of the files."""
    names = sorted(entry.name for entry in (files(__package__) / "rules").iterdir() if entry.name.endswith(".toml"))
    return tuple(_rule(row) for name in names for row in read_toml(f"rules/{name}").get("rule", ()))


@cache
def gate(trigger: str) -> re.Pattern[str] | None:
    """The pattern that matches wherever any rule of a trigger may: most words pass none. None: no trigger of any rule.

    Each is made when its word is first met: all of them together would take half of a worker's start.
    """
    found = rules_by_trigger().get(trigger)
    return re.compile("|".join(f"(?:{_unnamed(rule.pattern.pattern)})" for rule in found)) if found else None


def _unnamed(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", re.sub(r"\(\?P=\w+\)", "[/.-]", pattern))


@cache
def rules_by_trigger() -> dict[str, tuple[Rule, ...]]:
    """The rules to try at a word: those that may begin with it."""
    table: dict[str, list[Rule]] = defaultdict(list)
    for rule, row in zip(rules(), _rows(), strict=True):
        for trigger in dict.fromkeys(word for name in row["on"] for word in _triggers(name)):
            table[trigger].append(rule)
    for sign in SIGNS:
        table[FIGURE + sign] += table[FIGURE]
    return {trigger: tuple(found) for trigger, found in table.items()}


def _rows() -> list[dict[str, Any]]:
    names = sorted(entry.name for entry in (files(__package__) / "rules").iterdir() if entry.name.endswith(".toml"))
    return [row for name in names for row in read_toml(f"rules/{name}").get("rule", ())]


def _triggers(name: str) -> list[str]:
    """The first words that a trigger stands for: "@pod" those of the parts of day."""
    if not name.startswith("@"):
        return [name]
    return [word.split()[0] for word in lexicon().values[name[1:]]]


def _rule(row: dict[str, Any]) -> Rule:
    words = lexicon().words
    groups = {name: frozenset().union(*(words[group] for group in row.get(name, ()))) for name in _GUARDS}
    return Rule(
        id=f"dates.{row['id']}",
        kind=row["kind"],
        pattern=re.compile(expand(row["pattern"]) + r"(?!\w)"),
        reads=row.get("reads", "fields"),
        gives=row.get("gives", {}),
        loose=row.get("loose", False),
        confidence=row.get("confidence", 0.9),
        written=re.compile(row["written"]) if "written" in row else None,
        no_fraction=row.get("no_fraction", False),
        swallows=row.get("swallows", False),
        examples=tuple((sentence, phrase, value) for sentence, phrase, value in row.get("examples", ())),
        counter_examples=tuple(row.get("counter_examples", ())),
        **groups,
    )


_GUARDS = ("after", "before", "not_after", "not_before", "rescue", "lifted_by")
