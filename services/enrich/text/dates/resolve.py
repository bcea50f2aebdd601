"""The second pass: every time of an article made whole from its words, its neighbours, and the day of publication."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from services.enrich.text.dates.calendar import day_of, first_day, lunar_of, plus_days, stepped, the_nth, written
from services.enrich.text.dates.cues import Outlook
from services.enrich.text.dates.value import Moment
from services.enrich.text.dates.years import Choice, Evidence, nearest_year, year_by_evidence
from services.enrich.text.span import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """A time with all that could be found out about it, why, how sure, and the filed text it rests on."""

    moment: Moment
    value: str
    inferred: tuple[str, ...] = ()
    lunar: str | None = None
    reason: str = ""
    confidence: float = 1.0
    evidence: tuple[Span, ...] = ()


@dataclass(slots=True)
class Timeline:
    """What is known while an article is read: when it was published, and what it mentioned last.

    `day_of_some_year` is a day, as (month, day), of which nothing says the year. `settled` has the times made whole
    so far that depend on no other time: an article names the same ones over and over.
    """

    published: date | None
    evidence: tuple[Evidence, ...]
    years_named: frozenset[int] = frozenset()
    published_span: tuple[Span, ...] = ()
    day: date | None = None
    day_of_some_year: tuple[int, int] | None = None
    month: tuple[int, int] | None = None
    year: int | None = None
    spans: tuple[Span, ...] = field(default=())
    narrated: int | None = None
    settled: dict[tuple[Moment, "Setting"], Settled | None] = field(default_factory=dict)

    def forget(self) -> None:
        """A new article of the bulletin begins: nothing was mentioned yet."""
        self.day = self.day_of_some_year = self.month = self.year = self.narrated = None
        self.spans = ()

    def note(self, moment: Moment, span: Span) -> None:
        """This time was mentioned."""
        if moment.year is None and moment.month and moment.day and not moment.lunar:
            self.day_of_some_year, self.spans = (moment.month, moment.day), (span,)
        if moment.year is None or moment.before_christ or (moment.lunar and moment.month):
            return
        self.year, self.spans = moment.year, (span,)
        if moment.month and moment.grain != "run":
            self.month = (moment.year, moment.month)
            if moment.day and moment.grain not in {"week", "weekend"}:
                self.day = day_of(moment.year, moment.month, moment.day)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Where an expression stands: which way its sentence looks, and the year that its sentence is about."""

    outlook: Outlook | None
    narrated: int | None = None
    month: tuple[int, int] | None = None


def settle(moment: Moment, line: Timeline, setting: Setting, *, after: date | None = None) -> Settled | None:
    """The time made whole; None if no calendar has it. `after`: it is the end of a span that begins there."""
    if moment.fixed:
        return Settled(moment=moment, value=moment.fixed)
    if moment.nth is not None and moment.grain in {"day", "week", "month", "quarter"}:
        return _settle_nth(moment, line, setting)
    if moment.step is not None and moment.unit != "lunar":
        return _settle_step(moment, line)
    if moment.year is not None or moment.decade is not None or moment.century is not None:
        return _whole(moment, (), "", 1.0)
    return _settle_open(moment, line, setting, after)


def _settle_open(moment: Moment, line: Timeline, setting: Setting, after: date | None) -> Settled | None:
    """A time that does not say its year."""
    if moment.month or moment.quarter or moment.half or moment.season:
        return _settle_year(moment, line, setting, after)
    if moment.day:
        return _settle_month(moment, line, setting, after)
    if moment.weekday:
        return _settle_weekday(moment, line, setting, after)
    return _settle_clock(moment, line)


def _settle_nth(moment: Moment, line: Timeline, setting: Setting) -> Settled | None:
    period = settle(moment.but(nth=None, grain="month" if moment.month else "year"), line, setting)
    found = the_nth(period.moment.but(nth=moment.nth, grain=moment.grain)) if period else None
    return _whole(found, ("year",), period.reason, 0.9) if found and period else None


def _settle_step(moment: Moment, line: Timeline) -> Settled | None:
    base, spans, reason = _base(moment, line)
    if base is None:
        return _settle_beside(moment, line) or _open(
            moment.but(step=None, unit=None), "nothing says from when it counts"
        )
    there = stepped(moment, base)
    if there is None:
        return None
    if moment.unit == "school_year":
        assert there.year is not None
        value = f"{there.year:04}/{there.year + 1:04}"
        return Settled(moment=there, value=value, inferred=("year",), reason=reason, confidence=0.8, evidence=spans)
    named = set(moment.named)
    return _whole(there, tuple(name for name in there.named if name not in named), reason, 0.93, spans)


def _open(moment: Moment, reason: str, confidence: float = 0.5) -> Settled | None:
    """The time with X for what is not known."""
    value = written(moment)
    return Settled(moment=moment, value=value, reason=reason, confidence=confidence) if value else None


def _settle_beside(moment: Moment, line: Timeline) -> Settled | None:
    """A time counted from a day, mentioned before, of which nothing says the year."""
    if line.day_of_some_year is None or (moment.step is not None and (moment.unit, moment.since) != ("day", "mention")):
        return None
    month, day = line.day_of_some_year
    # Of a common year: whether 1 March or 29 February follows 28 February is not known.
    base = day_of(_COMMON_YEAR, month, day)
    there = plus_days(base, moment.step or 0) if base and not (moment.step and month in {2, 3}) else None
    if there is None:
        return None
    whole = moment.but(month=there.month, day=there.day, unit=None, step=None, since=None)
    found = _open(whole, f"counted from {day}/{month}, mentioned before", 0.7)
    return found and replace(found, evidence=line.spans)


_COMMON_YEAR = 2025


def _base(moment: Moment, line: Timeline) -> tuple[date | None, tuple[Span, ...], str]:
    """The day from which a step counts."""
    if moment.since == "mention":
        found = _mentioned(moment, line)
        if found:
            return found, line.spans, f"counted from {found}, mentioned before"
    if line.published is None:
        return None, (), ""
    return line.published, line.published_span, f"counted from the publication {line.published}"


def _mentioned(moment: Moment, line: Timeline) -> date | None:
    if moment.unit in {"year", "decade", "century"} and line.year:
        return day_of(line.year, 1, 1)
    if moment.unit in {"month", "quarter", "half"} and line.month:
        return day_of(*line.month, 1)
    if moment.unit in {"month", "quarter", "half"} and line.year:
        return day_of(line.year, 1, 1)
    return line.day


def _settle_year(moment: Moment, line: Timeline, setting: Setting, after: date | None) -> Settled | None:
    choice = _year(moment, line, setting, after)
    if choice is None:
        if not moment.lunar and moment.has_day and day_of(2000, moment.month or 0, moment.day or 0) is None:
            return None
        return _open(moment, "nothing says its year", 0.6)
    return _whole(moment.but(year=choice.year), ("year",), choice.reason, choice.confidence, choice.evidence)


def _year(moment: Moment, line: Timeline, setting: Setting, after: date | None) -> Choice | None:
    if after:
        return _not_before(moment, after)
    if line.published:
        if setting.narrated and setting.narrated != line.published.year and first_day(moment, setting.narrated):
            return Choice(year=setting.narrated, reason=f"its sentence is about {setting.narrated}", confidence=0.8)
        choice = nearest_year(moment, line.published, setting.outlook, line.years_named)
        told = year_by_evidence(moment, line.evidence)
        if choice and told and told.year == choice.year:
            # The day of publication was itself inferred, from this.
            return told
        return replace(choice, evidence=line.published_span) if choice and line.published_span else choice
    return year_by_evidence(moment, line.evidence)


def _not_before(moment: Moment, after: date) -> Choice | None:
    """The first year that puts the end of a span after its beginning."""
    for year in (after.year - 1, after.year, after.year + 1, after.year + 2):
        begin = first_day(moment, year) if year else None
        if begin and begin >= (after if moment.day else after.replace(day=1)):
            return Choice(year=year, reason=f"the span begins on {after}", confidence=0.9)
    return None


def _settle_month(moment: Moment, line: Timeline, setting: Setting, after: date | None) -> Settled | None:
    """A day without its month: of the month spoken of, or the nearest one."""
    day = moment.day or 1
    if setting.month and not after:
        there = moment.but(year=setting.month[0], month=setting.month[1])
        return _whole(there, ("year", "month"), "of the month mentioned before", 0.75)
    base = after or line.published
    if base is None:
        return _open(moment, "nothing says its month")
    ahead = bool(after) or setting.outlook in {"future", "planned"} or moment.leaning == "future"
    for step in (0, 1, 2) if ahead else (0, -1, -2):
        months = base.year * 12 + base.month - 1 + step
        found = day_of(months // 12, months % 12 + 1, day)
        if found and (found >= base if ahead else found <= (plus_days(base, 3) or base)):
            there = moment.but(year=found.year, month=found.month)
            return _whole(there, ("year", "month"), f"the nearest to {base}", 0.7)
    return None


def _settle_weekday(moment: Moment, line: Timeline, setting: Setting, after: date | None) -> Settled | None:
    """A day of the week: of the week before, of the next one, or of this one."""
    base = after or line.published
    assert moment.weekday is not None
    if base is None:
        return _open(moment, "nothing says its week")
    gap = (moment.weekday - base.isoweekday()) % 7
    if after or moment.leaning == "future":
        gap = gap or (0 if after else 7)
    elif moment.leaning == "present":
        gap = moment.weekday - base.isoweekday()
    elif moment.leaning == "past" or (setting.outlook in {"past", None} and gap):
        gap -= 7
    found = plus_days(base, gap)
    if not found:
        return None
    there = moment.but(year=found.year, month=found.month, day=found.day)
    return _whole(there, ("year", "month", "day"), f"the nearest to {base}", 0.85)


def _settle_clock(moment: Moment, line: Timeline) -> Settled | None:
    """A time of day: of the day mentioned before, or of the publication."""
    base = line.day or line.published
    if base is None or not moment.has_clock:
        return (_settle_beside(moment, line) if moment.has_clock else None) or _open(moment, "nothing says its day")
    spans = line.spans if line.day else line.published_span
    there = moment.but(year=base.year, month=base.month, day=base.day)
    return _whole(there, ("year", "month", "day"), f"of the day {base}", 0.75, spans)


def _whole(
    moment: Moment, inferred: tuple[str, ...], reason: str, confidence: float, evidence: tuple[Span, ...] = ()
) -> Settled | None:
    """The value of a time whose fields are all there; a lunar day becomes its solar one."""
    if moment.lunar and moment.has_day:
        return _solar(moment, inferred, reason, confidence, evidence)
    value = written(moment)
    if value is None:
        return None
    reason, confidence = _weighed(moment, reason, confidence)
    return Settled(
        moment=moment, value=value, inferred=inferred, reason=reason, confidence=confidence, evidence=evidence
    )


def _weighed(moment: Moment, reason: str, confidence: float) -> tuple[str, float]:
    """A weekday beside a day confirms it, or casts doubt on it."""
    if not moment.weekday or not moment.has_day or moment.year is None:
        return reason, confidence
    day = day_of(moment.year, moment.month or 1, moment.day or 1)
    if day and day.isoweekday() != moment.weekday:
        return "the weekday does not agree", min(confidence, 0.6)
    return reason or "the weekday agrees", confidence


def _solar(
    moment: Moment, inferred: tuple[str, ...], reason: str, confidence: float, evidence: tuple[Span, ...]
) -> Settled | None:
    lunar = lunar_of(moment)
    if lunar is None:
        return None
    solar = lunar.solar + timedelta(moment.step or 0 if moment.unit == "lunar" else 0)
    if lunar.asked != lunar.day:
        reason = f"that lunar month has no {lunar.asked}th day, so its eve; {reason}".removesuffix("; ")
    there = moment.but(year=solar.year, month=solar.month, day=solar.day, lunar=None, unit=None, step=None)
    value = written(there)
    if value is None:
        return None
    return Settled(
        moment=there, value=value, inferred=inferred, lunar=lunar.text, reason=reason, confidence=min(confidence, 0.9),
        evidence=evidence,
    )  # fmt: skip
