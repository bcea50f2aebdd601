"""The figures as they change, sent by server-sent events: drawn once for all who look, however many they are."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool

from shared.errors import DatabaseAway

_EVERY = 2.0
"""Seconds between two drawings."""
_LONGEST = 15.0
"""Seconds after which a stream ends and the browser asks anew: a service that is to end need not wait for it."""
_AGAIN_MS = 500


class Live:
    """Draws the figures of a language when somebody looks, at most every two seconds."""

    def __init__(self, draw: Callable[[str], str]) -> None:
        self._draw = draw
        self._drawn: dict[str, tuple[float, str]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def figures(self, language: str) -> str:
        """The figures, no older than two seconds. Raises what drawing raises."""
        async with self._locks.setdefault(language, asyncio.Lock()):
            at, page = self._drawn.get(language, (0.0, ""))
            if time.monotonic() - at >= _EVERY:
                page = await run_in_threadpool(self._draw, language)
                self._drawn[language] = (time.monotonic(), page)
            return page

    async def follow(self, language: str) -> AsyncIterator[str]:
        """Events: `figures` whenever they may have changed, `away` while they cannot be had."""
        yield f"retry: {_AGAIN_MS}\n\n"
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            try:
                yield event("figures", await self.figures(language))
            except Exception:  # whatever it is, whoever looks must see that the figures are old
                yield event("away", DatabaseAway.title())
            await asyncio.sleep(_EVERY)


def event(name: str, text: str) -> str:
    """A server-sent event."""
    return f"event: {name}\n" + "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"
