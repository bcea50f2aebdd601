"""Readers of runs of months, halves, decades, centuries and spans of years."""

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.reading import Groups, Reading, amount, fields, with_year
from services.enrich.text.dates.rules import Rule
from services.enrich.text.dates.value import Moment


def run(rule: Rule, groups: Groups) -> Reading | None:
    """So many months from the beginning of a year, or at its end."""
    count = amount(groups["few"])
    if not isinstance(count, int) or not 1 < count < 12:
        return None
    last = groups.get("run_head") == "cuối"
    year = fields(rule, {name: text for name, text in groups.items() if name == "y"}).moment
    moment = year.but(month=13 - count if last else 1, month_to=12 if last else count)
    said = groups.get("run_year") or groups.get("run_year2") or ("nay" if "y" not in groups else None)
    return Reading(kind=rule.kind, moment=with_year(moment, said))


def half(rule: Rule, groups: Groups) -> Reading:
    """Reads "nửa đầu năm 2025"."""
    moment = Moment(half=1 if groups["half_head"] == "đầu" else 2, **rule.gives)
    return Reading(kind=rule.kind, moment=with_year(moment, groups.get("half_year", "nay")))


def new_year(rule: Rule, _groups: Groups) -> Reading:
    """Reads "năm mới": from October on the coming year."""
    return Reading(kind=rule.kind, moment=Moment(unit="new_year", step=0, since="publication", **rule.gives))


def decade(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "những năm 1960", "thập kỷ 80 của thế kỷ trước"."""
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


def century(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "thế kỷ XV"."""
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


def period(rule: Rule, groups: Groups) -> Reading | None:
    """From one year to another that is not before it."""
    begin = int(groups["from"])
    end = int(groups["to"])
    end += begin // 100 * 100 if end < 100 else 0
    if not begin <= end <= begin + 1000:
        return None
    return Reading(kind=rule.kind, moment=Moment(grain="year", year=begin), until=Moment(grain="year", year=end))


def school_year(rule: Rule, groups: Groups) -> Reading:
    """Reads "năm học này": from August to May."""
    step = lexicon().values["shift"][groups["shift"]]
    return Reading(kind=rule.kind, moment=Moment(grain="year", unit="school_year", step=step, since="publication"))
