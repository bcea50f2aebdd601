"""Every statement by which it is decided again what articles are to earlier ones. None of them commits.

Judged again is what can still be compared: with the article that came before, as it is now, if readers may see it. What
is no more, or says something else since, stands as it was found. What a person said stands anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from shared.feed import Given, give_duplicates

NOT_NUMBERED = 2**63 - 1
"""Stands for the number of an article that has none: all others come before it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How an article stands whose relations may be decided again.

    `number` is its place among those that are compared. `by_person`: a person said what it is a duplicate of.
    """

    number: int
    announced: bool
    pub_status: str
    duplicate_of: UUID | None
    embargo_until: datetime | None
    by_person: bool

    @property
    def is_public(self) -> bool:
        """May readers see it, or might they if it were no duplicate?"""
        return self.announced and self.pub_status == "usable"


class Row(NamedTuple):
    """A relation as it is kept. `canonical` is the original of `original`; `comparable`: it can be found again, or not."""

    original: UUID
    canonical: UUID
    kind: str
    score: float
    spans: list[dict[str, int]]
    by_person: bool
    comparable: bool


class Earlier(NamedTuple):
    """An article that others are held against: its place, when what it says was accepted, and its original."""

    number: int
    received_at: datetime
    canonical: UUID


class Tied(NamedTuple):
    """A bulletin that a rule found to be a duplicate, with its bytes, and the version of the rule."""

    bulletin: UUID
    received_at: datetime
    raw: bytes
    media_type: str
    charset: str
    kind: str
    method: str
    method_version: str


_STANDINGS = """
SELECT article.id, article_fingerprint.number, article.announced, article.pub_status, article.duplicate_of, article.embargo_until,
       EXISTS (SELECT FROM duplicate_relation AS said JOIN article_version AS made USING (bulletin_id)
               WHERE made.article_id = article.id AND said.original_id = article.duplicate_of
                     AND said.decided_by = 'person') AS by_person
FROM article LEFT JOIN article_fingerprint ON article_fingerprint.article_id = article.id
WHERE article.id = ANY(%(ids)b::uuid[])
"""
_ROWS = """
SELECT relation.bulletin_id, relation.original_id, coalesce(other.duplicate_of, other.id) AS canonical, relation.kind,
       relation.score, relation.spans, relation.decided_by = 'person' AS by_person,
       coalesce(there.number < asked.below AND says.received_at <= asked.received_at, false)
       AND other.announced AND other.pub_status = 'usable' AS comparable
FROM unnest(%(bulletins)b::uuid[], %(belows)b::int8[], %(received)b::timestamptz[]) AS asked (bulletin_id, below, received_at)
JOIN duplicate_relation AS relation USING (bulletin_id) JOIN article AS other ON other.id = relation.original_id
LEFT JOIN article_fingerprint AS there ON there.article_id = other.id
LEFT JOIN article_version AS says ON says.article_id = other.id AND says.version = other.current_version
"""
_EARLIER = """
SELECT article.id, number, received_at, coalesce(original.id, article.id) AS canonical
FROM article JOIN article_fingerprint ON article_fingerprint.article_id = article.id
JOIN article_version ON article_version.article_id = article.id AND article_version.version = article.current_version
LEFT JOIN article AS original ON original.id = article.duplicate_of
WHERE article.id = ANY(%(ids)b::uuid[]) AND article.announced AND coalesce(original.pub_status, article.pub_status) = 'usable'
"""
# What came before the article's current version was tied to what it said before; what is under a key may have an article.
_FROM_TIED = """
FROM unnest(%(articles)b::uuid[], %(since)b::timestamptz[], %(other)b::bool[]) AS asked (article_id, since, has_other_words)
JOIN duplicate_relation AS relation ON relation.original_id = asked.article_id
JOIN bulletin ON bulletin.id = relation.bulletin_id JOIN raw_object ON raw_object.sha256 = bulletin.raw_sha256
WHERE relation.kind IN ('exact', 'near') AND decided_by = 'rule'
      AND bulletin.status = 'duplicate' AND raw_object.erased_at IS NULL AND bulletin.received_at >= asked.since
      AND NOT EXISTS (SELECT FROM article WHERE article.id = bulletin.article_id)
      AND (asked.has_other_words
           OR (method, method_version) NOT IN (SELECT * FROM unnest(%(methods)b::text[], %(versions)b::text[])))
"""
_WITH_TIED = f"SELECT DISTINCT asked.article_id {_FROM_TIED}"
_TIED = f"""
SELECT bulletin.id, bulletin.received_at, raw_object.bytes, media_type, charset, relation.kind, method, method_version
{_FROM_TIED} AND bulletin.id > %(after)s ORDER BY bulletin.id LIMIT %(limit)s
"""
_HOLD = "SELECT FROM article WHERE id = ANY(%(ids)s) OR duplicate_of = %(id)s ORDER BY id FOR UPDATE"
_HOLD_BULLETINS = """
SELECT id FROM bulletin WHERE id = ANY(%(ids)s) AND status = 'duplicate' ORDER BY id FOR UPDATE SKIP LOCKED
"""
_FORGET = """
DELETE FROM duplicate_relation
WHERE bulletin_id = %(bulletin)s AND original_id = ANY(%(originals)s) AND decided_by = 'rule'
"""
# Of an article with duplicates of which a person spoke, a rule does not make a duplicate: these would be told otherwise.
_SPOKEN_OF = """
SELECT EXISTS (SELECT FROM duplicate_relation WHERE original_id = %(id)s AND decided_by = 'person' AND kind IN ('exact', 'near'))
    OR EXISTS (SELECT FROM duplicate_relation AS tied JOIN duplicate_relation AS said USING (bulletin_id)
               WHERE tied.original_id = %(id)s AND tied.kind IN ('exact', 'near')
                     AND said.original_id = %(original)s AND said.decided_by = 'person')
"""
_REQUEUE = """
UPDATE bulletin SET status = 'queued', closed_at = NULL, run_at = %(now)s, suspect = false WHERE id = %(bulletin)s
"""


def standings(tx: Connection, articles: Sequence[UUID]) -> dict[UUID, Standing]:
    """How articles stand, by their ids."""
    rows: Sequence[Any] = tx.exec_driver_sql(_STANDINGS, {"ids": list(articles)}).all()
    return {
        row.id: Standing(
            number=NOT_NUMBERED if row.number is None else row.number, announced=row.announced, pub_status=row.pub_status,
            duplicate_of=row.duplicate_of, embargo_until=row.embargo_until, by_person=row.by_person,
        )
        for row in rows
    }  # fmt: skip


def rows(tx: Connection, asked: Sequence[tuple[UUID, int, datetime]]) -> dict[UUID, list[Row]]:
    """The relations of bulletins to earlier articles. Asked with each is the place of its article and when it was accepted."""
    bulletins, belows, received = zip(*asked, strict=True) if asked else ((), (), ())
    values = {"bulletins": list(bulletins), "belows": list(belows), "received": list(received)}
    found: dict[UUID, list[Row]] = {}
    for bulletin, *row in tx.exec_driver_sql(_ROWS, values):
        found.setdefault(bulletin, []).append(Row(*row))
    return found


def earlier(tx: Connection, articles: Sequence[UUID]) -> dict[UUID, Earlier]:
    """Those of the articles that others may be said to be like, by their ids: what readers see, and what is its duplicate."""
    values = {"ids": list(articles)}
    return {id: Earlier(*row) for id, *row in tx.exec_driver_sql(_EARLIER, values)} if articles else {}


def tied(
    tx: Connection,
    article: UUID,
    *,
    since: datetime,
    after: UUID,
    has_other_words: bool,
    methods: Sequence[tuple[str, str]],
    limit: int,
) -> list[Tied]:
    """The next bulletins behind `after` that rules found to be duplicates of an article, as it is since `since`.

    Without `has_other_words` only what was found by other `methods`, or by other versions of them, than those of today.
    """
    values = _of_tied([(article, since, has_other_words)], methods)
    return [Tied(*row) for row in tx.exec_driver_sql(_TIED, {**values, "after": after, "limit": limit})]


def with_tied(
    tx: Connection, asked: Sequence[tuple[UUID, datetime, bool]], *, methods: Sequence[tuple[str, str]]
) -> set[UUID]:
    """Of which of the articles there are such bulletins, each with since when, and whether it has other words."""
    return {row[0] for row in tx.exec_driver_sql(_WITH_TIED, _of_tied(asked, methods))}


def _of_tied(asked: Sequence[tuple[UUID, datetime, bool]], methods: Sequence[tuple[str, str]]) -> dict[str, list[Any]]:
    articles, since, other = zip(*asked, strict=True)
    names, versions = zip(*methods, strict=True)
    return {
        "articles": list(articles), "since": list(since), "other": list(other), "methods": list(names),
        "versions": list(versions),
    }  # fmt: skip


def hold(tx: Connection, article: UUID, others: Sequence[UUID]) -> None:
    """Lock an article, with those that are its duplicates, and others."""
    tx.exec_driver_sql(_HOLD, {"id": article, "ids": [article, *others]})


def hold_bulletins(tx: Connection, bulletins: Sequence[UUID]) -> set[UUID]:
    """Lock bulletins that are duplicates; which nobody else has in hand. Before all other locks."""
    return {row[0] for row in tx.exec_driver_sql(_HOLD_BULLETINS, {"ids": list(bulletins)})} if bulletins else set()


def forget(tx: Connection, bulletin: UUID, originals: Sequence[UUID]) -> None:
    """Let what a rule said of a bulletin and these articles be said no more."""
    if originals:
        tx.exec_driver_sql(_FORGET, {"bulletin": bulletin, "originals": list(originals)})


def is_spoken_of(tx: Connection, article: UUID, original: UUID) -> bool:
    """Did a person say something that would be told otherwise if the article were a duplicate of that original?"""
    return bool(tx.exec_driver_sql(_SPOKEN_OF, {"id": article, "original": original}).scalar())


def merge(tx: Connection, article: UUID, original: UUID) -> Given:
    """Hide an article as a duplicate of an original; its own duplicates are the original's. All are locked."""
    given = give_duplicates(tx, of=article, to=original)
    tx.exec_driver_sql(
        "UPDATE article SET duplicate_of = %(original)s WHERE id = %(id)s", {"id": article, "original": original}
    )
    return given


def part(tx: Connection, article: UUID) -> None:
    """Show an article again that a rule had found to be a duplicate."""
    tx.exec_driver_sql("UPDATE article SET duplicate_of = NULL WHERE id = %(id)s", {"id": article})


def read_anew(tx: Connection, bulletin: UUID, original: UUID, *, now: datetime) -> None:
    """Let a worker decide on a bulletin that is no duplicate of that original any more; it is locked."""
    forget(tx, bulletin, [original])
    tx.exec_driver_sql(_REQUEUE, {"bulletin": bulletin, "now": now})
