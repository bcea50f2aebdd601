"""Readers of days and months by name, of lunar days, and of feasts."""

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.reading import Groups, Reading, fields
from services.enrich.text.dates.rules import Rule
from services.enrich.text.dates.value import Moment


def day_of_named_month(rule: Rule, groups: Groups) -> Reading:
    """A month by its name; giêng and chạp are months of the lunar calendar."""
    reading = fields(rule, groups)
    if "day_name" in groups:
        reading = Reading(
            kind=rule.kind, moment=reading.moment.but(day=lexicon().values["day_name"][groups["day_name"]])
        )
    if groups.get("month_name") in {"giêng", "chạp"}:
        return Reading(kind=rule.kind, moment=reading.moment.but(lunar=True))
    return reading


def named_month(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "tháng Ba"; giêng and chạp are left to the lunar calendar."""
    if groups["month_name"] in {"giêng", "chạp"}:
        return None
    return fields(rule, groups)


def lunar_month(rule: Rule, groups: Groups) -> Reading:
    """Reads "tháng Chạp", whole."""
    month = lexicon().values["month_name"][groups["lunar_month"]]
    return Reading(kind="month", moment=Moment(month=month, **rule.gives))


def named_day(rule: Rule, groups: Groups) -> Reading:
    """Reads "mùng Một", "rằm": a day by its name."""
    day = 15 if "full_moon" in groups else lexicon().values["day_name"].get(groups.get("day_name", ""))
    reading = fields(rule, groups)
    return Reading(kind=rule.kind, moment=reading.moment.but(day=day) if day else reading.moment)


def full_moon(rule: Rule, groups: Groups) -> Reading:
    """Reads "rằm tháng Tư"."""
    return fields(rule, groups)


def tet_day(_rule: Rule, groups: Groups) -> Reading | None:
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
    return next(
        (year for year in range(1984, 2044) if (year - 1984) % 10 == stem and (year - 1984) % 12 == place), None
    )


def canchi(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "năm Ất Tỵ": days and months of such a year are lunar ones."""
    year = _lunar_year(groups)
    return Reading(kind=rule.kind, moment=Moment(year=year, lunar=True, **rule.gives)) if year else None


def holiday(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "lễ Giáng sinh", "Tết Nguyên đán 2026"; some names are feasts only after "ngày" or "lễ"."""
    feast = lexicon().values["holiday"][groups["holiday"]]
    if "headed" in feast and "head" not in groups:
        return None
    moment = Moment(
        day=feast["day"], month=feast["month"], lunar=feast.get("lunar"), year=_lunar_year(groups), leaning="near",
        part=feast.get("part"), step=-feast["before"] if "before" in feast else None,
        unit="lunar" if "before" in feast else None, grain="part_of_day" if "part" in feast else "day",
    )  # fmt: skip
    return Reading(kind=rule.kind, moment=moment)


def tet_year(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "Tết Ất Tỵ": the first day of that lunar year."""
    year = _lunar_year(groups)
    return Reading(kind=rule.kind, moment=Moment(day=1, month=1, lunar=True, year=year)) if year else None


def calendar(rule: Rule, groups: Groups) -> Reading:
    """Reads "âm lịch", "dương lịch"."""
    return Reading(kind=rule.kind, moment=Moment(lunar="lunar" in groups, grain="century"))
