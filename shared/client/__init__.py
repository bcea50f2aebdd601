"""A typed client of Bantin's services: `Bantin`, and `AsyncBantin` for asyncio. Stands on httpx and the contracts alone."""

from shared.client.aio import AsyncBantin
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

__all__ = [
    "AsyncBantin", "Bantin", "BantinError", "FeedReset", "Gone", "Missing", "NoAnswer", "NotAllowed", "Patience", "Refused",
    "StrangeAnswer", "TryLater",
]  # fmt: skip
