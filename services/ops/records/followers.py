"""Every SELECT about those who follow the feed: how far behind they are, and what could not be delivered."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from services.ops.records.statements import documents
from shared.ids import WEBHOOK, written

_DAY = timedelta(days=1)

# The first change that it has not acknowledged has waited for it since then.
_CONSUMERS = """
SELECT name, position, acked_at, created_at, head.seq - position AS lag,
       coalesce(extract(epoch FROM %(now)s - change.at), 0)::float8 AS lag_seconds
FROM feed_head AS head CROSS JOIN consumer LEFT JOIN change ON change.seq = consumer.position + 1
ORDER BY name
"""
_WEBHOOKS = """
SELECT webhook.id, url, disabled, disabled_at, failing_since, head.seq - webhook.position AS lag,
       waiting.count AS waiting, waiting.retried,
       coalesce(extract(epoch FROM %(now)s - waiting.oldest), 0)::float8 AS oldest_waits_seconds,
       failed.count AS failed_last_day
FROM feed_head AS head CROSS JOIN webhook
CROSS JOIN LATERAL (
    SELECT count(*) AS count, count(*) FILTER (WHERE tries > 0) AS retried, min(made_at) AS oldest
    FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'waiting'
) AS waiting
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM webhook_delivery
    WHERE webhook_id = webhook.id AND state = 'failed' AND ended_at >= %(since)s
) AS failed
ORDER BY webhook.id
"""


def consumers(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Every named consumer: how many changes it has not acknowledged, and since when the first of them waits."""
    return documents(tx, _CONSUMERS, now=now)


def webhooks(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Every webhook: what waits for it and for how long, and what failed. Of its address the host alone is told."""
    rows = documents(tx, _WEBHOOKS, now=now, since=now - _DAY)
    return [{**row, "id": written(WEBHOOK, row["id"]), "host": urlsplit(row.pop("url")).hostname or ""} for row in rows]


def deliveries(tx: Connection, seqs: list[int]) -> list[dict[str, Any]]:
    """What was sent of these changes, to which webhook, and what came of it."""
    sql = """
    SELECT webhook_id, seq, state, tries, made_at, ended_at FROM webhook JOIN webhook_delivery ON webhook_id = webhook.id
    WHERE seq = ANY(%(seqs)s::int8[]) ORDER BY seq LIMIT 100
    """
    return documents(tx, sql, seqs=seqs) if seqs else []


def webhook_of(delivery: dict[str, Any]) -> str:
    """The webhook of a delivery, as it is written."""
    return written(WEBHOOK, delivery["webhook_id"])
