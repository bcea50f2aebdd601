"""An answer that goes on until the reader or the process leaves."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.logging import logger
from shared.metrics import FOLLOWERS

log = logger(__name__)

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    # nginx would hold events back until it has a buffer full of them.
    (b"x-accel-buffering", b"no"),
]


class EventStream(Response):
    """Server-sent events, as they come.

    One task sends, and the request's own waits for the reader's leaving: nobody else learns of that while nothing is sent.
    """

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        super().__init__()
        self._frames = frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # as ASGI calls it
        """Send until there is no more, or nobody to send to."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        sending = asyncio.create_task(self._send_all(send))
        leaving = asyncio.create_task(_left(receive))
        FOLLOWERS.inc()
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            FOLLOWERS.dec()
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, send: Send) -> None:
        try:
            async for frame in self._frames:
                await send({"type": "http.response.body", "body": frame, "more_body": True})
        # The database is away, or worse: the reader connects again and goes on from where it is.
        except Exception as error:
            log.warning("stream ended", error=repr(error))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
