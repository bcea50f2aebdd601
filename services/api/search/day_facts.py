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
_DAY = timedelta(days=1)
_HOLDERS = (3, 4, 7)
"""Letters of the name of a decade, a year, a month."""
_MOST = 7
"""So many days, or months, at either end. The index looks for each of them in every article that has the words; with more of
them that takes longer than to read a day or month too many."""


def day_facts(field: Literal["mentioned", "event", "published"], first: date | None, last: date | None) -> list[str]:
    """The facts of which an article has one whose `field` says something of the days `first` to `last`, both included; None:
    open on that side."""
    pieces = []
    if first is None or first < _FIRST:
        pieces, first = ["-"], _FIRST
    if last is None or last > _LAST:
        pieces, last = [*pieces, "+"], _LAST
    if first <= last:
        pieces += _pieces(*_widened(first, last))
    wholes = {f"{piece[:letters]}*" for piece in pieces for letters in _HOLDERS if letters < len(piece)}
    return [f"{field[0]} {piece}" for piece in [*pieces, *sorted(wholes)]]


def _widened(first: date, last: date) -> tuple[date, date]:
    """To a whole month, or year, where an end that lies within one would need too many days, or months."""
    if first.replace(day=1) == last.replace(day=1) and (last - first).days < _MOST:
        return first, last
    if 1 < first.day <= _end_of_month(first).day - _MOST:
        first = first.replace(day=1)
    if _MOST < last.day < _end_of_month(last).day:
        last = _end_of_month(last)
    if first.year == last.year and last.month - first.month < _MOST:
        return first, last
    if 1 < first.month <= 12 - _MOST:
        first = first.replace(month=1, day=1)
    if _MOST < last.month < 12:
        last = last.replace(month=12, day=31)
    return first, last


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - _DAY


def _pieces(first: date, last: date) -> list[str]:
    """The largest pieces of a span, in order."""
    pieces = []
    while first <= last:
        piece, first = _largest(first, last)
        pieces.append(piece)
    return pieces


def _largest(first: date, last: date) -> tuple[str, date]:
    """The largest piece that begins on a day and ends no later than another, and the day behind it."""
    told = first.isoformat()
    if told.endswith("-01"):
        following = [
            (told[:3], date(first.year + 10, 1, 1)) if first.year % 10 == 0 and first.month == 1 else None,
            (told[:4], date(first.year + 1, 1, 1)) if first.month == 1 else None,
            (told[:7], _end_of_month(first) + _DAY),
        ]
        for one in following:
            if one and one[1] <= last + _DAY:
                return one
    return told, first + _DAY
