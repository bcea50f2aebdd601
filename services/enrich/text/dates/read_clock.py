"""Readers of times on the clock and of parts of a day."""

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.reading import Groups, Reading, amount, part_of_day
from services.enrich.text.dates.rules import Rule
from services.enrich.text.dates.value import Moment, both, on_the_clock


def hour(_rule: Rule, groups: Groups) -> Reading | None:
    """Reads "7 giờ", "bảy giờ"."""
    hour = _hour_of(groups)
    return Reading(kind="clock", moment=Moment(hour=hour, grain="hour")) if hour is not None else None


def _hour_of(groups: Groups) -> int | None:
    hour = amount(groups["hour_name"]) if "hour_name" in groups else int(groups["h"])
    return hour if isinstance(hour, int) and 0 <= hour <= 24 else None


def half_past(_rule: Rule, groups: Groups) -> Reading | None:
    """Reads "3 giờ rưỡi"."""
    hour = _hour_of(groups)
    return Reading(kind="clock", moment=Moment(hour=hour, minute=30, grain="minute")) if hour is not None else None


def minutes_to(_rule: Rule, groups: Groups) -> Reading | None:
    """Reads "11 giờ kém 15": so many minutes to the hour."""
    hour, minutes = _hour_of(groups), int(groups["mi"])
    if not hour or not minutes:
        return None
    return Reading(kind="clock", moment=Moment(hour=hour - 1, minute=60 - minutes, grain="minute"))


def ampm(_rule: Rule, groups: Groups) -> Reading:
    """Reads "4pm", "3:54 SA"."""
    hour = on_the_clock(int(groups["h"]), "MO" if groups["ampm"] in {"am", "sa"} else "AF")
    minute = int(groups["mi"]) if "mi" in groups else None
    return Reading(
        kind="clock", moment=Moment(hour=hour, minute=minute, grain="minute" if minute is not None else "hour")
    )


def part_of_shifted_day(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "chiều mai", "tối cùng ngày"."""
    values = lexicon().values
    moment = Moment(**(part_of_day(groups["pod"]) | rule.gives))
    if "pod_shift" in groups:
        day = Moment(unit="day", step=values["pod_shift"][groups["pod_shift"]], since="publication")
    else:
        day = Moment(unit="day", step=values["last_shift"][groups["last_shift"]], since="mention")
    together = both(moment, day)
    return Reading(kind="day", moment=together) if together else None
