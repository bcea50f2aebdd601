"""Which bulletins are duplicates of an article no more, by the engine of today. Writes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.records import fingerprints, relations
from services.enrich.records.archive import Kept
from services.enrich.records.relations import Tied
from services.enrich.text.article import Article, Said, UnreadableBulletin
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import METHODS, Candidate, Judged, fingerprint, relate
from shared.decoding import filed_text
from shared.feed import holders

_PAGE = 50
"""Duplicates that are read at a time."""


class Again(NamedTuple):
    """An article that is judged again: what is kept, what counts of it now, and whether that is something else."""

    kept: Kept
    article: Article
    has_other_words: bool


@dataclass(kw_only=True, slots=True)
class Memory:
    """What one round of judging has read and found; asked twice, before and under the locks."""

    known: dict[int, tuple[UUID, Said]] = field(default_factory=dict)
    judged: Judged = field(default_factory=dict)
    read: dict[UUID, Article | None] = field(default_factory=dict)


def with_duplicates(tx: Connection, read: Sequence[Again]) -> list[Again]:
    """Those of the articles that have duplicates which `unlike` would look at."""
    if not read:
        return []
    asked = [(one.article.id, one.kept.received_at, one.has_other_words) for one in read]
    having = relations.with_tied(tx, asked, methods=METHODS)
    return [one for one in read if one.article.id in having]


def unlike(
    tx: Connection, article: Article, since: datetime, memory: Memory, *, has_other_words: bool
) -> Iterator[UUID]:
    """The bulletins that rules found to be duplicates of an article, and would no more. A worker then decides what they are.

    `since`: when it came to say what it says. `has_other_words`: something else of that counts than before; if not, only what
    was found by another version of the rules is looked at.
    """
    after = UUID(int=0)
    while page := relations.tied(
        tx, article.id, since=since, after=after, has_other_words=has_other_words,
        methods=METHODS, limit=_PAGE,
    ):  # fmt: skip
        after = page[-1].bulletin
        for tied in page:
            if tied.bulletin not in memory.read:
                memory.read[tied.bulletin] = _read(tied)
        read = [one for tied in page if (one := memory.read[tied.bulletin]) is not None]
        yield from _no_duplicates(tx, article, read, memory)


def _read(tied: Tied) -> Article | None:
    """What counts of a bulletin; None if it can be read no more."""
    article = Article(id=tied.bulletin, filed=filed_text(tied.raw, tied.media_type, tied.charset))
    try:
        return words_of(fingerprint(clean(article)))
    except UnreadableBulletin:
        return None


def _no_duplicates(tx: Connection, of: Article, read: Sequence[Article], memory: Memory) -> Iterator[UUID]:
    assert of.said is not None
    itself = Candidate(id=of.id, said=of.said, shared=len(of.bands))
    others = []
    for article in read:
        original = of.id if article.exact_key == of.exact_key else None
        if relate(article, original, [itself], {}).duplicate is None:
            others.append(article)
    if not others:
        return
    # It may say what the article said before, or what a duplicate of the article says.
    likely = fingerprints.candidates(tx, others, memory.known)
    originals = holders(tx, [article.exact_key for article in others])
    seen = {one.id for candidates in likely.values() for one in candidates} | set(originals.values())
    ours = {id for id, one in relations.earlier(tx, list(seen)).items() if one.canonical == of.id}
    for article in others:
        candidates = [one for one in likely[article.id] if one.id in ours - {of.id}]
        original = originals.get(article.exact_key)
        if relate(article, original if original in ours else None, candidates, {}).duplicate is None:
            yield article.id


def words_of(article: Article) -> Article:
    """Of an article what it is compared by, and nothing else."""
    return Article(
        id=article.id,
        filed="",
        exact_key=article.exact_key,
        said=article.said,
        bands=article.bands,
        sketch=article.sketch,
    )
