"""The stage itself: from an article's blocks to its dates, its day of publication, and the time of its event."""

from collections.abc import Sequence
from datetime import date

from services.enrich.text.article import UNKNOWN, Article, Dating
from services.enrich.text.dates.evidence import Passage, evidence_of, years_named
from services.enrich.text.dates.mentions import pieces_of, settle_all
from services.enrich.text.dates.publication import event_of, given_publication, inferred_publication, stated_publication
from services.enrich.text.dates.resolve import Timeline
from services.enrich.text.vietnamese import fold_tone_place


def find_dates(article: Article) -> Article:
    """The article with every time it mentions, the day it was published, and when what it tells of took place."""
    passages = _passages(article)
    stated = given_publication(article) or stated_publication(passages)
    line, published = _timeline(passages, stated)
    dated = settle_all(passages, line, article.items)
    mentions = sorted((item.mention for item in dated), key=lambda mention: (mention.span.start, mention.span.end))
    refused = sum(len(passage.pieces) for passage in passages) - len(dated)
    return article.evolve(
        dates=tuple(mentions), dates_refused=refused, published=published, event=event_of(dated, passages)
    )


def _passages(article: Article) -> list[Passage]:
    passages = []
    for block in article.blocks:
        small = fold_tone_place(block.text)
        passages.append(Passage(block=block, small=small, pieces=pieces_of(block.text, small)))
    return passages


def _timeline(passages: Sequence[Passage], stated: Dating | None) -> tuple[Timeline, Dating]:
    """From which day the article counts, and what it says of its publication."""
    if stated and stated.value:
        day, spans = date.fromisoformat(stated.value), stated.basis.evidence
        return Timeline(published=day, evidence=(), years_named=years_named(passages), published_span=spans), stated
    evidence = evidence_of(passages)
    inferred = inferred_publication(passages, evidence)
    if inferred is None:
        return Timeline(published=None, evidence=evidence), UNKNOWN
    return Timeline(published=inferred[0], evidence=evidence, published_span=inferred[1].basis.evidence), inferred[1]
