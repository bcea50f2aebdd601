"""What every format is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.ids import ARTICLE, ENTITY, STORY, read

Document = Mapping[str, Any]
"""An article as `GET /v1/articles/{id}` tells it: an ArticleOut of plain values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An article, when its version came before readers, and the address under which the API is known (no final /)."""

    article: Document
    modified_at: datetime
    base: str

    @property
    def urn(self) -> str:
        """Its name among all things, the same in every format, version and place."""
        return urn(ARTICLE, self.article["id"])

    @property
    def page(self) -> str:
        """Where people read it."""
        return f"{self.base}/articles/{self.article['id']}"

    @property
    def url(self) -> str:
        """Where programs read it."""
        return f"{self.base}/v1/articles/{self.article['id']}"


def urn(prefix: str, id: str) -> str:
    """The URN of a written id of ours, which is a UUID (RFC 9562, section 4)."""
    uuid = read(prefix, id)
    assert uuid is not None, f"{id} is no id of {prefix}"
    return UUID(int=uuid.int).urn


def entity_urn(id: str | None) -> str | None:
    """The URN of an entity, where an article's name is linked to one."""
    return urn(ENTITY, id) if id else None


def story_urn(id: str | None) -> str | None:
    """The URN of a story, where the article tells one."""
    return urn(STORY, id) if id else None
