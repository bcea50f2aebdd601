"""The articles' tables: what readers see, and the feed of changes."""

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
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
from sqlalchemy.dialects.postgresql import ARRAY, DATEMULTIRANGE, DATERANGE, JSONB

from shared.tables.base import metadata
from shared.tables.bulletins import TIME

article = Table(
    "article",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column(
        "exact_key",
        LargeBinary,
        unique=True,
        comment="Hash of the folded text, if no other article holds these words.",
    ),
    Column("source", Text),
    Column("external_id", Text),
    Column("current_version", Integer, nullable=False),
    Column("pub_status", Text, nullable=False),
    Column("available_at", TIME, nullable=False),
    Column("embargo_until", TIME),
    Column("announced", Boolean, nullable=False, server_default=text("true"), comment="Is it in the feed?"),
    Column("note", Text, comment="What readers are told where it was."),
    Column("erased_at", TIME),
    Column("heir_id", Uuid, comment="The bulletin that takes its place."),
    Column(
        "duplicate_of",
        Uuid,
        ForeignKey("article.id"),
        comment="The article that it is a duplicate of, because a person said so.",
    ),
    CheckConstraint("pub_status IN ('usable', 'withheld', 'canceled')", name="pub_status"),
    Index("ix_article_embargoed", "embargo_until", postgresql_where=text("NOT announced AND pub_status = 'usable'")),
    Index("ix_article_heir", "heir_id", postgresql_where=text("heir_id IS NOT NULL")),
    Index("ix_article_duplicate_of", "duplicate_of", postgresql_where=text("duplicate_of IS NOT NULL")),
    comment="One row per article; its words are in its versions.",
)

# The one rule of what readers see is in these two views (migration 0008). Every query of a reader goes through them,
# and never through `article`: a test holds the code against that.
readable_article = table(
    "readable_article",
    column("id", Uuid),
    column("source", Text),
    column("external_id", Text),
    column("current_version", Integer),
    column("pub_status", Text),
    column("available_at", TIME),
)
"""What may be shown: in the feed, neither withheld nor killed, and no duplicate."""

recalled_article = table(
    "recalled_article",
    column("id", Uuid),
    column("pub_status", Text),
    column("note", Text),
    column("erased_at", TIME),
    column("duplicate_of", Uuid),
)
"""What readers knew and may be shown no more: that it is so, the note, and what it was found to be a duplicate of."""

embargoed_article = table(
    "embargoed_article",
    column("id", Uuid),
    column("source", Text),
    column("external_id", Text),
    column("current_version", Integer),
    column("pub_status", Text),
    column("available_at", TIME),
    column("embargo_until", TIME),
)
"""What is under embargo (migration 0014): for those alone who are trusted with it, at addresses of its own."""

FINDINGS = (
    "published", "event", "blocks", "items", "byline", "source_line", "abbreviations", "slips", "notes", "dates", "entities",
    "people", "citations", "places",
)  # fmt: skip
"""The columns that hold what was found in a text, under the names that readers see."""

# What was found in a text is read and written whole, with the text it points into: hence JSON, and one row a version.
article_version = Table(
    "article_version",
    metadata,
    Column("article_id", Uuid, ForeignKey("article.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("bulletin_id", Uuid, ForeignKey("bulletin.id"), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("received_at", TIME, nullable=False),
    Column("valid_from", TIME, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False, comment="As filed; every offset points into it."),
    Column("published", JSONB, nullable=False),
    Column("event", JSONB, nullable=False, server_default=text("'{}'")),
    Column("blocks", JSONB, nullable=False),
    Column("items", JSONB, nullable=False, server_default=text("'[]'")),
    Column("byline", JSONB),
    Column("source_line", JSONB),
    Column("abbreviations", JSONB, nullable=False, server_default=text("'[]'")),
    Column("slips", JSONB, nullable=False, server_default=text("'[]'")),
    Column("notes", JSONB, nullable=False, server_default=text("'[]'")),
    Column("dates", JSONB, nullable=False),
    Column("entities", JSONB, nullable=False),
    Column("places", JSONB, nullable=False, server_default=text("'[]'")),
    Column("people", JSONB, nullable=False, server_default=text("'[]'")),
    Column("citations", JSONB, nullable=False, server_default=text("'[]'")),
    Column("published_days", DATERANGE, comment="The day, or days, of `published`, to search by."),
    Column("event_days", DATERANGE, comment="The same of `event`."),
    Column("mentioned_days", DATEMULTIRANGE, comment="All days that `dates` speaks of."),
    Column(
        "place_terms",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="What `places` says, to search by: written NAME, valid CODE, current CODE, province CODE.",
    ),
    Column(
        "exact_key",
        LargeBinary,
        comment="Hash of the folded text, of all versions of what was revised or under embargo.",
    ),
    Column("note", Text),
    CheckConstraint("kind IN ('first', 'revision', 'correction')", name="kind"),
    Index("ix_article_version_exact_key", "exact_key", postgresql_where=text("exact_key IS NOT NULL")),
    comment="The words of an article and what was found in them, version by version.",
)

# What a version said before it was read again. Its text is the version's: only what was found in it is other.
article_reading = Table(
    "article_reading",
    metadata,
    Column("article_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("reading", Integer, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("found", JSONB, nullable=False, comment="Title and findings, by their names."),
    Column("replaced_at", TIME, nullable=False),
    ForeignKeyConstraint(["article_id", "version"], ["article_version.article_id", "article_version.version"]),
    comment="What was found in a version by earlier pipelines.",
)

replay = Table(
    "replay",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("selection", JSONB, nullable=False),
    Column("after", Uuid, nullable=False, comment="Articles up to this id are done."),
    Column("report", JSONB, nullable=False),
    Column("started_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
    Column("finished_at", TIME),
    Index(
        "uq_replay_unfinished",
        "pipeline",
        "selection",
        unique=True,
        postgresql_where=text("finished_at IS NULL"),
    ),
    comment="What was read again, how far that has come, and what came of it.",
)

duplicate_relation = Table(
    "duplicate_relation",
    metadata,
    Column("bulletin_id", Uuid, ForeignKey("bulletin.id"), primary_key=True),
    Column("original_id", Uuid, ForeignKey("article.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("score", REAL, nullable=False),
    Column("method", Text, nullable=False),
    Column("method_version", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("spans", JSONB, nullable=False, server_default=text("'[]'"), comment="Where the two filed texts differ."),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", TIME, nullable=False),
    CheckConstraint("kind IN ('exact', 'near', 'revision', 'same_event', 'none')", name="kind"),
    CheckConstraint("decided_by IN ('rule', 'person')", name="decided_by"),
    Index(None, "original_id"),
    comment="What a bulletin is to an earlier article; none: the same form of words with other values.",
)

article_fingerprint = Table(
    "article_fingerprint",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("article_id", Uuid, ForeignKey("article.id"), nullable=False, unique=True),
    Column("said", LargeBinary, nullable=False, comment="What counts of its text, packed."),
    comment="What the next bulletins are held against; the articles by numbers that are half as long as their ids.",
)

# Narrow, for there are 24 rows an article: no foreign key, no row but the index's key.
article_band = Table(
    "article_band",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    comment="Which articles are found under a key of 63 bits that similar texts share.",
)

story = Table(
    "story",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("lead_id", Uuid, comment="The story that this one was merged into; null: it stands for itself."),
    Column("first_at", TIME, nullable=False, comment="When the first of its articles was accepted."),
    Column("last_at", TIME, nullable=False, comment="When the last one was."),
    Column(
        "decided",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="A person has said what belongs to it: no rule merges it with another such story.",
    ),
    Index(None, "last_at", "id", postgresql_where=text("lead_id IS NULL")),
    Index(None, "lead_id", postgresql_where=text("lead_id IS NOT NULL")),
    comment="Articles on one event.",
)

story_member = Table(
    "story_member",
    metadata,
    Column("article_id", Uuid, ForeignKey("article.id"), primary_key=True),
    Column("story_id", Uuid, ForeignKey("story.id"), nullable=False),
    Column("other_id", Uuid, comment="The article by which it was told to belong here; null: the first."),
    Column("score", REAL, nullable=False),
    Column("method", Text, nullable=False),
    Column("method_version", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", TIME, nullable=False),
    Index(None, "story_id", "received_at", "article_id"),
    comment="Which story an article tells, and why.",
)

article_sketch = Table(
    "article_sketch",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("article_id", Uuid, ForeignKey("article.id"), nullable=False, unique=True),
    Column("received_at", TIME, nullable=False),
    Column("pairs", LargeBinary, nullable=False, comment="Its most telling pairs of words, packed."),
    comment="By what articles on one event are told.",
)

# As narrow as article_band, and for the same reason.
sketch_key = Table(
    "sketch_key",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    comment="Which articles have a telling pair of words.",
)

# Append-only: what was decided is undone by another decision. `before` is what it changed, as it was.
article_decision = Table(
    "article_decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("bulletin_id", Uuid, ForeignKey("bulletin.id"), comment="What was related."),
    Column("original_id", Uuid, ForeignKey("article.id"), comment="To which article."),
    Column("relation", Text),
    Column("story_id", Uuid, ForeignKey("story.id"), comment="What was merged, or split."),
    Column("into_id", Uuid, ForeignKey("story.id"), comment="The story that it went into."),
    Column("articles", ARRAY(Uuid), comment="Those that went there."),
    Column("before", JSONB, nullable=False, server_default=text("'{}'")),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", TIME, nullable=False),
    Column("undoes", Uuid, ForeignKey("article_decision.id"), unique=True),
    CheckConstraint("kind IN ('relation', 'merge', 'split', 'gather', 'undo')", name="kind"),
    CheckConstraint("relation IN ('exact', 'near', 'revision', 'same_event', 'none')", name="relation"),
    Index(None, "bulletin_id", "id", postgresql_where=text("bulletin_id IS NOT NULL")),
    Index(None, "original_id", "id", postgresql_where=text("original_id IS NOT NULL")),
    Index(None, "story_id", "id", postgresql_where=text("story_id IS NOT NULL")),
    Index(None, "into_id", "id", postgresql_where=text("into_id IS NOT NULL")),
    comment="What a person decided of duplicates and stories, when and why.",
)

# One row, updated as the last statement of a publishing transaction: its lock makes the order of numbers the order of
# commits. A plain sequence would not.
feed_head = Table(
    "feed_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, server_default=text("1")),
    Column("seq", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("id = 1", name="single"),
    postgresql_with={"fillfactor": "10"},
    comment="The newest number of the feed.",
)

change = Table(
    "change",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("article_id", Uuid, ForeignKey("article.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", TIME, nullable=False),
    Index(None, "type", "seq"),
    Index(None, "article_id", "seq"),
    comment="The feed: gapless, in the order of commits.",
)

article_event = Table(
    "article_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("article_id", Uuid, ForeignKey("article.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("at", TIME, nullable=False),
    Index(None, "article_id", "id"),
    comment="Who did what to an article, when and why. Append-only.",
)
