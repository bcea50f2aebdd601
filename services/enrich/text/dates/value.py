"""What an expression says of a time: only the fields it names, until the whole article fills in the rest."""

from functools import lru_cache
from typing import Any, Literal, NamedTuple

Since = Literal["publication", "mention"]
Leaning = Literal["past", "future", "present", "near"]

FINENESS = (
    "century", "decade", "year", "half", "quarter", "season", "run", "month", "week", "weekend", "day", "part_of_day", "hour",
    "minute", "second",
)  # fmt: skip
_ORDER = {grain: place for place, grain in enumerate(FINENESS)}


class Moment(NamedTuple):
    """A time of which some fields are known. (A tuple: thousands are made a second, most of them by `but`.)

    A `step` leads from the day of publication, or from the time mentioned before, to the `unit` meant: "tháng trước"
    is a step of -1 with the unit month. `fixed` is the whole value where nothing is left to be found out.
    """

    grain: str = "day"
    century: int | None = None
    decade: int | None = None
    year: int | None = None
    month: int | None = None
    month_to: int | None = None
    day: int | None = None
    half: int | None = None
    quarter: int | None = None
    season: str | None = None
    weekday: int | None = None
    nth: int | None = None
    part: str | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    unit: str | None = None
    step: int | None = None
    since: Since | None = None
    lunar: bool | None = None
    leap: bool | None = None
    before_christ: bool | None = None
    modifier: str | None = None
    leaning: Leaning | None = None
    every: str | None = None
    number: int | None = None
    fixed: str | None = None
    type: str | None = None

    @property
    def has_day(self) -> bool:
        """Does it say which day of a month?"""
        return self.day is not None and self.month is not None

    @property
    def has_clock(self) -> bool:
        """Does it say a time, or a part, of the day?"""
        return self.hour is not None or self.part is not None

    @property
    def named(self) -> tuple[str, ...]:
        """The names of the fields that it says itself."""
        return _named(self)

    def but(self, **changes: Any) -> "Moment":
        """The same with other fields."""
        # _replace takes four times as long.
        values = list(self)
        for name, value in changes.items():
            values[_PLACE[name]] = value
        return tuple.__new__(Moment, values)


_PLACE = {name: place for place, name in enumerate(Moment._fields)}
_CALENDAR = (
    "century", "decade", "year", "half", "quarter", "season", "month", "weekday", "day", "part", "hour", "minute", "second",
)  # fmt: skip


@lru_cache(maxsize=4096)
def _named(moment: Moment) -> tuple[str, ...]:
    return tuple(name for name in _CALENDAR if getattr(moment, name) is not None)


def finer(one: str, other: str) -> str:
    """The finer of two grains."""
    return one if _ORDER.get(one, 99) >= _ORDER.get(other, 99) else other


def both(left: Moment, right: Moment) -> Moment | None:
    """The time that is both; None if they contradict each other."""
    if left.unit == "day" and left.step is not None and (right.has_day or right.weekday):
        left = left.but(unit=None, step=None, since=None, leaning="near")
    grain, leaning = finer(left.grain, right.grain), left.leaning or right.leaning
    left, right = left.but(grain=grain, leaning=leaning), right.but(grain=grain, leaning=leaning)
    if any(
        mine != theirs and mine is not None and theirs is not None for mine, theirs in zip(left, right, strict=True)
    ):
        return None
    together = Moment._make(theirs if mine is None else mine for mine, theirs in zip(left, right, strict=True))
    if together.hour is None or together.part is None:
        return together
    hour = on_the_clock(together.hour, together.part)
    return together.but(hour=0 if hour == 24 and together.minute else hour)


def on_the_clock(hour: int, part: str) -> int:
    """The hour of 24 that "2 giờ chiều" or "12 giờ đêm" means."""
    if part == "MO":
        return 0 if hour == 12 else hour
    if part == "MI":
        return hour + 12 if hour < 4 else hour
    if part == "NI":
        return hour + 12 if 7 <= hour <= 12 else hour
    if part == "EV" and hour == 12:
        return 24
    return hour + 12 if hour < 12 else hour


# What a time takes from the one it stands in a row with, finest first: "3, 5 và 7/10" is three days of October.
_LENT = {
    "day": ("month", "year", "unit", "step", "since", "lunar", "leap"),
    "weekday": ("unit", "step", "since"),
    "month": ("year", "unit", "step", "since", "lunar"),
    "quarter": ("year", "unit", "step", "since"),
    "clock": ("day", "month", "year", "weekday", "unit", "step", "since", "lunar", "leap"),
    "part": ("day", "month", "year", "weekday", "unit", "step", "since", "lunar", "leap"),
    "holiday": ("year", "unit", "step", "since"),
    "season": ("year", "unit", "step", "since"),
}


@lru_cache(maxsize=4096)
def lend(kind: str, borrower: Moment, lender: Moment) -> Moment:
    """`borrower`, of that kind, with the coarser fields that it lacks and `lender` has."""
    if borrower.step is not None or borrower.year is not None:
        return borrower
    names = _LENT.get(kind, ())
    taken = {name: getattr(lender, name) for name in names if getattr(borrower, name) is None}
    if kind in {"clock", "part"} and (borrower.day or borrower.weekday):
        taken = {name: value for name, value in taken.items() if name not in {"day", "weekday"}}
    if kind == "clock" and borrower.part is None and borrower.hour is not None and borrower.hour < 12 and lender.part:
        taken |= {"part": lender.part, "hour": on_the_clock(borrower.hour, lender.part)}
    lent = {name: value for name, value in taken.items() if value is not None}
    return borrower.but(**lent) if lent else borrower


def clock_text(moment: Moment) -> str:
    """The time of day as the end of a value: "T14:30", "TMO", or nothing."""
    if moment.hour is not None:
        second = f":{moment.second:02}" if moment.second is not None else ""
        return f"T{moment.hour:02}:{moment.minute or 0:02}{second}"
    return f"T{moment.part}" if moment.part else ""
