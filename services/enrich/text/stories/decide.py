"""Do two articles tell of one event?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.enrich.text.article import Article, Basis
from services.enrich.text.stories.telling import SIZE, Sketch, likeness

VERSION = "1"
MOST_CANDIDATES = 15
WINDOW = timedelta(days=4)
"""News of an event comes within so many days of each other; a longer story is a chain of them."""

_ALIKE, _ALIKE_IF_SHORT = 0.15, 0.2
"""Of two articles of one week as much alike as that, nine in ten tell of one event (docs/stories.md)."""
SURE = 0.25
"""So much alike an article must be to bring two stories together."""
_SAME_WORDS = 0.8
"""So much alike are only texts of the same words: one bulletin, told as such, or two of a series."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Likely:
    """An earlier article that may tell of the same event."""

    id: UUID
    sketch: Sketch
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An earlier article that tells of the same event, and why."""

    id: UUID
    score: float
    basis: Basis


def matches(article: Article, received_at: datetime, likely: Sequence[Likely]) -> list[Match]:
    """The articles that tell of the same event, the surest first.

    All must have come within the WINDOW. A new version of an article, and a text that shares whole phrases with it, tell
    of its event. Of the others those do that have telling words in common, but not all: the next issue of a series has
    all. `likely` holds those that share keys with the article, and those that it is related to.
    """
    near = [one for one in likely if abs(received_at - one.received_at) <= WINDOW]
    found = [*_related(article, near), *_alike(article, near)]
    best: dict[UUID, Match] = {}
    for match in found:
        if match.id not in best or match.score > best[match.id].score:
            best[match.id] = match
    return sorted(best.values(), key=lambda match: (-match.score, match.id))


def _related(article: Article, near: Sequence[Likely]) -> Iterator[Match]:
    ids = {one.id for one in near}
    for relation in article.relations:
        if relation.kind in ("revision", "same_event") and relation.other in ids:
            reason = {"revision": "a version of the same bulletin", "same_event": "shares whole phrases with it"}
            yield _match(relation.other, max(relation.score, _ALIKE), "stories.related", reason[relation.kind])


def _alike(article: Article, near: Sequence[Likely]) -> Iterator[Match]:
    if any(relation.kind == "none" for relation in article.relations):
        return  # one of a series: the others have its words, and tell of other days
    for one in near:
        score = likeness(article.sketch, one.sketch)
        is_short = min(len(article.sketch), len(one.sketch)) < SIZE
        if (_ALIKE_IF_SHORT if is_short else _ALIKE) <= score < _SAME_WORDS:
            yield _match(one.id, score, "stories.telling_words", f"telling words in common: {score:.0%}")


def _match(id: UUID, score: float, method: str, reason: str) -> Match:
    score = round(score, 4)
    return Match(id=id, score=score, basis=Basis(method=method, version=VERSION, confidence=score, reason=reason))
