"""The year of a day, month or quarter that is written without one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from services.enrich.text.dates.calendar import first_day
from services.enrich.text.dates.cues import Outlook
from services.enrich.text.dates.value import Moment
from services.enrich.text.span import Span

TOMORROW = 2
"""So many days ahead, a day without a year is the coming one, whatever the sentence says: papers are dated ahead."""
RECENT = 45
"""What was so few days ago is not meant a year from now, though the sentence tells of plans."""
SOON = 10
"""So many days ahead, a day without a year is the coming one, unless its sentence tells what was."""
RATHER_SOON = 45
"""As far where the sentence speaks of something that begins, is due or takes place."""
NAMED_SOON = 60
"""As far where the text names this year and not the last one."""
FEAST_SOON = 60
"""As far for feasts and lunar days, of which the press writes beforehand."""
_FARTHEST = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """An expression that says its year: the article was written after that time, about it, or before it (`ahead`)."""

    begin: date
    side: Literal["past", "about", "ahead"]
    whole_year: bool
    text: str
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A year, why, how sure, and the filed text that says so; `begin` is the day on which the time then begins."""

    year: int
    reason: str
    confidence: float
    evidence: tuple[Span, ...] = ()
    begin: date | None = None


@lru_cache(maxsize=4096)
def nearest_year(
    moment: Moment, published: date, outlook: Outlook | None, named: frozenset[int] = frozenset()
) -> Choice | None:
    """The year that puts the time where the sentence looks; without a sign, the last one up to the publication.

    `named` are the years that the text names.
    """
    if moment.weekday and (agreeing := _by_weekday(moment, published, outlook)):
        return agreeing
    past = _last(moment, published)
    future = _next(moment, published)
    if past is None or future is None:
        return past or future
    if _looks_ahead(moment, published, past, future, outlook):
        return future
    if outlook != "past" and moment.leaning is None and _named_alone(published, past, future, named):
        return replace(future, reason=f"the text names {future.year}")
    return past


def _named_alone(published: date, past: Choice, future: Choice, named: frozenset[int]) -> bool:
    """Does the text name this year and not the last one, and is the coming time near?"""
    if not past.year < future.year == published.year or future.year not in named or past.year in named:
        return False
    return future.begin is not None and (future.begin - published).days <= NAMED_SOON


def _looks_ahead(moment: Moment, published: date, past: Choice, future: Choice, outlook: Outlook | None) -> bool:
    """Is the coming one meant?"""
    assert future.begin is not None
    assert past.begin is not None
    ahead, behind = (future.begin - published).days, (published - past.begin).days
    if moment.leaning in {"future", "past"}:
        return moment.leaning == "future"
    if moment.leaning == "present":
        return ahead < behind
    return behind > _still_running(moment) and _said_to_come(moment, ahead, behind, outlook)


def _said_to_come(moment: Moment, ahead: int, behind: int, outlook: Outlook | None) -> bool:
    """So many days ahead, after so many: does the sentence mean the coming one?"""
    if outlook == "planned" and behind > RECENT and ahead <= behind + 2 * RECENT:
        return True
    if ahead <= TOMORROW or outlook in {"future", "past"}:
        return ahead <= TOMORROW or (outlook == "future" and behind > RECENT)
    if moment.lunar or moment.leaning == "near":
        limit = FEAST_SOON
    else:
        limit = RATHER_SOON if outlook == "soon" else SOON if moment.day else 0
    return ahead <= min(limit, behind)


def _still_running(moment: Moment) -> int:
    """So many days after its first one a time is still going on."""
    if moment.day:
        return 0
    return 30 if moment.month else 91 if moment.quarter else 180 if moment.half else 92


def _last(moment: Moment, published: date) -> Choice | None:
    years = range(published.year + 1, max(published.year - _FARTHEST, 1), -1)
    for year in years:
        begin = first_day(moment, year)
        if begin and begin <= published:
            reason = f"the nearest up to the publication {published}"
            return Choice(year=year, reason=reason, confidence=0.85, begin=begin)
    return None


def _next(moment: Moment, published: date) -> Choice | None:
    for year in range(max(published.year - 1, 1), published.year + _FARTHEST):
        begin = first_day(moment, year)
        if begin and begin > published:
            reason = f"the next after the publication {published}"
            return Choice(year=year, reason=reason, confidence=0.85, begin=begin)
    return None


def _by_weekday(moment: Moment, published: date, outlook: Outlook | None) -> Choice | None:
    """The nearest year in which the day falls on its weekday."""
    sides = (1, -1) if outlook == "future" else (-1, 1)
    order = [published.year, *(published.year + side * gap for gap in (1, 2, 3, 4, 5, 6) for side in sides)]
    fitting = [
        (year, begin) for year in order if (begin := first_day(moment, year)) and begin.isoweekday() == moment.weekday
    ]
    if not fitting:
        return None
    near = [found for found in fitting if abs((found[1] - published).days) <= 400]
    year, _ = min(near, key=lambda found: abs((found[1] - published).days)) if near else fitting[0]
    return Choice(year=year, reason="the weekday agrees", confidence=0.93)


def year_by_evidence(moment: Moment, evidence: Iterable[Evidence]) -> Choice | None:
    """The first year that puts the time after all that the text tells of; else the last before what lies ahead."""
    told = [item for item in evidence if item.side != "ahead"]
    if told:
        return _after(moment, max(told, key=lambda item: item.begin))
    coming = min(evidence, key=lambda item: item.begin, default=None)
    return _before(moment, coming) if coming else None


def _before(moment: Moment, coming: Evidence) -> Choice | None:
    """The last year that puts the time before what lies ahead; plans for a whole year are told of from autumn on."""
    year = coming.begin.year
    begin = first_day(moment, year)
    if begin and (begin.month >= _AUTUMN if coming.whole_year else begin > coming.begin):
        year -= 1
    return _chosen(year, coming, 0.5)


_AUTUMN = 10


def _chosen(year: int, source: Evidence, confidence: float) -> Choice:
    reason = f"year {year} from '{source.text}'"
    return Choice(year=year, reason=reason, confidence=confidence, evidence=(source.span,))


def _after(moment: Moment, latest: Evidence) -> Choice | None:
    years = [latest.begin.year, latest.begin.year + 1]
    if moment.weekday:
        years = [
            *(year for year in (*years, latest.begin.year - 1) if _agrees(moment, year)),
            *years,
        ]
    for year in years:
        begin = first_day(moment, year)
        if begin and (
            begin >= latest.begin - (_SHORTLY if latest.side == "about" else _AT_ONCE)
            or (moment.weekday and _agrees(moment, year))
            or (not moment.day and year == latest.begin.year)
        ):
            return _chosen(year, latest, 0.8)
    return None


_AT_ONCE = timedelta(0)
# What is named without a word that says when it was may lie so far ahead.
_SHORTLY = timedelta(120)


def _agrees(moment: Moment, year: int) -> bool:
    begin = first_day(moment, year)
    return begin is not None and begin.isoweekday() == moment.weekday
