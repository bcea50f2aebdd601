"""What a place that readers type stands for: the terms by which articles that name it are found."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

from shared.errors import InvalidParameter
from shared.places.abroad import abroad
from shared.places.lookup import candidates
from shared.places.units import forms, today
from shared.places.words import key, kind_and_name

_HANOI = timedelta(hours=7)


class UnknownUnit(InvalidParameter):
    """No unit of the map bears this name."""

    code = "unknown_unit"


def place_terms(place: str, mode: Literal["current", "valid", "written"]) -> list[str]:
    """The terms by which articles that name a place are found; a name that several units bear finds them all.

    Raises UnknownUnit.
    """
    if mode == "written":
        return [f"written {key(place)}"]
    return [f"{mode} {code}" for code in _codes(place, current=mode == "current")]


def province_terms(place: str) -> list[str]:
    """The same for a province of today."""
    return [f"province {code}" for code in _codes(place, current=True) if len(code) == 2]


def _codes(place: str, *, current: bool) -> list[str]:
    if forms(place):
        return [place]
    kind, name = kind_and_name(place)
    found = candidates(name, kind, day_in_hanoi().isoformat() if current else None).units
    if not found:
        if foreign := abroad(name) or abroad(key(place)):
            return [foreign.code]
        raise UnknownUnit(f"no unit bears the name {place!r}")
    # Asked for today's unit by a name of yesterday: whatever it is today.
    return sorted({one.code for unit in found for one in (today(unit) if current else (unit,))})


def day_in_hanoi() -> date:
    """Today, where the newsrooms are."""
    return (datetime.now(UTC) + _HANOI).date()
