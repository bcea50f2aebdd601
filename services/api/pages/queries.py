"""The SELECTs that only the pages need. Like all queries of readers they see what the views let them see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from services.api.records.entities import members
from shared.database import AnyRow
from shared.ids import ENTITY, written
from shared.tables.articles import article_version, change, readable_article

_OF_EACH = 200
"""So many of the newest articles about a person are looked at for the posts."""
_POSTS = f"""
SELECT coalesce(entity.lead_id, entity.id) AS id, link.rank, post ->> 'text' AS text,
       post ->> 'organisation' AS organisation, min(link.day) AS first_day, max(link.day) AS last_day,
       count(*) AS articles
FROM entity CROSS JOIN LATERAL (
    SELECT link.* FROM article_entity AS link JOIN readable_article AS article
        ON article.id = link.article_id AND article.current_version = link.version
    WHERE link.entity_id = entity.id ORDER BY link.day DESC NULLS LAST LIMIT {_OF_EACH}
) AS link LEFT JOIN LATERAL jsonb_array_elements(link.posts) AS post ON true
WHERE entity.id = ANY(%(ids)s) AND (link.rank IS NOT NULL OR post IS NOT NULL)
GROUP BY 1, 2, 3, 4 ORDER BY 1, max(link.day) DESC NULLS LAST, count(*) DESC, 2, 3, 4
"""


def careers(tx: Connection, people: Sequence[UUID], *, most: int = 6) -> dict[str, list[Any]]:
    """By written id: what articles said of each person's rank and posts, with the first and last day, the newest first."""
    found: dict[str, list[Any]] = {}
    if people:
        for row in tx.exec_driver_sql(_POSTS, {"ids": members(tx, people)}):
            said = found.setdefault(written(ENTITY, row.id), [])
            if len(said) < most:
                said.append(row)
    return found


def titles(tx: Connection, articles: Sequence[UUID]) -> dict[UUID, AnyRow]:
    """The headline and source of each of these articles that may be read."""
    named = (
        select(readable_article.c.id, readable_article.c.source, article_version.c.title)
        .join_from(
            readable_article,
            article_version,
            (article_version.c.article_id == readable_article.c.id)
            & (article_version.c.version == readable_article.c.current_version),
        )
        .where(readable_article.c.id.in_(articles))
    )
    return {row.id: row for row in tx.execute(named)} if articles else {}


def news(tx: Connection, *, since: int, limit: int) -> Sequence[AnyRow]:
    """What changed since a position of the feed, the newest first, an article once; with its headline where it may be
    read."""
    # The end of the feed is cut off first: who comes back after a year must not make us count a year.
    end = (
        select(change.c.article_id, change.c.seq)
        .where(change.c.seq > since)
        .order_by(change.c.seq.desc())
        .limit(limit * 2)
        .subquery()
    )
    newest = select(end.c.article_id, func.max(end.c.seq).label("seq")).group_by(end.c.article_id).subquery()
    listed = (
        select(
            newest.c.seq,
            newest.c.article_id,
            change.c.type,
            change.c.at,
            readable_article.c.source,
            article_version.c.title,
            article_version.c.published,
        )
        .join_from(newest, change, change.c.seq == newest.c.seq)
        .outerjoin(readable_article, readable_article.c.id == newest.c.article_id)
        .outerjoin(
            article_version,
            (article_version.c.article_id == readable_article.c.id)
            & (article_version.c.version == readable_article.c.current_version),
        )
        .order_by(newest.c.seq.desc())
        .limit(limit)
    )
    return tx.execute(listed).all()
