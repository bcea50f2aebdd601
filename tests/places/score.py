"""How many of the places in bulletins/ get their unit: `python -m tests.places.score` tells, and lists what is wrong."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.enrich.commands.explain import explain

BULLETINS = Path(__file__).parent / "bulletins"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A place of a bulletin, what was said of it, and whether that is right."""

    bulletin: str
    text: str
    wanted: str
    found: str
    is_right: bool


def bulletins() -> dict[str, dict[str, Any]]:
    """The bulletins by their names."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(BULLETINS.glob("*.json"))}


def verdicts() -> Iterator[Verdict]:
    """Every place that is annotated, and every link that stands where none is."""
    for name, bulletin in bulletins().items():
        found = {(one["start"], one["end"]): one for one in explain(bulletin["text"])["places"]}
        for place in bulletin["places"]:
            if place.get("optional"):
                found = {span: one for span, one in found.items() if not _meet(span, place)}
                continue
            answer = found.pop((place["start"], place["end"]), None)
            wanted = _written(place["unit"], place.get("valid_from"))
            said = _written(answer["unit"], answer["valid_from"]) if answer else "nothing"
            right = said == wanted or (place["unit"] is None and answer is None)
            yield Verdict(bulletin=name, text=place["text"], wanted=wanted, found=said, is_right=right)
        for extra in found.values():
            if extra["unit"]:
                said = _written(extra["unit"], extra["valid_from"])
                yield Verdict(bulletin=name, text=extra["text"], wanted="nothing", found=said, is_right=False)


def _meet(span: tuple[int, int], place: dict[str, Any]) -> bool:
    return bool(span[0] < place["end"] and place["start"] < span[1])


def _written(unit: str | None, valid_from: str | None) -> str:
    return "open" if unit is None else f"{unit}@{valid_from}" if valid_from else unit


def main() -> None:
    """Print the score and everything wrong."""
    told = list(verdicts())
    right = sum(one.is_right for one in told)
    for one in told:
        if not one.is_right:
            print(f"{one.bulletin} {one.text!r}: {one.wanted} is right, {one.found} was said")
    print(f"{right} of {len(told)} right: {right / len(told):.1%}")


if __name__ == "__main__":
    main()
