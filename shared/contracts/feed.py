"""A JSON Feed on the wire: https://www.jsonfeed.org/version/1.1/."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.article import VersionKind


class FeedAuthor(BaseModel):
    """Who wrote it, or filed it."""

    name: str


class FeedExtension(BaseModel):
    """What JSON Feed has no word for."""

    id: str
    version: int
    kind: VersionKind
    note: str | None
    source: str | None
    published: str | None
    story: str | None
    href: str


class FeedItem(BaseModel):
    """An article in a feed. `id` is its URN in every format."""

    model_config = ConfigDict(validate_by_name=True)

    id: str
    url: str
    title: str
    content_html: str
    content_text: str
    summary: str | None = None
    date_published: datetime
    date_modified: datetime
    authors: list[FeedAuthor] | None = None
    tags: list[str] | None = None
    language: Literal["vi"]
    bantin: FeedExtension = Field(alias="_bantin")


class JsonFeedOut(BaseModel):
    """A page of a feed; `next_url` leads to the page of older articles, if there are any."""

    version: Literal["https://jsonfeed.org/version/1.1"]
    title: str
    home_page_url: str
    feed_url: str
    next_url: str | None = None
    language: Literal["vi"]
    items: list[FeedItem]
