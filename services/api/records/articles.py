"""Every SELECT of articles that are known by their ids, or listed as they came. What may be seen is decided in one place: by the
view `readable_article`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from shared.database import AnyRow
from shared.tables.articles import article_reading, article_version, change, readable_article, recalled_article
from shared.tables.search import readable_bytes

LISTED = (
    readable_article.c.id, readable_article.c.current_version, readable_article.c.pub_status, readable_article.c.source,
    readable_article.c.available_at, article_version.c.bulletin_id, article_version.c.title, article_version.c.published,
)  # fmt: skip
"""What a list tells of an article."""

CURRENT = (article_version.c.article_id == readable_article.c.id) & (
    article_version.c.version == readable_article.c.current_version
)
"""The version of an article that is read now."""


def newest(tx: Connection, *, before: int | None, limit: int) -> Sequence[AnyRow]:
    """Articles in the order in which they became readable, newest first, from below a position of the feed.

    That order is the order of commits: an article that arrives while somebody pages through can only stand before the
    first page.
    """
    feed = everything()
    if before is not None:
        feed = feed.where(change.c.seq < before)
    # The page is cut from the feed first, so that no plan can begin by joining all articles.
    cut = feed.order_by(change.c.seq.desc()).limit(limit).subquery()
    listed = (
        select(cut.c.seq, *LISTED)
        .join_from(cut, readable_article, readable_article.c.id == cut.c.article_id)
        .join(article_version, CURRENT)
        .order_by(cut.c.seq.desc())
    )
    return tx.execute(listed).all()


def everything() -> Select[Any]:
    """`seq` and `article_id` of all readable articles, in no order."""
    return (
        select(change.c.seq, change.c.article_id)
        .join(readable_article, readable_article.c.id == change.c.article_id)
        .where(change.c.type == "article.published")
    )


# A person's decision reaches articles that the feed tells nothing of; such decisions are few.
_DECIDED = "(SELECT max(decided_at) FROM entity_decision), (SELECT max(decided_at) FROM article_decision)"
# Transactions end in another order than they began: the newest is one of the last.
_ANYTHING = f"""
SELECT greatest((SELECT max(at) FROM (SELECT at FROM change ORDER BY seq DESC LIMIT 100) AS newest), {_DECIDED})
"""
# Whether it is in a story, others of the story decide.
_ONE = f"""
SELECT greatest(
    (SELECT max(at) FROM change WHERE article_id = %(id)s), {_DECIDED},
    (SELECT max(at) FROM story_member AS one JOIN story_member AS other USING (story_id)
     JOIN change ON change.article_id = other.article_id WHERE one.article_id = %(id)s)
)
"""


def anything_changed(tx: Connection) -> datetime | None:
    """Since when every list is as it is; None if nothing was ever published."""
    return tx.exec_driver_sql(_ANYTHING).scalar_one()  # type: ignore[no-any-return]  # a moment


def one_changed(tx: Connection, id: UUID) -> datetime | None:
    """Since when an article is as it is, but for its relations."""
    return tx.exec_driver_sql(_ONE, {"id": id}).scalar_one()  # type: ignore[no-any-return]  # a moment


def told_at(tx: Connection, seq: int) -> datetime | None:
    """When the feed told of a position; None if there is none of this number."""
    return tx.execute(select(change.c.at).where(change.c.seq == seq)).scalar_one_or_none()


def recalled(tx: Connection, id: UUID) -> AnyRow | None:
    """What readers are told of an article that they knew and may read no more: how it stands, since when, and the note."""
    told = (
        select(
            recalled_article.c.pub_status, recalled_article.c.note, recalled_article.c.erased_at, change.c.version,
            change.c.at,
        )
        .join(change, change.c.article_id == recalled_article.c.id)
        .where(recalled_article.c.id == id)
        .order_by(change.c.seq.desc())
        .limit(1)
    )  # fmt: skip
    return tx.execute(told).one_or_none()


_READING = select(article_reading).join(readable_article, readable_article.c.id == article_reading.c.article_id)


def readings(tx: Connection, id: UUID) -> Sequence[AnyRow]:
    """What earlier pipelines found in the versions of a readable article, the first first."""
    found = _READING.where(article_reading.c.article_id == id)
    return tx.execute(found.order_by(article_reading.c.version, article_reading.c.reading)).all()


def reading(tx: Connection, id: UUID, version: int, number: int) -> AnyRow | None:
    """The reading of a number of a version of a readable article."""
    of = article_reading.c
    found = _READING.where(of.article_id == id, of.version == version, of.reading == number)
    return tx.execute(found).one_or_none()


def bytes_of(tx: Connection, id: UUID, version: int) -> AnyRow | None:
    """The bytes that a version of a readable article was made of, with their media type and charset."""
    found = select(readable_bytes).where(readable_bytes.c.article_id == id, readable_bytes.c.version == version)
    return tx.execute(found).one_or_none()
