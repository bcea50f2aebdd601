"""The first stage: from the text as filed to the parts of a bulletin, each with its clean text."""

from collections.abc import Sequence
from functools import cache

from services.enrich.text.article import Article, Basis, Block, Item, Note, UnreadableBulletin
from services.enrich.text.markup import is_markup, take_text
from services.enrich.text.mending import mend
from services.enrich.text.span import OffsetMap, Span
from services.enrich.text.structure.draft import Part
from services.enrich.text.structure.lines import Line, lines_of
from services.enrich.text.structure.parts import structure_of

VERSION = "2"


def clean(article: Article) -> Article:
    """Take the text out of what was filed, mend its letters, and tell its parts.

    Raises UnreadableBulletin if no line holds anything.
    """
    text, under, notes = readable(article.filed)
    lines = lines_of(text, under if under.changes or under.under else None)
    if not lines:
        raise UnreadableBulletin("the text holds nothing but blanks")
    structure = structure_of(lines)
    return article.evolve(
        blocks=tuple(_block(part) for part in structure.parts),
        items=tuple(_item(parts) for parts in structure.articles),
        notes=(*notes, *_doubts(structure.doubts)),
    )


def readable(filed: str) -> tuple[str, OffsetMap, tuple[Note, ...]]:
    """The text that a reader would see in what was filed, the way back, and what was done to get it."""
    if not is_markup(filed):
        mended = mend(filed)
        return mended.text, mended.offsets, mended.notes
    text, under = take_text(filed)
    note = Note(code="taken_from_html", detail="the visible text of a web page", spans=(Span(0, len(filed)),))
    mended = mend(text, under)
    return mended.text, mended.offsets, (note, *mended.notes)


def _block(part: Part) -> Block:
    line = part.line
    offsets = OffsetMap(part.start, (), line.offsets) if part.start else line.offsets
    basis = _basis(part.rule, part.confidence, part.reason)
    span = line.offsets.filed(part.start, part.end)
    return Block(kind=part.kind, span=span, text=part.text, offsets=offsets, basis=basis, picture=part.picture)


@cache
def _basis(rule: str, confidence: float, reason: str) -> Basis:
    """One object for all parts of one rule: rules are few and parts are many."""
    return Basis(method=rule, version=VERSION, confidence=confidence, reason=reason)


def _item(parts: Sequence[Part]) -> Item:
    first, last = parts[0], parts[-1]
    start = first.line.offsets.filed(first.start, first.end).start
    end = last.line.offsets.filed(last.start, last.end).end
    return Item(span=Span(start, end), title=next(part.text for part in parts if part.kind == "headline"))


def _doubts(lines: Sequence[Line]) -> tuple[Note, ...]:
    if not lines:
        return ()
    spans = tuple(line.offsets.filed(0, len(line.text)) for line in lines)
    return (Note(code="several_articles", detail="may hold several articles; kept whole", spans=spans),)
