"""Rows as readers are shown them: an article in a list, and a whole one for every format."""

from collections.abc import Sequence
from typing import Any

from services.api.formats.item import Item
from shared.database import AnyRow
from shared.ids import ARTICLE, BULLETIN, written
from shared.reading import document


def item_of(row: AnyRow, relations: Sequence[AnyRow], base: str) -> Item:
    """An article's row as all formats take it. No version comes before readers while the article is under embargo."""
    modified_at = max(row.valid_from, row.available_at)
    return Item(article=document(row, relations), modified_at=modified_at, base=base)


def summary(row: AnyRow) -> dict[str, Any]:
    """An article in a list."""
    id = written(ARTICLE, row.id)
    return {
        "id": id,
        "version": row.current_version,
        "pub_status": row.pub_status,
        "bulletin": written(BULLETIN, row.bulletin_id),
        "source": row.source,
        "available_at": row.available_at,
        "title": row.title,
        "published": row.published,
        "href": f"/v1/articles/{id}",
    }
