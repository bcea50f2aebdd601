"""Requests that read: articles, entities, stories, exports, page by page where there are pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from shared.client.talk import Ask
from shared.contracts.article import Page

T_co = TypeVar("T_co", covariant=True)

ExportFormat = Literal["ndjson", "ninjs", "ninjs-bantin", "csv", "csv-excel", "parquet"]


class Paged(Protocol[T_co]):
    """A page of a list."""

    @property
    def data(self) -> Sequence[T_co]:
        """What is on it."""

    @property
    def page(self) -> Page:
        """Where it goes on."""


def get(path: str, params: Mapping[str, Any] | None = None, accept: str | None = None) -> Ask:
    """A document of the read API; parameters that are None are left out."""
    told = {name: value for name, value in (params or {}).items() if value is not None}
    return Ask(service="api", method="GET", path=path, params=told, headers={"Accept": accept} if accept else {})


def page(path: str, params: Mapping[str, Any], cursor: str | None) -> Ask:
    """A page of a list, from a cursor on."""
    return get(path, {**params, "cursor": cursor})
