"""The last decision: does an earlier article already say this, and what is this one to those like it?"""

from bisect import bisect_right
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from uuid import UUID

from services.enrich.text.article import Article, Basis, Relation, Said
from services.enrich.text.duplicates import comparison as compared
from services.enrich.text.duplicates import said as saying
from services.enrich.text.duplicates.comparison import Comparison, compare, differing
from services.enrich.text.span import Span

MOST_CANDIDATES = 12
_MOST_CHARACTERS = 500_000
"""Characters of candidates that one article is held against; the first candidate may have more."""
_CERTAIN = 0.98
"""A duplicate with so much in common is the best there will be."""
_OF_ONE_FORM = 0.45
"""Share of common phrases from which on two texts are of one form of words."""
_MOST_RELATIONS, _MOST_SPANS = 5, 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An earlier article that may say the same, and how many bands it shares with the one that is asked for."""

    id: UUID
    said: Said
    shared: int


METHODS = (("duplicates.exact", saying.VERSION), ("duplicates.compared", compared.VERSION))
"""The methods of relations, with the versions of today."""

Judged = MutableMapping[tuple[UUID, UUID], Comparison]
"""What was found of an article and an earlier one, by their ids: asked twice, before and under the locks."""


def relate(article: Article, original: UUID | None, candidates: Sequence[Candidate], judged: Judged) -> Article:
    """The article with its relations to earlier ones.

    `original` is the article of the same key, if there is one. `candidates` have keys in common, the likeliest first.
    """
    if original is not None:
        return article.evolve(relations=(exact(original),))
    found = list(_compared(article, candidates, judged))
    duplicates = [one for one in found if one[1].kind == "near"]
    if duplicates:
        best = max(duplicates, key=lambda one: one[1].score)
        return article.evolve(relations=(_relation(article, *best),))
    related = [one for one in found if one[1].kind in ("revision", "same_event")]
    related.sort(key=lambda one: (one[1].kind == "revision", one[1].score), reverse=True)
    if not related:
        # The nearest of the same form: whoever wonders why this is no duplicate is told what differs.
        nearest = max(
            (one for one in found if one[1].score >= _OF_ONE_FORM), key=lambda one: one[1].score, default=None
        )
        related = [_told_apart(article, nearest[0])] if nearest else []
    return article.evolve(relations=tuple(_relation(article, *one) for one in related[:_MOST_RELATIONS]))


def _compared(
    article: Article, candidates: Sequence[Candidate], judged: Judged
) -> Iterator[tuple[Candidate, Comparison]]:
    assert article.said is not None
    characters = 0
    for candidate in candidates[:MOST_CANDIDATES]:
        characters += len(candidate.said.text)
        if characters > _MOST_CHARACTERS and candidate is not candidates[0]:
            return
        pair = (article.id, candidate.id)
        comparison = judged.get(pair)
        if comparison is None:
            comparison = judged[pair] = compare(candidate.said.text, article.said.text)
        yield candidate, comparison
        if comparison.kind == "near" and comparison.score >= _CERTAIN:
            return


def _told_apart(article: Article, candidate: Candidate) -> tuple[Candidate, Comparison]:
    assert article.said is not None
    return candidate, compare(candidate.said.text, article.said.text, thorough=True)


def exact(original: UUID) -> Relation:
    """What a text of the same words is to the article that had them first."""
    return Relation(
        other=original,
        kind="exact",
        score=1.0,
        reason="the folded text is the same, letter for letter, but for captions, credits and tails",
        basis=_basis(*METHODS[0], 1.0),
    )


def _relation(article: Article, candidate: Candidate, comparison: Comparison) -> Relation:
    assert article.said is not None
    ours, theirs = article.said, candidate.said
    places = differing(theirs.text, ours.text, comparison.differences[:_MOST_SPANS])
    spans = tuple(
        (_filed(ours, one.start, one.end), _filed(theirs, one.earlier_start, one.earlier_end)) for one in places
    )
    return Relation(
        other=candidate.id,
        kind=comparison.kind,
        score=round(comparison.score, 4),
        reason=comparison.reason,
        basis=_basis(*METHODS[1], round(comparison.score, 4)),
        spans=spans,
    )


@cache
def _basis(method: str, version: str, confidence: float) -> Basis:
    return Basis(method=method, version=version, confidence=confidence)


def _filed(said: Said, start: int, end: int) -> Span:
    """The place in the filed text of some characters of what it says."""
    first = _filed_at(said, start)
    return Span(first, max(first, _filed_at(said, end - 1) + 1) if end > start else first)


def _filed_at(said: Said, offset: int) -> int:
    start, filed = said.places[max(0, bisect_right(said.places, offset, key=itemgetter(0)) - 1)]
    return filed + offset - start
