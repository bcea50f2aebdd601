"""Every statement of deliver. The queue is the table of deliveries: what is committed there is sent, whoever dies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from shared.contracts.following import ChangeFilter
from shared.following import Change, event_id, head_seq, read_piece, trial_event_id, wanted

_PLANNED = 500
_KEPT_ATTEMPTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What is to be sent, where, and at which try."""

    id: int
    webhook_id: UUID
    url: str
    format: str
    secrets: Sequence[str]
    event: str
    change: Change | None
    tries: int
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of one try: its state from now on, and when the next one is if it waits."""

    delivery: Delivery
    state: str
    next_try_at: datetime
    attempt: Mapping[str, Any]
    gone: bool = False

    @property
    def succeeded(self) -> bool:
        """Was it taken?"""
        return self.state == "delivered"


_BEHIND = """
SELECT id, filter, position FROM webhook WHERE disabled IS NULL AND position < %(head)s
ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
"""
# Told again what was told before, it waits again; what waits already goes on waiting.
_PLAN = """
INSERT INTO webhook_delivery (webhook_id, seq, article_id, next_try_at, made_at)
SELECT %(id)s, t.seq, t.article_id, %(now)s, %(now)s
FROM unnest(%(seqs)s::int8[], %(articles)s::uuid[]) AS t (seq, article_id) ORDER BY t.seq
ON CONFLICT (webhook_id, seq) DO UPDATE
SET state = 'waiting', tries = 0, next_try_at = excluded.next_try_at, ended_at = NULL
WHERE webhook_delivery.state <> 'waiting'
"""


def plan(tx: Connection, *, now: datetime) -> bool:
    """Make deliveries of what one webhook has not been made yet, and move it on, in one transaction; was there one?"""
    behind = tx.exec_driver_sql(_BEHIND, {"head": head_seq(tx)}).one_or_none()
    if behind is None:
        return False
    filter = ChangeFilter.model_validate(behind.filter)
    piece = read_piece(tx, since=behind.position, limit=_PLANNED, wanted=wanted(filter))
    if piece.changes:
        values = {
            "id": behind.id,
            "seqs": [change.seq for change in piece.changes],
            "articles": [change.article_id for change in piece.changes],
            "now": now,
        }
        tx.exec_driver_sql(_PLAN, values)
    tx.exec_driver_sql(
        "UPDATE webhook SET position = %(last)s WHERE id = %(id)s", {"last": piece.last_seq, "id": behind.id}
    )
    return True


# A delivery waits for those of its article before it, in hand or not. A webhook that fails is asked one at a time. What
# is in hand is left alone until its time is over: then its sender has died.
_CLAIM = """
WITH due AS (
    SELECT delivery.id
    FROM webhook CROSS JOIN LATERAL (
        SELECT id, next_try_at FROM webhook_delivery AS one
        WHERE one.webhook_id = webhook.id AND one.state = 'waiting' AND one.next_try_at <= %(now)s
              AND (one.in_hand_until IS NULL OR one.in_hand_until <= %(now)s)
              AND (webhook.disabled IS NULL OR one.seq IS NULL)
              AND NOT EXISTS (
                  SELECT FROM webhook_delivery AS earlier
                  WHERE earlier.webhook_id = one.webhook_id AND earlier.article_id = one.article_id
                        AND earlier.seq < one.seq AND earlier.state = 'waiting')
        ORDER BY one.next_try_at, one.seq
        LIMIT greatest(0, CASE WHEN webhook.failing_since IS NULL THEN %(at_once)s ELSE 1 END - (
            SELECT count(*) FROM webhook_delivery AS hand
            WHERE hand.webhook_id = webhook.id AND hand.state = 'waiting' AND hand.in_hand_until > %(now)s))
        FOR UPDATE SKIP LOCKED
    ) AS delivery
    ORDER BY delivery.next_try_at LIMIT %(limit)s
),
claimed AS (
    UPDATE webhook_delivery SET tries = tries + 1, in_hand_until = %(until)s FROM due
    WHERE webhook_delivery.id = due.id
    RETURNING webhook_delivery.id, webhook_delivery.webhook_id, webhook_delivery.seq, webhook_delivery.tries,
              webhook_delivery.made_at
)
SELECT claimed.*, webhook.url, webhook.format, webhook.secret, webhook.old_secret,
       webhook.old_secret_until > %(now)s AS rotating,
       told.type, told.article_id, told.version, told.at, told.source
FROM claimed JOIN webhook ON webhook.id = claimed.webhook_id LEFT JOIN followed_change AS told ON told.seq = claimed.seq
"""


def claim(tx: Connection, *, limit: int, at_once: int, lease: timedelta, now: datetime) -> list[Delivery]:
    """Take deliveries that are due in hand, for as long as `lease`."""
    values = {"limit": limit, "at_once": at_once, "until": now + lease, "now": now}
    return [_delivery(row) for row in tx.exec_driver_sql(_CLAIM, values).all()]


def _delivery(row: Any) -> Delivery:
    change = None
    if row.seq is not None:
        change = Change(
            seq=row.seq, type=row.type, article_id=row.article_id, version=row.version, at=row.at, source=row.source
        )
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        url=row.url,
        format=row.format,
        secrets=[row.secret, row.old_secret] if row.rotating else [row.secret],
        event=event_id(row.seq) if row.seq is not None else trial_event_id(row.id),
        change=change,
        tries=row.tries,
        made_at=row.made_at,
    )


# Only while it is still the try that was claimed: after its time somebody else may have it.
_NOTE = """
UPDATE webhook_delivery
SET state = %(state)s, next_try_at = %(next_try_at)s, in_hand_until = NULL,
    ended_at = CASE WHEN %(state)s = 'waiting' THEN NULL ELSE %(now)s END,
    attempts = CASE WHEN jsonb_array_length(attempts) < %(kept)s THEN attempts ELSE attempts - 0 END || %(attempt)s::jsonb
WHERE id = %(id)s AND tries = %(tries)s AND state = 'waiting'
"""
_SUCCEEDED = "UPDATE webhook SET failing_since = NULL WHERE id = %(id)s AND failing_since IS NOT NULL"
_FAILED = """
UPDATE webhook
SET failing_since = coalesce(failing_since, %(now)s),
    disabled = CASE WHEN %(gone)s THEN 'gone' WHEN failing_since < %(too_long)s THEN 'failing' END,
    disabled_at = CASE WHEN %(gone)s OR failing_since < %(too_long)s THEN %(now)s END
WHERE id = %(id)s AND disabled IS NULL
"""


def note(tx: Connection, outcome: Outcome, *, patience: timedelta, now: datetime) -> None:
    """Note what came of a try, and what that says of the webhook: it is disabled when it is gone or has failed for
    longer than `patience`."""
    delivery = outcome.delivery
    values = {
        "id": delivery.id,
        "tries": delivery.tries,
        "state": outcome.state,
        "next_try_at": outcome.next_try_at,
        "attempt": orjson.dumps([outcome.attempt]).decode(),
        "kept": _KEPT_ATTEMPTS,
        "now": now,
    }
    tx.exec_driver_sql(_NOTE, values)
    if outcome.succeeded:
        tx.exec_driver_sql(_SUCCEEDED, {"id": delivery.webhook_id})
    # A test of what is disabled says nothing that is not known.
    elif delivery.change is not None or outcome.gone:
        late = {"id": delivery.webhook_id, "gone": outcome.gone, "too_long": now - patience, "now": now}
        tx.exec_driver_sql(_FAILED, late)


_NEXT = """
SELECT min(greatest(one.next_try_at, coalesce(one.in_hand_until, one.next_try_at)))
FROM webhook_delivery AS one JOIN webhook ON webhook.id = one.webhook_id
WHERE one.state = 'waiting' AND (webhook.disabled IS NULL OR one.seq IS NULL)
      AND greatest(one.next_try_at, coalesce(one.in_hand_until, one.next_try_at)) > %(now)s
"""


def next_due(tx: Connection, *, now: datetime) -> datetime | None:
    """When the next delivery is due that is not due yet."""
    found = tx.exec_driver_sql(_NEXT, {"now": now}).scalar()
    return found if isinstance(found, datetime) else None


def forget_ended(tx: Connection, *, before: datetime, limit: int) -> int:
    """Remove so many deliveries that ended before a moment; how many there were."""
    sql = """
    DELETE FROM webhook_delivery WHERE id IN (
        SELECT id FROM webhook_delivery WHERE state <> 'waiting' AND ended_at < %(before)s LIMIT %(limit)s)
    """
    return tx.exec_driver_sql(sql, {"before": before, "limit": limit}).rowcount


def figures(tx: Connection, *, now: datetime) -> tuple[int, float, int, float]:
    """How many deliveries wait, how long the oldest has, how many webhooks are disabled that should not be, and for how
    many seconds the one has failed that fails longest."""
    sql = """
    SELECT (SELECT count(*) FROM webhook_delivery WHERE state = 'waiting'),
           (SELECT extract(epoch FROM %(now)s - min(made_at)) FROM webhook_delivery WHERE state = 'waiting'),
           (SELECT count(*) FROM webhook WHERE disabled IN ('gone', 'failing')),
           (SELECT extract(epoch FROM %(now)s - min(failing_since)) FROM webhook WHERE disabled IS NULL)
    """
    waiting, oldest, disabled, failing = tx.exec_driver_sql(sql, {"now": now}).one()
    return waiting, float(oldest or 0), disabled, float(failing or 0)
