"""What the operator's desk sets and keeps count of: pauses and limits, long repairs, the daybook of the workers, probes."""

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.tables.base import metadata
from shared.tables.bulletins import TIME

ops_setting = Table(
    "ops_setting",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("most", Integer, comment="Transactions that may work on it at once, in all workers together; null: any."),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", TIME, nullable=False),
    CheckConstraint("queue IN ('all', 'flash', 'normal')", name="queue"),
    CheckConstraint("most > 0", name="most"),
    comment="What operators stopped or slowed down; every claim asks. No row: all goes as it comes.",
)

repair_job = Table(
    "repair_job",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("action_id", BigInteger, ForeignKey("operator_action.id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("filter", JSONB, nullable=False, comment="Which were meant."),
    Column("rate", REAL, nullable=False, comment="Bulletins a second, at most."),
    Column("state", Text, nullable=False, server_default=text("'running'")),
    Column("asked_at", TIME, nullable=False),
    Column("matched", Integer, nullable=False, comment="How many were meant when it was asked for."),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("after_id", Uuid, nullable=False, comment="How far it has come, in the order of ids."),
    Column("due_at", TIME, nullable=False, comment="When its next piece may be done."),
    Column("ended_at", TIME),
    CheckConstraint("action IN ('replay', 'discard')", name="action"),
    CheckConstraint("state IN ('running', 'stopped', 'finished')", name="state"),
    CheckConstraint("rate > 0", name="rate"),
    Index("ix_repair_job_running", "due_at", postgresql_where=text("state = 'running'")),
    comment="Long repairs, done piece by piece at a pace.",
)

# One row a closing transaction, so that no two wait for each other; the sweep adds them up and takes them away.
daybook_page = Table(
    "daybook_page",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", TIME, nullable=False),
    Column("latency", JSONB, nullable=False, comment="[[measure, bucket, count], ...]"),
    Column("sources", JSONB, nullable=False, comment="[{hour, source, and counts as in source_hour}, ...]"),
    comment="What the last transactions of the workers did, before it is added up.",
)

latency_minute = Table(
    "latency_minute",
    metadata,
    Column("minute", TIME, primary_key=True),
    Column("measure", Text, primary_key=True, comment="A stage, or waiting, closing, readable."),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False, comment="See shared/latency.py."),
    Column("count", Integer, nullable=False),
    comment="How often something took how long, by minutes.",
)

source_hour = Table(
    "source_hour",
    metadata,
    Column("hour", TIME, primary_key=True, comment="In which its bulletins were accepted."),
    Column("source", Text, primary_key=True),
    Column("finished", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("unread", Integer, nullable=False, comment="Refused at the door: bytes that are no text in any charset."),
    Column("dates", Integer, nullable=False, comment="Expressions of time that were understood."),
    Column("dates_refused", Integer, nullable=False, comment="Those that no calendar has."),
    Column("places", Integer, nullable=False, comment="Places that were named."),
    Column("places_open", Integer, nullable=False, comment="Those of which the unit is not known."),
    Index(None, "source", "hour"),
    comment="What came from each source, hour by hour, and what was made of it.",
)

probe = Table(
    "probe",
    metadata,
    Column("bulletin_id", Uuid, primary_key=True),
    Column("sent_at", TIME, nullable=False),
    Column("accepted_seconds", REAL, comment="From sending to the answer 202."),
    Column("readable_seconds", REAL, comment="From that answer until it was seen finished."),
    Column("error", Text),
    Index(None, "sent_at"),
    comment="The synthetic bulletins that are sent end to end, and how long they took; their rows go after a day.",
)
