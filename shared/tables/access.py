"""The table of API keys."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.tables.base import metadata
from shared.tables.bulletins import TIME

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True, comment="The public part of the key."),
    Column("hash", LargeBinary, nullable=False, comment="SHA-256 of the whole key, which is kept nowhere."),
    Column("label", Text, nullable=False, comment="Who holds it; keys of one label are one client."),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("source", Text, comment="The only source for which it may post; null: any."),
    Column("per_minute", Integer, comment="Requests a minute; null: as the setting says."),
    Column("created_at", TIME, nullable=False),
    Column("expires_at", TIME),
    Column("revoked_at", TIME),
    Column("last_used_at", TIME, comment="To the minute."),
    Column("replaces", Text, ForeignKey("api_key.id"), comment="The key whose place it took."),
    CheckConstraint("octet_length(hash) = 32", name="hash"),
    CheckConstraint("length(label) BETWEEN 1 AND 200", name="label"),
    CheckConstraint("cardinality(scopes) > 0", name="scopes"),
    CheckConstraint("source IS NULL OR 'post' = ANY (scopes)", name="source"),
    CheckConstraint("per_minute > 0", name="per_minute"),
    Index(None, "replaces", postgresql_where=text("replaces IS NOT NULL")),
    comment="Who may ask for what. No row is ever deleted: it says who was allowed what, and until when.",
)
