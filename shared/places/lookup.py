"""Which unit is meant by a name, a kind, a day, and what is known of where it lies."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from shared.places.units import Unit, lies_in, named
from shared.places.words import Kind, kind_and_name

Standing = Literal["valid", "gone", "to come"]
_APART = re.compile(r"\s*[,;()]\s*|\s+thuộc\s+|\s+[-–]\s+(?=\S+\s)")


@dataclass(frozen=True, slots=True)
class Found:
    """The units that a name can mean, and whether they were there on the day."""

    units: tuple[Unit, ...]
    standing: Standing


@lru_cache(maxsize=2048)
def candidates(name: str, kind: Kind | None, day: str | None) -> Found:
    """The units of a name (a key) and kind that were there on the day; if there was none, those before it, or after.

    Without a day, every form.
    """
    known = [unit for unit in named(name) if kind is None or (unit.kind == kind.name and unit.level in kind.levels)]
    if day is None:
        return Found(tuple(known), "valid")
    if valid := [unit for unit in known if unit.is_valid(day)]:
        return Found(tuple(valid), "valid")
    if gone := [unit for unit in known if unit.until and unit.until <= day]:
        return Found(_nearest(gone), "gone")
    return Found(_nearest(reversed(known)), "to come")


def gone(name: str, kind: Kind | None, day: str) -> tuple[Unit, ...]:
    """The units of a name and kind that were no more on the day, each in its last form."""
    known = [unit for unit in named(name) if kind is None or (unit.kind == kind.name and unit.level in kind.levels)]
    return _nearest(unit for unit in known if unit.until and unit.until <= day)


def within(units: Iterable[Unit], above: Iterable[Unit], day: str | None) -> tuple[Unit, ...]:
    """Those of `units` that lie in one of `above`, in whatever form that was."""
    codes = {unit.code for unit in above}
    return tuple(unit for unit in units if any(one.code in codes for one in lies_in(unit, day)))


def resolve(written: str, near: str | None, day: str) -> Found:
    """The units that a place as written can mean: "xã Đông Vinh", "xã Đông Vinh (thành phố Thanh Hóa)".

    What stands behind it, and `near`, say where it lies. If no unit of the name lies there, all are given.
    """
    first, *behind = [part for part in _APART.split(written) if part]
    kind, name = kind_and_name(first)
    found = candidates(name, kind, day)
    for place in [*behind, *([near] if near else [])]:
        kind, name = kind_and_name(place)
        above = candidates(name, kind, day)
        # What is gone may have lain in what is gone.
        earlier = gone(name, kind, day) if found.standing == "gone" else ()
        found = Found(within(found.units, (*above.units, *earlier), day) or found.units, found.standing)
    return found


def _nearest(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The last form of each code."""
    return tuple({unit.code: unit for unit in units}.values())


def sorted_by_level(units: Sequence[Unit]) -> list[Unit]:
    """Provinces first, then districts, then communes; in the order of codes."""
    return sorted(units, key=lambda unit: (unit.level, unit.code, unit.since))
