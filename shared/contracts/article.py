"""An article on the wire.

Every offset is half-open, in Unicode code points, into `text`: the bulletin's text as it was filed. No field has a
default: what goes out is always whole.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts import examples

BlockKind = Literal[
    "dateline", "headline", "lead", "paragraph", "subhead", "caption", "placeholder", "byline", "source", "tail"
]
EntityType = Literal["PERSON", "ORGANIZATION", "LOCATION", "LEGAL_DOCUMENT", "PROGRAMME"]
PubStatus = Literal["usable", "withheld", "canceled"]


class SpanOut(BaseModel):
    """The characters from `start` up to, not including, `end` of the filed text."""

    start: int
    end: int


class BasisOut(BaseModel):
    """Why a value is believed: the rule or model with its version, how sure it is, and what it rests on."""

    method: str
    version: str
    confidence: float
    evidence: list[SpanOut]


class BlockOut(SpanOut):
    """A part of the bulletin: its kind and its clean text (NFC)."""

    kind: BlockKind
    text: str
    basis: BasisOut


class DateOut(SpanOut):
    """A temporal expression; `value` is ISO 8601 as TIMEX3 uses it."""

    text: str
    type: Literal["DATE", "TIME", "DURATION", "SET"]
    value: str
    calendar: Literal["solar", "lunar"]
    granularity: str
    modifier: str | None
    basis: BasisOut


class EntityOut(SpanOut):
    """A name; `key` identifies what it names where that is known, such as `vn-province:38`."""

    text: str
    type: EntityType
    name: str
    key: str | None
    basis: BasisOut


class PublishedOut(BaseModel):
    """When the newsroom published it, never when it reached us."""

    value: str | None
    basis: Literal["stated", "inferred", "given", "unknown"]
    evidence: list[SpanOut]


class ArticleOut(BaseModel):
    """An article, with what was found in it and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ARTICLE_OUT]})

    id: str
    version: int
    kind: Literal["first", "revision", "correction"]
    pub_status: PubStatus
    bulletin: str
    source: str | None
    external_id: str | None
    received_at: datetime
    available_at: datetime
    pipeline: str
    title: str
    published: PublishedOut
    text: str
    blocks: list[BlockOut]
    dates: list[DateOut]
    entities: list[EntityOut]


class ArticleSummary(BaseModel):
    """An article in a list."""

    id: str
    version: int
    pub_status: PubStatus
    bulletin: str
    source: str | None
    available_at: datetime
    title: str
    published: PublishedOut
    href: str


class Page(BaseModel):
    """Where a list goes on: an opaque cursor, or null at its end."""

    limit: int
    next: str | None


class ArticleList(BaseModel):
    """Articles, newest first in the order in which they became readable."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ARTICLE_LIST]})

    data: list[ArticleSummary]
    page: Page


class ChangeOut(BaseModel):
    """One entry of the feed: `seq` is gapless and in the order of commits."""

    seq: int
    type: Literal["article.published", "article.updated", "article.corrected", "article.killed"]
    article: str
    version: int
    time: datetime
    href: str


class ChangeList(BaseModel):
    """A piece of the feed. Ask again with `next` for what follows; `head_seq` is the newest of all."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHANGE_LIST]})

    changes: list[ChangeOut]
    last_seq: int
    head_seq: int
    next: str
