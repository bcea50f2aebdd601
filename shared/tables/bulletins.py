"""The bulletins' tables: what was filed, the queue that it forms, and every attempt to work on it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.tables.base import metadata

TIME = DateTime(timezone=True)

raw_object = Table(
    "raw_object",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", TIME, nullable=False),
    Column("erased_at", TIME),
    comment="The bytes as they were received, kept for ever, once per content.",
)

bulletin_key = Table(
    "bulletin_key",
    metadata,
    Column("source", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("article_id", Uuid, nullable=False, unique=True),
    Column("embargo_until", TIME),
    Column("made_at", TIME, nullable=False),
    comment="A sender's own key, and the article that all bulletins under it are versions of.",
)

# The queue is the bulletins themselves: a row that is `queued` and due is work, and a lock on it is the lease.
bulletin = Table(
    "bulletin",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("client", Text, nullable=False, server_default=text("''")),
    Column("idem_key", Text),
    Column("fingerprint", LargeBinary, comment="SHA-256 of the request that used idem_key."),
    Column("source", Text),
    Column("external_id", Text),
    Column("published", Date, comment="The day of publication, where the newsroom gave it beside the text."),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("priority", SmallInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("charset", Text, nullable=False),
    Column("charset_reason", Text, nullable=False, server_default=text("''"), comment="Why the bytes are read so."),
    Column("raw_sha256", LargeBinary, ForeignKey("raw_object.sha256"), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("traceparent", Text),
    Column("received_at", TIME, nullable=False),
    Column("status", Text, nullable=False, server_default=text("'queued'")),
    Column("run_at", TIME, nullable=False),
    Column("rung_at", TIME),
    Column("suspect", Boolean, nullable=False, server_default=text("false")),
    Column("closed_at", TIME),
    Column("error_class", Text),
    Column("last_error", Text),
    Column(
        "forgiven",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="Attempts up to this number count no more as failures or deaths: an operator let it run again.",
    ),
    Column("error_stage", Text, comment="The stage in which it failed."),
    Column(
        "error_signature",
        Text,
        comment="Of a quarantined bulletin, what failures of one kind share; a trigger makes it of error_class and last_error.",
    ),
    Column(
        "probe",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="A synthetic bulletin that measures; no reader ever sees what is made of it.",
    ),
    Column("article_id", Uuid, ForeignKey("bulletin_key.article_id"), comment="Of the key under which it was put."),
    Column("kind", Text),
    Column("note", Text),
    Column("embargo_until", TIME),
    CheckConstraint("kind IN ('revision', 'correction')", name="kind"),
    CheckConstraint(
        "status IN ('queued', 'published', 'duplicate', 'rejected', 'quarantined', 'withdrawn')", name="status"
    ),
    CheckConstraint("(status = 'queued') = (closed_at IS NULL)", name="closed"),
    # Only of those that have one: most have none, and to hold those too would be a quarter of what taking one in costs.
    Index("uq_bulletin_idempotency", "client", "idem_key", unique=True, postgresql_where=text("idem_key IS NOT NULL")),
    Index(
        "uq_bulletin_article_id_revision",
        "article_id",
        "revision",
        unique=True,
        postgresql_where=text("article_id IS NOT NULL"),
    ),
    Index("ix_bulletin_waiting", "priority", "run_at", postgresql_where=text("status = 'queued'")),
    Index("ix_bulletin_suspect", "run_at", postgresql_where=text("status = 'queued' AND suspect")),
    Index("ix_bulletin_quarantined", "error_class", postgresql_where=text("status = 'quarantined'")),
    # The first is small, because what is alike is kept once: by it they are counted. By the second the oldest and newest are found.
    Index("ix_bulletin_signature", "error_signature", "error_stage", postgresql_where=text("status = 'quarantined'")),
    Index(
        "ix_bulletin_signature_closed",
        "error_signature",
        "closed_at",
        "id",
        postgresql_where=text("status = 'quarantined'"),
    ),
    Index("ix_bulletin_held", "id", postgresql_where=text("status = 'quarantined'")),
    Index("ix_bulletin_probe", "received_at", postgresql_where=text("probe")),
    # Of ranges of pages: next to nothing to keep, and bulletins are closed nearly in the order of their rows.
    Index(None, "closed_at", postgresql_using="brin", postgresql_with={"pages_per_range": "32"}),
    # Rows are updated in place twice or so; the room left in each page keeps those updates local.
    postgresql_with={"fillfactor": "70"},
    comment="One row per accepted bulletin: the truth, the queue and its own outbox.",
)

# No foreign key to bulletin: its check would wait for the very lock under which an attempt is noted.
attempt = Table(
    "attempt",
    metadata,
    Column("bulletin_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("started_at", TIME, nullable=False),
    Column("ended_at", TIME),
    Column("outcome", Text),
    Column("error_class", Text),
    Column("error", Text),
    Column("stage_ms", JSONB),
    Column("error_stage", Text, comment="The stage in which it failed."),
    CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
    CheckConstraint(
        "outcome IN ('published', 'duplicate', 'retry', 'quarantined', 'died', 'interrupted', 'withdrawn')",
        name="outcome",
    ),
    Index("ix_attempt_open", "bulletin_id", postgresql_where=text("ended_at IS NULL")),
    Index("ix_attempt_died", "ended_at", postgresql_where=text("outcome = 'died'")),
    comment="Who worked on which bulletin; a free bulletin with an attempt that has no end has killed its worker.",
)

worker_hand = Table(
    "worker_hand",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("bulletin_id", Uuid),
    Column("number", Integer),
    Column("since", TIME, nullable=False),
    Column("stage_of", Uuid, comment="The bulletin that it has been at for more than a second; null: it is not slow."),
    Column(
        "stage",
        Text,
        comment="In which stage it is with that; `closing`: it writes the batch of which that is the first.",
    ),
    Column("stage_since", TIME),
    # Rewritten for every bulletin: in place, and without a word in the log.
    prefixes=["UNLOGGED"],
    postgresql_with={"fillfactor": "50"},
    comment="Which bulletin of its batch each child of a worker reads; null: none, it closes. Empty after a crash of the server.",
)

worker_heartbeat = Table(
    "worker_heartbeat",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("started_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
    Column("progress_at", TIME, nullable=False),
    Column("memory_bytes", BigInteger, comment="Of the process and its children together; null: not known."),
    Column("children", ARRAY(Integer), comment="The numbers of its child processes."),
    CheckConstraint("role IN ('worker', 'sweep')", name="role"),
    comment="One row per worker and sweep process: when it was last seen, and when it last made progress.",
)
