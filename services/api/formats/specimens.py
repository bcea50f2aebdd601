"""One article in every format, made as readers get it: the examples of the descriptions."""

from datetime import datetime
from typing import Any

import orjson

from services.api.formats.feeds import Feed
from services.api.formats.item import Item
from services.api.formats.representations import FORMS
from shared.contracts import examples

_BASE = "https://bantin.example"
_MOMENTS = {name: datetime.fromisoformat(examples.ARTICLE_OUT[name]) for name in ("received_at", "available_at")}
ITEM = Item(article=examples.ARTICLE_OUT | _MOMENTS, modified_at=_MOMENTS["available_at"], base=_BASE)
FEED = Feed(
    title="Bantin",
    id=f"{_BASE}/v1/feeds/atom.xml",
    url=f"{_BASE}/v1/feeds/atom.xml",
    home=f"{_BASE}/",
    following=None,
    changed_at=_MOMENTS["available_at"],
    items=[ITEM],
)


def article_as(kind: str) -> Any:
    """The article in a form of `FORMS`, as a description shows it: JSON as a document, all else as text."""
    made = FORMS[kind](ITEM)
    return orjson.loads(made) if kind.endswith("json") else made.decode()
