"""The bulletins' rows, as the front door sees them: every statement of ingest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import Connection, func, select

from services.ingest.admission import Filing, Load
from shared.contracts.states import PROBE, Priority, State
from shared.database import AnyRow
from shared.tables.articles import article, article_version, duplicate_relation
from shared.tables.bulletins import attempt, bulletin, bulletin_key, raw_object

# One statement and so one commit for a whole group. It can run again with the same filings: what is there stays.
_TAKE_IN = """
WITH incoming AS (
    SELECT * FROM unnest(
        %(id)b::uuid[], %(client)b::text[], %(idem_key)b::text[], %(fingerprint)b::bytea[], %(source)b::text[],
        %(external_id)b::text[], %(published)b::date[], %(priority)b::int2[], %(media_type)b::text[], %(charset)b::text[],
        %(charset_reason)b::text[], %(sha)b::bytea[], %(raw)b::bytea[], %(request_id)b::text[],
        %(traceparent)b::text[], %(received_at)b::timestamptz[], %(embargo_until)b::timestamptz[]
    ) AS t (id, client, idem_key, fingerprint, source, external_id, published, priority, media_type, charset, charset_reason,
            sha, raw, request_id, traceparent, received_at, embargo_until)
), kept AS (
    INSERT INTO raw_object (sha256, bytes, size, received_at)
    SELECT DISTINCT ON (sha) sha, raw, octet_length(raw), received_at FROM incoming ORDER BY sha
    ON CONFLICT DO NOTHING
)
INSERT INTO bulletin (id, client, idem_key, fingerprint, source, external_id, published, priority, media_type, charset,
                      charset_reason, raw_sha256, size, request_id, traceparent, received_at, run_at, rung_at,
                      embargo_until, probe)
SELECT id, client, idem_key, fingerprint, source, external_id, published, priority, media_type, charset,
       charset_reason, sha, octet_length(raw), request_id, traceparent, received_at, received_at, received_at,
       embargo_until, source IS NOT DISTINCT FROM %(probe)s
FROM incoming ORDER BY client, idem_key, id
ON CONFLICT DO NOTHING
RETURNING id
"""

_FIND_AGAIN = """
SELECT incoming.id, bulletin.id, bulletin.fingerprint, bulletin.received_at
FROM unnest(%(id)b::uuid[], %(client)b::text[], %(idem_key)b::text[]) AS incoming (id, client, idem_key)
JOIN bulletin ON bulletin.id = incoming.id
    OR (bulletin.client = incoming.client AND bulletin.idem_key = incoming.idem_key)
"""

_FINISHED = "SELECT id FROM bulletin WHERE id = ANY(%(ids)b::uuid[]) AND status <> 'queued'"

_OLDEST = """
SELECT extract(epoch FROM %(now)s - min(oldest))::float8 FROM (
    SELECT (SELECT min(run_at) FROM bulletin
            WHERE status = 'queued' AND priority = p AND run_at <= %(now)s
                  -- What an operator holds back is no reason to send newsrooms away.
                  AND NOT EXISTS (SELECT FROM ops_setting WHERE paused AND queue IN (
                      'all', CASE p WHEN 0 THEN 'flash' ELSE 'normal' END))
                  -- Of the bulletins under one key, the first that is queued: the others wait for it, not for a worker.
                  AND (article_id IS NULL OR NOT EXISTS (
                      SELECT FROM bulletin AS earlier WHERE earlier.article_id = bulletin.article_id
                             AND earlier.revision < bulletin.revision AND earlier.status = 'queued'))) AS oldest
    FROM unnest(%(priorities)s::int2[]) AS p
) AS by_priority
"""


class TakenIn(NamedTuple):
    """A bulletin's row: new, or the one that its idempotency key made before."""

    id: UUID
    received_at: datetime
    fingerprint: bytes | None
    replayed: bool


async def take_in(connection: AsyncConnection[Any], filings: Sequence[Filing]) -> list[TakenIn]:
    """Keep the bulletins and their bytes in one commit; the rows, in the order of `filings`.

    `connection` is in autocommit: when this returns, everything is durable.
    """
    senders = [filing.sender for filing in filings]
    columns = {
        "id": [filing.id for filing in filings],
        "client": [sender.client for sender in senders],
        "idem_key": [sender.idem_key for sender in senders],
        "fingerprint": [sender.fingerprint for sender in senders],
        "source": [sender.source for sender in senders],
        "external_id": [sender.external_id for sender in senders],
        "published": [sender.published for sender in senders],
        "priority": [int(sender.priority) for sender in senders],
        "media_type": [filing.media_type for filing in filings],
        "charset": [filing.charset for filing in filings],
        "charset_reason": [filing.charset_reason for filing in filings],
        "sha": [filing.raw_sha256 for filing in filings],
        "raw": [filing.raw for filing in filings],
        "request_id": [sender.request_id for sender in senders],
        "traceparent": [sender.traceparent for sender in senders],
        "received_at": [filing.received_at for filing in filings],
        "embargo_until": [sender.embargo_until for sender in senders],
        "probe": PROBE,
    }
    cursor = await connection.execute(_TAKE_IN, columns)
    new = {row[0] for row in await cursor.fetchall()}
    known = await _find_again(connection, [filing for filing in filings if filing.id not in new])
    return [
        known.get(filing.id)
        or TakenIn(id=filing.id, received_at=filing.received_at, fingerprint=filing.sender.fingerprint, replayed=False)
        for filing in filings
    ]


async def _find_again(connection: AsyncConnection[Any], filings: Sequence[Filing]) -> dict[UUID, TakenIn]:
    """The rows that were there before, by the ids of the filings that met them."""
    if not filings:
        return {}
    columns = {
        "id": [filing.id for filing in filings],
        "client": [filing.sender.client for filing in filings],
        "idem_key": [filing.sender.idem_key for filing in filings],
    }
    cursor = await connection.execute(_FIND_AGAIN, columns)
    return {
        asked: TakenIn(id=found, received_at=received_at, fingerprint=fingerprint, replayed=found != asked)
        for asked, found, fingerprint, received_at in await cursor.fetchall()
    }


_UNREAD = """
INSERT INTO source_hour (hour, source, finished, duplicates, quarantined, unread, dates, dates_refused, places, places_open)
SELECT hour, source, 0, 0, 0, count, 0, 0, 0, 0
FROM unnest(%(hours)s::timestamptz[], %(sources)s::text[], %(counts)s::int[]) AS t (hour, source, count)
ORDER BY hour, source
ON CONFLICT (hour, source) DO UPDATE SET unread = source_hour.unread + excluded.unread
"""


async def add_unread(connection: AsyncConnection[Any], counts: Mapping[tuple[datetime, str], int]) -> None:
    """Count what could not be read as text, by the hour and the source: nothing else is kept of it."""
    hours, sources = zip(*counts, strict=True)
    await connection.execute(_UNREAD, {"hours": list(hours), "sources": list(sources), "counts": list(counts.values())})


async def finished(connection: AsyncConnection[Any], ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` that are queued no more."""
    cursor = await connection.execute(_FINISHED, {"ids": list(ids)})
    return {row[0] for row in await cursor.fetchall()}


async def load(connection: AsyncConnection[Any], now: datetime) -> Load:
    """How long the oldest due bulletin has been waiting; half of that is taken as the time to catch up."""
    cursor = await connection.execute(_OLDEST, {"now": now, "priorities": [int(p) for p in Priority]})
    row = await cursor.fetchone()
    age = float(row[0] or 0) if row else 0.0
    return Load(oldest_age=age, retry_after=max(1, min(120, round(age / 2))))


def bulletin_row(tx: Connection, id: UUID) -> AnyRow | None:
    """A bulletin with the number of its attempts and, where it is closed, its article or its original, and how the
    article stands: `hidden_until` is set while it is under embargo."""
    attempts = select(func.count()).where(attempt.c.bulletin_id == bulletin.c.id).scalar_subquery()
    original = article.alias()
    # A published bulletin may come to say what another article says; it is a duplicate only by a person's word.
    tied = (
        (duplicate_relation.c.bulletin_id == bulletin.c.id)
        & duplicate_relation.c.kind.in_(("exact", "near"))
        & ((bulletin.c.status == State.DUPLICATE) | (duplicate_relation.c.original_id == article.c.duplicate_of))
    )
    moved = select(bulletin_key.c.embargo_until).where(bulletin_key.c.article_id == bulletin.c.article_id)
    embargo = func.coalesce(article.c.embargo_until, moved.scalar_subquery(), bulletin.c.embargo_until)
    return tx.execute(
        select(
            bulletin,
            attempts.label("attempts"),
            article_version.c.article_id.label("made_id"),
            article.c.id.label("its_article_id"),
            article.c.pub_status,
            article.c.announced,
            embargo.label("hidden_until"),
            (embargo > func.clock_timestamp()).label("under_embargo"),
            original.c.id.label("original_id"),
            original.c.pub_status.label("original_status"),
        )
        .outerjoin_from(bulletin, article_version, article_version.c.bulletin_id == bulletin.c.id)
        .outerjoin(article, article.c.id == func.coalesce(article_version.c.article_id, bulletin.c.article_id))
        .outerjoin(duplicate_relation, tied)
        .outerjoin(original, original.c.id == duplicate_relation.c.original_id)
        .where(bulletin.c.id == id)
    ).one_or_none()


def raw_bytes(tx: Connection, id: UUID) -> AnyRow | None:
    """A bulletin's bytes as received, with their media type and hash."""
    return tx.execute(
        select(
            raw_object.c.bytes, raw_object.c.sha256, raw_object.c.erased_at, bulletin.c.media_type, bulletin.c.charset
        )
        .join_from(bulletin, raw_object)
        .where(bulletin.c.id == id)
    ).one_or_none()


def is_waiting(row: AnyRow) -> bool:
    """Is the bulletin still to be worked on?"""
    return bool(row.status == State.QUEUED)
