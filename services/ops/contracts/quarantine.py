"""What may be asked of the quarantine, and what is answered."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StringConstraints

BulletinId = Annotated[str, StringConstraints(pattern=r"^bul_[0-9a-f]{32}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]


class Group(BaseModel):
    """Quarantined bulletins that failed in the same way: same class, and same last line but for figures and quotes."""

    signature: str
    error_class: str | None
    stage: str | None
    bulletins: int
    first_seen: datetime
    last_seen: datetime
    newest: str
    said: str | None


class Groups(BaseModel):
    """The quarantine."""

    groups: list[Group]


class HeldAsked(BaseModel):
    """What may be asked of the list of quarantined bulletins; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    signature: str | None = Field(None, max_length=64, description="Only those of a group.")
    after: BulletinId | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=500)


class Held(BaseModel):
    """A quarantined bulletin."""

    id: str
    source: str | None
    external_id: str | None
    received_at: datetime
    closed_at: datetime
    error_class: str | None
    stage: str | None
    last_error: str | None
    media_type: str
    size: int
    signature: str
    attempts: int


class HeldPage(BaseModel):
    """A page of them."""

    bulletins: list[Held]
    next: str | None


_SAYS_WHICH: JsonValue = [
    {"required": ["bulletins"], "properties": {"bulletins": {"type": "array", "minItems": 1}}},
    {"required": ["signature"], "properties": {"signature": {"type": "string", "minLength": 1}}},
    {"required": ["error_class"], "properties": {"error_class": {"type": "string", "minLength": 1}}},
    {"required": ["stage"], "properties": {"stage": {"type": "string", "minLength": 1}}},
    {"required": ["everything"], "properties": {"everything": {"const": True}}},
]


class RepairAsked(BaseModel):
    """Which quarantined bulletins, who asks, and why. Conditions hold together."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"anyOf": _SAYS_WHICH})

    bulletins: list[BulletinId] | None = Field(None, max_length=10_000, description="These.")
    signature: str | None = Field(None, max_length=64, description="Those of a group.")
    error_class: str | None = Field(None, max_length=200, description="Those of a class of error.")
    stage: str | None = Field(None, max_length=100, description="Those that failed in a stage.")
    everything: StrictBool = Field(default=False, description="All.")
    actor: Words | None = Field(
        None, description="Who asks. Whoever has a key is known by its label; anybody else must say it."
    )
    reason: Words
    dry_run: StrictBool = Field(default=False, description="Change nothing; tell how many are meant.")


class Repaired(BaseModel):
    """How many were meant and changed, and the numbers under which that is kept."""

    matched: int
    changed: int
    actions: list[int]
