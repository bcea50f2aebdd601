"""The articles that people decide about: found by their ids, and locked together with their words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.database import AnyRow
from shared.errors import ArticleKilled, NoSuchArticle, ServiceError
from shared.feed import lock_words
from shared.ids import ARTICLE, BULLETIN, read, written

_BY_BULLETIN = "SELECT article_id FROM article_version WHERE bulletin_id = %(id)s"
_LOCK = """
SELECT id, current_version, pub_status, announced, embargo_until, exact_key, erased_at, heir_id, duplicate_of FROM article
WHERE id = ANY(%(ids)s) OR duplicate_of = ANY(%(ids)s) ORDER BY id FOR UPDATE
"""
# What articles say and said, and what those said that were found to be their duplicates.
_WORDS = """
SELECT exact_key FROM article WHERE (id = ANY(%(ids)s) OR duplicate_of = ANY(%(ids)s)) AND exact_key IS NOT NULL
UNION SELECT article_version.exact_key FROM article_version JOIN article ON article.id = article_id
WHERE (article.id = ANY(%(ids)s) OR duplicate_of = ANY(%(ids)s)) AND article_version.exact_key IS NOT NULL
"""
_BANDS = """
SELECT key FROM article_band JOIN article_fingerprint USING (number) JOIN article ON article.id = article_id
WHERE article.id = ANY(%(ids)s) OR duplicate_of = ANY(%(ids)s)
"""


class ArticleInHand(ServiceError):
    """The article is being revised at this moment."""

    status, code = 409, "article_in_hand"


class OrderRefused(ServiceError):
    """As things stand, this cannot be ordered."""

    status, code = 409, "order_refused"


def in_hand() -> ArticleInHand:
    """What is said where somebody else is at work on an article."""
    return ArticleInHand("order it again in a moment", headers={"Retry-After": "1"})


def article_id(tx: Connection, asked: str) -> UUID:
    """The id of an article that was asked for by its own id, or by that of a bulletin it was made from.

    Under an embargo nobody but its sender knows an article, and only by its bulletin. Raises NoSuchArticle.
    """
    id = read(ARTICLE, asked)
    if id is None and (bulletin := read(BULLETIN, asked)):
        id = run(tx, _BY_BULLETIN, id=bulletin).scalar()
    if id is None or run(tx, "SELECT FROM article WHERE id = %(id)s", id=id).one_or_none() is None:
        raise NoSuchArticle(f"no article {asked}: name it by its id, art_…, or by its bulletin's, bul_…")
    return id


def lock(tx: Connection, id: UUID) -> AnyRow:
    """The article's row, locked. Raises ArticleKilled, and OrderRefused of a duplicate."""
    article = _rows(tx, [id])[id]
    if article.pub_status == "canceled":
        raise ArticleKilled("a kill is final: post the text anew, under a new key")
    if article.duplicate_of is not None:
        original = written(ARTICLE, article.duplicate_of)
        raise OrderRefused(f"it was found to be a duplicate of {original}: order that one, or undo the decision")
    return article


def lock_with_words(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    """The rows of articles and of those found to be their duplicates, locked, and all their words before them.

    Raises ArticleInHand if one of them says something new by then.
    """
    words, bands = _words(tx, ids), _bands(tx, ids)
    lock_words(tx, sorted(words), sorted(bands))
    rows = _rows(tx, ids)
    if not (_words(tx, ids) <= words and _bands(tx, ids) <= bands):
        raise in_hand()
    return rows


def _rows(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    return {row.id: row for row in run(tx, _LOCK, ids=list(ids))}


def _words(tx: Connection, ids: Sequence[UUID]) -> set[bytes]:
    return {row[0] for row in run(tx, _WORDS, ids=list(ids))}


def _bands(tx: Connection, ids: Sequence[UUID]) -> set[int]:
    return {row[0] for row in run(tx, _BANDS, ids=list(ids))}


def run(tx: Connection, sql: str, **values: Any) -> Any:
    """Run a statement; its result."""
    return tx.exec_driver_sql(sql, values)
