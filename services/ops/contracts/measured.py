"""What the desk answers about what was measured."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel


class Bucket(BaseModel):
    """How many took no longer than that, and longer than the bucket before says."""

    up_to_ms: float
    count: int


class Distribution(BaseModel):
    """How long something took. Percentiles are bounds of buckets: at most a fifth too high."""

    count: int
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None


class Measure(Distribution):
    """A stage by its name; `readable`: from accepted to readable; `waiting`: until first in hand; `closing`: of a
    transaction, what is written."""

    measure: str
    buckets: list[Bucket]


class Minute(Distribution):
    """From accepted to readable, of what became readable in a minute."""

    minute: datetime


class Latency(BaseModel):
    """How long what took over the last minutes."""

    at: datetime
    minutes: int
    measures: list[Measure]
    by_minute: list[Minute]


class Oddity(BaseModel):
    """How a source is not as it used to be: `came` in the last whole `hours`; in the same hours of `days` days before
    `usual` on average, from `least` to `most`."""

    source: str
    what: Literal["quiet", "loud"]
    hours: int
    came: int
    usual: float
    least: int
    most: int
    days: int
    last: datetime | None


class Source(BaseModel):
    """A source, what came from it (in whole hours), and whether that is odd."""

    source: str
    last_hour: int
    last_day: int
    waiting: int
    oddity: Oddity | None


class Sources(BaseModel):
    """Every source of the last four weeks."""

    at: datetime
    sources: list[Source]


class Share(BaseModel):
    """A part of a whole, its usual share on the days before, and whether it has at least doubled beyond chance."""

    part: int
    whole: int
    share: float | None
    usual: float | None
    drifted: bool


class Shares(BaseModel):
    """What may drift."""

    dates_refused: Share
    places_open: Share
    unread: Share
    duplicates: Share
    quarantined: Share


class DriftDay(BaseModel):
    """A day (in Việt Nam) of a source."""

    day: date
    finished: int
    shares: Shares


class DriftSource(BaseModel):
    """A source by days, the oldest first; null: all sources together, `""`: those that name none."""

    source: str | None
    days: list[DriftDay]


class Drift(BaseModel):
    """Shares by source and day."""

    at: datetime
    days: int
    sources: list[DriftSource]


class Probe(BaseModel):
    """A synthetic bulletin: how long until it was accepted, and from then until it was finished; or what went wrong."""

    bulletin: str
    sent_at: datetime
    accepted_seconds: float | None
    readable_seconds: float | None
    error: str | None


class Probes(BaseModel):
    """The probes of the last hour."""

    at: datetime
    sent: int
    failed: int
    p50_seconds: float | None
    p99_seconds: float | None
    latest: Probe | None
    probes: list[Probe]


class Consumer(BaseModel):
    """A named consumer: `lag` changes are not acknowledged, and the first of them waits for `lag_seconds`."""

    name: str
    position: int
    created_at: datetime
    acked_at: datetime | None
    lag: int
    lag_seconds: float


class Consumers(BaseModel):
    """Who follows the feed under a name."""

    at: datetime
    consumers: list[Consumer]


class Webhook(BaseModel):
    """A webhook: `lag` changes have no delivery yet; of those that wait, `retried` were tried before."""

    id: str
    host: str
    disabled: Literal["by_request", "gone", "failing"] | None
    disabled_at: datetime | None
    failing_since: datetime | None
    lag: int
    waiting: int
    retried: int
    oldest_waits_seconds: float
    failed_last_day: int


class Webhooks(BaseModel):
    """Where changes are sent to."""

    at: datetime
    webhooks: list[Webhook]
