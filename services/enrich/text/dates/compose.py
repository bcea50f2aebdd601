"""Pieces side by side become one time; times in a row lend each other what they leave out."""

import re
from dataclasses import dataclass
from functools import cache

from services.enrich.text.dates.find import Piece, words_after
from services.enrich.text.dates.lexicon import expand, lexicon, read_toml
from services.enrich.text.dates.value import Moment, both, lend


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """Pieces of the kinds it is filed under, with `gap` between them, become one of `kind`."""

    gap: re.Pattern[str]
    needs: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """The joins by the two kinds they join, the classes of each kind, and what stands between times in a row."""

    joins: dict[tuple[str, str], tuple[Join, ...]]
    classes: dict[str, frozenset[str]]
    span: re.Pattern[str]
    row: re.Pattern[str]
    examples: tuple[tuple[str, str, str], ...]


@cache
def grammar() -> Grammar:
    """compose.toml, made ready."""
    raw = read_toml("compose.toml")
    joins: dict[tuple[str, str], list[Join]] = {}
    for row in raw["join"]:
        join = Join(gap=re.compile(expand(row["gap"])), needs=row.get("needs", ""), kind=row["kind"])
        for left in _kinds(row["left"], raw["kinds"]):
            for right in _kinds(row["right"], raw["kinds"]):
                joins.setdefault((left, right), []).append(join)
    members: dict[str, set[str]] = {}
    for name, kinds in raw["classes"].items():
        for kind in kinds:
            members.setdefault(kind, set()).add(name)
    return Grammar(
        joins={pair: tuple(found) for pair, found in joins.items()},
        classes={kind: frozenset(names) for kind, names in members.items()},
        span=re.compile(expand(raw["connectors"]["range"])),
        row=re.compile(expand(raw["connectors"]["list"])),
        examples=tuple((a, b, c) for row in raw["join"] for a, b, c in row["examples"]),
    )


def _kinds(names: list[str], aliases: dict[str, list[str]]) -> list[str]:
    return [kind for name in names for kind in aliases.get(name, [name])]


def compose(pieces: list[Piece], small: str) -> list[Piece]:
    """Times that stand alone: neighbours joined, rows and spans filled, and what is no time by itself dropped."""
    joined = _joined(pieces, small)
    return [piece for piece in _rows(joined, small) if not piece.loose or _is_all(piece, small)]


def _is_all(piece: Piece, small: str) -> bool:
    """Is a weekday or a part of the day all that the text says?"""
    if piece.kind not in {"weekday", "part"} or len(small) > _SHORT:
        return False
    return not small[: piece.start].strip() and not small[piece.stop :].strip(" .")


def _joined(pieces: list[Piece], small: str) -> list[Piece]:
    """Each piece joined to the one before it, where a rule says so; the new piece may join again."""
    stack: list[Piece] = []
    for piece in pieces:
        stack.append(piece)
        while len(stack) > 1 and (one := _join(stack[-2], stack[-1], small)):
            stack[-2:] = [one]
    return stack


def _join(left: Piece, right: Piece, small: str) -> Piece | None:
    if right.start - left.stop > _WIDEST_GAP:
        return None
    for join in grammar().joins.get((left.kind, right.kind), ()):
        if not join.gap.fullmatch(small, left.stop, right.start) or not _needs_met(join.needs, left, right, small):
            continue
        moment = _every(left.moment, right.moment) if join.needs == "every" else _both(left, right)
        stop = right.stop
        if small[left.stop : right.start].endswith("("):
            close = _CLOSE.match(small, right.stop)
            stop = close.end() if close else 0
        if moment and stop:
            kind = {"left": left.kind, "right": right.kind}.get(join.kind, join.kind)
            return _one(left, right, moment, kind, stop)
    return None


_WIDEST_GAP = 24
_SHORT = 40
_WORDED = re.compile(r"tháng|tết")
_CLOSE = re.compile(r"\s{0,2}\)")


def _both(left: Piece, right: Piece) -> Moment | None:
    """The time that is both; a part of a span of years keeps the span."""
    if left.kind == "mod" and left.moment.modifier is None:
        return right.moment
    if left.kind == "mod" and right.moment.modifier:
        return None
    return both(left.moment, right.moment)


def _one(left: Piece, right: Piece, moment: Moment, kind: str, stop: int) -> Piece:
    """One piece of two: its rule is that of the piece that names the day, or else the finer one."""
    head = left if left.kind not in _LIGHT and (right.kind in _LIGHT or left.kind not in {"weekday"}) else right
    if left.kind == "clock" and right.kind not in _LIGHT:
        head = right
    return Piece(
        start=left.start, stop=stop, kind=kind, moment=moment, until=right.until or left.until, rule=head.rule,
        confidence=min(left.confidence, right.confidence), loose=_still_loose(left, right, kind),
    )  # fmt: skip


_LIGHT = frozenset({"part", "mod", "leaning", "leaning_weekday", "calendar", "set", "number", "nth", "bare_year"})


def _still_loose(left: Piece, right: Piece, kind: str) -> bool:
    """"tối 30" is none yet; "hè 2023" is one."""
    if kind in {"number", "part"}:
        return True
    return left.loose and right.loose and kind == "week"


def _needs_met(needs: str, left: Piece, right: Piece, small: str) -> bool:
    """What a join asks of its pieces beyond their kinds."""
    one, other = left.moment, right.moment
    if needs == "figures":
        return other.day is not None and other.step is None
    if needs == "shifted":
        return one.unit == "day"
    if needs == "shifted figures":
        return one.unit == "day" and one.since == "publication" and other.has_day
    if needs == "uncounted":
        if left.kind == "day" and not _WORDED.search(small, left.start, left.stop):
            return False
        return words_after(small, right.stop).isdisjoint(lexicon().words["after_count"])
    if needs == "said":
        return other.year is not None
    if needs == "year":
        return one.year is not None
    if needs == "day_alone":
        return one.day is not None and one.month is None and (other.step is not None or "của" in small[left.stop : right.start])
    if needs == "buổi":
        return one.part is None and small.startswith(("buổi", "vào buổi"), right.start)
    return True


def _every(moment: Moment, often: Moment) -> Moment | None:
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


def clock_text(moment: Moment) -> str:
    """The time of day as the end of a value: "T14:30", "TMO", or nothing."""
    if moment.hour is not None:
        second = f":{moment.second:02}" if moment.second is not None else ""
        return f"T{moment.hour:02}:{moment.minute or 0:02}{second}"
    return f"T{moment.part}" if moment.part else ""


# ── rows and spans ────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(pieces: list[Piece], small: str) -> list[Piece]:
    """Each run of pieces with nothing but connectors between them, read as one row."""
    done: list[Piece] = []
    row: list[Piece] = []
    spans: list[bool] = []
    for piece in pieces:
        link = _link(row[-1], piece, small) if row else None
        if link is None and row:
            done += _read_row(row, spans, small)
            row, spans = [], []
        elif link is not None:
            spans.append(link)
        row.append(piece)
    return done + (_read_row(row, spans, small) if row else [])


def _link(left: Piece, right: Piece, small: str) -> bool | None:
    """Do the two stand in a row (False), or at both ends of a span (True)?"""
    if right.start - left.stop > _WIDEST_GAP or not _kin(left, right):
        return None
    if right.rule == UP_TO_NOW and small[left.stop : right.start] != " đến ":
        return None
    if grammar().span.fullmatch(small, left.stop, right.start):
        return True
    if grammar().row.fullmatch(small, left.stop, right.start):
        return False
    if small[left.stop : right.start] == " " and (left.kind, right.kind) in {("holiday", "year"), ("number", "day")}:
        return False if left.kind == "holiday" or left.moment.part else None
    return None


def _kin(left: Piece, right: Piece) -> bool:
    classes = grammar().classes
    shared = classes.get(left.kind, frozenset()) & classes.get(right.kind, frozenset())
    if shared or left.kind == "holiday" and right.kind == "year":
        return True
    if right.rule == UP_TO_NOW:
        return left.moment.modifier == "START" and left.kind in _WHOLES
    return bool(left.kind in _ENDS and right.kind in _ENDS)


UP_TO_NOW = "dates.till_now"
_WHOLES = frozenset({"month", "quarter", "year", "decade", "week", "century"})
# Ends of a span that need not be of one kind: "từ 15/3 đến cuối tháng 5", "từ tháng 3/2020 đến năm 2025".
_ENDS = frozenset({"day", "month", "quarter", "year"})


def _read_row(row: list[Piece], spans: list[bool], small: str) -> list[Piece]:
    """The row with its figures made what their neighbours are, gaps lent from the right, and spans closed."""
    if len(row) == 1:
        return row
    row = _named(row, spans, small)
    for place in range(len(row) - 2, -1, -1):
        row[place] = _lent(row[place], row[place + 1], span=spans[place])
    for place in range(1, len(row)):
        row[place] = _followed(row[place - 1], row[place], span=spans[place - 1])
    return _closed(row, spans)


def _named(row: list[Piece], spans: list[bool], small: str) -> list[Piece]:
    """Figures that stand before a day are days, before a month months; after one only where nothing is counted."""
    row = list(row)
    for place in range(len(row) - 2, -1, -1):
        if row[place].kind in {"number", "roman"}:
            row[place] = _lent(_as_kind(row[place], row[place + 1]), row[place + 1], span=spans[place])
    for place in range(1, len(row)):
        if row[place].kind in {"number", "roman"} and _ends_a_row(row[place], small, dash=spans[place - 1]):
            row[place] = _as_kind(row[place], row[place - 1])
    if any(piece.kind == "day" and not piece.loose for piece in row):
        row = [piece._replace(loose=False) if piece.kind == "day" and piece.moment.month else piece for piece in row]
    if row[0].kind == "decade":
        row = [_decade_too(piece) for piece in row]
    if any(piece.kind == "year" for piece in row):
        row = [piece._replace(kind="year", loose=False) if piece.kind == "bare_year" else piece for piece in row]
    return row


def _decade_too(piece: Piece) -> Piece:
    """"những năm 1960, 1970" are two decades."""
    year = piece.moment.year
    if piece.kind != "bare_year" or year is None or year % 10:
        return piece
    return piece._replace(kind="decade", loose=False, moment=Moment(grain="decade", decade=year // 10))


def _ends_a_row(piece: Piece, small: str, *, dash: bool) -> bool:
    after = words_after(small, piece.stop)
    if not after or not any(word[0].isalnum() for word in after):
        return True
    return not after.isdisjoint(lexicon().words["row_end"]) or dash and not after.isdisjoint(lexicon().words["frame"])


_MOST = {"day": ("day", 31), "month": ("month", 12), "clock": ("hour", 24), "quarter": ("quarter", 4), "century": ("century", 22)}


def _as_kind(piece: Piece, model: Piece) -> Piece:
    """A figure read as what `model` is; itself where it cannot be that."""
    number = piece.moment.number
    if model.kind == "duration" and piece.kind == "number":
        return piece._replace(kind="duration", moment=_length_like(piece.moment, model.moment), loose=True)
    kind = "day" if model.kind in {"day", "holiday"} else model.kind
    if kind == "clock" and piece.moment.part:
        kind = "day"
    if kind not in _MOST or number is None or number > _MOST[kind][1] or model.moment.unit == "day":
        return piece
    field = _MOST[kind][0]
    if kind == "day" and (model.moment.month is None or model.moment.day is None):
        return piece
    value = number - 1 if kind == "century" else number
    grain = "hour" if kind == "clock" else "part_of_day" if piece.moment.part else kind
    moment = piece.moment.but(number=None, grain=grain, **{field: value})
    return piece._replace(kind=kind, moment=moment, loose=False, rule=model.rule)


def _length_like(moment: Moment, model: Moment) -> Moment:
    value = re.sub(r"[\d.]+", str(moment.number), model.fixed or "", count=1)
    return Moment(grain=model.grain, fixed=value, type="DURATION")


def _lent(piece: Piece, lender: Piece, *, span: bool) -> Piece:
    """`piece` with what the one after it says for both."""
    if lender.moment.fixed and lender.moment.every and not piece.moment.fixed:
        moment = _every(piece.moment, lender.moment)
        return piece._replace(moment=moment, kind="set", loose=False) if moment else piece
    kind = piece.kind
    if kind in {"clock", "part"} and lender.kind not in {"clock", "part", "day", "weekday"}:
        return piece
    if kind == "part" and not span:
        return piece
    if kind == "day" and lender.kind == "clock":
        return piece._replace(moment=lend("day", piece.moment, lender.moment))
    moment = lend(kind, piece.moment, lender.moment)
    if moment is piece.moment and not piece.loose:
        return piece
    loose = piece.loose and not (kind in {"part", "weekday"} and (moment.day or moment.weekday or moment.step is not None))
    return piece._replace(moment=moment, loose=loose)


def _followed(before: Piece, piece: Piece, *, span: bool) -> Piece:
    """`piece` with what the one before it says for both: "từ 20h ngày 12/3 đến 22h"."""
    if not span or piece.kind not in {"clock", "part"} or piece.moment.day or piece.moment.weekday or piece.moment.step is not None:
        return piece
    moment = lend("part" if piece.kind == "part" else "clock", piece.moment, before.moment.but(part=None))
    return piece._replace(moment=moment, loose=False)


def _closed(row: list[Piece], spans: list[bool]) -> list[Piece]:
    """Both ends of each span made one piece."""
    done = [row[0]]
    for piece, span in zip(row[1:], spans, strict=True):
        first = done[-1]
        if span and first.until is None and piece.until is None and _a_span(first, piece):
            done[-1] = first._replace(stop=piece.stop, until=piece.moment, loose=False, rule=piece.rule if first.rule == "dates.number" else first.rule,
                confidence=min(first.confidence, piece.confidence), kind=first.kind if first.kind != "bare_year" else "year",
            )  # fmt: skip
        else:
            done.append(piece)
    return done


def _a_span(first: Piece, last: Piece) -> bool:
    """Are both ends times, in an order that can be?"""
    if "number" in {first.kind, last.kind} or "roman" in {first.kind, last.kind}:
        return False
    if (first.kind == "set") != (last.kind == "set"):
        return False
    one, other = first.moment, last.moment
    if first.kind in {"bare_year", "year"} and last.kind in {"bare_year", "year"} and one.year and other.year:
        return one.year < other.year and not (first.loose and last.loose and other.year - one.year > 150)
    if first.loose and last.loose and first.kind == "duration":
        return False
    return not (first.loose and last.loose) or first.kind == "part"
