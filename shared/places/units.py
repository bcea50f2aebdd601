"""The units themselves: which there were on a day, what became of them, and where they lie."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files

from shared.places.words import key, other_names

_LEVEL = {2: 1, 3: 2, 5: 3}
"""The level by the length of a code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit in one form: one name, one kind, one place in the map. Days in ISO 8601.

    `until` is the first day on which it was no more, empty while it is; `successors` are the codes of the units that
    it is or lies in from that day on. `by` is the resolution that made it; `also` are other spellings of its name.
    """

    code: str
    kind: str
    name: str
    parent: str
    since: str
    until: str
    successors: tuple[str, ...]
    by: str
    also: tuple[str, ...]

    @property
    def key(self) -> str:
        """Codes are used again: the key has the day from which the unit is valid."""
        return f"{self.code}@{self.since}"

    @property
    def level(self) -> int:
        """1: provinces and cities of that rank; 2: districts; 3: communes."""
        return _LEVEL[len(self.code)]

    @property
    def title(self) -> str:
        """Kind and name: "xã Đông Vinh"."""
        return f"{self.kind} {self.name}"

    def is_valid(self, day: str) -> bool:
        """Was there this unit on the day? What the oldest list has is taken to have been there before."""
        return (self.since <= day or self.since == FIRST) and (not self.until or day < self.until)


FIRST = "2008-08-01"
"""The map's first day."""


class _Map:
    """The lines of units.tsv, and where a code and a name stand. Units are made when they are asked for."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.of_code: dict[str, list[int]] = defaultdict(list)
        self.of_name: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(lines):
            code, _, name, _ = line.split("\t", 3)
            self.of_code[code].append(number)
            # Spelt in one way in the list, so that small letters are the key of most; a test holds that.
            self.of_name[name.lower() if name.replace(" ", "").isalpha() else key(name)].append(number)
            if not line.endswith("\t"):
                for other in line.rsplit("\t", 1)[1].split("; "):
                    self.of_name[key(other)].append(number)


@cache
def _map() -> _Map:
    text = (files(__package__) / "data" / "units.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return _Map(lines[1:])


@lru_cache(maxsize=4096)
def _unit(number: int) -> Unit:
    code, kind, name, parent, since, until, successors, by, also = _map().lines[number].split("\t")
    return Unit(
        code=code, kind=kind, name=name, parent=parent, since=since, until=until, by=by,
        successors=tuple(successors.split()), also=tuple(also.split("; ")) if also else (),
    )  # fmt: skip


def forms(code: str) -> tuple[Unit, ...]:
    """Every form under a code, in order; none if there is no such code."""
    return tuple(_unit(number) for number in _map().of_code.get(code, ()))


def unit_on(code: str, day: str) -> Unit | None:
    """The unit that had the code on the day."""
    return next((unit for unit in forms(code) if unit.is_valid(day)), None)


def is_name(name: str) -> bool:
    """Does, or did, any unit bear the name? `name` is a key."""
    return name in _map().of_name or name in other_names()


def begins_name(word: str) -> bool:
    """Does any unit's name begin with the word?"""
    return word in _first_words()


@cache
def _first_words() -> frozenset[str]:
    return frozenset(name.split(" ", 1)[0] for name in (*_map().of_name, *other_names()))


def named(name: str) -> tuple[Unit, ...]:
    """Every form that bears the name, on all levels. `name` is a key."""
    found = _map().of_name.get(name, ())
    if official := other_names().get(name):
        found = [*found, *_map().of_name.get(official, ())]
    return tuple(_unit(number) for number in found)


def lies_in(unit: Unit, day: str | None = None) -> tuple[Unit, ...]:
    """The units that a unit lies in, the nearest first: its district, if it has one, and its province.

    As they were on the day; without one, or where the unit was not there then, as they were on the unit's last day.
    """
    return _above(unit.code, unit.since, day)


@lru_cache(maxsize=8192)
def _above(code: str, since: str, day: str | None) -> tuple[Unit, ...]:
    """What the form of the code from that day on lies in."""
    unit = next(form for form in forms(code) if form.since == since)
    at = day if day and unit.is_valid(day) else _last_day(unit)
    above: list[Unit] = []
    while unit.parent and (parent := unit_on(unit.parent, at)):
        above.append(parent)
        unit = parent
    return tuple(above)


def today(unit: Unit) -> tuple[Unit, ...]:
    """The units of today that a unit is or lies in; the one with most of it first."""
    if not unit.until:
        return (unit,)
    found: dict[str, Unit] = {}
    for code in unit.successors:
        if heir := unit_on(code, unit.until):
            found.update((one.key, one) for one in today(heir))
    return tuple(found.values())


def predecessors(unit: Unit) -> tuple[Unit, ...]:
    """The forms that a unit was made of, on the day it came to be."""
    return tuple(_unit(number) for number in _made_of().get(unit.key, ()))


@cache
def _made_of() -> dict[str, list[int]]:
    made: dict[str, list[int]] = defaultdict(list)
    for number in range(len(_map().lines)):
        before = _unit.__wrapped__(number)
        for code in before.successors:
            if heir := unit_on(code, before.until):
                made[heir.key].append(number)
    return made


def _last_day(unit: Unit) -> str:
    """A day on which the unit was there, as late as can be: the map is asked for the day before its end."""
    return _before(unit.until) if unit.until else "9999-12-31"


@lru_cache(maxsize=64)
def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
