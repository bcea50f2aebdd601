"""A story: articles on one event."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shared.contracts import examples
from shared.contracts.article import Page


class StorySummary(BaseModel):
    """A story in a list. Its title is the headline of the article that told of it first."""

    id: str
    title: str
    first_at: datetime
    last_at: datetime
    articles: int
    sources: int
    href: str


class StoryList(BaseModel):
    """A page of stories."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STORY_LIST]})

    data: list[StorySummary]
    page: Page


class Adds(BaseModel):
    """What an article says that none before it in the story said: names, places and days, as it words them."""

    names: list[str]
    places: list[str]
    dates: list[str]


class MemberOut(BaseModel):
    """An article of a story, and why it belongs to it: how much it is like `by`, an earlier article of the story."""

    article: str
    title: str
    source: str | None
    received_at: datetime
    by: str | None
    score: float
    method: str
    version: str
    reason: str
    adds: Adds
    href: str


class StoryOut(BaseModel):
    """A story with its articles in the order in which they were accepted, 200 at most; the first of them reported first.

    `merged` are the ids of stories that were found to be this one; they lead here.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STORY_OUT]})

    id: str
    title: str
    first_at: datetime
    last_at: datetime
    merged: list[str]
    articles: list[MemberOut]
