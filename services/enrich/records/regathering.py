"""Every statement by which it is decided again which story an article tells. None of them commits.

What a person has shaped is left alone: who was put somewhere, and whoever is in a story that is marked as decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.records import stories
from services.enrich.records.stories import Newcomer
from services.enrich.text.article import Article
from services.enrich.text.stories import WINDOW, Match, keys, matches, pack
from shared.ids import NewId


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How an article stands among stories: its sketch as it is kept, with its place, and its story.

    `other` is the article by which it was told to belong there; `comparable`: that can be found again, or not.
    """

    number: int
    received_at: datetime
    pairs: bytes
    story: UUID | None
    other: UUID | None
    comparable: bool
    by_person: bool


_TOLD = """
SELECT sketch.article_id, sketch.number, sketch.received_at, sketch.pairs, coalesce(story.lead_id, story.id) AS story,
       member.other_id AS other, coalesce(there.number < sketch.number, false) AS comparable,
       coalesce(member.method = 'person' OR story.decided OR lead.decided, false) AS by_person
FROM article_sketch AS sketch LEFT JOIN story_member AS member USING (article_id)
LEFT JOIN story ON story.id = member.story_id LEFT JOIN story AS lead ON lead.id = story.lead_id
LEFT JOIN readable_article ON readable_article.id = member.other_id
LEFT JOIN article_sketch AS there ON there.article_id = readable_article.id
WHERE sketch.article_id = ANY(%(ids)b::uuid[])
"""
_RENEW = """
WITH renewed AS (
    UPDATE article_sketch SET pairs = %(pairs)s WHERE article_id = %(article)s RETURNING number
), gone AS (
    DELETE FROM sketch_key USING renewed WHERE sketch_key.number = renewed.number AND key <> ALL(%(keys)s)
)
INSERT INTO sketch_key (key, number) SELECT key, number FROM renewed, unnest(%(keys)s::int8[]) AS key WHERE %(is_found)s
ON CONFLICT DO NOTHING
"""
_LEAVE = "DELETE FROM story_member WHERE article_id = %(article)s AND method <> 'person'"
_TIMES = """
UPDATE story SET first_at = rest.first_at, last_at = rest.last_at FROM (
    SELECT min(received_at) AS first_at, max(received_at) AS last_at FROM story_member WHERE story_id = %(story)s
) AS rest WHERE story.id = %(story)s AND rest.first_at IS NOT NULL
"""


def told(tx: Connection, articles: Sequence[UUID]) -> dict[UUID, Told]:
    """How articles stand among stories, by their ids; without those that have no sketch."""
    found: Sequence[Any] = tx.exec_driver_sql(_TOLD, {"ids": list(articles)}).all()
    return {row.article_id: Told(**{name: getattr(row, name) for name in Told.__dataclass_fields__}) for row in found}


def renew(tx: Connection, article: Article, *, is_found: bool) -> None:
    """Keep what is telling of an article now, in its old place; `is_found`: by the next ones too."""
    values = {"article": article.id, "pairs": pack(article.sketch), "keys": list(keys(article.sketch))}
    tx.exec_driver_sql(_RENEW, {**values, "is_found": is_found})


def matches_of(tx: Connection, asked: Sequence[tuple[Article, Told]]) -> dict[UUID, list[Match]]:
    """For each article, with its place, the earlier ones that tell of its event, the surest first, as if it came now."""
    if not asked:
        return {}
    owned = [(place.number, key) for article, place in asked for key in keys(article.sketch)]
    likely = stories.likely(tx, owned, since=min(place.received_at for _, place in asked) - WINDOW)
    related = stories.sketched(tx, {relation.other for article, _ in asked for relation in article.relations})
    found = {}
    for article, place in asked:
        others = [related[one.other] for one in article.relations if one.other in related]
        found[article.id] = matches(article, place.received_at, [*likely.get(place.number, ()), *others])
    return found


def stories_of(tx: Connection, found: Sequence[Match]) -> dict[UUID, UUID]:
    """The stories that matches tell."""
    return stories.stories_of(tx, {match.id for match in found})


def move(tx: Connection, article: Article, place: Told, found: Sequence[Match], *, new_id: NewId) -> None:
    """Let an article leave its story, and join that of what it matches. All that is written is locked, in one order.

    Where somebody has decided on its story since `place` was found, it stays.
    """
    others = {match.id for match in found}
    stories.lock(tx, {article.id, *others}, also=[place.story] if place.story else [])
    now = told(tx, [article.id])[article.id]
    if (now.story, now.by_person) != (place.story, place.by_person):
        return
    tx.exec_driver_sql(_LEAVE, {"article": article.id})
    tx.exec_driver_sql(_TIMES, {"story": place.story})
    if found:
        newcomer = Newcomer(article=article, received_at=place.received_at, matches=found)
        stories.join(tx, newcomer, stories.stories_of(tx, others), new_id)
