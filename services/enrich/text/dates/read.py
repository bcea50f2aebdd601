"""From the letters that a rule matched to the time that they name: each way of writing has its reader."""

import re
from functools import cache, lru_cache

from services.enrich.text.dates.read_amounts import (
    duration,
    every,
    every_few,
    every_part,
    every_weekday,
    half_unit,
    hours,
)
from services.enrich.text.dates.read_clock import ampm, half_past, hour, minutes_to, part_of_shifted_day
from services.enrich.text.dates.read_days import (
    calendar,
    canchi,
    day_of_named_month,
    full_moon,
    holiday,
    lunar_month,
    named_day,
    named_month,
    tet_day,
    tet_year,
)
from services.enrich.text.dates.read_periods import century, decade, half, new_year, period, run, school_year
from services.enrich.text.dates.read_relative import (
    counted_part,
    day_after_mention,
    leaning,
    nth,
    offset,
    part_of_unit,
    shifted,
    shifted_day,
    shifted_from_mention,
    weekend,
)
from services.enrich.text.dates.reading import Reader, Reading, fields
from services.enrich.text.dates.rules import Rule, rules


def read(rule: Rule, match: re.Match[str]) -> Reading | None:
    """What the match says, or None if no calendar has such a time."""
    return _read(rule.id, match.groups())


@lru_cache(maxsize=4096)
def _read(rule_id: str, texts: tuple[str | None, ...]) -> Reading | None:
    """The same letters say the same, wherever they stand."""
    rule = _rules_by_id()[rule_id]
    groups = {name: texts[place - 1] for name, place in rule.pattern.groupindex.items()}
    return READERS[rule.reads](
        rule, {name: " ".join(text.split()) for name, text in groups.items() if text is not None}
    )


@cache
def _rules_by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in rules()}


READERS: dict[str, Reader] = {
    "fields": fields,
    "ampm": ampm,
    "calendar": calendar,
    "canchi": canchi,
    "century": century,
    "counted_part": counted_part,
    "day_after_mention": day_after_mention,
    "day_of_named_month": day_of_named_month,
    "decade": decade,
    "duration": duration,
    "every": every,
    "every_few": every_few,
    "every_part": every_part,
    "every_weekday": every_weekday,
    "full_moon": full_moon,
    "half": half,
    "half_past": half_past,
    "half_unit": half_unit,
    "holiday": holiday,
    "hour": hour,
    "hours": hours,
    "leaning": leaning,
    "lunar_month": lunar_month,
    "minutes_to": minutes_to,
    "named_day": named_day,
    "named_month": named_month,
    "new_year": new_year,
    "nth": nth,
    "offset": offset,
    "part_of_shifted_day": part_of_shifted_day,
    "part_of_unit": part_of_unit,
    "period": period,
    "run_of_months": run,
    "school_year": school_year,
    "shifted": shifted,
    "shifted_day": shifted_day,
    "shifted_from_mention": shifted_from_mention,
    "tet_day": tet_day,
    "tet_year": tet_year,
    "weekend": weekend,
}
