"""Drawings: the map of the provinces, the line of an article's days, the months of an entity. Pure."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from shared.places.units import unit_on

REFORM = "2025-07-01"
"""From this day on there are 34 provinces; before, there were 63."""
_FIRST_OF_OLD = "2008-08-01"
_STARTS = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-]|-?[QWX])")
_MOST_DAYS = 16
_ISLANDS = (
    ("Hoàng Sa", "49", "48", ((296, 330), (304, 336), (311, 330), (318, 338), (307, 344))),
    ("Trường Sa", "56", "56", ((294, 606), (306, 598), (315, 612), (302, 620), (324, 604), (318, 626))),
)
"""The two archipelagos far out, moved nearer to the coast: the name, the province before and after the reform, dots."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """A province on a map: its outline as a path, its middle, how often it is meant."""

    code: str
    name: str
    path: str
    x: int
    y: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Map:
    """All provinces of a time. `islands` are the archipelagos: name, how often their province is meant, dots."""

    width: int
    height: int
    provinces: Sequence[Province]
    islands: Sequence[tuple[str, int, Sequence[tuple[int, int]]]]

    @property
    def meant(self) -> list[Province]:
        """The provinces that are meant at all, the most often meant first."""
        return sorted((one for one in self.provinces if one.count), key=lambda one: (-one.count, one.code))


@cache
def _outlines() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((files(__package__) / "data" / "outlines.json").read_text(encoding="utf-8"))
    return told


def map_of(counts: Mapping[str, int], *, day: str | None) -> Map:
    """The provinces as they were on a day, today's without one; each with its count, by code."""
    old = day is not None and day < REFORM
    at = max(day or "", _FIRST_OF_OLD) if old else "9999-12-31"
    width, height = _outlines()["size"]
    drawn: dict[str, Any] = _outlines()["63" if old else "34"]
    provinces = []
    for code, one in drawn.items():
        unit = unit_on(code, at)
        x, y = one["at"]
        provinces.append(
            Province(code=code, name=unit.name if unit else code, path=one["d"], x=x, y=y, count=counts.get(code, 0))
        )
    islands = [(name, counts.get(before if old else after, 0), dots) for name, before, after, dots in _ISLANDS]
    return Map(width=width, height=height, provinces=provinces, islands=islands)


def maps_of(provinces: Iterable[tuple[str | None, str | None]], day: str | None) -> list[Map]:
    """The map of an article's places on its day and, if that was before the reform, that of today; none without places."""
    known = list(provinces)
    then, now = Counter(one for one, _ in known if one), Counter(one for _, one in known if one)
    found = [map_of(then, day=day)] if then and day is not None and day < REFORM else []
    return [*found, map_of(now, day=None)] if now else found


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day on the line: where it stands, its value, the words that say it; `role` is that of the whole article."""

    y: int
    value: str
    said: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """The days of an article, the earliest first: the further apart, the longer the line between them."""

    height: int
    days: Sequence[Day]
    left_out: int


def line_of(document: Mapping[str, Any]) -> Line | None:
    """The line of an article's days; None where fewer than two are known."""
    said: dict[str, tuple[str, str]] = {}
    for one in document["dates"]:
        if one["type"] in ("DATE", "TIME") and _start(one["value"]):
            said.setdefault(one["value"][:10], (one["text"], ""))
    for role in ("published", "event"):
        value = document[role].get("value")
        if value and _start(value):
            words, _ = said.get(value[:10], ("", ""))
            said[value[:10]] = (words, role)
    ordered = sorted(said.items(), key=lambda one: (_start(one[0]), one[0]))
    if len(ordered) < 2:
        return None
    # Those that tell of the article itself stay; of the others, the nearest in the text do.
    kept = ordered if len(ordered) <= _MOST_DAYS else _fewer(ordered)
    days, y, before = [], 18, None
    for value, (words, role) in kept:
        start = _start(value)
        assert start is not None
        if before is not None:
            y += 34 + min(40, round(9 * math.log10(1 + (start - before).days)))
        days.append(Day(y=y, value=value, said=words if len(words) <= 34 else f"{words[:33]}…", role=role))
        before = start
    return Line(height=y + 26, days=days, left_out=len(ordered) - len(kept))


def _fewer(ordered: Sequence[tuple[str, tuple[str, str]]]) -> list[tuple[str, tuple[str, str]]]:
    needed = sum(1 for _, (_, role) in ordered if role)
    kept, free = [], _MOST_DAYS - needed
    for one in ordered:
        if one[1][1] or free > 0:
            kept.append(one)
            free -= not one[1][1]
    return kept


def _start(value: str) -> date | None:
    """The first day of a value; None where it is no day of the calendar."""
    found = _STARTS.match(value)
    if not found:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A month as a bar: where it stands and how high it is, in units of the drawing."""

    x: int
    height: int
    month: date
    articles: int


def bars_of(months: Sequence[Any], *, most: int = 48, height: int = 60) -> list[Bar]:
    """The newest months as bars from left to right; months in which nothing was said have none."""
    if not months:
        return []
    shown = [row for row in months if _between(row.month, months[0].month) < most]
    highest = max(row.articles for row in shown)
    first = shown[-1].month
    return [
        Bar(
            x=_between(first, row.month) * 10,
            height=max(3, round(row.articles / highest * height)),
            month=row.month,
            articles=row.articles,
        )
        for row in reversed(shown)
    ]


def _between(first: date, last: date) -> int:
    """How many months lie between two."""
    return (last.year - first.year) * 12 + last.month - first.month
