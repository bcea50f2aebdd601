"""Every SELECT of the stories: only articles that readers may see count, and a story has at least two."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, tuple_

from shared.database import AnyRow
from shared.tables.articles import article_version, readable_article, story, story_member

_CURRENT = (article_version.c.article_id == readable_article.c.id) & (
    article_version.c.version == readable_article.c.current_version
)
_SEEN = readable_article.c.id == story_member.c.article_id


def newest(tx: Connection, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[AnyRow]:
    """Stories, that of the latest news first, from below a position; how many articles and sources tell each."""
    counted = (
        select(func.count().label("articles"), func.count(readable_article.c.source.distinct()).label("sources"))
        .join_from(story_member, readable_article, _SEEN)
        .where(story_member.c.story_id == story.c.id)
        .lateral("counted")
    )
    listed = (
        select(story.c.id, story.c.first_at, story.c.last_at, counted.c.articles, counted.c.sources)
        .join_from(story, counted, counted.c.articles > 1)
        .where(story.c.lead_id.is_(None))
        .order_by(story.c.last_at.desc(), story.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        listed = listed.where(tuple_(story.c.last_at, story.c.id) < tuple_(*before))
    return tx.execute(listed).all()


def titles(tx: Connection, stories: Sequence[UUID]) -> dict[UUID, str]:
    """The headline of the first article of each story."""
    first = (
        select(story_member.c.story_id, article_version.c.title)
        .distinct(story_member.c.story_id)
        .join_from(story_member, readable_article, _SEEN)
        .join(article_version, _CURRENT)
        .where(story_member.c.story_id.in_(stories))
        .order_by(story_member.c.story_id, story_member.c.received_at, story_member.c.article_id)
    )
    return {row.story_id: row.title for row in tx.execute(first)}


def lead_of(tx: Connection, id: UUID) -> UUID | None:
    """The story that an id means: itself, or that into which it was merged; None if there never was one."""
    row = tx.execute(select(func.coalesce(story.c.lead_id, story.c.id)).where(story.c.id == id)).one_or_none()
    return row[0] if row else None


def merged_into(tx: Connection, id: UUID) -> Sequence[UUID]:
    """The stories that were merged into this one."""
    return tx.execute(select(story.c.id).where(story.c.lead_id == id).order_by(story.c.id)).scalars().all()


def members(tx: Connection, id: UUID, *, limit: int) -> Sequence[AnyRow]:
    """The articles of a story in the order in which they were accepted, with what is found in each."""
    other = readable_article.alias("other")
    found: Select[tuple[object, ...]] = (
        select(
            story_member,
            other.c.id.label("by_id"),
            readable_article.c.source,
            article_version.c.title,
            article_version.c.entities,
            article_version.c.places,
            article_version.c.dates,
        )
        .join_from(story_member, readable_article, _SEEN)
        .join(article_version, _CURRENT)
        .outerjoin(other, other.c.id == story_member.c.other_id)
        .where(story_member.c.story_id == id)
        .order_by(story_member.c.received_at, story_member.c.article_id)
        .limit(limit)
    )
    return tx.execute(found).all()
