"""Pieces side by side become one time: a clock, a part of the day, a weekday and a day."""

import re
from collections.abc import Callable

from services.enrich.text.dates.find import Piece
from services.enrich.text.dates.grammar import grammar
from services.enrich.text.dates.guards import words_after
from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.value import Moment, both, clock_text


def joined(pieces: list[Piece], small: str) -> list[Piece]:
    """Each piece joined to the one before it, where a rule says so; the new piece may join again."""
    stack: list[Piece] = []
    for piece in pieces:
        stack.append(piece)
        while len(stack) > 1 and (one := _join(stack[-2], stack[-1], small)):
            stack[-2:] = [one]
    return stack


def _join(left: Piece, right: Piece, small: str) -> Piece | None:
    if right.start - left.stop > WIDEST_GAP:
        return None
    for join in grammar().joins.get((left.kind, right.kind), ()):
        if not join.gap.fullmatch(small, left.stop, right.start) or not _needs_met(join.needs, left, right, small):
            continue
        moment = every(left.moment, right.moment) if join.needs == "every" else _both(left, right)
        stop = right.stop
        if small[left.stop : right.start].endswith("("):
            close = _CLOSE.match(small, right.stop)
            stop = close.end() if close else 0
        if moment and stop:
            kind = {"left": left.kind, "right": right.kind}.get(join.kind, join.kind)
            return _one(left, right, moment, kind, stop)
    return None


WIDEST_GAP = 24
_WORDED = re.compile(r"tháng|tết")
_CLOSE = re.compile(r"\s{0,2}\)")


def _both(left: Piece, right: Piece) -> Moment | None:
    """The time that is both; a part of a span of years keeps the span."""
    if left.kind == "mod" and left.moment.modifier is None:
        return right.moment
    if left.kind == "mod" and right.moment.modifier:
        return None
    if left.kind == "part" and right.moment.grain == "weekend":
        # ISO 8601 has no afternoons of a weekend.
        return right.moment
    return both(left.moment, right.moment)


def _one(left: Piece, right: Piece, moment: Moment, kind: str, stop: int) -> Piece:
    """One piece of two: its rule is that of the piece that names the day, or else the finer one."""
    head = left if left.kind not in _LIGHT and (right.kind in _LIGHT or left.kind != "weekday") else right
    if left.kind == "clock" and right.kind not in _LIGHT:
        head = right
    return Piece(
        start=left.start, stop=stop, kind=kind, moment=moment, until=right.until or left.until, rule=head.rule,
        confidence=min(left.confidence, right.confidence), loose=_still_loose(left, right, kind),
    )  # fmt: skip


_LIGHT = frozenset({"part", "mod", "leaning", "leaning_weekday", "calendar", "set", "number", "nth", "bare_year"})


def _still_loose(left: Piece, right: Piece, kind: str) -> bool:
    """Is it no time yet? "tối 30" is none, "hè 2023" is one."""
    if kind in {"number", "part"}:
        return True
    return left.loose and right.loose and kind == "week"


def _needs_met(needs: str, left: Piece, right: Piece, small: str) -> bool:
    """What a join asks of its pieces beyond their kinds."""
    return needs not in _NEEDS or _NEEDS[needs](left, right, small)


def _uncounted(left: Piece, right: Piece, small: str) -> bool:
    """Is the figure after a day or a month its year, and not the number of what follows?"""
    if left.kind == "day" and not _WORDED.search(small, left.start, left.stop):
        return False
    return words_after(small, right.stop).isdisjoint(lexicon().words["after_count"])


def _day_alone(left: Piece, right: Piece, small: str) -> bool:
    if left.moment.day is None or left.moment.month is not None:
        return False
    return right.moment.step is not None or "của" in small[left.stop : right.start]


def _shifted(left: Piece, right: Piece, _: str) -> bool:
    return left.moment.unit == "day" and left.moment.since == "publication" and right.moment.has_day


def _whole_day(left: Piece, right: Piece, small: str) -> bool:
    if right.moment.has_clock or right.moment.modifier or right.moment.day is None:
        return False
    return len(small[left.start : left.stop].split()) == 1 and small.startswith("ngày ", right.start)


_NEEDS: dict[str, Callable[[Piece, Piece, str], bool]] = {
    "figures": lambda _, right, __: right.moment.day is not None and right.moment.step is None,
    "shifted": lambda left, _, __: left.moment.unit == "day",
    "shifted figures": _shifted,
    "uncounted": _uncounted,
    "left figures": lambda left, _, __: (
        left.moment.has_day and left.moment.step is None and left.moment.weekday is None
    ),
    "weekday": lambda left, _, __: left.moment.weekday is not None and left.moment.step is None,
    "weekend": lambda _, right, __: right.moment.grain == "weekend",
    "whole day": _whole_day,
    "said": lambda _, right, __: right.moment.year is not None,
    "year": lambda left, _, __: left.moment.year is not None,
    "day_alone": _day_alone,
    "buổi": lambda left, right, small: left.moment.part is None and small.startswith(("buổi", "vào buổi"), right.start),
}


def every(moment: Moment, often: Moment) -> Moment | None:
    """The time that comes again every year, month, week or day."""
    if often.day or often.weekday or often.has_clock:
        return None
    if often.every == "week" and moment.weekday and moment.day is None:
        day = f"XXXX-WXX-{moment.weekday}"
    elif often.every == "year" and moment.month and moment.step is None:
        day = f"XXXX-{moment.month:02}" + (f"-{moment.day:02}" if moment.day else "")
    elif often.every == "month" and moment.day and moment.month is None:
        day = f"XXXX-XX-{moment.day:02}"
    elif often.every == "day" and moment.has_clock and moment.day is None and moment.step is None:
        day = "XXXX-XX-XX"
    else:
        return None
    return moment.but(fixed=day + clock_text(moment), type="SET", every=often.every)
