"""Every statement by which duplicates are found and kept. None of them commits.

Arrays go to PostgreSQL in binary (`%(name)b`): as text they would be escaped letter by letter.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.enrich.claims import Claimed
from services.enrich.document import differences
from services.enrich.text import stories
from services.enrich.text.article import Article, Said
from services.enrich.text.duplicates import MOST_CANDIDATES, Candidate, pack, unpack

_NEWEST = 30
"""Articles that are read under one key; a form of words that comes every day has thousands."""

_ALL = 2**63 - 1
"""No article has so high a number."""

_LOCK = """
SELECT pg_advisory_xact_lock(lock_id) FROM (
    SELECT DISTINCT lock_id FROM unnest(%(lock_ids)b::int8[]) AS lock_id ORDER BY lock_id
) AS in_order
"""

# Of each key the newest, by a walk down its index; of each asker those that share most keys with it.
_CANDIDATES = """
WITH hit AS (
    SELECT asker, number, count(*) AS keys
    FROM unnest(%(askers)b::int4[], %(keys)b::int8[], %(belows)b::int8[]) AS asked (asker, key, below),
         LATERAL (SELECT number FROM article_band WHERE article_band.key = asked.key AND number < asked.below
                  ORDER BY number DESC LIMIT %(newest)s) AS band
    GROUP BY asker, number
), ranked AS (
    SELECT asker, number, keys, row_number() OVER (PARTITION BY asker ORDER BY keys DESC, number) AS place FROM hit
)
SELECT asker, number, keys FROM ranked WHERE place <= %(most)s ORDER BY asker, place
"""

# Under the same rule as exact words (shared/feed.py): nobody learns of an article under embargo from a duplicate.
_EARLIER = """
FROM article_fingerprint JOIN article ON article.id = article_id
WHERE number = ANY(%(numbers)b::int8[]) AND announced AND (pub_status <> 'canceled' OR exact_key IS NOT NULL)
"""

_ADD = """
WITH made AS (
    SELECT * FROM unnest(%(article_id)b::uuid[], %(said)b::bytea[]) WITH ORDINALITY AS t (article_id, said, place)
), kept AS (
    INSERT INTO article_fingerprint (article_id, said) SELECT article_id, said FROM made ORDER BY place
    RETURNING number, article_id
)
INSERT INTO article_band (key, number)
SELECT band.key, kept.number
FROM unnest(%(owners)b::uuid[], %(keys)b::int8[]) AS band (article_id, key) JOIN kept USING (article_id)
"""

_RENEW = "UPDATE article_fingerprint SET said = %(said)s WHERE article_id = %(article)s RETURNING number"
_RENEW_BANDS = """
WITH place AS (SELECT number FROM article_fingerprint WHERE article_id = %(article)s),
gone AS (DELETE FROM article_band USING place WHERE article_band.number = place.number AND key <> ALL(%(keys)s))
INSERT INTO article_band (key, number) SELECT key, number FROM place, unnest(%(keys)s::int8[]) AS key ON CONFLICT DO NOTHING
"""

# What is like an article that a person found to be a duplicate is like its original; where is told of its own text alone.
# Of several ways to one original the strongest counts, and what a person has said of the two stands.
_ADD_RELATIONS = """
INSERT INTO duplicate_relation (bulletin_id, original_id, kind, score, method, method_version, reason, spans, decided_by,
                                decided_at)
SELECT DISTINCT ON (found.bulletin_id, coalesce(other.duplicate_of, other.id))
       found.bulletin_id, coalesce(other.duplicate_of, other.id), found.kind, score, method,
       found.version, reason || CASE WHEN other.duplicate_of IS NULL THEN '' ELSE ' (as an article says that is its duplicate)' END,
       CASE WHEN other.duplicate_of IS NULL THEN spans::jsonb ELSE '[]'::jsonb END, 'rule', %(now)s
FROM unnest(%(bulletin_id)b::uuid[], %(original_id)b::uuid[], %(kind)b::text[], %(score)b::real[], %(method)b::text[],
            %(version)b::text[], %(reason)b::text[], %(spans)b::text[])
     AS found (bulletin_id, original_id, kind, score, method, version, reason, spans)
JOIN article AS other ON other.id = found.original_id
LEFT JOIN article_version AS ours ON ours.bulletin_id = found.bulletin_id
WHERE coalesce(other.duplicate_of, other.id) IS DISTINCT FROM ours.article_id
ORDER BY found.bulletin_id, coalesce(other.duplicate_of, other.id), found.kind IN ('exact', 'near') DESC,
         other.duplicate_of IS NULL DESC, score DESC
ON CONFLICT (bulletin_id, original_id) DO NOTHING
"""

# What a person said is no duplicate of an original is none of that one's duplicates either.
_APART = """
SELECT bulletin_id, article.id FROM duplicate_relation
JOIN article ON article.id = duplicate_relation.original_id OR article.duplicate_of = duplicate_relation.original_id
WHERE bulletin_id = ANY(%(ids)b::uuid[]) AND decided_by = 'person' AND kind NOT IN ('exact', 'near')
"""

# What a person said of an article is said of its next version too.
_CARRY_OVER = """
INSERT INTO duplicate_relation (bulletin_id, original_id, kind, score, method, method_version, reason, spans, decided_by,
                                decided_at)
SELECT t.bulletin_id, relation.original_id, relation.kind, score, method, method_version, reason, '[]', decided_by, decided_at
FROM unnest(%(articles)b::uuid[], %(bulletins)b::uuid[]) AS t (article_id, bulletin_id)
JOIN article ON article.id = t.article_id
JOIN article_version AS before ON before.article_id = article.id AND before.version = article.current_version
JOIN duplicate_relation AS relation ON relation.bulletin_id = before.bulletin_id AND decided_by = 'person'
ON CONFLICT (bulletin_id, original_id) DO NOTHING
"""


def lock(tx: Connection, articles: Sequence[Article]) -> None:
    """Keep everybody else from deciding on texts of the same key, of one of the same bands, or with the same telling
    words, until this transaction ends. All keys are locked in one statement, sorted: nobody waits in a circle."""
    ids = [int.from_bytes(article.exact_key[:8], "big", signed=True) for article in articles]
    ids += [key for article in articles for key in article.bands]
    # The same numbers as of other keys would only make somebody wait who need not.
    ids += [key for article in articles for key in stories.keys(article.sketch)]
    tx.exec_driver_sql(_LOCK, {"lock_ids": ids})


def candidates(
    tx: Connection,
    articles: Sequence[Article],
    known: MutableMapping[int, tuple[UUID, Said]],
    below: Mapping[UUID, int] = MappingProxyType({}),
) -> dict[UUID, list[Candidate]]:
    """For each article the earlier ones that share most bands with it, the likeliest first.

    `known` is what this transaction has read before, by number; what is read now is added. Of an article in `below` only
    those of lower numbers: it is asked again what was there when it came.
    """
    pairs = [(asker, key) for asker, article in enumerate(articles) for key in set(article.bands)]
    belows = [below.get(article.id, _ALL) for article in articles]
    asked = {
        "askers": [asker for asker, _ in pairs],
        "keys": [key for _, key in pairs],
        "belows": [belows[asker] for asker, _ in pairs],
    }
    found = tx.exec_driver_sql(_CANDIDATES, {**asked, "newest": _NEWEST, "most": MOST_CANDIDATES}).all()
    numbers = {number for _, number, _ in found}
    if seen := list(numbers & known.keys()):
        # What was read before the locks may have been killed while they were waited for.
        still = {row[0] for row in tx.exec_driver_sql(f"SELECT number {_EARLIER}", {"numbers": seen})}
        for number in set(seen) - still:
            del known[number]
    if unread := list(numbers - set(seen)):
        for number, id, said in tx.exec_driver_sql(f"SELECT number, article_id, said {_EARLIER}", {"numbers": unread}):
            known[number] = (id, unpack(said))
    likely: dict[UUID, list[Candidate]] = {article.id: [] for article in articles}
    for asker, number, shared in found:
        if number not in known:
            continue
        id, said = known[number]
        likely[articles[asker].id].append(Candidate(id=id, said=said, shared=shared))
    return likely


def forget(tx: Connection, articles: Sequence[UUID]) -> None:
    """Forget what articles said that now say something else."""
    sql = """
    WITH gone AS (DELETE FROM article_fingerprint WHERE article_id = ANY(%(ids)b::uuid[]) RETURNING number)
    DELETE FROM article_band USING gone WHERE article_band.number = gone.number
    """
    if articles:
        tx.exec_driver_sql(sql, {"ids": list(articles)})


def renew(tx: Connection, article: Article) -> None:
    """Keep what an article says now in its old place: it stays as new, or as old, as it is among those of its keys."""
    assert article.said is not None
    values = {"article": article.id, "said": pack(article.said), "keys": list(set(article.bands))}
    if tx.exec_driver_sql(_RENEW, values).scalar() is None:
        add(tx, [article])
        return
    tx.exec_driver_sql(_RENEW_BANDS, values)


def add(tx: Connection, articles: Sequence[Article]) -> None:
    """Keep what new articles say, and the keys under which the next ones will find them."""
    if not articles:
        return
    said = {article.id: article.said for article in articles if article.said is not None}
    owned = [(article.id, key) for article in articles for key in set(article.bands)]
    tx.exec_driver_sql(
        _ADD,
        {
            "article_id": list(said),
            "said": [pack(one) for one in said.values()],
            "owners": [owner for owner, _ in owned],
            "keys": [key for _, key in owned],
        },
    )


def add_relations(tx: Connection, found: Sequence[tuple[Claimed, Article]], *, now: datetime) -> None:
    """Keep what bulletins are to earlier articles."""
    rows = [(bulletin, relation) for bulletin, article in found for relation in article.relations]
    if not rows:
        return
    tx.exec_driver_sql(
        _ADD_RELATIONS,
        {
            "bulletin_id": [bulletin.id for bulletin, _ in rows],
            "original_id": [relation.other for _, relation in rows],
            "kind": [relation.kind for _, relation in rows],
            "score": [relation.score for _, relation in rows],
            "method": [relation.basis.method for _, relation in rows],
            "version": [relation.basis.version for _, relation in rows],
            "reason": [relation.reason for _, relation in rows],
            "spans": [orjson.dumps(differences(relation)).decode() for _, relation in rows],
            "now": now,
        },
    )


def apart(tx: Connection, bulletins: Sequence[Claimed]) -> dict[UUID, set[UUID]]:
    """The articles of which a person said that a bulletin, which is read again, is no duplicate of them."""
    again = [bulletin.id for bulletin in bulletins if bulletin.attempts]
    found: dict[UUID, set[UUID]] = {}
    for bulletin, article in tx.exec_driver_sql(_APART, {"ids": again}) if again else ():
        found.setdefault(bulletin, set()).add(article)
    return found


def carry_over(tx: Connection, revised: Sequence[tuple[UUID, UUID]]) -> None:
    """Keep what a person said of articles for the bulletins that revise them; before the articles go on to these."""
    if revised:
        values = {"articles": [article for article, _ in revised], "bulletins": [bulletin for _, bulletin in revised]}
        tx.exec_driver_sql(_CARRY_OVER, values)


class Outcome(NamedTuple):
    """What became of a bulletin: its article, if it has one, and what it is to which other article."""

    article_id: UUID | None
    kind: str | None
    other_id: UUID | None
    score: float | None
    reason: str | None
    error: str | None


_FILE = """
WITH filed AS (
    SELECT id, convert_to(text, 'UTF8') AS raw, %(now)s::timestamptz - interval '1 minute' + place * interval '1 us' AS at
    FROM unnest(%(ids)b::uuid[], %(texts)b::text[]) WITH ORDINALITY AS t (id, text, place)
), kept AS (
    INSERT INTO raw_object (sha256, bytes, size, received_at)
    SELECT DISTINCT ON (sha256(raw)) sha256(raw), raw, octet_length(raw), at FROM filed ORDER BY sha256(raw), at
    ON CONFLICT DO NOTHING
)
INSERT INTO bulletin (id, priority, media_type, charset, raw_sha256, size, request_id, received_at, run_at)
SELECT id, 5, 'text/plain', 'utf-8', sha256(raw), octet_length(raw), '', at, at FROM filed
"""


def file_texts(tx: Connection, texts: Sequence[tuple[UUID, str]], *, now: datetime) -> None:
    """File texts as bulletins that arrived one after the other and wait; for a database that nobody else files in."""
    tx.exec_driver_sql(_FILE, {"ids": [id for id, _ in texts], "texts": [text for _, text in texts], "now": now})


def outcomes(tx: Connection, bulletins: Sequence[UUID]) -> dict[UUID, Outcome]:
    """What became of bulletins that are closed, each with its strongest relation."""
    sql = """
    SELECT DISTINCT ON (bulletin.id) bulletin.id, article_version.article_id, found.kind, found.original_id, found.score,
           found.reason, bulletin.last_error
    FROM bulletin LEFT JOIN article_version ON article_version.bulletin_id = bulletin.id
    LEFT JOIN duplicate_relation AS found ON found.bulletin_id = bulletin.id
    WHERE bulletin.id = ANY(%(ids)b::uuid[])
    ORDER BY bulletin.id, found.kind = 'revision' DESC, found.score DESC NULLS LAST
    """
    return {row[0]: Outcome(*row[1:]) for row in tx.exec_driver_sql(sql, {"ids": list(bulletins)})}
