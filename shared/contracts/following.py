"""What may be followed: which changes somebody wants to hear of."""

from typing import Annotated, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from shared.contracts.article import ChangeType
from shared.ids import ENTITY, read

CHANGE_TYPES: tuple[str, ...] = get_args(ChangeType)
"""Every type of change."""


def _entity_id(told: str) -> str:
    if read(ENTITY, told) is None:
        raise ValueError("no id of an entity: ent_ and 32 hexadecimal digits")
    return told


Source = Annotated[str, Field(min_length=1, max_length=200)]
EntityId = Annotated[
    str, AfterValidator(_entity_id), WithJsonSchema({"type": "string", "pattern": "^ent_[0-9a-f]{32}$"})
]


class ChangeFilter(BaseModel):
    """Which changes are wanted: of each field one of its values, all where it is empty.

    By `entity` a change is told if any version up to that one names it: who follows an entity hears of the version that
    names it no more, and of every end of an article that named it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: list[ChangeType] = Field(default=[], max_length=len(CHANGE_TYPES), description="Only changes of these types.")
    source: list[Source] = Field(default=[], max_length=50, description="Only articles that these filed.")
    entity: list[EntityId] = Field(default=[], max_length=50, description="Only articles that name one of these.")
