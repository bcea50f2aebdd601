"""What may be asked of the queues and of long repairs, and what is answered."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.ops.contracts.quarantine import RepairAsked, Words

QueueName = Literal["all", "flash", "normal"]


class Asked(BaseModel):
    """Who asks for it, and why; both are kept."""

    model_config = ConfigDict(extra="forbid")

    actor: Words | None = Field(
        None, description="Who asks; the holder of a key is known by it, and what is said here does not count."
    )
    reason: Words


class LimitAsked(Asked):
    """How many transactions may work on the queue at once, in all workers together."""

    max_concurrency: int | None = Field(ge=1, le=10_000, description="null: as many as there are.")


class JobAsked(RepairAsked):
    """A long repair: which bulletins, and at what pace."""

    action: Literal["replay", "discard"]
    rate: float = Field(50.0, ge=0.001, le=10_000, description="Bulletins a second, at most.")


class Job(BaseModel):
    """A long repair and how far it has come."""

    id: int
    action: Literal["replay", "discard"]
    state: Literal["running", "stopped", "finished"]
    filter: dict[str, Any]
    rate: float
    asked_at: datetime
    matched: int
    done: int
    ended_at: datetime | None
    actor: str
    reason: str
    seconds_left: float | None


class Jobs(BaseModel):
    """Long repairs, newest first."""

    jobs: list[Job]
