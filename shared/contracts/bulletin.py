"""A bulletin on the wire: as the newsroom posts it, and the receipt that it gets."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from shared.contracts import examples
from shared.contracts.article import ArticleOut, PubStatus
from shared.contracts.problem import Problem
from shared.contracts.states import State

Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)")


def moment(value: Any) -> datetime:
    """A time as RFC 3339 writes it, with its offset. Raises ValueError."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            time = datetime.fromisoformat(value.upper())
        except ValueError:
            time = None
        # Beyond these years a time in another zone would be none that Python knows.
        if time is not None and 1970 <= time.year <= 2999:
            return time
    raise ValueError("a time with its offset is wanted, such as 2025-09-05T17:00:00+07:00")


Moment = Annotated[
    datetime,
    BeforeValidator(moment),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": r"^(19[7-9]\d|2\d{3})-"}, mode="validation"),
]

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def day(value: Any) -> date:
    """A day as 2025-09-05, and in no other way: a number is no day. Raises ValueError."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("a day is wanted, such as 2025-09-05")


Day = Annotated[date, BeforeValidator(day, json_schema_input_type=date)]
RevisionKind = Literal["revision", "correction"]
Note = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]
PriorityName = Literal["flash", "normal"]


class BulletinIn(BaseModel):
    """A bulletin as JSON."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.BULLETIN_IN]})

    text: str = Field(json_schema_extra={"pattern": r"\S"})
    source: Label | None = None
    external_id: Label | None = None
    priority: PriorityName = "normal"
    published: Day | None = Field(None, description="The day on which the newsroom published it, where it is known.")
    embargo_until: Moment | None = Field(
        None,
        description="Nobody sees it before this moment (RFC 3339, with an offset); then it is published by itself.",
    )


class RevisionIn(BulletinIn):
    """A bulletin as JSON, under its sender's own key."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [examples.REVISION_IN],
            "if": {"properties": {"kind": {"const": "correction"}}, "required": ["kind"]},
            "then": {"properties": {"note": {"type": "string"}}, "required": ["note"]},
        },
    )

    kind: RevisionKind | None = Field(None, description="What this is to the version before; `revision` if not said.")
    note: Note | None = Field(None, description="What readers shall know of this version; a correction needs one.")

    @model_validator(mode="after")
    def _a_correction_says_what_it_corrects(self) -> "RevisionIn":
        if self.kind == "correction" and self.note is None:
            raise ValueError("a correction needs a note that says what was wrong")
        return self


class Order(BaseModel):
    """What a person says who withholds, releases or kills an article: who, and why. Both are kept, and not shown."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.ORDER]})

    actor: Label | None = Field(
        None, description="Who orders it. Whoever asks with a key is known by its label; anybody else must say it."
    )
    reason: Note


class KillOrder(Order):
    """A kill: `note` is what readers are told in its place."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.KILL_ORDER]})

    note: Note | None = None
    with_duplicates: StrictBool = Field(
        default=False, description="Take back whatever says the same too; else the earliest duplicate takes its place."
    )


class Standing(BaseModel):
    """How an article stands after an order. Under embargo until `embargo_until`, where that is set."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STANDING]})

    article: str
    pub_status: PubStatus
    version: int
    embargo_until: datetime | None
    successor: str | None = Field(description="The article, or the bulletin that is now read, that takes its place.")


class EventOut(BaseModel):
    """What was done to an article: by whom, when and why."""

    what: str
    version: int
    actor: str
    reason: str
    note: str | None
    at: datetime


class EventList(BaseModel):
    """All that was done to an article, the earliest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EVENT_LIST]})

    data: list[EventOut]


class Accepted(BaseModel):
    """The answer to a bulletin that was taken in; the same again when its idempotency key comes again."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ACCEPTED]})

    id: str
    state: Literal["queued"]
    received_at: datetime
    href: str


class AcceptedRevision(Accepted):
    """The answer to a bulletin that was put under a key: its number there."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ACCEPTED_REVISION]})

    revision: int


class Failure(BaseModel):
    """Why a bulletin is not published: the class of the fault, and what it said."""

    error_class: str
    detail: str


class Receipt(BaseModel):
    """A bulletin's state, and the article once there is one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RECEIPT]})

    id: str
    state: State | Literal["embargoed"] = Field(
        description="`embargoed`: its article is made and published at `embargo_until`."
    )
    revision: int
    embargo_until: datetime | None
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
    pub_status: PubStatus | None = Field(description="How its article stands; null while it is under embargo.")
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
