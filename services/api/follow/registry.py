"""Every statement on consumers, webhooks and deliveries of the api: the only rows that it writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, text, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.database import AnyRow
from shared.feed import DELIVERIES_CHANNEL
from shared.tables.followers import consumer, webhook, webhook_delivery


def consumers(tx: Connection, *, behind: int | None = None) -> Sequence[AnyRow]:
    """Every consumer by name, or those that have not acknowledged a position yet."""
    found = select(consumer).where(consumer.c.position < behind if behind is not None else true())
    return tx.execute(found.order_by(consumer.c.name)).all()


def consumer_named(tx: Connection, name: str) -> AnyRow | None:
    """The consumer of a name."""
    return tx.execute(select(consumer).where(consumer.c.name == name)).one_or_none()


def put_consumer(tx: Connection, name: str, filter: Mapping[str, Any], *, position: int, now: datetime) -> bool:
    """Make a consumer, or give the one of this name another filter; was it made?"""
    new = upsert(consumer).values(name=name, filter=filter, position=position, created_at=now)
    put = new.on_conflict_do_update(index_elements=["name"], set_={"filter": filter})
    # A row that was just inserted has no older version.
    return bool(tx.execute(put.returning(text("xmax = 0"))).scalar_one())


def acknowledge(tx: Connection, name: str, seq: int, *, now: datetime) -> bool:
    """The consumer has seen all up to a position; one that it had passed changes nothing. Is there such a consumer?"""
    values = {"position": func.greatest(consumer.c.position, seq), "acked_at": now}
    return tx.execute(update(consumer).where(consumer.c.name == name).values(values)).rowcount > 0


def seek(tx: Connection, name: str, seq: int) -> bool:
    """The consumer goes on behind a position, wherever it was. Is there such a consumer?"""
    return tx.execute(update(consumer).where(consumer.c.name == name).values(position=seq)).rowcount > 0


def forget_consumer(tx: Connection, name: str) -> bool:
    """Remove a consumer; was there one?"""
    return tx.execute(delete(consumer).where(consumer.c.name == name)).rowcount > 0


_WAITING = (
    select(func.count())
    .where(webhook_delivery.c.webhook_id == webhook.c.id, webhook_delivery.c.state == "waiting")
    .scalar_subquery()
    .label("waiting")
)


def webhooks(tx: Connection) -> Sequence[AnyRow]:
    """Every webhook, the first made first."""
    return tx.execute(select(webhook, _WAITING).order_by(webhook.c.id)).all()


def webhook_of(tx: Connection, id: UUID) -> AnyRow | None:
    """The webhook of an id."""
    return tx.execute(select(webhook, _WAITING).where(webhook.c.id == id)).one_or_none()


def add_webhook(tx: Connection, **values: Any) -> None:
    """Make a webhook."""
    tx.execute(insert(webhook).values(values))
    call(tx)


def change_webhook(tx: Connection, id: UUID, **values: Any) -> None:
    """Give a webhook other values."""
    if values:
        tx.execute(update(webhook).where(webhook.c.id == id).values(values))
        call(tx)


def enable_webhook(tx: Connection, id: UUID, *, now: datetime) -> None:
    """Send again, at once, whatever waits and whatever came meanwhile."""
    tx.execute(
        update(webhook_delivery)
        .where(webhook_delivery.c.webhook_id == id, webhook_delivery.c.state == "waiting")
        .values(tries=0, next_try_at=now)
    )
    change_webhook(tx, id, disabled=None, disabled_at=None, failing_since=None)


def tell_again(tx: Connection, id: UUID, *, since: int) -> None:
    """Make the deliveries behind a position anew. What is ahead of the webhook is not passed over."""
    change_webhook(tx, id, position=func.least(webhook.c.position, since))


def forget_webhook(tx: Connection, id: UUID) -> bool:
    """Remove a webhook and its deliveries; was there one?"""
    return tx.execute(delete(webhook).where(webhook.c.id == id)).rowcount > 0


def add_trial(tx: Connection, id: UUID, *, now: datetime) -> AnyRow:
    """Make a delivery that tells of nothing; its row."""
    values = {"webhook_id": id, "next_try_at": now, "made_at": now}
    row = tx.execute(insert(webhook_delivery).values(values).returning(webhook_delivery)).one()
    call(tx)
    return row


def deliveries(tx: Connection, id: UUID, *, state: str | None, before: int | None, limit: int) -> Sequence[AnyRow]:
    """A webhook's deliveries, the newest first."""
    found = select(webhook_delivery).where(webhook_delivery.c.webhook_id == id)
    if state is not None:
        found = found.where(webhook_delivery.c.state == state)
    if before is not None:
        found = found.where(webhook_delivery.c.id < before)
    return tx.execute(found.order_by(webhook_delivery.c.id.desc()).limit(limit)).all()


def send_again(tx: Connection, id: UUID, delivery: int, *, now: datetime) -> AnyRow | None:
    """Let a delivery be sent at once, whatever came of it; its row, None if there is none."""
    again = (
        update(webhook_delivery)
        .where(webhook_delivery.c.webhook_id == id, webhook_delivery.c.id == delivery)
        .values(state="waiting", tries=0, next_try_at=now, ended_at=None)
        .returning(webhook_delivery)
    )
    row = tx.execute(again).one_or_none()
    call(tx)
    return row


def call(tx: Connection) -> None:
    """Wake those who deliver, at the commit."""
    tx.exec_driver_sql("SELECT pg_notify(%(channel)s, '')", {"channel": DELIVERIES_CHANNEL})
