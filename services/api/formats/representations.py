"""The forms in which one article is read, by their media types."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from services.api.formats import parts
from services.api.formats.item import Item
from services.api.formats.ninjs import extended, ninjs
from shared.contracts.ninjs import EXTENDED_MEDIA_TYPE, MEDIA_TYPE

JSON = "application/json"


def _json(make: Callable[[Item], Mapping[str, Any]]) -> Callable[[Item], bytes]:
    return lambda item: orjson.dumps(make(item))


FORMS: dict[str, Callable[[Item], bytes]] = {
    JSON: _json(lambda item: item.article),
    MEDIA_TYPE: _json(ninjs),
    EXTENDED_MEDIA_TYPE: _json(extended),
    "text/plain": lambda item: parts.plain(item.article).encode(),
    "text/markdown": lambda item: parts.markdown(item.article).encode(),
}
"""How each is made. The first is what whoever asks for nothing gets."""

OFFERED = tuple(FORMS)
NINJS = (MEDIA_TYPE, EXTENDED_MEDIA_TYPE)


def content_type(kind: str) -> str:
    """The header of a form: texts say their charset."""
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
