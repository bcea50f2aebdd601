"""An entity on the wire: someone or something that articles name. No field has a default: what goes out is always whole."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts import examples
from shared.contracts.article import Page

EntityKind = Literal["person", "organization", "place", "document"]


class EntitySummary(BaseModel):
    """An entity in a list."""

    id: str
    type: EntityKind
    name: str
    href: str


class EntityFound(EntitySummary):
    """An entity in the list of all."""

    similar: bool = Field(description="True: it is not called as `q` says, only nearly so, as after a slip.")


class EntityList(BaseModel):
    """Entities in Vietnamese order; searched for, the nearest to what was typed first, similar names last."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ENTITY_LIST]})

    data: list[EntityFound]
    page: Page


class SaidOut(BaseModel):
    """A rank or degree as worded, on the first and on the last day of articles that say it; null: they have no day."""

    text: str
    first_day: date | None
    last_day: date | None
    articles: int


class HeldOut(SaidOut):
    """A post as worded, and its body where that is known."""

    organisation: str | None


class EntityDetail(EntitySummary):
    """An entity with all that it is called and, of a person, every rank and post that articles gave it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ENTITY_DETAIL]})

    key: str | None = Field(
        description="Of a place its code with the day from which it is valid; else the name by which it is known."
    )
    aliases: list[str]
    merged: list[str] = Field(description="The ids that lead here since a person merged them.")
    articles: int
    undated: int = Field(description="How many of the articles have no known day.")
    first_day: date | None
    last_day: date | None
    ranks: list[SaidOut]
    posts: list[HeldOut]


class MonthPost(BaseModel):
    """What articles of one month said of rank and post."""

    rank: str | None
    text: str | None
    organisation: str | None
    articles: int


class MonthOut(BaseModel):
    """One month: in how many articles it is named, how often, and with what rank and posts."""

    month: date
    articles: int
    mentions: int
    posts: list[MonthPost]


class Timeline(BaseModel):
    """The months in which articles name it, the newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TIMELINE]})

    data: list[MonthOut]
    page: Page


class BesideOut(EntitySummary):
    """An entity that is named in the same articles, and in how many."""

    articles: int


class CooccurringList(BaseModel):
    """What is named in the newest thousand articles about it, what is in most of them first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.COOCCURRING]})

    data: list[BesideOut]
    page: Page
