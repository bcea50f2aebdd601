"""What becomes of the articles of a batch: decided under locks on their words, then kept. None of it commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.enrich import linking, pipeline
from services.enrich.claims import Claimed, Version
from services.enrich.linking import Named
from services.enrich.records import fingerprints, lives, repository, search, stories
from services.enrich.text.article import Article, Said
from services.enrich.text.duplicates import Judged
from shared.contracts.states import State
from shared.feed import holders
from shared.ids import NewId

Read = Sequence[tuple[Claimed, Article]]
"""Bulletins, each with the article that was read from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What becomes of a batch.

    `versions` are to be kept. `related` are the articles that say something, with what they are to earlier ones; `fresh`
    are those of them that revise nothing. `ends` are the next states of the bulletins.
    """

    versions: Sequence[Version]
    related: Read
    fresh: Read
    ends: Mapping[UUID, State]

    @property
    def shown(self) -> list[Version]:
        """The versions that are for readers, now or one day: all but the probes'."""
        return [one for one in self.versions if not one.bulletin.probe]

    @property
    def articles(self) -> list[Article]:
        """Every article that was read for readers, once."""
        known = {one.article.id: one.article for one in self.shown} | {
            article.id: article for _, article in self.related
        }
        return list(known.values())


def decide(tx: Connection, read: Read) -> Decided:
    """What becomes of each. From here on locks on the keys of all their words are held."""
    known: dict[int, tuple[UUID, Said]] = {}
    judged: Judged = {}
    originals = _lock_words(tx, [article for _, article in read], known, judged) if read else {}
    bulletins = [bulletin for bulletin, _ in read]
    held_apart = fingerprints.apart(tx, bulletins)
    versions, plain, ends = _lives(tx, read, originals)
    # What revises an article says something too, and is never its own duplicate.
    revised = {one.article.id for one in versions if one.current and one.announced and not one.first}
    plain_ids = {article.id for _, article in plain}
    spoken = [(bulletin, article) for bulletin, article in read if article.id in plain_ids | revised]
    articles = [article for _, article in spoken]
    likely = fingerprints.candidates(tx, articles, known) if articles else {}
    apart = {article.id: held_apart.get(bulletin.id, set()) | {article.id} for bulletin, article in spoken}
    settled = pipeline.settle(articles, originals, likely, judged, apart, revised)
    related = [(bulletin, article) for (bulletin, _), article in zip(spoken, settled, strict=True)]
    fresh = [(bulletin, article) for bulletin, article in related if article.id in plain_ids]
    versions += [_first(bulletin, article, originals) for bulletin, article in fresh if article.duplicate is None]
    ends |= {bulletin.id: State.DUPLICATE if one.duplicate else State.PUBLISHED for bulletin, one in fresh}
    return Decided(versions=versions, related=related, fresh=fresh, ends=ends)


def keep(tx: Connection, decided: Decided, *, new_id: NewId, now: datetime) -> None:
    """Write it: articles and versions, and by what they are found, known again, and told together."""
    versions, shown = decided.versions, decided.shown
    moving = [(one.article.id, one.bulletin.id) for one in versions if one.current and not one.first]
    fingerprints.carry_over(tx, moving)
    lives.move_on(tx, versions)
    repository.add_articles(tx, versions, pipeline=pipeline.version(), now=now)
    fingerprints.forget(tx, [id for id, _ in moving])
    fingerprints.add(tx, [one.article for one in shown if one.current])
    fingerprints.add_relations(tx, decided.related, now=now)
    linking.link(tx, [_named(one) for one in shown], now=now)
    search.keep(tx, shown)
    # What is under an embargo is told to nobody, not even by the story that it would be in.
    told = [one for one in shown if one.first and one.announced]
    stories.gather(tx, [(one.bulletin.received_at, one.article) for one in told], new_id=new_id)
    waiting = [one for one in shown if one.current and not one.announced]
    stories.keep_hidden(tx, [(one.bulletin.received_at, one.article) for one in waiting])
    lives.succeed(tx, [bulletin for bulletin, _ in decided.fresh], now=now)
    lives.note_versions(tx, versions, now=now)


def _lock_words(
    tx: Connection, articles: Sequence[Article], known: dict[int, tuple[UUID, Said]], judged: Judged
) -> dict[bytes, UUID]:
    """The originals by the keys of all articles, under locks on all their keys.

    The articles are held against what is there before any lock is taken: that is the dear part, and whoever waits for
    the locks waits for the newcomers' part alone. What was read and found meanwhile is left in `known` and `judged`.
    """
    not_itself = {article.id: {article.id} for article in articles}
    pipeline.settle(articles, {}, fingerprints.candidates(tx, articles, known), judged, not_itself)
    fingerprints.lock(tx, articles)
    # Statements of their own: they see what was committed while the locks were waited for.
    return holders(tx, [article.exact_key for article in articles])


def _lives(
    tx: Connection, read: Read, originals: dict[bytes, UUID]
) -> tuple[list[Version], list[tuple[Claimed, Article]], dict[UUID, State]]:
    """The versions of articles that are there, with the ends of their bulletins; and what may become an article.

    Whose words a version comes to hold is noted in `originals`.
    """
    standings = lives.standings(tx, [bulletin for bulletin, _ in read])
    versions, plain, ends = [], [], dict[UUID, State]()
    for bulletin, article in read:
        standing = standings.get(bulletin.id)
        if bulletin.probe:
            versions.append(lives.unseen(bulletin, article))
            ends[bulletin.id] = State.PUBLISHED
        elif standing is None or standing.is_new_and_public:
            plain.append((bulletin, article))
        elif standing.killed:
            ends[bulletin.id] = State.WITHDRAWN
        else:
            versions.append(one := lives.version(bulletin, article, standing, originals.get(article.exact_key)))
            ends[bulletin.id] = State.PUBLISHED
            if one.holds_words:
                originals[article.exact_key] = article.id
    return versions, plain, ends


def _named(version: Version) -> Named:
    return Named(article_id=version.article.id, version=version.number, naming=version.article.naming)


def _first(bulletin: Claimed, article: Article, originals: Mapping[bytes, UUID]) -> Version:
    """The first version of a new article. The words are another's already only where a person holds the two apart."""
    holds_words = article.exact_key not in originals
    return Version(bulletin=bulletin, article=article, number=bulletin.revision, holds_words=holds_words)
