"""Has a source gone quiet or loud against its own habit? And has what is found in its bulletins changed? Pure.

A source is held against itself: the same hours of the days before. News has hours and weekdays, and so have its senders.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Literal

HISTORY_DAYS = 28
_LEAST_DAYS = 7
"""A source that is known for less has no habit yet."""
_WINDOWS = (1, 6, 24, 72)
"""Hours; a source that files twice a day is missed after three days, one that files every minute after an hour."""
_QUIET, _LOUD = -3.5, 4.0
"""How many times the usual spread: less or more than that has one chance in some thousands."""
_LEAST_LOUD = 20
"""Bulletins: fewer are no flood, however unusual."""

HOUR = timedelta(hours=1)
Counts = Mapping[datetime, int]
"""Bulletins of one source by the hour in which they were accepted; an hour without any may be missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Oddity:
    """A source that is not as it used to be: how many bulletins in so many hours, and how many are usual then."""

    source: str
    what: Literal["quiet", "loud"]
    hours: int
    came: int
    usual: float
    least: int
    most: int
    days: int
    last: datetime | None


def oddity(source: str, counts: Counts, *, now: datetime) -> Oddity | None:
    """How a source is not as it used to be, over the shortest span in which that can be told; None if it is."""
    seen = [hour for hour, count in counts.items() if count]
    if not seen:
        return None
    end = now.replace(minute=0, second=0, microsecond=0)
    first = min(seen)
    for hours in _WINDOWS:
        came = _sum(counts, end, hours)
        # As many days before as the source was there for the whole of the window.
        days = min(HISTORY_DAYS, int((end - first - HOUR * hours) / timedelta(days=1)))
        before = [_sum(counts, end - timedelta(days=day), hours) for day in range(1, days + 1)]
        # A window that is longer than a day is held against those that do not touch it.
        before = before[(hours - 1) // 24 :]
        if len(before) < _LEAST_DAYS:
            return None
        usual = sum(before) / len(before)
        spread = sqrt(sum((one - usual) ** 2 for one in before) / len(before))
        score = _score(came, usual, spread)
        what: Literal["quiet", "loud"] | None = None
        if score <= _QUIET:
            what = "quiet"
        elif score >= _LOUD and came >= max(_LEAST_LOUD, 2 * usual):
            what = "loud"
        if what:
            last = max(seen)
            return Oddity(
                source=source, what=what, hours=hours, came=came, usual=usual, least=min(before), most=max(before),
                days=len(before), last=last,
            )  # fmt: skip
    return None


def _score(came: int, usual: float, spread: float) -> float:
    """Chance alone spreads counts by their root; whoever varies more is given more."""
    return (came - usual) / max(sqrt(usual), spread, 0.5)


def _sum(counts: Counts, end: datetime, hours: int) -> int:
    return sum(counts.get(end - HOUR * back, 0) for back in range(1, hours + 1))


SHARES = {
    "dates_refused": ("dates_refused", ("dates", "dates_refused")),
    "places_open": ("places_open", ("places",)),
    "unread": ("unread", ("finished", "quarantined", "unread")),
    "duplicates": ("duplicates", ("finished",)),
    "quarantined": ("quarantined", ("finished", "quarantined")),
}
"""What drifts: a part, and the whole that it is a part of."""

_LEAST_WHOLE = 30
_DOUBLED, _MARGIN = 2.0, 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A part of a day's whole, and of the wholes of the days before; `drifted`: far more than it used to be."""

    part: int
    whole: int
    usual: float | None
    drifted: bool

    @property
    def share(self) -> float | None:
        """The part in the whole; None where there is none."""
        return self.part / self.whole if self.whole else None


def shares(day: Mapping[str, int], before: Sequence[Mapping[str, int]]) -> dict[str, Share]:
    """What drifts, of a day's counts, held against those of the days before it."""
    told = {}
    for name, (part, whole) in SHARES.items():
        parts, wholes = day.get(part, 0), sum(day.get(one, 0) for one in whole)
        earlier = sum(sum(other.get(one, 0) for one in whole) for other in before)
        usual = sum(other.get(part, 0) for other in before) / earlier if earlier >= _LEAST_WHOLE else None
        told[name] = Share(part=parts, whole=wholes, usual=usual, drifted=_drifted(parts, wholes, usual))
    return told


def _drifted(part: int, whole: int, usual: float | None) -> bool:
    if usual is None or whole < _LEAST_WHOLE:
        return False
    expected = usual * whole
    return part > _DOUBLED * expected and part - expected > _MARGIN * max(1.0, sqrt(expected))


def by_source(rows: Sequence[Mapping[str, int]], name: str) -> dict[str, dict[datetime, int]]:
    """One count of rows {hour, source, …}, by source and hour."""
    told: dict[str, dict[datetime, int]] = defaultdict(dict)
    for row in rows:
        told[str(row["source"])][row["hour"]] = row[name]  # type: ignore[index]  # hours are moments
    return told
