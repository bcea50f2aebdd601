"""The figures as they change, sent by server-sent events: drawn once for all who look, however many they are."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool

from shared.errors import DatabaseAway

_OFTEN, _SELDOM = 2.0, 10.0
"""Seconds between two drawings, at least and at most."""
_SHARE = 50
"""In between, what takes long to draw is drawn more seldom: watching shall take no more than the 50th part of a processor."""
_LONGEST = 15.0
"""Seconds after which a stream ends and the browser asks anew: a service that is to end need not wait for it."""
_AGAIN_MS = 500


class Looker(NamedTuple):
    """Whom a page is drawn for: the language, the name of the key, and what its holder may do."""

    language: str
    who: str | None
    operate: bool
    discard: bool


class Live:
    """Draws the figures when somebody looks, every two seconds or, if that is dear, more seldom, for all alike who may do the same."""

    def __init__(self, draw: Callable[[Looker], str]) -> None:
        self._draw = draw
        self._drawn: dict[Looker, tuple[float, str]] = {}
        """For each looker the page, and the moment from which it is old."""
        self._locks: dict[Looker, asyncio.Lock] = {}

    async def figures(self, looker: Looker) -> str:
        """The figures, as fresh as they are to be had. Raises what drawing raises."""
        # The figures name nobody: whoever is signed in gets the same.
        alike = looker._replace(who="-" if looker.who else None)
        async with self._locks.setdefault(alike, asyncio.Lock()):
            old_at, page = self._drawn.get(alike, (0.0, ""))
            if (began := time.monotonic()) >= old_at:
                page = await run_in_threadpool(self._draw, alike)
                drawn = time.monotonic()
                self._drawn[alike] = (drawn + min(max(_OFTEN, _SHARE * (drawn - began)), _SELDOM), page)
            return page

    async def follow(self, looker: Looker) -> AsyncIterator[str]:
        """Events: `figures` whenever they may have changed, `away` while they cannot be had."""
        yield f"retry: {_AGAIN_MS}\n\n"
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            try:
                yield event("figures", await self.figures(looker))
            except Exception:  # whatever it is, whoever looks must see that the figures are old
                yield event("away", DatabaseAway.title())
            await asyncio.sleep(_OFTEN)


def event(name: str, text: str) -> str:
    """A server-sent event."""
    return f"event: {name}\n" + "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"
