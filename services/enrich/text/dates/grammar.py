"""compose.toml made ready: how pieces side by side become one time, and what stands between times in a row."""

import re
from dataclasses import dataclass
from functools import cache

from services.enrich.text.dates.lexicon import expand, read_toml


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """Pieces of the kinds it is filed under, with `gap` between them, become one of `kind`."""

    gap: re.Pattern[str]
    needs: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """The joins by the two kinds they join, the classes of each kind, and what stands between times in a row."""

    joins: dict[tuple[str, str], tuple[Join, ...]]
    classes: dict[str, frozenset[str]]
    span: re.Pattern[str]
    row: re.Pattern[str]
    examples: tuple[tuple[str, str, str], ...]


@cache
def grammar() -> Grammar:
    """compose.toml, made ready."""
    raw = read_toml("compose.toml")
    joins: dict[tuple[str, str], list[Join]] = {}
    for row in raw["join"]:
        join = Join(gap=re.compile(expand(row["gap"])), needs=row.get("needs", ""), kind=row["kind"])
        for left in _kinds(row["left"], raw["kinds"]):
            for right in _kinds(row["right"], raw["kinds"]):
                joins.setdefault((left, right), []).append(join)
    members: dict[str, set[str]] = {}
    for name, kinds in raw["classes"].items():
        for kind in kinds:
            members.setdefault(kind, set()).add(name)
    return Grammar(
        joins={pair: tuple(found) for pair, found in joins.items()},
        classes={kind: frozenset(names) for kind, names in members.items()},
        span=re.compile(expand(raw["connectors"]["range"])),
        row=re.compile(expand(raw["connectors"]["list"])),
        examples=tuple((a, b, c) for row in raw["join"] for a, b, c in row["examples"]),
    )


def _kinds(names: list[str], aliases: dict[str, list[str]]) -> list[str]:
    return [kind for name in names for kind in aliases.get(name, [name])]
