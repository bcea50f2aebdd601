"""The calendar days that a value of ISO 8601 or TIMEX3 covers."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

Days = tuple[date, date]
"""The first and the last day, both included."""

_FORMS = re.compile(
    r"(?P<year>\d{4})(?:-(?:(?P<month>\d\d)(?:-(?P<day>\d\d))?|Q(?P<quarter>[1-4])|H(?P<half>[12])"
    r"|W(?P<week>\d\d)(?:-(?P<weekday>[1-7]|WE))?|(?P<season>SP|SU|FA|WI)))?|(?P<decade>\d{3})X?|(?P<century>\d{2})(?:XX)?"
)
# Half years begin in January and July, quarters every three months; the seasons of a year by the months of the north.
_SEASONS = {"SP": (1, 3), "SU": (4, 6), "FA": (7, 9), "WI": (10, 12)}


def days_of(value: str) -> Days | None:
    """The days of a DATE's or TIME's value; None for durations, sets, vague times and open fields."""
    if "/" in value:
        first, last = (days_of(end) for end in value.split("/", 1))
        return (first[0], last[1]) if first and last and first[0] <= last[1] else None
    match = _FORMS.fullmatch(value.partition("T")[0])
    if match is None:
        return None
    try:
        return _days(match)
    except ValueError:
        return None


def united(periods: Iterable[Days]) -> list[Days]:
    """The same days in the fewest periods, in order."""
    joined: list[Days] = []
    for first, last in sorted(periods):
        if joined and first <= joined[-1][1] + timedelta(1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _days(match: re.Match[str]) -> Days | None:
    """Raises ValueError for what no calendar has."""
    if match["century"] or match["decade"]:
        return _years(100 * int(match["century"]), 100) if match["century"] else _years(10 * int(match["decade"]), 10)
    year = int(match["year"])
    if match["day"]:
        day = date(year, int(match["month"]), int(match["day"]))
        return day, day
    if match["week"]:
        return _week(year, int(match["week"]), match["weekday"])
    if match["month"] or match["quarter"] or match["half"] or match["season"]:
        return _months(year, *_months_of(match))
    return _years(year, 1)


def _months_of(match: re.Match[str]) -> tuple[int, int]:
    """The first and the last month of a part of a year."""
    if match["month"]:
        return int(match["month"]), int(match["month"])
    if match["quarter"]:
        return 3 * int(match["quarter"]) - 2, 3 * int(match["quarter"])
    if match["half"]:
        return 6 * int(match["half"]) - 5, 6 * int(match["half"])
    return _SEASONS[match["season"]]


def _years(first: int, count: int) -> Days:
    return date(max(first, 1), 1, 1), date(first + count - 1, 12, 31)


def _months(year: int, first: int, last: int) -> Days:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _week(year: int, week: int, weekday: str | None) -> Days:
    first, last = {None: (1, 7), "WE": (6, 7)}.get(weekday) or (int(weekday or 1), int(weekday or 1))
    return date.fromisocalendar(year, week, first), date.fromisocalendar(year, week, last)
