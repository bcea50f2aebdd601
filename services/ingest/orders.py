"""What people order: articles withheld, released, killed and erased. Every statement for it; none commits."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.articles import lock, lock_with_words, run
from shared.contracts.bulletin import KillOrder, Order
from shared.database import AnyRow
from shared.feed import Deed, Told, give_duplicates, holders, note_deeds, tell
from shared.ids import ARTICLE, BULLETIN, written
from shared.tables.articles import FINDINGS


class Heir(NamedTuple):
    """Who takes a killed article's place: an article that is public already, or a bulletin that is to be read again."""

    bulletin_id: UUID
    article_id: UUID | None


def withhold(tx: Connection, id: UUID, order: Order, *, now: datetime) -> None:
    """Hide an article until it is released. Raises ArticleKilled, OrderRefused."""
    article = lock(tx, id)
    if article.pub_status == "usable":
        run(tx, "UPDATE article SET pub_status = 'withheld' WHERE id = %(id)s", id=id)
        _done(tx, article, "withheld", order, now=now)


def release(tx: Connection, id: UUID, order: Order, *, now: datetime) -> None:
    """Show an article again that was withheld, in its current version. Raises ArticleKilled, OrderRefused.

    One whose embargo ended meanwhile was never shown: the sweep publishes it at its next turn.
    """
    article = lock(tx, id)
    if article.pub_status == "withheld":
        run(tx, "UPDATE article SET pub_status = 'usable' WHERE id = %(id)s", id=id)
        _done(tx, article, "released", order, now=now)


def kill(tx: Connection, id: UUID, order: KillOrder, *, now: datetime) -> Heir | None:
    """Take an article back for good, in all its versions; who takes its place.

    The rule: of all that were duplicates of it, and of the public articles that have come to say the same, the one that
    was accepted first. With its duplicates it is taken back without an heir, and whatever says the same later is a
    duplicate of the tombstone. Raises ArticleInHand.
    """
    rows = lock_with_words(tx, [id])
    article = rows[id]
    if article.pub_status == "canceled":
        return None
    sql = "UPDATE article SET pub_status = 'canceled', note = %(note)s, exact_key = %(key)s WHERE id = %(id)s"
    run(tx, sql, id=id, note=order.note, key=article.exact_key if order.with_duplicates else None)
    heir = None if order.with_duplicates else _hand_on(tx, article, now=now)
    assert order.actor is not None  # the door sees to it
    note_deeds(tx, [Deed(id, article.current_version, "killed", order.actor, order.reason, order.note)], now=now)
    told = [Told("article.killed", id, article.current_version)] if article.announced else []
    if heir and heir.article_id in rows:
        # It was hidden as a duplicate because a person said so, and now it is shown again.
        told.append(Told("article.released", heir.article_id, rows[heir.article_id].current_version))
    tell(tx, told, now=now)
    return heir


def erase(tx: Connection, id: UUID, order: KillOrder, *, now: datetime) -> None:
    """Remove the bytes and the words of an article, of all its versions and duplicates; hashes and audit stay.

    It is killed with its duplicates, if it was not killed before. Raises ArticleInHand.
    """
    rows = lock_with_words(tx, [id])
    if rows[id].erased_at is not None:
        return
    # What was found to be a duplicate of it says the same.
    there = [row for row in rows.values() if row.erased_at is None]
    for article in there:
        _erase(tx, article, order, now=now)
    tell_deeds(tx, there, "erased", now=now)


def _erase(tx: Connection, article: AnyRow, order: KillOrder, *, now: datetime) -> None:
    sql = "UPDATE article SET pub_status = 'canceled', note = %(note)s, erased_at = %(now)s WHERE id = %(id)s"
    run(tx, sql, id=article.id, note=order.note, now=now)
    for statement in _ERASE:
        run(tx, statement, id=article.id, now=now)
    assert order.actor is not None  # the door sees to it
    deed = Deed(article.id, article.current_version, "erased", order.actor, order.reason, order.note)
    note_deeds(tx, [deed], now=now)


def standing(tx: Connection, id: UUID) -> AnyRow:
    """How an article stands."""
    sql = "SELECT id, current_version, pub_status, announced, embargo_until FROM article WHERE id = %(id)s"
    row: AnyRow = run(tx, sql, id=id).one()
    return row


def events(tx: Connection, id: UUID) -> list[AnyRow]:
    """All that was done to an article, the earliest first."""
    sql = "SELECT what, version, actor, reason, note, at FROM article_event WHERE article_id = %(id)s ORDER BY id"
    return list(run(tx, sql, id=id).all())


def _done(tx: Connection, article: AnyRow, what: str, order: Order, *, now: datetime) -> None:
    """Note what was done, and tell it, last of all, those who knew the article."""
    assert order.actor is not None  # the door sees to it
    note_deeds(tx, [Deed(article.id, article.current_version, what, order.actor, order.reason)], now=now)
    tell_deeds(tx, [article], what, now=now)


def tell_deeds(tx: Connection, articles: Iterable[AnyRow], what: str, *, now: datetime) -> None:
    """Tell those who knew the articles, by their rows, what was done to them. The last statement of its transaction."""
    told = [Told(f"article.{what}", one.id, one.current_version) for one in articles if one.announced]
    tell(tx, told, now=now)


# Those that could take the place: duplicates that are no superseded bulletins of a key, articles that a person found to
# be duplicates, and public articles whose current words are those of the killed one although it held them.
_HEIR = """
SELECT bulletin.id AS bulletin_id, made.article_id FROM (
    SELECT bulletin_id, NULL::uuid AS article_id FROM duplicate_relation
    JOIN bulletin ON bulletin.id = bulletin_id
    WHERE original_id = %(id)s AND duplicate_relation.kind IN ('exact', 'near') AND bulletin.status = 'duplicate'
          AND NOT EXISTS (SELECT FROM bulletin AS later WHERE later.article_id = bulletin.article_id
                          AND later.revision > bulletin.revision)
    UNION ALL
    SELECT bulletin_id, article_id FROM article_version JOIN article ON article.id = article_version.article_id
    WHERE article.current_version = article_version.version AND article.pub_status <> 'canceled' AND (
        article.duplicate_of = %(id)s OR (article_version.exact_key = %(key)s AND article.announced
                                         AND article.exact_key IS NULL AND article.duplicate_of IS NULL))
) AS made JOIN bulletin ON bulletin.id = made.bulletin_id
ORDER BY bulletin.received_at, bulletin.id LIMIT 1
"""
_REQUEUE = """
WITH untied AS (
    DELETE FROM duplicate_relation
    WHERE bulletin_id = %(bulletin_id)s AND (decided_by = 'rule' OR kind IN ('exact', 'near'))
), named AS (
    UPDATE article SET heir_id = %(bulletin_id)s WHERE id = %(id)s
)
UPDATE bulletin SET status = 'queued', closed_at = NULL, run_at = %(now)s, rung_at = %(now)s, suspect = false
WHERE id = %(bulletin_id)s
"""
_GIVE_WORDS = """
UPDATE article SET exact_key = %(key)s FROM article_version AS said
WHERE article.id = %(article_id)s AND said.article_id = article.id AND said.version = article.current_version
      AND article.exact_key IS NULL AND said.exact_key = %(key)s
"""
# The heir is no duplicate any more, also if a person said that it was one.
_STAND_ALONE = (
    "UPDATE article SET duplicate_of = NULL WHERE id = %(article_id)s AND duplicate_of = %(id)s",
    """
    DELETE FROM duplicate_relation WHERE original_id = %(id)s AND kind IN ('exact', 'near')
           AND bulletin_id IN (SELECT bulletin_id FROM article_version WHERE article_id = %(article_id)s)
    """,
)


def _hand_on(tx: Connection, article: AnyRow, *, now: datetime) -> Heir | None:
    """Let the next take the place. An article does so at once; a bulletin is read again, and then gets the duplicates."""
    row = run(tx, _HEIR, id=article.id, key=article.exact_key).one_or_none()
    if row is None:
        return None
    heir = Heir(row.bulletin_id, row.article_id)
    if heir.article_id is None:
        run(tx, _REQUEUE, id=article.id, bulletin_id=heir.bulletin_id, now=now)
    else:
        for statement in _STAND_ALONE:
            run(tx, statement, id=article.id, article_id=heir.article_id)
        if article.exact_key not in holders(tx, [article.exact_key]):
            run(tx, _GIVE_WORDS, article_id=heir.article_id, key=article.exact_key)
        give_duplicates(tx, of=article.id, to=heir.article_id)
    named = written(ARTICLE, heir.article_id) if heir.article_id else written(BULLETIN, heir.bulletin_id)
    succession = Deed(article.id, article.current_version, "succeeded", "bantin", f"{named} is next in its place")
    note_deeds(tx, [succession], now=now)
    return heir


# What was filed as the article, under its key, or was kept as its duplicate.
_ITS_BULLETINS = """
(SELECT bulletin_id FROM article_version WHERE article_id = %(id)s
 UNION SELECT id FROM bulletin WHERE article_id = %(id)s
 UNION SELECT bulletin_id FROM duplicate_relation JOIN bulletin ON bulletin.id = bulletin_id
       WHERE original_id = %(id)s AND duplicate_relation.kind IN ('exact', 'near') AND status = 'duplicate')
"""
# Who is named here and nowhere else: all that is kept of them is their name, and what this article said.
_ONLY_HERE = """
(SELECT entity_id FROM article_entity AS link WHERE article_id = %(id)s AND NOT EXISTS (
    SELECT FROM article_entity AS other WHERE other.entity_id = link.entity_id AND other.article_id <> %(id)s))
"""
_EMPTY = {"byline": "NULL", "source_line": "NULL", "published": "'{}'", "event": "'{}'"}
_BLANK = ", ".join(name + " = " + _EMPTY.get(name, "'[]'") for name in FINDINGS)
_ERASE = (
    f"""
    UPDATE raw_object SET bytes = '', erased_at = %(now)s
    WHERE sha256 IN (SELECT raw_sha256 FROM bulletin WHERE id IN {_ITS_BULLETINS})
    """,
    f"UPDATE attempt SET error = NULL WHERE error IS NOT NULL AND bulletin_id IN {_ITS_BULLETINS}",
    f"UPDATE bulletin SET last_error = NULL, note = NULL WHERE id IN {_ITS_BULLETINS}",
    f"""
    UPDATE article_version SET title = '', text = '', note = NULL, published_days = NULL, event_days = NULL,
        mentioned_days = NULL, place_terms = '{{}}', {_BLANK}
    WHERE article_id = %(id)s
    """,
    "DELETE FROM article_search WHERE article_id = %(id)s",
    f"""
    UPDATE duplicate_relation SET reason = '', spans = '[]'
    WHERE original_id = %(id)s OR bulletin_id IN {_ITS_BULLETINS}
    """,
    """
    DELETE FROM article_band USING article_fingerprint
    WHERE article_band.number = article_fingerprint.number AND article_id = %(id)s
    """,
    "DELETE FROM article_fingerprint WHERE article_id = %(id)s",
    "DELETE FROM sketch_key USING article_sketch WHERE sketch_key.number = article_sketch.number AND article_id = %(id)s",
    "DELETE FROM article_sketch WHERE article_id = %(id)s",
    "DELETE FROM story_member WHERE article_id = %(id)s",
    f"DELETE FROM entity_alias WHERE entity_id IN {_ONLY_HERE}",
    f"DELETE FROM entity_fact WHERE entity_id IN {_ONLY_HERE}",
    f"DELETE FROM entity WHERE type = 'person' AND id IN {_ONLY_HERE}",
    "DELETE FROM article_entity WHERE article_id = %(id)s",
    "DELETE FROM article_reading WHERE article_id = %(id)s",
    f"UPDATE article_decision SET before = '{{}}' WHERE original_id = %(id)s OR bulletin_id IN {_ITS_BULLETINS}",
)
