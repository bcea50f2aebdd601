"""The followers' tables: consumers with their positions, webhooks, and what is delivered to them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.tables.base import metadata
from shared.tables.bulletins import TIME

consumer = Table(
    "consumer",
    metadata,
    Column("name", Text, primary_key=True),
    Column("filter", JSONB, nullable=False),
    Column("position", BigInteger, nullable=False, comment="The last position of the feed that it has acknowledged."),
    Column("created_at", TIME, nullable=False),
    Column("acked_at", TIME, comment="When it last acknowledged a position."),
    comment="Who follows the feed under a name.",
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("format", Text, nullable=False),
    Column("secret", Text, nullable=False, comment="Signatures are made with it, so it cannot be kept as a hash."),
    Column("old_secret", Text),
    Column("old_secret_until", TIME, comment="Until then deliveries are signed with both."),
    Column("position", BigInteger, nullable=False, comment="Up to here its deliveries are made."),
    Column("disabled", Text, comment="Why nothing is sent; null: it is enabled."),
    Column("disabled_at", TIME),
    Column("failing_since", TIME, comment="The first failure since anything was delivered."),
    Column("created_at", TIME, nullable=False),
    CheckConstraint("format IN ('plain', 'structured', 'binary')", name="format"),
    CheckConstraint("disabled IN ('by_request', 'gone', 'failing')", name="disabled"),
    comment="Where changes are sent to.",
)

# A delivery is a row before it is a request: what was made with the position is never lost.
webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("webhook_id", Uuid, ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    Column("seq", BigInteger, comment="The position of the feed; null: a test."),
    Column("article_id", Uuid),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("tries", Integer, nullable=False, server_default=text("0"), comment="Since it was last made to wait."),
    Column("next_try_at", TIME, nullable=False),
    Column("in_hand_until", TIME, comment="Until then somebody sends it."),
    Column("attempts", JSONB, nullable=False, server_default=text("'[]'")),
    Column("made_at", TIME, nullable=False),
    Column("ended_at", TIME),
    CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
    UniqueConstraint("webhook_id", "seq"),
    Index("ix_webhook_delivery_due", "webhook_id", "next_try_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_webhook_delivery_order", "webhook_id", "article_id", "seq", postgresql_where=text("state = 'waiting'")),
    Index("ix_webhook_delivery_listed", "webhook_id", "id"),
    Index("ix_webhook_delivery_ended", "ended_at", postgresql_where=text("state <> 'waiting'")),
    comment="What is sent to a webhook, and what came of it.",
)
