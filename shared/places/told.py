"""Units as plain documents, for readers."""

from collections.abc import Sequence
from typing import Any

from shared.places.abroad import abroad
from shared.places.lookup import resolve, sorted_by_level
from shared.places.units import Unit, lies_in, predecessors, today, unit_on
from shared.places.words import kind_and_name


def unit_document(unit: Unit, day: str) -> dict[str, Any]:
    """Everything of a unit: what it is, where it lies on the day, what it was made of, what it is today."""
    heirs = [heir for code in unit.successors if (heir := unit_on(code, unit.until))]
    return {
        **_briefly(unit),
        "level": unit.level,
        "other_spellings": list(unit.also),
        "resolution": unit.by or None,
        "lies_in": _all(lies_in(unit, day)),
        "made_of": _all(sorted_by_level(predecessors(unit))),
        "became": _all(heirs),
        "today": _all(today(unit)),
        "href": f"/v1/places/{unit.code}?at={unit.since}",
    }


def resolution_document(text: str, near: str | None, day: str) -> dict[str, Any]:
    """What a place as written can mean on the day: one candidate is the answer, several are open."""
    found = resolve(text, near, day)
    kind, name = kind_and_name(text)
    foreign = abroad(name, kind) if not found.units else None
    return {
        "text": text,
        "near": near,
        "at": day,
        "standing": found.standing if found.units else None,
        "candidates": [unit_document(unit, day) for unit in sorted_by_level(found.units)],
        "abroad": {"code": foreign.code, "name": foreign.name} if foreign else None,
    }


def _all(units: Sequence[Unit]) -> list[dict[str, Any]]:
    return [_briefly(unit) for unit in units]


def _briefly(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "kind": unit.kind,
        "name": unit.name,
        "valid_from": unit.since,
        "valid_to": unit.until or None,
    }
