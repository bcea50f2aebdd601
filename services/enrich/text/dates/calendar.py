"""Arithmetic of days, weeks, months and years, and how a time that is fully known is written."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from services.enrich.text.dates.lunar import LunarDay, lunar_day
from services.enrich.text.dates.value import Moment, clock_text

_SEASON_MONTH = {"SP": 2, "SU": 5, "FA": 8, "WI": 11}
_MONTHS = {"quarter": 3, "half": 6, "month": 1}


def day_of(year: int, month: int, day: int) -> date | None:
    """That day, or None if no calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def plus_days(day: date, count: int) -> date | None:
    """So many days later, or None where the calendar ends."""
    try:
        return day + timedelta(count)
    except OverflowError:
        return None


def first_day(moment: Moment, year: int) -> date | None:
    """The day on which the time begins if it is of that year; None if the year has no such time."""
    if moment.lunar and moment.month:
        lunar = lunar_day(year, moment.month, moment.day or 1, leap=bool(moment.leap))
        return lunar.solar if lunar else None
    if moment.month:
        return day_of(year, moment.month, moment.day or 1)
    if moment.quarter:
        return day_of(year, 3 * moment.quarter - 2, 1)
    if moment.half:
        return day_of(year, 6 * moment.half - 5, 1)
    if moment.season:
        return day_of(year, _SEASON_MONTH[moment.season], 1)
    return day_of(year, 1, 1)


def lunar_of(moment: Moment) -> LunarDay | None:
    """The lunar day that a lunar time with a year means."""
    if not moment.lunar or not moment.has_day or moment.year is None:
        return None
    assert moment.month is not None
    assert moment.day is not None
    return lunar_day(moment.year, moment.month, moment.day, leap=bool(moment.leap))


def stepped(moment: Moment, base: date) -> Moment | None:
    """The time that lies `moment.step` units from `base`, without its step; None where the calendar ends."""
    unit, step = moment.unit, moment.step or 0
    known = moment.but(unit=None, step=None, since=None)
    if unit in {"hour", "minute", "second"}:
        return known.but(grain="day", year=base.year, month=base.month, day=base.day)
    if unit in {"day", "week", "weekend"}:
        return _days_on(known, base, unit, step)
    if unit in _MONTHS:
        return _months_on(known, base, unit, step)
    if unit == "new_year":
        return _in_year(known, base, unit, base.year + (base.month >= 10))
    years = {"year": 1, "school_year": 1, "decade": 10, "century": 100}[unit or "year"] * step
    return _in_year(known, base, unit or "year", base.year + years)


def _days_on(known: Moment, base: date, unit: str, step: int) -> Moment | None:
    if unit == "weekend":
        # The weekend that is over: on a Sunday evening that is still the one of the week before.
        day = plus_days(base, -base.weekday() - 7)
    else:
        day = plus_days(base, step * (7 if unit == "week" else 1))
    if day and unit == "week" and known.weekday:
        day = plus_days(day, known.weekday - 1 - day.weekday())
        known = known.but(grain="day" if known.grain in {"week", "weekend"} else known.grain)
    return known.but(year=day.year, month=day.month, day=day.day) if day else None


def _months_on(known: Moment, base: date, unit: str, step: int) -> Moment | None:
    size = _MONTHS[unit]
    index = (base.year * 12 + base.month - 1) // size + step
    year, place = divmod(index * size, 12)
    if not 1 <= year <= 9999:
        return None
    if unit == "month":
        return known.but(year=year, month=place + 1)
    return known.but(year=year, **{unit: place // size + 1})


def _in_year(known: Moment, base: date, unit: str, year: int) -> Moment | None:
    if not 1 <= year <= 9999:
        return None
    if unit == "school_year":
        return known.but(year=year if base.month >= 8 else year - 1)
    if known.grain == "decade":
        return known.but(decade=year // 10)
    if known.grain == "century":
        return known.but(century=year // 100)
    return known.but(year=year)


def the_nth(moment: Moment) -> Moment | None:
    """The nth ("tuần đầu tiên của tháng 9") day, week, month or quarter of a month, quarter or year; -1 is the last."""
    nth, year = moment.nth or 1, moment.year
    begin = first_day(moment, year) if year else None
    if not begin or not year:
        return None
    months = 1 if moment.month else 3 if moment.quarter else 12
    last = (begin.month + months - 2, monthrange(year, begin.month + months - 1)[1])
    if moment.grain in _MONTHS:
        size = _MONTHS[moment.grain]
        place = begin.month + (nth - 1) * size if nth > 0 else begin.month + months - size
        if place > last[0] + 1:
            return None
        field = {"month": place, "quarter": (place - 1) // 3 + 1}[moment.grain]
        return Moment(grain=moment.grain, year=year).but(**{moment.grain: field})
    if nth > 0:
        first = begin if moment.grain == "day" else begin + timedelta(-begin.weekday() % 7)
        day: date | None = plus_days(first, (nth - 1) * (7 if moment.grain == "week" else 1))
    else:
        day = day_of(year, last[0] + 1, last[1])
    return Moment(grain=moment.grain, year=day.year, month=day.month, day=day.day) if day else None


@lru_cache(maxsize=4096)
def written(moment: Moment) -> str | None:
    """The value of a time in ISO 8601 as TIMEX3 has it, with X for what is not known; None if there is no such day."""
    if moment.fixed:
        return moment.fixed
    if moment.before_christ:
        return f"BC{moment.year:04}" if moment.year else f"BC{(moment.century or 0):02}"
    writer = _WRITERS.get(moment.grain)
    return writer(moment) if writer else _day(moment)


def _year(moment: Moment) -> str:
    return "XXXX" if moment.year is None else f"{moment.year:04}"


def _century(moment: Moment) -> str:
    return "XX" if moment.century is None else f"{moment.century:02}"


def _decade(moment: Moment) -> str:
    return "XXX" if moment.decade is None else f"{moment.decade:03}"


def _part_of_year(moment: Moment) -> str:
    if moment.quarter:
        return f"{_year(moment)}-Q{moment.quarter}"
    if moment.half:
        return f"{_year(moment)}-H{moment.half}"
    return f"{_year(moment)}-{moment.season or 'XX'}"


def _run(moment: Moment) -> str:
    year = _year(moment)
    halves = {(1, 6): "H1", (7, 12): "H2"}
    half = halves.get((moment.month or 0, moment.month_to or 0))
    return f"{year}-{half}" if half else f"{year}-{moment.month:02}/{year}-{moment.month_to:02}"


def _month(moment: Moment) -> str | None:
    if moment.lunar and moment.year and moment.month:
        return _lunar_month(moment.year, moment.month)
    return f"{_year(moment)}-{moment.month:02}" if moment.month else f"{_year(moment)}-XX"


def _lunar_month(year: int, month: int) -> str | None:
    """A lunar month as the span of its solar days."""
    first, last = lunar_day(year, month, 1), lunar_day(year, month, 30)
    return f"{first.solar.isoformat()}/{last.solar.isoformat()}" if first and last else None


def _week(moment: Moment) -> str | None:
    if moment.year is None or moment.month is None or moment.day is None:
        return "XXXX-WXX" + ("-WE" if moment.grain == "weekend" else "")
    day = day_of(moment.year, moment.month, moment.day)
    if not day:
        return None
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}" + ("-WE" if moment.grain == "weekend" else "")


def _day(moment: Moment) -> str | None:
    if moment.lunar and moment.year is None:
        return "XXXX-XX-XX" + clock_text(moment)
    if moment.month is None or moment.day is None:
        if moment.weekday:
            return f"XXXX-WXX-{moment.weekday}" + clock_text(moment)
        return f"{_year(moment)}-XX-{f'{moment.day:02}' if moment.day else 'XX'}" + clock_text(moment)
    # Of an unknown year every 29 February may be.
    if day_of(moment.year or 2000, moment.month, moment.day) is None:
        return None
    return f"{_year(moment)}-{moment.month:02}-{moment.day:02}" + clock_text(moment)


_WRITERS = {
    "century": _century,
    "decade": _decade,
    "year": _year,
    "half": _part_of_year,
    "quarter": _part_of_year,
    "season": _part_of_year,
    "run": _run,
    "month": _month,
    "week": _week,
    "weekend": _week,
}
