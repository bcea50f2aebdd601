"""What the desk answers to whoever looks."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from shared.contracts.bulletin import PriorityName
from shared.contracts.states import State


class Queue(BaseModel):
    """The bulletins of one priority. `oldest_age_seconds` is that of the oldest due one, in hand or not.

    `paused`: by itself or with all. `max_concurrency`: how many transactions may work on it at once, null: any number.
    """

    priority: PriorityName
    waiting: int
    in_work: int
    retrying: int
    next_try_at: datetime | None
    oldest_age_seconds: float
    paused: bool
    max_concurrency: int | None


class OneQueue(Queue):
    """One queue, or `all` together, and what an operator set there."""

    priority: Literal["all", "flash", "normal"]  # type: ignore[assignment]  # all is both
    actor: str | None
    reason: str | None
    changed_at: datetime | None


class Setting(BaseModel):
    """What an operator paused or limited, and why."""

    queue: Literal["all", "flash", "normal"]
    paused: bool
    most: int | None
    actor: str
    reason: str
    changed_at: datetime


class Rate(BaseModel):
    """Bulletins a minute, over so many minutes."""

    minutes: int
    accepted_per_minute: float
    finished_per_minute: float


class Queues(BaseModel):
    """What waits. `seconds_to_drain` is null if at the rates of the last minute it never drains."""

    at: datetime
    queues: list[Queue]
    settings: list[Setting]
    quarantined: int
    rates: list[Rate]
    seconds_to_drain: float | None


class Process(BaseModel):
    """A worker or sweep. `silent`: not heard of for 15 s. `stalled`: no progress for 20 s while work waits as long.

    `replaced`: silent, and another was started on its host since, in the place of this one alone.
    """

    worker: str
    host: str
    pid: int
    role: Literal["worker", "sweep"]
    pipeline: str
    started_at: datetime
    seen_at: datetime
    progress_at: datetime
    health: Literal["well", "silent", "stalled", "replaced"]
    memory_bytes: int | None
    children: list[int] | None


class Hand(BaseModel):
    """A child process of a worker: how many bulletins it has in hand and for how long, and what it did in the last minute.

    `bulletin` is the one that it reads. `stage` is told once that has taken more than a second: in which stage it is, or
    `closing` when it writes what was made of the batch.
    """

    worker: str
    in_hand: int
    bulletin: str | None
    seconds: float | None
    stage: str | None
    stage_seconds: float | None
    finished_last_minute: int
    failed_last_minute: int
    deaths_last_day: int


class Death(BaseModel):
    """An attempt whose worker died."""

    worker: str
    bulletin: str
    started_at: datetime
    ended_at: datetime


class Workers(BaseModel):
    """Who works, and who died in the last day."""

    at: datetime
    processes: list[Process]
    hands: list[Hand]
    deaths: list[Death]


class Broken(BaseModel):
    """A rule of the account that does not hold, and some bulletins that break it."""

    rule: str
    bulletins: list[str]


class Ledger(BaseModel):
    """Accepted bulletins by state; `probes` are counted by themselves."""

    at: datetime
    accepted: int
    states: dict[State, int]
    probes: int
    balanced: bool
    broken: list[Broken]


class Event(BaseModel):
    """Something that happened to a bulletin."""

    at: datetime
    what: str
    detail: dict[str, Any]


class Bytes(BaseModel):
    """The bytes of a bulletin as received."""

    size: int
    kept: bool
    erased_at: datetime | None


class Log(BaseModel):
    """Under which id the logs speak of it, and where that is looked up; empty: `BANTIN_LOG_URL` does not say."""

    of: Literal["bulletin", "request", "trace"]
    id: str
    url: str


class History(BaseModel):
    """A bulletin's life, in the order of time."""

    bulletin: str
    state: State
    probe: bool
    article: str | None
    duplicate_of: str | None
    request_id: str
    sha256: str
    bytes: Bytes
    next_try_at: datetime | None
    error_class: str | None
    stage: str | None
    last_error: str | None
    logs: list[Log]
    events: list[Event]


class ActionTaken(BaseModel):
    """Something that an operator did."""

    id: int
    at: datetime
    actor: str
    action: str
    reason: str
    bulletins: int
    filter: dict[str, Any]


class Actions(BaseModel):
    """What operators did."""

    actions: list[ActionTaken]
