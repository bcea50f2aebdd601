"""How the tests of dates ask: one text or several blocks in, what was found out."""

from datetime import date

from services.enrich.text.article import Article, Basis, Block, BlockKind, DateMention
from services.enrich.text.dates import find_dates
from services.enrich.text.span import Span
from services.enrich.text.vietnamese import compose
from shared.ids import new_id

NEAR_NEW_YEAR = date(2025, 12, 29)
"""A Monday, three days before the New Year."""

BASIS = Basis(method="tests", version="1", confidence=1.0)


def an_article_of(*blocks: tuple[BlockKind, str], published: date | None = None) -> Article:
    """An article with these blocks, a line each, as they would be after the stage that reads the structure."""
    filed = "\n".join(text for _, text in blocks)
    made, start = [], 0
    for kind, text in blocks:
        span = Span(start, start + len(text))
        clean, offsets = compose(text, start)
        made.append(Block(kind=kind, span=span, text=clean, offsets=offsets, basis=BASIS))
        start = span.end + 1
    return Article(id=new_id(), filed=filed, given=published, blocks=tuple(made))


def mentions(text: str, published: date | None = NEAR_NEW_YEAR) -> tuple[DateMention, ...]:
    """The times in one sentence."""
    return find_dates(an_article_of(("headline", text), published=published)).dates


def times(text: str, published: date | None = NEAR_NEW_YEAR) -> list[str]:
    """The times in one sentence, each as "expression = value", with its modifier where it has one."""
    return [
        f"{found.text} = {found.value}" + (f" {found.modifier}" if found.modifier else "")
        for found in mentions(text, published)
    ]
