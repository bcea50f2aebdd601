"""Every statement by which articles on one event are gathered. None of them commits.

Locks come after those on keys and bands and before the feed's head: on the articles by which a newcomer is told to belong
to a story, then on their stories, each sorted, in one statement. So two workers who bring news of one event make one story.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.text.article import Article
from services.enrich.text.stories import MOST_CANDIDATES, SURE, WINDOW, Likely, Match, keys, matches, pack, unpack
from shared.ids import NewId

_NEWEST = 30
"""Articles that are looked at under one pair of words; what comes every day has thousands."""

_ADD = """
WITH made AS (
    SELECT * FROM unnest(%(article_id)b::uuid[], %(received_at)b::timestamptz[], %(pairs)b::bytea[])
    WITH ORDINALITY AS t (article_id, received_at, pairs, place)
), kept AS (
    INSERT INTO article_sketch (article_id, received_at, pairs) SELECT article_id, received_at, pairs FROM made
    ORDER BY place RETURNING number, article_id
), found AS (
    INSERT INTO sketch_key (key, number)
    SELECT t.key, kept.number FROM unnest(%(owners)b::uuid[], %(keys)b::int8[]) AS t (article_id, key)
    JOIN kept USING (article_id)
)
SELECT article_id, number FROM kept
"""

# Of each key the newest before the asker, by a walk down its index; of each asker those that share most keys with it.
_CANDIDATES = """
WITH hit AS (
    SELECT asked.number AS asker, seen.number, count(*) AS keys
    FROM unnest(%(askers)b::int8[], %(keys)b::int8[]) AS asked (number, key),
         LATERAL (SELECT number FROM sketch_key WHERE sketch_key.key = asked.key AND sketch_key.number < asked.number
                  ORDER BY number DESC LIMIT %(newest)s) AS seen
    GROUP BY asked.number, seen.number
), ranked AS (
    SELECT asker, number, row_number() OVER (PARTITION BY asker ORDER BY keys DESC, number DESC) AS place FROM hit
)
SELECT asker, article_id, received_at, pairs FROM ranked JOIN article_sketch USING (number)
JOIN readable_article ON readable_article.id = article_id
WHERE place <= %(most)s AND received_at >= %(since)s ORDER BY asker, place
"""

_LOCK = """
SELECT pg_advisory_xact_lock(7263003, key) FROM (
    SELECT DISTINCT hashtext(id::text) AS key FROM unnest(%(ids)b::uuid[]) AS id ORDER BY key
) AS in_order
"""

_LOCK_STORIES = "SELECT FROM story WHERE id = ANY(%(ids)b::uuid[]) ORDER BY id FOR UPDATE"

_TOLD = """
SELECT story_member.article_id, coalesce(story.lead_id, story.id) AS story_id
FROM story_member JOIN story ON story.id = story_member.story_id WHERE article_id = ANY(%(ids)b::uuid[])
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """A new article with what it was found to share an event with."""

    article: Article
    received_at: datetime
    matches: Sequence[Match]


# What is under an embargo is told by nobody: it has no key, and none will find it.
_KEEP_HIDDEN = """
INSERT INTO article_sketch (article_id, received_at, pairs)
SELECT * FROM unnest(%(article_id)b::uuid[], %(received_at)b::timestamptz[], %(pairs)b::bytea[])
ON CONFLICT (article_id) DO UPDATE SET pairs = excluded.pairs
"""
_HIDDEN = "SELECT article_id, pairs FROM article_sketch WHERE article_id = ANY(%(ids)b::uuid[])"
_FORGET = "DELETE FROM article_sketch WHERE article_id = ANY(%(ids)b::uuid[])"


def keep_hidden(tx: Connection, made: Sequence[tuple[datetime, Article]]) -> None:
    """Keep what is telling of articles under embargo, for the moment at which it is over."""
    if made:
        values = {
            "article_id": [article.id for _, article in made],
            "received_at": [received_at for received_at, _ in made],
            "pairs": [pack(article.sketch) for _, article in made],
        }
        tx.exec_driver_sql(_KEEP_HIDDEN, values)


def hidden(tx: Connection, articles: Sequence[UUID]) -> dict[UUID, Article]:
    """Articles under embargo by their ids, with what is telling of them and nothing else."""
    rows: Sequence[Any] = tx.exec_driver_sql(_HIDDEN, {"ids": list(articles)}).all()
    return {row.article_id: Article(id=row.article_id, filed="", sketch=unpack(row.pairs)) for row in rows}


def show(tx: Connection, articles: Sequence[Article], *, now: datetime, new_id: NewId) -> None:
    """Put articles whose embargo is over into the stories of their events. They are found from now on, and count as news
    of this moment: what others reported while they waited came before them."""
    if articles:
        tx.exec_driver_sql(_FORGET, {"ids": [article.id for article in articles]})
        gather(tx, [(now, article) for article in articles], new_id=new_id)


def gather(tx: Connection, made: Sequence[tuple[datetime, Article]], *, new_id: NewId) -> None:
    """Put each article that is new to readers, with the time at which it was accepted, into the story of its event, if
    an earlier article tells of it."""
    if not made:
        return
    newcomers = _with_matches(tx, made)
    others = {match.id for one in newcomers for match in one.matches}
    if not others:
        return
    lock(tx, others)
    # Again, for what was merged while the locks were waited for.
    told = stories_of(tx, others)
    for one in newcomers:
        if one.matches:
            join(tx, one, told, new_id)


def lock(tx: Connection, articles: set[UUID], *, also: Sequence[UUID] = ()) -> None:
    """Keep everybody else from deciding on the stories of articles; all rows that may be written are locked, in one order,
    `also` other stories."""
    tx.exec_driver_sql(_LOCK, {"ids": list(articles)})
    tx.exec_driver_sql(_LOCK_STORIES, {"ids": list({*stories_of(tx, articles).values(), *also})})


def _with_matches(tx: Connection, made: Sequence[tuple[datetime, Article]]) -> list[Newcomer]:
    sketches = {article.id: article.sketch for _, article in made}
    owned = [(id, key) for id, one in sketches.items() for key in keys(one)]
    received = {article.id: received_at for received_at, article in made}
    kept: Sequence[Any] = tx.exec_driver_sql(
        _ADD,
        {
            "article_id": list(sketches),
            "received_at": [received[id] for id in sketches],
            "pairs": [pack(one) for one in sketches.values()],
            "owners": [owner for owner, _ in owned],
            "keys": [key for _, key in owned],
        },
    ).all()
    numbers = {row.article_id: row.number for row in kept}
    candidates = likely(tx, [(numbers[id], key) for id, key in owned], since=min(received.values()) - WINDOW)
    related = sketched(tx, {relation.other for _, article in made for relation in article.relations})
    return [
        Newcomer(
            article=article,
            received_at=received[article.id],
            matches=matches(
                article,
                received[article.id],
                [
                    *candidates.get(numbers[article.id], ()),
                    *(related[one.other] for one in article.relations if one.other in related),
                ],
            ),
        )
        for _, article in made
    ]


def likely(tx: Connection, asked: Sequence[tuple[int, int]], *, since: datetime) -> Mapping[int, list[Likely]]:
    """The earlier articles that share most telling pairs with each asker, by the askers' numbers."""
    found = tx.exec_driver_sql(
        _CANDIDATES,
        {
            "askers": [number for number, _ in asked],
            "keys": [key for _, key in asked],
            "newest": _NEWEST,
            "most": MOST_CANDIDATES,
            "since": since,
        },
    ).all()
    candidates: dict[int, list[Likely]] = {}
    for asker, id, received_at, pairs in found:
        candidates.setdefault(asker, []).append(Likely(id=id, sketch=unpack(pairs), received_at=received_at))
    return candidates


def sketched(tx: Connection, articles: set[UUID]) -> dict[UUID, Likely]:
    """Articles by their ids, to be held against newcomers."""
    sql = """
    SELECT article_id, received_at, pairs FROM article_sketch JOIN readable_article ON readable_article.id = article_id
    WHERE article_id = ANY(%(ids)b::uuid[])
    """
    rows: Sequence[Any] = tx.exec_driver_sql(sql, {"ids": list(articles)}).all() if articles else ()
    return {row[0]: Likely(id=row[0], received_at=row[1], sketch=unpack(row[2])) for row in rows}


def stories_of(tx: Connection, articles: set[UUID]) -> dict[UUID, UUID]:
    """The story of each article that has one; of a merged one, what it was merged into."""
    rows: Sequence[Any] = tx.exec_driver_sql(_TOLD, {"ids": list(articles)}).all()
    return {article: story for article, story in rows}  # noqa: C416  # a Row is no pair to mypy


def join(tx: Connection, one: Newcomer, told: dict[UUID, UUID], new_id: NewId) -> None:
    """Into the story of its best match. A story of its own is begun with a match that has none; a sure match of another
    story brings the two together, under the id of the older."""
    best = one.matches[0]
    story = told.get(best.id)
    if story is None:
        story = told[best.id] = _begin(tx, best.id, new_id())
    for match in one.matches[1:]:
        other = told.get(match.id)
        if other is not None and other != story and match.score >= SURE:
            kept = _merge(tx, story, other)
            if kept is None:
                continue
            told.update({article: kept for article, its in told.items() if its in (story, other)})
            story = kept
    told[one.article.id] = story
    _add(tx, story, one, best)


def _begin(tx: Connection, article: UUID, story: UUID) -> UUID:
    sql = """
    WITH first AS (
        SELECT received_at FROM article_version WHERE article_id = %(article)s ORDER BY version LIMIT 1
    ),
    begun AS (
        INSERT INTO story (id, first_at, last_at) SELECT %(story)s, received_at, received_at FROM first RETURNING id
    )
    INSERT INTO story_member (article_id, story_id, score, method, method_version, reason, received_at)
    SELECT %(article)s, begun.id, 1, 'stories.first', '1', 'the first to tell of it', received_at FROM begun, first
    """
    tx.exec_driver_sql(sql, {"article": article, "story": story})
    return story


def _merge(tx: Connection, one: UUID, other: UUID) -> UUID | None:
    """One story of two, under the id of that which began first; the other id leads there from now on.

    None if a person has said what belongs to each: what was taken apart stays apart.
    """
    sql = "SELECT id, decided FROM story WHERE id = ANY(%(ids)s::uuid[]) ORDER BY first_at, id FOR UPDATE"
    rows = tx.exec_driver_sql(sql, {"ids": [one, other]}).all()
    if all(row.decided for row in rows):
        return None
    kept, gone = (row.id for row in rows)
    values = {"kept": kept, "gone": gone}
    tx.exec_driver_sql("UPDATE story_member SET story_id = %(kept)s WHERE story_id = %(gone)s", values)
    tx.exec_driver_sql("UPDATE story SET lead_id = %(kept)s WHERE id = %(gone)s OR lead_id = %(gone)s", values)
    sql = """
    UPDATE story SET last_at = greatest(story.last_at, gone.last_at), decided = story.decided OR gone.decided
    FROM story AS gone
    WHERE story.id = %(kept)s AND gone.id = %(gone)s
    """
    tx.exec_driver_sql(sql, values)
    return kept  # type: ignore[no-any-return]  # a UUID


def _add(tx: Connection, story: UUID, one: Newcomer, best: Match) -> None:
    sql = """
    WITH joined AS (
        INSERT INTO story_member (article_id, story_id, other_id, score, method, method_version, reason, received_at)
        VALUES (%(article)s, %(story)s, %(other)s, %(score)s, %(method)s, %(version)s, %(reason)s, %(received_at)s)
    )
    UPDATE story SET last_at = greatest(last_at, %(received_at)s), first_at = least(first_at, %(received_at)s)
    WHERE id = %(story)s
    """
    tx.exec_driver_sql(
        sql,
        {
            "article": one.article.id,
            "story": story,
            "other": best.id,
            "score": best.score,
            "method": best.basis.method,
            "version": best.basis.version,
            "reason": best.basis.reason,
            "received_at": one.received_at,
        },
    )
