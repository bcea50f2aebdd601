"""From the letters that a rule matched to the time that they name: one small reader for each way of writing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.rules import Rule
from services.enrich.text.dates.value import Moment, both, finer, on_the_clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a piece is (a day, a clock, …) and the time that it names; `until` is the other end of a span of time."""

    kind: str
    moment: Moment
    until: Moment | None = None


Groups = Mapping[str, str]
Reader = Callable[[Rule, Groups], Reading | None]


def read(rule: Rule, match: re.Match[str]) -> Reading | None:
    """What the match says, or None if no calendar has such a time."""
    groups = {name: " ".join(text.split()) for name, text in match.groupdict().items() if text is not None}
    return READERS[rule.reads](rule, groups)


def _fields(rule: Rule, groups: Groups) -> Reading:
    """Every group is a field of its own."""
    found: dict[str, Any] = {}
    for name, text in groups.items():
        if name in _FIELD:
            found |= _FIELD[name](text)
    return Reading(kind=rule.kind, moment=Moment(**(found | rule.gives)))


def _part(text: str) -> dict[str, Any]:
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
    "pod": _part,
    "month_name": _meaning("month_name", "month"),
    "quarter_name": _meaning("quarter_name", "quarter"),
    "season": _meaning("season", "season"),
    "weekday": _meaning("weekday", "weekday"),
    "figure": _meaning("weekday_figure", "weekday"),
    "weekday_short": _meaning("weekday_short", "weekday"),
    "mod": _meaning("mod", "modifier"),
}


def _day_of_named_month(rule: Rule, groups: Groups) -> Reading:
    """A month by its name; giêng and chạp are months of the lunar calendar."""
    reading = _fields(rule, groups)
    if "day_name" in groups:
        reading = Reading(kind=rule.kind, moment=reading.moment.but(day=lexicon().values["day_name"][groups["day_name"]]))
    if groups.get("month_name") in {"giêng", "chạp"}:
        return Reading(kind=rule.kind, moment=reading.moment.but(lunar=True))
    return reading


def _named_month(rule: Rule, groups: Groups) -> Reading | None:
    if groups["month_name"] in {"giêng", "chạp"}:
        return None
    return _fields(rule, groups)


def _lunar_month(rule: Rule, groups: Groups) -> Reading:
    month = lexicon().values["month_name"][groups["lunar_month"]]
    return Reading(kind="month", moment=Moment(month=month, **rule.gives))


def _named_day(rule: Rule, groups: Groups) -> Reading:
    day = 15 if "full_moon" in groups else lexicon().values["day_name"].get(groups.get("day_name", ""))
    reading = _fields(rule, groups)
    return Reading(kind=rule.kind, moment=reading.moment.but(day=day) if day else reading.moment)


def _full_moon(rule: Rule, groups: Groups) -> Reading:
    return _fields(rule, groups)


def _tet_day(rule: Rule, groups: Groups) -> Reading | None:
    """Counted from Tết: the first days of the first month, or the last days of the twelfth."""
    year = _lunar_year(groups)
    if "tet_eve" in groups:
        day = int(groups["tet_eve"])
        if day < 15:
            return None
        moment = Moment(day=day, month=12, lunar=True, year=year - 1 if year else None)
    else:
        day = int(groups["tet_day"]) if "tet_day" in groups else lexicon().values["day_name"][groups["day_name"]]
        moment = Moment(day=day, month=1, lunar=True, year=year)
    return Reading(kind="day", moment=moment)


_STEMS = ("giáp", "ất", "bính", "đinh", "mậu", "kỷ", "canh", "tân", "nhâm", "quý")
_BRANCHES = ("tý", "sửu", "dần", "mão", "thìn", "tỵ", "ngọ", "mùi", "thân", "dậu", "tuất", "hợi")
_SPELT = {"tí": "tý", "tị": "tỵ", "mẹo": "mão"}


def _lunar_year(groups: Groups) -> int | None:
    """The year said in figures, or the year of our time with that stem and branch (1984 was giáp tý)."""
    if "y" in groups or "year2" in groups:
        return int(groups.get("y") or groups["year2"])
    if "stem" not in groups:
        return None
    stem, branch = _STEMS.index(groups["stem"]), groups["branch"]
    place = _BRANCHES.index(_SPELT.get(branch, branch))
    return next((year for year in range(1984, 2044) if (year - 1984) % 10 == stem and (year - 1984) % 12 == place), None)


def _canchi(rule: Rule, groups: Groups) -> Reading | None:
    year = _lunar_year(groups)
    return Reading(kind=rule.kind, moment=Moment(year=year, **rule.gives)) if year else None


def _holiday(rule: Rule, groups: Groups) -> Reading | None:
    feast = lexicon().values["holiday"][groups["holiday"]]
    if "headed" in feast and "head" not in groups:
        return None
    moment = Moment(
        day=feast["day"], month=feast["month"], lunar=feast.get("lunar"), year=_lunar_year(groups), leaning="near",
        part=feast.get("part"), step=-feast["before"] if "before" in feast else None,
        unit="lunar" if "before" in feast else None, grain="part_of_day" if "part" in feast else "day",
    )  # fmt: skip
    return Reading(kind=rule.kind, moment=moment)


def _tet_year(rule: Rule, groups: Groups) -> Reading | None:
    year = _lunar_year(groups)
    return Reading(kind=rule.kind, moment=Moment(day=1, month=1, lunar=True, year=year)) if year else None


def _calendar(rule: Rule, groups: Groups) -> Reading:
    return Reading(kind=rule.kind, moment=Moment(lunar="lunar" in groups, grain="century"))


def _run(rule: Rule, groups: Groups) -> Reading | None:
    """So many months from the beginning of a year, or at its end."""
    count = _count(groups["few"])
    if not isinstance(count, int) or not 1 < count < 12:
        return None
    last = groups.get("run_head") == "cuối"
    year = _fields(rule, {name: text for name, text in groups.items() if name == "y"}).moment
    moment = year.but(month=13 - count if last else 1, month_to=12 if last else count)
    said = groups.get("run_year") or groups.get("run_year2") or ("nay" if "y" not in groups else None)
    return Reading(kind=rule.kind, moment=_with_year(moment, said))


def _half(rule: Rule, groups: Groups) -> Reading:
    moment = Moment(half=1 if groups["half_head"] == "đầu" else 2, **rule.gives)
    return Reading(kind=rule.kind, moment=_with_year(moment, groups.get("half_year", "nay")))


def _new_year(rule: Rule, groups: Groups) -> Reading:
    return Reading(kind=rule.kind, moment=Moment(unit="new_year", step=0, since="publication", **rule.gives))


def _with_year(moment: Moment, text: str | None) -> Moment:
    """The year that the expression ends with: in figures, or counted from this one."""
    if text is None:
        return moment
    if text.isdecimal():
        return moment.but(year=int(text))
    return moment.but(unit="year", step=lexicon().values["shift"][text], since="publication")


def _decade(rule: Rule, groups: Groups) -> Reading | None:
    if "decade4" in groups:
        year = int(groups["decade4"])
        decade = year // 10
    else:
        year = int(groups["decade2"])
        decade = _century_of(groups, year) * 10 + year // 10
    return Reading(kind=rule.kind, moment=Moment(decade=decade, **rule.gives)) if year % 10 == 0 else None


def _century_of(groups: Groups, year: int) -> int:
    if "century" in groups:
        return _roman_or_figure(groups["century"]) - 1
    return 19 if year >= 30 or "last_century" in groups else 20


def _century(rule: Rule, groups: Groups) -> Reading | None:
    number = _roman_or_figure(groups["century"])
    if not 1 <= number <= 22:
        return None
    bc = True if "bc" in groups else None
    return Reading(kind=rule.kind, moment=Moment(century=number - 1, before_christ=bc, **rule.gives))


_ROMAN = {"i": 1, "v": 5, "x": 10}


def _roman_or_figure(text: str) -> int:
    if text.isdecimal():
        return int(text)
    values = [_ROMAN[letter] for letter in text]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))


def _period(rule: Rule, groups: Groups) -> Reading | None:
    """From one year to another that is not before it."""
    begin = int(groups["from"])
    end = int(groups["to"]) if "to" in groups else begin // 100 * 100 + int(groups["y2"])
    if not begin <= end <= begin + 1000:
        return None
    return Reading(kind=rule.kind, moment=Moment(grain="year", year=begin), until=Moment(grain="year", year=end))


def _school_year(rule: Rule, groups: Groups) -> Reading:
    step = lexicon().values["shift"][groups["shift"]]
    return Reading(kind=rule.kind, moment=Moment(grain="year", unit="school_year", step=step, since="publication"))


def _hour(rule: Rule, groups: Groups) -> Reading | None:
    hour = _hour_of(groups)
    return Reading(kind="clock", moment=Moment(hour=hour, grain="hour")) if hour is not None else None


def _hour_of(groups: Groups) -> int | None:
    hour = _count(groups["hour_name"]) if "hour_name" in groups else int(groups["h"])
    return hour if isinstance(hour, int) and 0 <= hour <= 24 else None


def _half_past(rule: Rule, groups: Groups) -> Reading | None:
    hour = _hour_of(groups)
    return Reading(kind="clock", moment=Moment(hour=hour, minute=30, grain="minute")) if hour is not None else None


def _minutes_to(rule: Rule, groups: Groups) -> Reading | None:
    hour, minutes = _hour_of(groups), int(groups["mi"])
    if not hour or not minutes:
        return None
    return Reading(kind="clock", moment=Moment(hour=hour - 1, minute=60 - minutes, grain="minute"))


def _ampm(rule: Rule, groups: Groups) -> Reading:
    hour = on_the_clock(int(groups["h"]), "MO" if groups["ampm"] in {"am", "sa"} else "AF")
    minute = int(groups["mi"]) if "mi" in groups else None
    return Reading(kind="clock", moment=Moment(hour=hour, minute=minute, grain="minute" if minute is not None else "hour"))


def _part_of_shifted_day(rule: Rule, groups: Groups) -> Reading | None:
    values = lexicon().values
    moment = Moment(**(_part(groups["pod"]) | rule.gives))
    if "pod_shift" in groups:
        day = Moment(unit="day", step=values["pod_shift"][groups["pod_shift"]], since="publication")
    else:
        day = Moment(unit="day", step=values["last_shift"][groups["last_shift"]], since="mention")
    together = both(moment, day)
    return Reading(kind="day", moment=together) if together else None


def _shifted_day(rule: Rule, groups: Groups) -> Reading:
    step = lexicon().values["day_shift"][groups["day_shift"]]
    return Reading(kind="day", moment=Moment(unit="day", step=step, since="publication"))


def _day_after_mention(rule: Rule, groups: Groups) -> Reading | None:
    if groups["last_shift"] in {"đó", "ấy"}:
        return None
    step = lexicon().values["last_shift"][groups["last_shift"]]
    return Reading(kind="day", moment=Moment(unit="day", step=step, since="mention"))


_WHOLE = {
    "tuần": "week", "tuần lễ": "week", "tháng": "month", "quý": "quarter", "năm": "year", "thập kỷ": "decade", "thập kỉ": "decade",
    "thập niên": "decade", "thế kỷ": "century", "thế kỉ": "century",
}  # fmt: skip


def _shifted(rule: Rule, groups: Groups) -> Reading | None:
    """This, the last or the next week, month, year, …; "năm ngoái" is of years alone."""
    step = lexicon().values["shift"][groups["shift"]]
    if "season" in groups:
        season = lexicon().values["season"][groups["season"]]
        return Reading(kind="season", moment=Moment(grain="season", season=season, unit="year", step=step, since="publication"))
    grain = _WHOLE[groups["whole"]]
    if groups["shift"] in {"ngoái", "kia"} and grain != "year":
        return None
    return Reading(kind=grain, moment=Moment(grain=grain, unit=grain, step=step, since="publication"))


def _shifted_from_mention(rule: Rule, groups: Groups) -> Reading:
    grain = _WHOLE[groups.get("whole") or groups["whole2"]]
    step = {"sau đó": 1, "kế đó": 1, "trước đó": -1}.get(groups.get("how", ""), 0)
    return Reading(kind=grain, moment=Moment(grain=grain, unit=grain, step=step, since="mention"))


def _weekend(rule: Rule, groups: Groups) -> Reading:
    shift = groups.get("shift")
    if shift in {"qua", "vừa qua", "vừa rồi", "rồi"}:
        moment = Moment(unit="weekend", step=-1, since="publication", **rule.gives)
    else:
        step = lexicon().values["shift"][shift] if shift else 0
        moment = Moment(unit="week", step=step, since="publication", **rule.gives)
    return Reading(kind="week", moment=moment)


def _part_of_unit(rule: Rule, groups: Groups) -> Reading:
    grain = _WHOLE[groups["whole"]]
    modifier = lexicon().values["mod"][groups["mod"]]
    return Reading(kind=grain, moment=Moment(grain=grain, unit=grain, step=0, since="publication", modifier=modifier))


def _leaning(rule: Rule, groups: Groups) -> Reading:
    word = groups.get("leaning") or groups.get("to") or groups["beside"]
    leaning = lexicon().values["leaning"].get(word) or ("future" if word == "sau" else "past")
    return Reading(kind=rule.kind, moment=Moment(grain="century", leaning=leaning))


def _offset(rule: Rule, groups: Groups) -> Reading | None:
    """So many days, weeks, months, years before or after."""
    count = _count(groups["n"])
    unit, _ = lexicon().units[groups["unit"]]
    if not isinstance(count, int):
        return _vague_offset(groups, count)
    back = "ago" in groups or "earlier" in groups or groups.get("side") == "trước" or rule.gives.get("step") == -1
    since = rule.gives.get("since", "publication")
    return Reading(kind="offset", moment=Moment(grain=unit, unit=unit, step=-count if back else count, since=since))


def _vague_offset(groups: Groups, count: float | str) -> Reading | None:
    if count != "X":
        return None
    return Reading(kind="vague", moment=Moment(grain="vague", fixed="PAST_REF" if "ago" in groups else "FUTURE_REF"))


def _nth(rule: Rule, groups: Groups) -> Reading | None:
    grain = {"ngày": "day", "tuần": "week", "tháng": "month", "quý": "quarter"}[groups["nth_unit"]]
    if "nth_end" in groups:
        nth: float | str = -1
    else:
        nth = 1 if groups.get("nth", "nhất") == "nhất" else _count(groups["nth"])
    return Reading(kind="nth", moment=Moment(grain=grain, nth=nth)) if isinstance(nth, int) else None


def _count(text: str) -> float | str:
    """An amount in figures or words; "X" where it is left open."""
    if text in lexicon().values["some"]:
        return "X"
    if text in lexicon().values["number"]:
        return float(value) if (value := lexicon().values["number"][text]) != int(value) else int(value)
    if "," in text:
        return float(text.replace(".", "").replace(",", "."))
    return int(text.replace(".", ""))


def _duration(rule: Rule, groups: Groups) -> Reading | None:
    """An amount of one unit, of two ("3 năm 6 tháng"), or and a half ("một năm rưỡi")."""
    count = _count(groups["n"])
    forms = [(count, groups["unit"])]
    if "unit2" in groups:
        if not _finer(groups["unit2"], groups["unit"]) and groups["unit2"] != "đêm":
            return None
        # "3 ngày 2 đêm" is three days.
        forms += [(_count(groups["n2"]), groups["unit2"])] if groups["unit2"] != "đêm" else []
    elif "half" in groups:
        forms = _and_a_half(count, groups["unit"])
    if _small_word_alone(groups):
        return None
    return _length(forms)


def _finer(unit: str, than: str) -> bool:
    """Is it a smaller unit? "30 tháng 9 năm ngoái" is no length."""
    one, other = lexicon().units[unit][0], lexicon().units[than][0]
    return one != other and finer(one, other) == one


def _small_word_alone(groups: Groups) -> bool:
    """ "năm tháng" (years and months) and "một ngày" (one day, once) are seldom amounts."""
    return groups["n"] == "năm" and groups["unit"] == "tháng" and "hanging" not in groups and "n2" not in groups


def _and_a_half(count: float | str, unit: str) -> list[tuple[float | str, str]]:
    halves = {"năm": (6, "tháng"), "giờ": (30, "phút"), "tiếng": (30, "phút"), "phút": (30, "giây"), "ngày": (12, "giờ")}
    if unit in halves:
        return [(count, unit), halves[unit]]
    return [(count + 0.5 if not isinstance(count, str) else count, unit)]


def _length(forms: list[tuple[float | str, str]]) -> Reading:
    """The length in ISO 8601: "P3Y6M", "PT90M"."""
    parts = [lexicon().units[unit][1].format(_figures(count)) for count, unit in forms]
    dates = "".join(part for part in parts if not part.startswith("T"))
    times = "".join(part[1:] for part in parts if part.startswith("T"))
    value = f"P{dates}" + (f"T{times}" if times else "")
    grain = lexicon().units[forms[0][1]][0]
    return Reading(kind="duration", moment=Moment(grain=grain, fixed=value, type="DURATION"))


def _figures(count: float | str) -> str:
    return count if isinstance(count, str) else f"{count:g}" if count != int(count) else str(int(count))


def _hours(rule: Rule, groups: Groups) -> Reading:
    forms: list[tuple[float | str, str]] = [(int(groups["hours"]), "giờ")]
    return _length([*forms, (int(groups["mi"]), "phút")] if "mi" in groups else forms)


_HALVES = {
    "giây": (500, "giây"), "phút": (30, "giây"), "giờ": (30, "phút"), "giờ đồng hồ": (30, "phút"), "tiếng": (30, "phút"),
    "tiếng đồng hồ": (30, "phút"), "ngày": (12, "giờ"), "tháng": (15, "ngày"), "năm": (6, "tháng"), "thập kỷ": (5, "năm"),
    "thập niên": (5, "năm"), "thế kỷ": (50, "năm"), "thế kỉ": (50, "năm"),
}  # fmt: skip


def _half_unit(rule: Rule, groups: Groups) -> Reading | None:
    amount = _HALVES.get(groups["half_unit"])
    return _length([amount]) if amount else None


def _every(rule: Rule, groups: Groups) -> Reading:
    grain, form = lexicon().units[groups["every"]]
    return Reading(kind="set", moment=Moment(grain=grain, every=grain, fixed="P" + form.format(1), type="SET"))


def _every_few(rule: Rule, groups: Groups) -> Reading | None:
    reading = _duration(rule, groups)
    return Reading(kind="set", moment=reading.moment.but(type="SET")) if reading else None


def _every_part(rule: Rule, groups: Groups) -> Reading:
    part, _, modifier = lexicon().values["pod"][groups["pod"]].partition(" ")
    weekday = lexicon().values["weekday"].get(groups.get("weekday", ""))
    day = f"XXXX-WXX-{weekday}" if weekday else "XXXX-XX-XX"
    moment = Moment(grain="part_of_day", part=part, modifier=modifier or None, fixed=f"{day}T{part}", type="SET")
    return Reading(kind="set", moment=moment)


def _every_weekday(rule: Rule, groups: Groups) -> Reading:
    weekday = _fields(rule, groups).moment.weekday
    value = "XXXX-WXX-WE" if weekday is None else f"XXXX-WXX-{weekday}"
    return Reading(kind="set", moment=Moment(grain="day", fixed=value, type="SET", weekday=weekday))


READERS: dict[str, Reader] = {
    "fields": _fields,
    "ampm": _ampm,
    "calendar": _calendar,
    "canchi": _canchi,
    "century": _century,
    "day_after_mention": _day_after_mention,
    "day_of_named_month": _day_of_named_month,
    "decade": _decade,
    "duration": _duration,
    "every": _every,
    "every_few": _every_few,
    "every_part": _every_part,
    "every_weekday": _every_weekday,
    "full_moon": _full_moon,
    "half": _half,
    "half_past": _half_past,
    "half_unit": _half_unit,
    "holiday": _holiday,
    "hour": _hour,
    "hours": _hours,
    "leaning": _leaning,
    "lunar_month": _lunar_month,
    "minutes_to": _minutes_to,
    "named_day": _named_day,
    "named_month": _named_month,
    "new_year": _new_year,
    "nth": _nth,
    "offset": _offset,
    "part_of_shifted_day": _part_of_shifted_day,
    "part_of_unit": _part_of_unit,
    "period": _period,
    "run_of_months": _run,
    "school_year": _school_year,
    "shifted": _shifted,
    "shifted_day": _shifted_day,
    "shifted_from_mention": _shifted_from_mention,
    "tet_day": _tet_day,
    "tet_year": _tet_year,
    "weekend": _weekend,
}
