"""A typed client of Bantin's services: `Bantin`, and `AsyncBantin` for asyncio. Stands on httpx and the contracts alone."""

from typing import TYPE_CHECKING, Any

from shared.client.errors import (
    BantinError,
    FeedReset,
    Gone,
    Missing,
    NoAnswer,
    NotAllowed,
    Refused,
    StrangeAnswer,
    TryLater,
)
from shared.client.patience import Patience
from shared.client.sync import Bantin

if TYPE_CHECKING:
    from shared.client.aio import AsyncBantin

__all__ = [
    "AsyncBantin", "Bantin", "BantinError", "FeedReset", "Gone", "Missing", "NoAnswer", "NotAllowed", "Patience", "Refused",
    "StrangeAnswer", "TryLater",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """`AsyncBantin`, for whoever asks: the command line need not wait for asyncio."""
    if name == "AsyncBantin":
        from shared.client.aio import AsyncBantin

        return AsyncBantin
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
