"""What every reader of a match gives, and the reader of matches whose groups are fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.rules import Rule
from services.enrich.text.dates.value import Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a piece is (a day, a clock, …) and the time that it names; `until` is the other end of a span of time."""

    kind: str
    moment: Moment
    until: Moment | None = None


Groups = Mapping[str, str]


Reader = Callable[[Rule, Groups], Reading | None]


def fields(rule: Rule, groups: Groups) -> Reading:
    """Every group is a field of its own."""
    found: dict[str, Any] = {}
    for name, text in groups.items():
        if name in _FIELD:
            found |= _FIELD[name](text)
    return Reading(kind=rule.kind, moment=Moment(**(found | rule.gives)))


def part_of_day(text: str) -> dict[str, Any]:
    """A part of the day, with what part of it is meant."""
    part, _, modifier = lexicon().values["pod"][text].partition(" ")
    return {"part": part, "modifier": modifier or None, "grain": "part_of_day"}


def _short_year(text: str) -> int:
    """Of two figures: 00 to 49 are of this century."""
    return int(text) + (2000 if int(text) < 50 else 1900)


def _meaning(table: str, field: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {field: lexicon().values[table][text]}


def _number(field: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {field: int(text)}


_FIELD: dict[str, Callable[[str], dict[str, Any]]] = {
    "d": _number("day"),
    "m": _number("month"),
    "y": _number("year"),
    "year2": _number("year"),
    "y2": lambda text: {"year": _short_year(text)},
    "y3": _number("year"),
    "bc": lambda _: {"before_christ": True},
    "q": _number("quarter"),
    "h": _number("hour"),
    "mi": _number("minute"),
    "s": lambda text: {"second": int(text), "grain": "second"},
    "pod": part_of_day,
    "month_name": _meaning("month_name", "month"),
    "quarter_name": _meaning("quarter_name", "quarter"),
    "season": _meaning("season", "season"),
    "weekday": _meaning("weekday", "weekday"),
    "figure": _meaning("weekday_figure", "weekday"),
    "weekday_short": _meaning("weekday_short", "weekday"),
    "mod": _meaning("mod", "modifier"),
}


def with_year(moment: Moment, text: str | None) -> Moment:
    """The year that the expression ends with: in figures, or counted from this one."""
    if text is None:
        return moment
    if text.isdecimal():
        return moment.but(year=int(text))
    return moment.but(unit="year", step=lexicon().values["shift"][text], since="publication")


WHOLE = {
    "tuần": "week", "tuần lễ": "week", "tháng": "month", "quý": "quarter", "năm": "year", "thập kỷ": "decade", "thập kỉ": "decade",
    "thập niên": "decade", "thế kỷ": "century", "thế kỉ": "century",
}  # fmt: skip


def amount(text: str) -> float | str:
    """An amount in figures or words; "X" where it is left open."""
    if text in lexicon().values["some"]:
        return "X"
    if text in lexicon().values["number"]:
        return float(value) if (value := lexicon().values["number"][text]) != int(value) else int(value)
    if "," in text:
        return float(text.replace(".", "").replace(",", "."))
    return int(text.replace(".", ""))
