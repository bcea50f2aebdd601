"""The table by which articles are found, and the read API's own secret."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATEMULTIRANGE, DATERANGE, TSVECTOR

from shared.tables.base import metadata
from shared.tables.bulletins import TIME

# Narrow but for the vector, which PostgreSQL keeps beside: what is filtered and sorted by is read without it.
article_search = Table(
    "article_search",
    metadata,
    Column("article_id", Uuid, ForeignKey("article.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("at", TIME, nullable=False, comment="When it became readable."),
    Column("published_on", Date, nullable=False, comment="The first day of `published`; 0001-01-01: not known."),
    Column("event_on", Date, nullable=False, comment="The same of `event`."),
    Column("published_days", DATERANGE),
    Column("event_days", DATERANGE),
    Column("mentioned_days", DATEMULTIRANGE),
    Column(
        "provinces", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="Codes of provinces of today."
    ),
    Column(
        "form", SmallInteger, nullable=False, comment="Of which form of shared/orthography/lexemes.py the vector is."
    ),
    Column(
        "facts",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="What is known of the whole article, as in the vector: there for who looks for words too, here for who does not.",
    ),
    Column("vector", TSVECTOR, nullable=False),
    Column("pipeline", Text, comment="By which the version was read; null: not looked up yet."),
    # Newcomers wait on a short list beside the index: many are put into it at once, and a reader looks through the list.
    Index(None, "vector", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 1024}),
    Index(None, "facts", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 256}),
    Index(None, "at", "article_id"),
    Index(None, "pipeline", "at", "article_id"),
    Index(None, "published_on", "article_id"),
    Index(None, "event_on", "article_id"),
    Index(None, "published_days", postgresql_using="gist"),
    Index(None, "event_days", postgresql_using="gist"),
    Index(None, "mentioned_days", postgresql_using="gist"),
    comment="By what the current version of each article is found.",
)

reader_secret = Table(
    "reader_secret",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    comment="What the read API signs with where no setting gives it.",
)

readable_bytes = table(
    "readable_bytes",
    column("article_id", Uuid), column("version", Integer), column("media_type", Text), column("charset", Text),
    column("bytes", LargeBinary),
)  # fmt: skip
"""The bytes that readable articles were made of, as they were received."""
