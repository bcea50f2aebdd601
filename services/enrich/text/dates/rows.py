"""Times in a row lend each other what they leave out: "3, 5 và 7/10", "từ ngày 1 đến 5/9"."""

import re

from services.enrich.text.dates.find import Piece
from services.enrich.text.dates.grammar import grammar
from services.enrich.text.dates.guards import words_after
from services.enrich.text.dates.join import WIDEST_GAP, every
from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.value import Moment, lend


def in_rows(pieces: list[Piece], small: str) -> list[Piece]:
    """Each run of pieces with nothing but connectors between them, read as one row."""
    done: list[Piece] = []
    row: list[Piece] = []
    spans: list[bool] = []
    for found in pieces:
        piece = found
        if len(row) > 1 and (one := _with_its_head(row[-1], piece, row[0], small)):
            row[-1] = one
            continue
        link = _link(row[-1], piece, small) if row else None
        if link is None and row:
            done += _read_row(row, spans, small)
            row, spans = [], []
        elif link is not None:
            spans.append(link)
        row.append(piece)
    return done + (_read_row(row, spans, small) if row else [])


def _with_its_head(last: Piece, piece: Piece, first: Piece, small: str) -> Piece | None:
    """The last of a row of quarters with its year, of decades with its century: "quý I và II năm 2025"."""
    gap = small[last.stop : piece.start]
    if last.kind == "roman" and first.kind == "quarter" and piece.kind == "year" and gap in {" ", " của "}:
        moment = lend("quarter", last.moment, piece.moment)
        return last._replace(stop=piece.stop, moment=moment)
    if last.kind == "number" and first.kind == "decade" and piece.kind == "century" and gap in {" ", " của "}:
        return last._replace(stop=piece.stop)
    return None


def _link(left: Piece, right: Piece, small: str) -> bool | None:
    """Do the two stand in a row (False), or at both ends of a span (True)?"""
    if right.start - left.stop > WIDEST_GAP or not _kin(left, right):
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
    if shared or (left.kind == "holiday" and right.kind == "year"):
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
        both = spans[place] or small[row[place].stop : row[place + 1].start] == " và "
        row[place] = _lent(row[place], row[place + 1], span=both)
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
    sure = {piece.kind for piece in row if not piece.loose} & {"day", "quarter"}
    row = [piece._replace(loose=False) if piece.kind in sure and _says_more(piece) else piece for piece in row]
    if row[0].kind == "decade":
        row = [_decade_too(piece, row[0].moment.decade or 0) for piece in row]
    if any(piece.kind == "year" for piece in row):
        row = [piece._replace(kind="year", loose=False) if piece.kind == "bare_year" else piece for piece in row]
    return row


def _says_more(piece: Piece) -> bool:
    """Does it name a month or a year, as "14.6" and "III/2025" do?"""
    return piece.moment.month is not None or piece.moment.year is not None


def _decade_too(piece: Piece, first: int) -> Piece:
    """A year or a figure after a decade, as a decade: "những năm 1960, 1970", "những năm 80, 90"."""
    year = piece.moment.year
    if piece.kind == "number" and first and piece.moment.number in _TENS:
        year = first // 10 * 100 + (piece.moment.number or 0)
    elif piece.kind != "bare_year":
        return piece
    if year is None or year % 10:
        return piece
    return piece._replace(kind="decade", loose=False, moment=Moment(grain="decade", decade=year // 10))


def _ends_a_row(piece: Piece, small: str, *, dash: bool) -> bool:
    after = words_after(small, piece.stop)
    if not after or not any(word[0].isalnum() for word in after):
        return True
    return not after.isdisjoint(lexicon().words["row_end"]) or (dash and not after.isdisjoint(lexicon().words["frame"]))


_TENS = frozenset(range(10, 100, 10))
_MOST = {
    "day": ("day", 31),
    "month": ("month", 12),
    "clock": ("hour", 24),
    "quarter": ("quarter", 4),
    "century": ("century", 22),
}


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
        moment = every(piece.moment, Moment(every=lender.moment.every))
        return piece._replace(moment=moment, kind="set", loose=False) if moment else piece
    kind = piece.kind
    if kind in {"clock", "part"} and lender.kind not in {"clock", "part", "day", "weekday"}:
        return piece
    if kind == "part" and not span:
        return piece
    if kind == "day" and lender.kind == "clock":
        return piece._replace(moment=lend("day", piece.moment, lender.moment))
    moment = lend(kind, piece.moment, lender.moment)
    if moment == piece.moment and not (piece.loose and kind in {"weekday", "part"}):
        return piece
    loose = piece.loose
    if kind == "weekday":
        loose = piece.loose and lender.loose
    elif kind == "part":
        loose = not (moment.day or moment.weekday or moment.step is not None)
    return piece._replace(moment=moment, loose=loose)


def _followed(before: Piece, piece: Piece, *, span: bool) -> Piece:
    """`piece` with what the one before it says for both: "từ 20h ngày 12/3 đến 22h"."""
    if (
        not span
        or piece.kind not in {"clock", "part"}
        or piece.moment.day
        or piece.moment.weekday
        or piece.moment.step is not None
    ):
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
