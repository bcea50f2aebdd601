"""What both writers of articles do alike: lock words, hand duplicates on, number changes in the feed, and note who did
what. None commits.

Locks are taken in one order by everybody: bulletins, words (sorted), keys of senders, articles (each sorted by id), and
last the head of the feed. So nobody waits in a circle.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

CHANNEL = "bantin_changes"
"""Where PostgreSQL calls out the feed's new head when a transaction that numbered changes has committed."""

DELIVERIES_CHANNEL = "bantin_deliveries"
"""Where those who deliver are called when there is something else for them than changes."""

_LOCK = """
SELECT pg_advisory_xact_lock(lock_id) FROM (
    SELECT DISTINCT lock_id FROM unnest(%(lock_ids)b::int8[]) AS lock_id ORDER BY lock_id
) AS in_order
"""

# An article that is announced holds its words, and those that it said before; a killed one only if they were taken back
# with it. An article under embargo holds none: nobody may learn from a duplicate that it is there.
_HOLDERS = """
SELECT DISTINCT ON (exact_key) exact_key, id FROM (
    SELECT exact_key, id, 0 AS rank, available_at FROM article WHERE exact_key = ANY(%(keys)b::bytea[])
    UNION ALL
    SELECT article_version.exact_key, article.id, 1, article.available_at
    FROM article_version JOIN article ON article.id = article_version.article_id
    WHERE article_version.exact_key = ANY(%(keys)b::bytea[]) AND article.announced
          AND (article.pub_status <> 'canceled' OR article.exact_key IS NOT NULL)
) AS holder ORDER BY exact_key, rank, available_at, id
"""


def lock_words(tx: Connection, keys: Sequence[bytes], bands: Sequence[int] = ()) -> None:
    """Keep everybody else from deciding whose the words of these keys are, and who says nearly the same as a text of
    these bands, until this transaction ends."""
    lock_ids = [*(int.from_bytes(key[:8], "big", signed=True) for key in keys), *bands]
    tx.exec_driver_sql(_LOCK, {"lock_ids": lock_ids})


def holders(tx: Connection, keys: Sequence[bytes]) -> dict[bytes, UUID]:
    """The articles whose words these are. A statement after the lock: it sees what was committed meanwhile."""
    found = tx.exec_driver_sql(_HOLDERS, {"keys": list(set(keys))})
    return {key: id for key, id in found}  # noqa: C416  # a Row is no pair to mypy


class Given(NamedTuple):
    """What was handed on: bulletins, articles, and the relations that gave way because another was in their place."""

    bulletins: list[UUID]
    articles: list[UUID]
    gone: list[dict[str, Any]]


# A duplicate is a bulletin that made no article, or an article of which a person said so.
_TIED = """
FROM duplicate_relation AS tied JOIN bulletin ON bulletin.id = tied.bulletin_id
LEFT JOIN article_version AS made ON made.bulletin_id = tied.bulletin_id
LEFT JOIN article ON article.id = made.article_id
WHERE tied.original_id = %(of)s AND tied.kind IN ('exact', 'near')
      AND (bulletin.status = 'duplicate' OR article.duplicate_of = %(of)s)
"""
_GIVE_WAY = f"""
DELETE FROM duplicate_relation AS there USING (SELECT tied.bulletin_id {_TIED}) AS duplicate
WHERE there.bulletin_id = duplicate.bulletin_id AND there.original_id = %(to)s RETURNING to_jsonb(there)
"""
_GIVE = f"""
UPDATE duplicate_relation AS relation SET original_id = %(to)s FROM (SELECT tied.bulletin_id {_TIED}) AS duplicate
WHERE relation.bulletin_id = duplicate.bulletin_id AND relation.original_id = %(of)s RETURNING relation.bulletin_id
"""
_GIVE_ARTICLES = "UPDATE article SET duplicate_of = %(to)s WHERE duplicate_of = %(of)s RETURNING id"


def give_duplicates(tx: Connection, *, of: UUID, to: UUID) -> Given:
    """Let the duplicates of one article be those of another; which they were. Both are locked, with their words."""
    values = {"of": of, "to": to}
    gone = [row[0] for row in tx.exec_driver_sql(_GIVE_WAY, values)]
    bulletins = [row[0] for row in tx.exec_driver_sql(_GIVE, values)]
    return Given(bulletins, [row[0] for row in tx.exec_driver_sql(_GIVE_ARTICLES, values)], gone)


class Told(NamedTuple):
    """A change that readers are told of."""

    type: str
    article_id: UUID
    version: int


def tell(tx: Connection, told: Sequence[Told], *, now: datetime) -> None:
    """Number changes in the feed. The last statement of its transaction: from here on all others wait.

    The commit wakes who follows, once a transaction, with the new head.
    """
    if not told:
        return
    sql = """
    WITH head AS (UPDATE feed_head SET seq = seq + %(count)s RETURNING seq),
    numbered AS (
        INSERT INTO change (seq, type, article_id, version, at)
        SELECT head.seq - %(count)s + t.place, t.type, t.id, t.version, %(now)s
        FROM head, unnest(%(types)b::text[], %(ids)b::uuid[], %(versions)b::int[]) WITH ORDINALITY
             AS t (type, id, version, place)
    )
    SELECT pg_notify(%(channel)s, seq::text) FROM head
    """
    values = {
        "count": len(told),
        "types": [one.type for one in told],
        "ids": [one.article_id for one in told],
        "versions": [one.version for one in told],
        "now": now,
        "channel": CHANNEL,
    }
    tx.exec_driver_sql(sql, values)


class Deed(NamedTuple):
    """What was done to an article, by whom and why."""

    article_id: UUID
    version: int
    what: str
    actor: str
    reason: str
    note: str | None = None


def note_deeds(tx: Connection, deeds: Sequence[Deed], *, now: datetime) -> None:
    """Note what was done, for good."""
    sql = """
    INSERT INTO article_event (article_id, version, what, actor, reason, note, at)
    VALUES (%(article_id)s, %(version)s, %(what)s, %(actor)s, %(reason)s, %(note)s, %(now)s)
    """
    for deed in deeds:
        tx.exec_driver_sql(sql, {**deed._asdict(), "now": now})
