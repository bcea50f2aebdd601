"""Every SELECT of the read API."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from shared.database import AnyRow
from shared.tables.articles import article, article_version, change, feed_head

_LISTED = (
    select(
        change.c.seq,
        article.c.id,
        article.c.current_version,
        article.c.pub_status,
        article.c.source,
        article.c.available_at,
        article_version.c.bulletin_id,
        article_version.c.title,
        article_version.c.published,
    )
    .join_from(change, article, article.c.id == change.c.article_id)
    .join(
        article_version,
        (article_version.c.article_id == article.c.id) & (article_version.c.version == article.c.current_version),
    )
    .where(change.c.type == "article.published")
    .order_by(change.c.seq.desc())
)


def newest(tx: Connection, *, before: int | None, limit: int) -> Sequence[AnyRow]:
    """Articles in the order in which they became readable, newest first, from below a position of the feed.

    That order is the order of commits: an article that arrives while somebody pages through can only stand before
    the first page.
    """
    below = _LISTED if before is None else _LISTED.where(change.c.seq < before)
    return tx.execute(below.limit(limit)).all()


def changes(tx: Connection, *, since: int, limit: int) -> Sequence[AnyRow]:
    """What follows a position of the feed, in order."""
    return tx.execute(select(change).where(change.c.seq > since).order_by(change.c.seq).limit(limit)).all()


def head_seq(tx: Connection) -> int:
    """The newest position of the feed."""
    return int(tx.execute(select(feed_head.c.seq)).scalar_one())
