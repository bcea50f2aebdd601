"""When the article was published, and when what it tells of took place."""

import re
from collections.abc import Sequence
from datetime import date

from services.enrich.text.article import UNKNOWN, Article, Basis, Dating
from services.enrich.text.dates.calendar import day_of
from services.enrich.text.dates.evidence import Passage
from services.enrich.text.dates.find import Piece
from services.enrich.text.dates.mentions import VERSION, Dated
from services.enrich.text.dates.value import Moment
from services.enrich.text.dates.years import Evidence, year_by_evidence
from services.enrich.text.span import Span

EDGE = 4
"""So many blocks at either end of an article may be a line that says when it was published."""

# What may stand before and after the date in such a line: a place, "Cập nhật lúc", a programme's name, a time zone;
# nothing of a sentence.
_BEFORE = re.compile(
    r"(?:(?:ngày |giờ |thời gian )?(?:đăng|cập nhật|xuất bản|phát hành|gửi|đăng tải|đăng bài|đưa tin|đăng tin)"
    r"(?: lần cuối| tin| bài| ngày)?(?: lúc| vào)?(?: ngày)?|ngày|date|thời gian|lúc|đăng lúc"
    r"|(?:chương trình )?(?:bản tin|điểm tin|điểm báo|tin vắn|tin nhanh|tin tức|tin trong ngày|thời sự|nhật báo|số báo|báo)"
    r"(?: (?:thời tiết|thời sự|trong nước|thế giới|tổng hợp|nhanh|ra|sáng|trưa|chiều|tối))*(?: số \d+)?,?(?: (?:phát|ra))?(?: ngày)?"
    r"|(?:[^\W\d]+ ){0,5}số ra(?: ngày)?"
    r")?\s*[:\-–|]?\s*"
)
_AFTER = re.compile(r"\s*(?:\(?gmt\s?[+-]\s?\d+\)?|\(?giờ việt nam\)?|\)|[.,|–-])*\s*", re.IGNORECASE)


def stated_publication(passages: Sequence[Passage]) -> Dating | None:
    """The day that a date line states in full, or a line of its own at the beginning or the end."""
    for number, passage in enumerate(passages):
        dateline = passage.block.kind == "dateline"
        if not dateline and EDGE <= number < len(passages) - EDGE:
            continue
        for piece in passage.pieces:
            day = _full_day(piece)
            if day and (dateline or _is_the_line(passage, piece)):
                span = passage.block.offsets.filed(piece.start, piece.stop)
                return _dating(
                    day.isoformat(), "stated", "dates.published.stated", 0.97, (span,), "a line of its own says it"
                )
    return None


def _full_day(piece: Piece) -> date | None:
    moment = piece.moment
    if moment.year is None or moment.month is None or moment.day is None or moment.lunar or piece.until or moment.fixed:
        return None
    return day_of(moment.year, moment.month, moment.day)


def _is_the_line(passage: Passage, piece: Piece) -> bool:
    """Is there nothing in the block but the date and what such a line has around it?"""
    text = passage.block.text
    if passage.block.kind == "headline" and piece.start == 0 and piece.stop == len(text):
        return False
    if piece.start > _LONGEST_OPENING or len(text) - piece.stop > _LONGEST_OPENING:
        return False
    before = _BEFORE.fullmatch(passage.small, 0, piece.start) or _is_a_place(text[: piece.start])
    return bool(before and _AFTER.fullmatch(text, piece.stop))


_LONGEST_OPENING = 40


def _is_a_place(text: str) -> bool:
    """A few words with capitals and a comma: "Hà Nội, ", "TP. Hồ Chí Minh, "."""
    name = text.rstrip()
    words = name.rstrip(",(").split()
    return name[-1:] in {",", "("} and len(words) <= 5 and all(word[0].isupper() for word in words)


def inferred_publication(passages: Sequence[Passage], evidence: tuple[Evidence, ...]) -> tuple[date, Dating] | None:
    """The day that the lead begins with, in the year that the text gives away."""
    for passage in _leads(passages):
        for piece in passage.pieces:
            found = _day_of_the_news(passage, piece, evidence)
            if found:
                return found
    return None


def _leads(passages: Sequence[Passage]) -> list[Passage]:
    """The date line and the lead; without them the first block that names a day."""
    lead = [passage for passage in passages if passage.block.kind in {"dateline", "lead"}]
    rest = [
        passage for passage in passages if passage.block.kind in {"headline", "paragraph"} and _names_a_day(passage)
    ]
    return lead + rest[:1]


def _names_a_day(passage: Passage) -> bool:
    return any(piece.moment.has_day and not piece.moment.lunar for piece in passage.pieces)


def _day_of_the_news(passage: Passage, piece: Piece, evidence: tuple[Evidence, ...]) -> tuple[date, Dating] | None:
    moment = piece.moment
    if not moment.has_day or moment.lunar or moment.fixed or piece.until:
        return None
    span = passage.block.offsets.filed(piece.start, piece.stop)
    day = _full_day(piece)
    if day:
        reason = f"the lead tells of {day}"
        return day, _dating(day.isoformat(), "inferred", "dates.published.lead", 0.75, (span,), reason)
    return _with_the_texts_year(moment, span, evidence)


def _with_the_texts_year(moment: Moment, span: Span, evidence: tuple[Evidence, ...]) -> tuple[date, Dating] | None:
    choice = year_by_evidence(moment, evidence)
    found = day_of(choice.year, moment.month or 0, moment.day or 0) if choice else None
    if not choice or not found:
        return None
    reason = f"day and month from the lead, {choice.reason}"
    spans = (span, *choice.evidence)
    return found, _dating(found.isoformat(), "inferred", "dates.published.lead", choice.confidence, spans, reason)


def given_publication(article: Article) -> Dating | None:
    """The day that the newsroom gave beside the text."""
    if article.given is None:
        return None
    return _dating(article.given.isoformat(), "given", "dates.published.given", 1.0, (), "the newsroom gave it")


def event_of(dated: Sequence[Dated], passages: Sequence[Passage]) -> Dating:
    """The first day that the lead names, or a time of it; else that of the first paragraph or the headline."""
    for kinds in ({"lead"}, {"paragraph", "headline"}):
        for item in dated:
            if passages[item.passage].block.kind in kinds and _is_a_day(item):
                return _event(item)
    return UNKNOWN


def _is_a_day(item: Dated) -> bool:
    moment = item.settled.moment
    if item.mention.type not in {"DATE", "TIME"} or moment.fixed or "X" in item.mention.value:
        return False
    return (
        moment.year is not None
        and moment.month is not None
        and moment.day is not None
        and moment.grain not in {"week", "weekend"}
    )


def _event(item: Dated) -> Dating:
    stated = item.piece.moment.year is not None and item.piece.moment.has_day and not item.settled.lunar
    value = item.settled.value
    basis = item.mention.basis
    return _dating(
        value, "stated" if stated else "inferred", "dates.event.lead", round(basis.confidence * 0.9, 3), basis.evidence,
        f"the first time of the lead; {basis.reason}",
    )  # fmt: skip


def _dating(value: str, status: str, method: str, confidence: float, evidence: tuple[Span, ...], reason: str) -> Dating:
    basis = Basis(method=method, version=VERSION, confidence=confidence, evidence=evidence, reason=reason)
    return Dating(value=value, status=status, basis=basis)  # type: ignore[arg-type]  # callers name one of the four
