"""Every SELECT about entities. Only what readers may see counts: an entity that no such article names is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.orthography.search import bare, folded

Rows = Sequence[Any]

_OVER = 1_000
"""So many of the newest articles are looked at for what they name together."""

# What the articles that readers may see name: `link` is of their current versions.
_SEEN = """
article_entity AS link JOIN readable_article AS article
    ON article.id = link.article_id AND article.current_version = link.version
"""
# One such article of `lead` or of what was merged into it: joined row by row, so that a page stops when it is full. As
# EXISTS it would be joined before, for all entities at once.
_SEEN_ONCE = f"""
CROSS JOIN LATERAL (
    SELECT FROM (SELECT lead.id UNION ALL SELECT member.id FROM entity AS member WHERE member.lead_id = lead.id) AS one
    CROSS JOIN LATERAL (SELECT FROM {_SEEN} WHERE link.entity_id = one.id LIMIT 1) AS any_link LIMIT 1
) AS seen
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity stands in a list: how well it was hit, its name in Vietnamese order, its id."""

    grade: int
    name_order: str
    id: UUID


def entities(tx: Connection, *, q: str | None, type: str | None, after: Place | None, limit: int) -> Rows:
    """Entities in Vietnamese order; with `q` those that are called so, the nearest first.

    `q` is words, in any order, with accents or without, the last of which may be cut short. What has all accents as they
    are typed comes first: the whole name, then its beginning, then the rest. Behind all these come names that are like
    `q`, as with a slip of the finger: their grade is `SIMILAR` or higher.
    """
    wanted: dict[str, Any] = {"type": type, "limit": limit, **(_told(after) if after else {})}
    of_type = "(%(type)s::text IS NULL OR lead.type = %(type)s)"
    if q is None:
        # No grade to sort by: the index has the order.
        onward = "(lead.name_order, lead.id) > (%(name_order)s, %(id)s::uuid)" if after else "true"
        source = "(SELECT *, 0 AS grade FROM entity WHERE lead_id IS NULL) AS lead"
        where = ["lead.type = %(type)s" if type else "true", onward]
        return _rows(tx, _listed(source, where, "lead.name_order, lead.id"), **wanted)
    words = bare(q).split(" ")
    if not words[0]:
        return []
    wanted |= {"folded": folded(q), "bare": bare(q), "words": " & ".join(words) + ":*"}
    where = [of_type, "(grade, lead.name_order, lead.id) > (%(grade)s::int, %(name_order)s, %(id)s::uuid)"]
    sort = "grade, lead.name_order, lead.id"
    found: list[Any] = []
    if after is None or after.grade < SIMILAR:
        hits = f"({_HITS}) AS hit JOIN entity AS lead ON lead.id = hit.lead_id"
        found += _rows(tx, _listed(hits, where if after else where[:1], sort), **wanted)
    # Asked only where the page is not full yet: what is called so is mostly what was meant.
    if len(found) < limit and len(bare(q)) >= _SHORTEST and _knows_slips(tx):
        goes_on = after is not None and after.grade >= SIMILAR
        likes = f"({_SIMILAR}) AS hit JOIN entity AS lead ON lead.id = hit.lead_id"
        where = [*(where if goes_on else where[:1]), f"NOT EXISTS ({_CALLED_SO})"]
        found += _rows(tx, _listed(likes, where, sort), **(wanted | {"limit": limit - len(found)}))
    return found


def _listed(source: str, where: Sequence[str], sort: str) -> str:
    return f"""
    SELECT lead.id, lead.type, lead.name, lead.name_order, grade FROM {source} {_SEEN_ONCE}
    WHERE {" AND ".join(where)} ORDER BY {sort} LIMIT %(limit)s
    """


_HITS = """
SELECT coalesce(entity.lead_id, entity.id) AS lead_id,
       min(CASE WHEN alias.folded = %(folded)s THEN 0 WHEN starts_with(alias.folded, %(folded)s) THEN 1
                WHEN strpos(alias.folded, %(folded)s) > 0 THEN 2 WHEN alias.bare = %(bare)s THEN 3 ELSE 4 END) AS grade
FROM entity_alias AS alias JOIN entity ON entity.id = alias.entity_id
WHERE alias.words @@ to_tsquery('simple', %(words)s) GROUP BY 1
"""
SIMILAR = 5
"""The grade from which on an entity is not called as it was asked for, only nearly so."""
_SHORTEST = 4
"""Letters below which everything is like everything."""
_LIKE, _LIKE_OF_A_WORD = 0.5, 0.25
"""What part of the trigrams a name must share with all that was typed, and with each word of it but the shortest."""
_MOST_SIMILAR = 200
"""So many names are looked at, those that are most like it."""
# A name may be typed in part, or in whole: how much of what was typed is in the name counts as much as how much of the name
# was typed.
_SIMILAR = f"""
SELECT coalesce(entity.lead_id, entity.id) AS lead_id, min(near.grade) AS grade FROM (
    SELECT alias.entity_id, {SIMILAR} + round(
        100 - 50 * (word_similarity(%(bare)s, alias.bare) + similarity(%(bare)s, alias.bare))
    )::int AS grade
    FROM entity_alias AS alias
    WHERE %(bare)s <%% alias.bare AND NOT EXISTS (
        SELECT FROM unnest(string_to_array(%(bare)s, ' ')) AS word
        WHERE length(word) > 2 AND word_similarity(word, alias.bare) < {_LIKE_OF_A_WORD}
    )
    ORDER BY 2, 1 LIMIT {_MOST_SIMILAR}
) AS near JOIN entity ON entity.id = near.entity_id GROUP BY 1
"""
_CALLED_SO = """
SELECT FROM (SELECT lead.id UNION ALL SELECT member.id FROM entity AS member WHERE member.lead_id = lead.id) AS one
JOIN entity_alias AS other ON other.entity_id = one.id WHERE other.words @@ to_tsquery('simple', %(words)s)
"""
_READY_FOR_SLIPS = f"""
SELECT to_regclass('ix_entity_alias_bare_trgm') IS NOT NULL,
       set_config('pg_trgm.word_similarity_threshold', '{_LIKE}', true)
"""


def _knows_slips(tx: Connection) -> bool:
    """Has this PostgreSQL the index by trigrams? Not where its contrib package was missing when it was migrated."""
    return bool(tx.exec_driver_sql(_READY_FOR_SLIPS).one()[0])


def _told(place: Place) -> dict[str, Any]:
    return {"grade": place.grade, "name_order": place.name_order, "id": place.id}


def lead(tx: Connection, id: UUID) -> Any:
    """The entity of this id, or the one into which it was merged; None if there is none that readers may know of."""
    sql = f"""
    SELECT lead.id, lead.type, lead.name, lead.key FROM entity AS asked
    JOIN entity AS lead ON lead.id = coalesce(asked.lead_id, asked.id) {_SEEN_ONCE} WHERE asked.id = %(id)s
    """
    return next(iter(_rows(tx, sql, id=id)), None)


def members(tx: Connection, ids: Sequence[UUID]) -> list[UUID]:
    """The entities of these ids, those that they lead to, and all that were merged into these."""
    sql = """
    WITH lead AS (SELECT DISTINCT coalesce(lead_id, id) AS id FROM entity WHERE id = ANY(%(ids)s))
    SELECT id FROM lead UNION SELECT entity.id FROM entity JOIN lead ON entity.lead_id = lead.id
    """
    return [row[0] for row in _rows(tx, sql, ids=list(ids))]


def called(tx: Connection, name: str, type: str) -> list[UUID]:
    """Those of a type whose whole name this is; typed without accents, it is the name of all that differ only in them."""
    sql = """
    SELECT DISTINCT alias.entity_id, alias.folded FROM entity_alias AS alias JOIN entity ON entity.id = alias.entity_id
    WHERE alias.bare = %(bare)s AND entity.type = %(type)s
    """
    rows = _rows(tx, sql, bare=bare(name), type=type)
    wanted = folded(name)
    return [row[0] for row in rows if row[1] == wanted or wanted == bare(name)]


def aliases(tx: Connection, ids: Sequence[UUID]) -> list[str]:
    """What these entities are called."""
    sql = "SELECT DISTINCT alias FROM entity_alias WHERE entity_id = ANY(%(ids)s)"
    return [row[0] for row in _rows(tx, sql, ids=list(ids))]


def figures(tx: Connection, ids: Sequence[UUID]) -> Any:
    """In how many articles these are named, in how many of no known day, and the first and the last day."""
    sql = f"""
    SELECT count(DISTINCT link.article_id) AS articles,
           count(DISTINCT link.article_id) FILTER (WHERE link.day IS NULL) AS undated,
           min(link.day) AS first_day, max(link.day) AS last_day
    FROM {_SEEN} WHERE link.entity_id = ANY(%(ids)s)
    """
    return _rows(tx, sql, ids=list(ids))[0]


def ranks(tx: Connection, ids: Sequence[UUID]) -> Rows:
    """The ranks and degrees that are said, each with its first and last day, the newest first."""
    sql = f"""
    SELECT link.rank AS text, min(link.day) AS first_day, max(link.day) AS last_day, count(*) AS articles
    FROM {_SEEN} WHERE link.entity_id = ANY(%(ids)s) AND link.rank IS NOT NULL
    GROUP BY 1 ORDER BY max(link.day) DESC NULLS LAST, count(*) DESC, 1 LIMIT 100
    """
    return _rows(tx, sql, ids=list(ids))


def posts(tx: Connection, ids: Sequence[UUID]) -> Rows:
    """The same of posts."""
    sql = f"""
    SELECT post ->> 'text' AS text, post ->> 'organisation' AS organisation, min(link.day) AS first_day,
           max(link.day) AS last_day, count(*) AS articles
    FROM {_SEEN} CROSS JOIN LATERAL jsonb_array_elements(link.posts) AS post WHERE link.entity_id = ANY(%(ids)s)
    GROUP BY 1, 2 ORDER BY max(link.day) DESC NULLS LAST, count(*) DESC, 1, 2 LIMIT 200
    """
    return _rows(tx, sql, ids=list(ids))


def months(tx: Connection, ids: Sequence[UUID], *, before: date | None, limit: int) -> Rows:
    """The months in which these are named, the newest first: articles and mentions."""
    sql = f"""
    SELECT date_trunc('month', link.day)::date AS month, count(DISTINCT link.article_id) AS articles,
           sum(cardinality(link.spans) / 2)::int AS mentions
    FROM {_SEEN} WHERE link.entity_id = ANY(%(ids)s) AND link.day < coalesce(%(before)s::date, 'infinity')
    GROUP BY 1 ORDER BY 1 DESC LIMIT %(limit)s
    """
    return _rows(tx, sql, ids=list(ids), before=before, limit=limit)


def posts_by_month(tx: Connection, ids: Sequence[UUID], *, first: date, last: date) -> Rows:
    """What was said of rank and post in each month from `first` to `last`, both first days of months."""
    sql = f"""
    SELECT date_trunc('month', link.day)::date AS month, link.rank, post ->> 'text' AS text,
           post ->> 'organisation' AS organisation, count(*) AS articles
    FROM {_SEEN} LEFT JOIN LATERAL jsonb_array_elements(link.posts) AS post ON true
    WHERE link.entity_id = ANY(%(ids)s) AND link.day >= %(first)s AND link.day < %(last)s::date + interval '1 month'
          AND (link.rank IS NOT NULL OR post IS NOT NULL)
    GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 5 DESC, 2, 3, 4
    """
    return _rows(tx, sql, ids=list(ids), first=first, last=last)


def cooccurring(tx: Connection, ids: Sequence[UUID], *, type: str | None, after: Place | None, limit: int) -> Rows:
    """What else the newest articles about these name, what they name in most articles first.

    In `after`, `grade` is the number of articles, as a negative number.
    """
    going_on = "AND (-articles, name_order, id) > (%(grade)s::int, %(name_order)s, %(id)s::uuid)" if after else ""
    sql = f"""
    WITH newest AS (
        SELECT link.article_id, link.version FROM {_SEEN} WHERE link.entity_id = ANY(%(ids)s)
        ORDER BY link.day DESC NULLS LAST LIMIT {_OVER}
    ), beside AS (
        SELECT coalesce(entity.lead_id, entity.id) AS id, count(DISTINCT link.article_id)::int AS articles
        FROM newest JOIN article_entity AS link USING (article_id, version) JOIN entity ON entity.id = link.entity_id
        WHERE link.entity_id <> ALL(%(ids)s) AND (%(type)s::text IS NULL OR link.type = %(type)s) GROUP BY 1
    )
    SELECT lead.id, lead.type, lead.name, lead.name_order, beside.articles
    FROM beside JOIN entity AS lead USING (id) WHERE true {going_on}
    ORDER BY -articles, name_order, id LIMIT %(limit)s
    """
    return _rows(tx, sql, ids=list(ids), type=type, limit=limit, **(_told(after) if after else {}))


def _rows(tx: Connection, sql: str, **values: Any) -> Rows:
    return tx.exec_driver_sql(sql, values).fetchall()
