"""Those who follow the feed under a name or by webhook, as they are told and answered."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.contracts import examples_of_following as examples
from shared.contracts.article import ChangeList
from shared.contracts.following import ChangeFilter

BIGGEST_SEQ = 2**53 - 1
"""Up to there every reader of JSON has whole numbers."""


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number is wanted")  # noqa: TRY004  # what pydantic makes a refusal of
    return value


Seq = Annotated[int, Field(ge=0, le=BIGGEST_SEQ), BeforeValidator(_number)]
Since = Seq | Literal["now"]
Format = Literal["plain", "structured", "binary"]


class ConsumerIn(BaseModel):
    """What a consumer wants. `since` counts only when it is new: afterwards it has a position of its own."""

    model_config = ConfigDict(extra="forbid")

    filter: ChangeFilter = ChangeFilter()
    since: Since = Field("now", description="The last `seq` that it knows; 0 for all, `now` for what comes.")


class Ack(BaseModel):
    """A position of the feed."""

    model_config = ConfigDict(extra="forbid")

    seq: Seq


class Lag(BaseModel):
    """How far behind the feed's head: entries of the feed, and the age of the first of them."""

    entries: int
    seconds: float


class ConsumerOut(BaseModel):
    """A consumer, with the last position that it has acknowledged."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONSUMER]})

    name: str
    filter: ChangeFilter
    position: int
    head_seq: int
    lag: Lag
    created_at: datetime
    acked_at: datetime | None
    href: str


class ConsumerList(BaseModel):
    """All consumers, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONSUMER_LIST]})

    data: list[ConsumerOut]


class ConsumerChanges(ChangeList):
    """What follows a consumer's acknowledged position. Acknowledge `last_seq` and ask again."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONSUMER_CHANGES]})

    consumer: str


class WebhookIn(BaseModel):
    """Where changes shall be sent to."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=2000)
    filter: ChangeFilter = ChangeFilter()
    format: Format = Field("plain", description="A document of ours, or a CloudEvent, structured or binary.")
    secret: str | None = Field(
        None, max_length=200, description="`whsec_` and base64 of 24 to 64 bytes; else we make one."
    )
    since: Since = Field("now", description="The last `seq` that is known; 0 for all, `now` for what comes.")


class WebhookPatch(BaseModel):
    """What shall be otherwise; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(None, max_length=2000)
    filter: ChangeFilter | None = None
    format: Format | None = None
    enabled: bool | None = None


class Rotation(BaseModel):
    """How long deliveries are signed with the old secret too."""

    model_config = ConfigDict(extra="forbid")

    keep_hours: float = Field(24, ge=0, le=720)


class WebhookOut(BaseModel):
    """A webhook. `position`: up to there its deliveries are made; `waiting`: so many of them are not delivered yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WEBHOOK]})

    id: str
    url: str
    filter: ChangeFilter
    format: Format
    enabled: bool
    disabled: Literal["by_request", "gone", "failing"] | None
    disabled_at: datetime | None
    failing_since: datetime | None
    old_secret_until: datetime | None
    position: int
    head_seq: int
    waiting: int
    created_at: datetime
    href: str


class WebhookSecret(WebhookOut):
    """A webhook and its new secret, which is shown this once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**examples.WEBHOOK, "secret": examples.WEBHOOK_SECRET}]})

    secret: str


class WebhookList(BaseModel):
    """All webhooks, the first made first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WEBHOOK_LIST]})

    data: list[WebhookOut]


class Attempt(BaseModel):
    """One request: its answer's status and beginning, or why there was none."""

    at: datetime
    seconds: float
    status: int | None
    error: str | None
    answer: str | None


class DeliveryOut(BaseModel):
    """What is sent to a webhook, and what came of it; `attempts` are the last twenty."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DELIVERY]})

    id: int
    event: str = Field(description="The header `webhook-id`, the same at each attempt.")
    seq: int | None
    article: str | None
    state: Literal["waiting", "delivered", "failed"]
    tries: int
    next_try_at: datetime | None
    made_at: datetime
    ended_at: datetime | None
    attempts: list[Attempt]


class DeliveryPage(BaseModel):
    """Where the list goes on."""

    limit: int
    next: str | None


class DeliveryList(BaseModel):
    """Deliveries, the newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DELIVERY_LIST]})

    data: list[DeliveryOut]
    page: DeliveryPage
