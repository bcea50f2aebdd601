"""A bulletin on the wire: as the newsroom posts it, and the receipt that it gets."""

from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts import examples
from shared.contracts.article import ArticleOut
from shared.contracts.problem import Problem

Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class State(StrEnum):
    """Where a bulletin is in its life; docs/states.md shows every arrow."""

    QUEUED = "queued"
    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"


class Priority(IntEnum):
    """Who is served first: the lower number. As PostgreSQL holds it; on the wire it is its name in small letters."""

    FLASH = 0
    NORMAL = 5


PriorityName = Literal["flash", "normal"]


class BulletinIn(BaseModel):
    """A bulletin as JSON."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.BULLETIN_IN]})

    text: str
    source: Label | None = None
    external_id: Label | None = None
    priority: PriorityName = "normal"
    published: date | None = Field(None, description="The day on which the newsroom published it, where it is known.")


class Accepted(BaseModel):
    """The answer to a bulletin that was taken in; the same again when its idempotency key comes again."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ACCEPTED]})

    id: str
    state: Literal["queued"]
    received_at: datetime
    href: str


class Failure(BaseModel):
    """Why a bulletin is not published: the class of the fault, and what it said."""

    error_class: str
    detail: str


class Receipt(BaseModel):
    """A bulletin's state, and the article once there is one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RECEIPT]})

    id: str
    state: State
    received_at: datetime
    closed_at: datetime | None
    priority: PriorityName
    source: str | None
    external_id: str | None
    published: date | None
    charset: str
    charset_reason: str
    sha256: str
    size: int
    attempts: int
    next_try_at: datetime | None
    failure: Failure | None
    duplicate_of: str | None
    article: ArticleOut | None


class LineVerdict(BaseModel):
    """What became of one line or file of a batch: a bulletin's id, or the problem."""

    line: int
    status: int
    bulletin: str | None
    problem: Problem | None


class BatchReceipt(BaseModel):
    """What became of a batch, line by line."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCH_RECEIPT]})

    accepted: int
    refused: int
    results: list[LineVerdict]
