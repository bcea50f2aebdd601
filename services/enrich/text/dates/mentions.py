"""Every time of an article, settled in the order of the text, as the article keeps it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from services.enrich.text.article import Basis, DateMention, DateType, Item
from services.enrich.text.dates.calendar import day_of, first_day
from services.enrich.text.dates.compose import compose
from services.enrich.text.dates.evidence import Passage
from services.enrich.text.dates.find import Piece, find_pieces
from services.enrich.text.dates.guards import words_before
from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.resolve import Setting, Settled, Timeline, settle
from services.enrich.text.dates.value import Moment
from services.enrich.text.span import Span

VERSION = "3"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """A mention with the piece it was read from and its place among the passages."""

    passage: int
    piece: Piece
    settled: Settled
    mention: DateMention


def pieces_of(text: str, small: str) -> tuple[Piece, ...]:
    """The times in one block's text, not yet settled."""
    return tuple(compose(find_pieces(text, small), small))


def settle_all(passages: Iterable[Passage], line: Timeline, items: tuple[Item, ...]) -> list[Dated]:
    """Every time of the article made whole, in the order of the text; those that no calendar has are left out."""
    found: list[Dated] = []
    item = 0
    for number, passage in enumerate(passages):
        here = _item_of(passage, items)
        if here != item:
            line.forget()
            item = here
        found += _settle_passage(number, passage, line)
    return found


def _item_of(passage: Passage, items: tuple[Item, ...]) -> int:
    """Which article of a digest the passage is in."""
    return sum(item.span.start <= passage.block.span.start for item in items)


def _settle_passage(number: int, passage: Passage, line: Timeline) -> Iterator[Dated]:
    line.narrated = None
    told = (-1, -1)
    month: tuple[int, int] | None = None
    for piece in passage.pieces:
        if len(passage.pieces) > 1:
            where = passage.signs.sentence(piece.start, piece.stop) if piece.start >= told[1] else told
            if where[0] >= told[1]:
                told, line.narrated, month = where, None, None
        settled, until = _settle_piece(piece, passage, line, month)
        if settled is None or (piece.until is not None and until is None):
            continue
        mention = _mention(piece, passage, settled, until)
        line.note(until.moment if until else settled.moment, mention.span)
        if (
            settled.moment.grain == "month"
            and settled.moment.year
            and settled.moment.month
            and not settled.moment.lunar
        ):
            month = (settled.moment.year, settled.moment.month)
        line.narrated = line.narrated or _narrated(piece, settled, passage, max(told[0], 0))
        yield Dated(passage=number, piece=piece, settled=settled, mention=mention)


def _settle_piece(
    piece: Piece, passage: Passage, line: Timeline, month: tuple[int, int] | None
) -> tuple[Settled | None, Settled | None]:
    """The time, or both ends of the span."""
    setting = _setting(piece, passage, line, month)
    one, other = piece.moment, piece.until
    if other is None:
        return _settle_once(one, line, setting), None
    if other.fixed == "PRESENT_REF":
        return _up_to_now(settle(one, line, setting), line)
    if one.year is None and one.step is None and other.year is not None and (one.month or one.quarter):
        one = _before_end(one, other)
    elif (
        other.year is None
        and other.step is not None
        and one.step is None
        and other.since == "publication"
        and one.month is None
    ):
        one = _from_end(one, other)
    first = _settle_once(one, line, setting)
    if first is None:
        return None, None
    line.note(first.moment, passage.block.offsets.filed(piece.start, piece.stop))
    after = _begin(first) if other.year is None and other.step is None and not other.fixed else None
    last = settle(other, line, setting, after=after)
    return _in_order(first, last)


def _settle_once(moment: Moment, line: Timeline, setting: Setting) -> Settled | None:
    """The time made whole; what depends on no time mentioned before is the same at every place."""
    if moment.since != "publication" and (moment.month is None or moment.step is not None):
        return settle(moment, line, setting)
    key = (moment, setting)
    if key not in line.settled:
        line.settled[key] = settle(moment, line, setting)
    return line.settled[key]


def _up_to_now(first: Settled | None, line: Timeline) -> tuple[Settled | None, Settled | None]:
    """From ("đầu năm đến nay") the first day of the year to the publication."""
    begin = _begin(first) if first else None
    if first is None or begin is None or line.published is None:
        return first, None if first is None else replace(first, value="PRESENT_REF")
    day = Moment(grain="day").but(**_fields(line.published))
    return (
        replace(first, value=begin.isoformat(), moment=first.moment.but(grain="day", modifier=None, **_fields(begin))),
        Settled(moment=day, value=line.published.isoformat(), evidence=line.published_span),
    )


def _before_end(one: Moment, other: Moment) -> Moment:
    """The beginning of a span in the year of its end, or in the year before."""
    assert other.year is not None
    first, last = first_day(one, other.year), first_day(other, other.year)
    return one.but(year=other.year - 1 if first and last and first > last and one.month != other.month else other.year)


def _from_end(one: Moment, other: Moment) -> Moment:
    if one.weekday and other.unit == "week":
        return one.but(unit=other.unit, step=other.step, since=other.since)
    return one


def _begin(settled: Settled) -> date | None:
    moment = settled.moment
    return first_day(moment, moment.year) if moment.year is not None and not moment.fixed else None


def _in_order(first: Settled, last: Settled | None) -> tuple[Settled | None, Settled | None]:
    """A span of hours that ends before it begins ends on the next day; any other is none."""
    if last is None or "X" in first.value + last.value or first.moment.fixed or last.moment.fixed:
        return first, last
    if first.moment.before_christ or last.moment.before_christ:
        return first, last
    if last.value < first.value and first.moment.hour is not None and last.moment.hour is not None:
        begin = day_of(first.moment.year or 0, first.moment.month or 0, first.moment.day or 0)
        if begin and first.value[:10] == last.value[:10]:
            return _a_day_earlier(first, begin), last
    return (
        (first, last) if first.value[:10] <= last.value[:10] or len(first.value) != len(last.value) else (first, None)
    )


def _a_day_earlier(settled: Settled, day: date) -> Settled:
    eve = day - timedelta(1)
    return replace(settled, moment=settled.moment.but(**_fields(eve)), value=eve.isoformat() + settled.value[10:])


def _fields(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def _setting(piece: Piece, passage: Passage, line: Timeline, month: tuple[int, int] | None) -> Setting:
    """Looked for only where the year, the month or the week is open."""
    moment = piece.moment
    if moment.fixed or moment.step is not None or moment.year is not None:
        moment = piece.until or moment
    if moment.fixed or moment.step is not None or moment.year is not None:
        return Setting(outlook=None)
    return Setting(outlook=passage.signs.outlook(piece.start, piece.stop), narrated=line.narrated, month=month)


def _narrated(piece: Piece, settled: Settled, passage: Passage, begin: int) -> int | None:
    """The year that a sentence is about: one that it begins with."""
    if piece.moment.year is None or piece.kind not in {"year", "month", "day"} or piece.until:
        return None
    lead = passage.small[begin : piece.start].strip(" \"“'‘")
    return settled.moment.year if lead in _OPENINGS and not settled.moment.before_christ else None


_OPENINGS = frozenset({"", "vào", "trong", "từ", "đầu", "cuối", "ngay từ"})


def _mention(piece: Piece, passage: Passage, settled: Settled, until: Settled | None) -> DateMention:
    span = passage.block.offsets.filed(piece.start, piece.stop)
    evidence = _evidence(span, settled, until)
    moment = settled.moment
    value = _value(settled, until)
    confidence = round(piece.confidence * settled.confidence, 3)
    named = piece.moment.named
    return DateMention(
        span=span,
        text=passage.block.text[piece.start : piece.stop],
        type=_type(piece, moment, until),
        value=value,
        calendar="lunar" if settled.lunar or piece.moment.lunar else "solar",
        granularity=(until.moment.grain if until else moment.grain) if piece.moment.type != "SET" else moment.grain,
        modifier=moment.modifier or _amount(piece, passage.small),
        written=named,
        inferred=tuple(name for name in settled.inferred if name not in named),
        lunar=_lunar(settled, until),
        basis=Basis(
            method=piece.rule, version=VERSION, confidence=confidence, evidence=evidence,
            reason=settled.reason or _own_words(value),
        ),
    )  # fmt: skip


def _evidence(span: Span, settled: Settled, until: Settled | None) -> tuple[Span, ...]:
    """The mention itself, and what else its value rests on."""
    if until is None and not settled.evidence:
        return (span,)
    return tuple(dict.fromkeys((span, *settled.evidence, *(until.evidence if until else ()))))


def _own_words(value: str) -> str:
    return "the text leaves it vague" if value.endswith("_REF") else "the expression says it all"


def _lunar(settled: Settled, until: Settled | None) -> str | None:
    return f"{settled.lunar}/{until.lunar}" if settled.lunar and until and until.lunar else settled.lunar


def _value(settled: Settled, until: Settled | None) -> str:
    if until is None:
        return settled.value
    return f"{settled.value.split('/')[0]}/{until.value.split('/')[-1]}"


def _type(piece: Piece, moment: Moment, until: Settled | None) -> DateType:
    if piece.moment.type in {"DURATION", "SET"}:
        return "DURATION" if piece.moment.type == "DURATION" else "SET"
    return "TIME" if moment.has_clock or (until and until.moment.has_clock) else "DATE"


_LONGEST_WORD = 10
_AMOUNTS = frozenset({"duration", "offset", "clock", "set"})
_OF_AMOUNTS = frozenset({"MORE_THAN", "LESS_THAN"})


@cache
def _last_words() -> frozenset[str]:
    return frozenset(words.split()[-1] for words in lexicon().amounts)


def _amount(piece: Piece, small: str) -> str | None:
    """What "hơn", "gần", "khoảng" before an amount or a time make of it."""
    amounts = lexicon().amounts
    nearest = small[max(0, piece.start - _LONGEST_WORD) : piece.start].split()[-1:]
    if not nearest or nearest[0] not in _last_words():
        return None
    before = words_before(small, piece.start)
    known = [word for word in before if word in amounts]
    found = amounts[max(known, key=len)] if known else None
    # "hơn năm ngoái" compares: of what is no amount there is no more and no less.
    return None if found in _OF_AMOUNTS and piece.kind not in _AMOUNTS else found or None
