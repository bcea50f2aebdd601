"""The entities' tables: who and what articles speak of, under one id across them."""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from shared.tables.base import metadata

TIME = DateTime(timezone=True)

# A row is written once; only a person's decision changes it. No article does: the rows of popular entities would be
# queued for by every worker. For the same reason nothing refers to it by a foreign key, whose check would mark the row.
entity = Table(
    "entity",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column(
        "key",
        Text,
        comment="What it is known by; of a person the folded name, null where only a frequent name is known.",
    ),
    Column("name", Text, nullable=False),
    Column("name_order", Text(collation="C"), nullable=False, comment="The name, to sort by in Vietnamese order."),
    Column("lead_id", Uuid, comment="The entity into which a person merged this one; null: it stands for itself."),
    Column("created_at", TIME, nullable=False),
    CheckConstraint("type IN ('person', 'organization', 'place', 'document')", name="type"),
    Index(None, "key", postgresql_where=text("type = 'person' AND key IS NOT NULL")),
    Index(None, "lead_id", postgresql_where=text("lead_id IS NOT NULL")),
    Index(None, "name_order", "id", postgresql_where=text("lead_id IS NULL")),
    Index(None, "type", "name_order", "id", postgresql_where=text("lead_id IS NULL")),
    comment="Someone or something that articles name.",
)

entity_alias = Table(
    "entity_alias",
    metadata,
    Column("entity_id", Uuid, primary_key=True),
    Column("alias", Text, primary_key=True),
    Column("folded", Text(collation="C"), nullable=False),
    Column("bare", Text(collation="C"), nullable=False, comment="Without accents."),
    Column("words", TSVECTOR, Computed("to_tsvector('simple'::regconfig, bare)", persisted=True)),
    Index(None, "bare"),
    Index(None, "words", postgresql_using="gin"),
    # Names with slips. Not there where PostgreSQL has no pg_trgm: docs/decisions/0028.
    Index("ix_entity_alias_bare_trgm", "bare", postgresql_using="gin", postgresql_ops={"bare": "gin_trgm_ops"}),
    comment="What an entity is called.",
)

entity_fact = Table(
    "entity_fact",
    metadata,
    Column("entity_id", Uuid, primary_key=True),
    Column("quarter", Date, primary_key=True, comment="The first day of the quarter; 0001-01-01: not known."),
    Column("service", Text, primary_key=True),
    Column("rank", SmallInteger, primary_key=True, autoincrement=False),
    Column("post", Text, primary_key=True),
    Column("body", Text, primary_key=True),
    Column("province", Text, primary_key=True),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    comment="What a person is compared by: rank, post, body and province, by quarters. Empty or 0: not said.",
)

article_entity = Table(
    "article_entity",
    metadata,
    Column("article_id", Uuid, ForeignKey("article.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("entity_id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False, comment="The fullest name that the article gives it."),
    Column("day", Date, comment="Of the article: published, else of the event."),
    Column("rank", Text),
    Column("posts", JSONB, comment="[{text, organisation}] of a person."),
    Column("facts", JSONB, comment="Of a person: the rows of entity_fact that this article gives."),
    Column("spans", ARRAY(Integer), nullable=False, comment="start, end, start, end, ...: into the text as filed."),
    Column("confidence", REAL, nullable=False),
    Column("reason", Text, nullable=False, comment="Why it is this entity."),
    Column("decision_id", Uuid, comment="The decision of a person that says so, where one does."),
    Index(None, "entity_id", "day"),
    comment="Which entities a version of an article names, and what it says of them.",
)

entity_decision = Table(
    "entity_decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", TIME, nullable=False),
    Column("entity_id", Uuid, nullable=False, comment="Merged into another, or split."),
    Column("into_id", Uuid, nullable=False, comment="What it was merged into, or what the articles were given to."),
    Column("articles", ARRAY(Uuid), comment="Of a split: the articles that were given to the other."),
    Column("were", ARRAY(Uuid), comment="Of a split: the entity that each of its articles named before."),
    Column("undoes", Uuid, unique=True, comment="The decision that no longer holds because of this one."),
    CheckConstraint("kind IN ('merge', 'split', 'undo')", name="kind"),
    CheckConstraint("decided_by IN ('rule', 'person')", name="decided_by"),
    CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undoes"),
    Index(None, "entity_id"),
    Index(None, "into_id"),
    comment="Merges and splits, and what undid them; nothing is ever deleted.",
)
