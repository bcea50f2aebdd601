"""What operators did, why, and to which bulletins."""

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.tables.base import metadata
from shared.tables.bulletins import TIME

operator_action = Table(
    "operator_action",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("bulletins", Integer, nullable=False, comment="How many bulletins it changed."),
    Column("filter", JSONB, nullable=False, comment="Which were meant."),
    comment="Who did what at the operator's desk, when and why.",
)

operator_action_bulletin = Table(
    "operator_action_bulletin",
    metadata,
    Column("action_id", BigInteger, ForeignKey("operator_action.id"), primary_key=True),
    Column("bulletin_id", Uuid, ForeignKey("bulletin.id"), primary_key=True),
    Index(None, "bulletin_id"),
    comment="The bulletins that an action changed.",
)
