"""Every SELECT of the read API."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from shared.database import AnyRow
from shared.tables.articles import article, article_version, change, feed_head


def newest(tx: Connection, *, before: int | None, limit: int) -> Sequence[AnyRow]:
    """Articles in the order in which they became readable, newest first, from below a position of the feed.

    That order is the order of commits: an article that arrives while somebody pages through can only stand before
    the first page.
    """
    # The page is cut from the feed first, so that no plan can begin by joining all articles.
    page = select(change.c.seq, change.c.article_id).where(change.c.type == "article.published")
    if before is not None:
        page = page.where(change.c.seq < before)
    cut = page.order_by(change.c.seq.desc()).limit(limit).subquery()
    listed = (
        select(
            cut.c.seq,
            article.c.id,
            article.c.current_version,
            article.c.pub_status,
            article.c.source,
            article.c.available_at,
            article_version.c.bulletin_id,
            article_version.c.title,
            article_version.c.published,
        )
        .join_from(cut, article, article.c.id == cut.c.article_id)
        .join(
            article_version,
            (article_version.c.article_id == article.c.id) & (article_version.c.version == article.c.current_version),
        )
        .order_by(cut.c.seq.desc())
    )
    return tx.execute(listed).all()


def changes(tx: Connection, *, since: int, limit: int) -> Sequence[AnyRow]:
    """What follows a position of the feed, in order."""
    return tx.execute(select(change).where(change.c.seq > since).order_by(change.c.seq).limit(limit)).all()


def head_seq(tx: Connection) -> int:
    """The newest position of the feed."""
    return int(tx.execute(select(feed_head.c.seq)).scalar_one())
