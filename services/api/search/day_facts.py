"""Days as facts of an article, so that the index that finds its words finds its days with them.

A span of days is taken apart into whole decades, years, months and days, the largest that fit: `202`, `2031`, `2032-01`,
`2032-02-01`; what lies before 1900 or behind 2099 is `-` or `+`. An article that speaks of a span has the fact of each
piece and of all that holds the piece (`m 2032-02-01`, `m 2032-02`, `m 2032`, `m 203`), and of a piece longer than a day that
it is meant as a whole (`m 2032-01*`). A span of more than two weeks is widened to whole months first, one of more than two
years to whole years. The function `day_facts` of the database (migration 0021) tells the facts of an article; what is asked for
here finds all whose days are among those asked for, and few others.
"""

from datetime import date, timedelta
from typing import Literal

_FIRST, _LAST = date(1900, 1, 1), date(2099, 12, 31)
_HOLDERS = (3, 4, 7)
"""Letters of the name of a decade, a year, a month."""


def day_facts(field: Literal["mentioned", "event", "published"], first: date | None, last: date | None) -> list[str]:
    """The facts of which an article has one whose `field` says something of the days `first` to `last`, both included; None:
    open on that side."""
    pieces = []
    if first is None or first < _FIRST:
        pieces, first = ["-"], _FIRST
    if last is None or last > _LAST:
        pieces, last = [*pieces, "+"], _LAST
    while first <= last:
        piece, first = _largest(first, last)
        pieces.append(piece)
    wholes = {f"{piece[:letters]}*" for piece in pieces for letters in _HOLDERS if letters < len(piece)}
    return [f"{field[0]} {piece}" for piece in [*pieces, *sorted(wholes)]]


def _largest(first: date, last: date) -> tuple[str, date]:
    """The largest piece that begins on a day and ends no later than another, and the day behind it."""
    told = first.isoformat()
    if told.endswith("-01"):
        following = [
            (told[:3], date(first.year + 10, 1, 1)) if first.year % 10 == 0 and first.month == 1 else None,
            (told[:4], date(first.year + 1, 1, 1)) if first.month == 1 else None,
            (told[:7], (first + timedelta(days=31)).replace(day=1)),
        ]
        for one in following:
            if one and one[1] <= last + timedelta(days=1):
                return one
    return told, first + timedelta(days=1)
