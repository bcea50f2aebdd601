"""One connection that watches for all: which bulletins are finished, and how long the oldest waits."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from services.ingest import intake
from services.ingest.acceptor import Connect
from services.ingest.admission import Load
from shared.logging import logger

log = logger(__name__)

_LOOK = 0.02
"""Seconds between two looks for finished bulletins, while somebody waits for one."""
_MOST_SOURCES = 100
"""Sources of which unread bulletins are counted between two measurements; those of others count as of no source."""
_WEIGH = 1.0
"""Seconds between two measurements of the load."""


class Watch:
    """Asks the database once for everybody who waits, however many they are."""

    def __init__(self, connect: Connect, clock: Callable[[], datetime]) -> None:
        self._connect, self._clock = connect, clock
        self._waiting: dict[UUID, list[asyncio.Event]] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.load = Load(oldest_age=0.0, retry_after=1)
        self._unread: Counter[tuple[datetime, str]] = Counter()

    async def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def note_unread(self, source: str | None) -> None:
        """Count a bulletin of a source that could not be read as text; written down with the next measurement."""
        hour = self._clock().replace(minute=0, second=0, microsecond=0)
        # A sender that makes names up must not fill the table.
        name = source or ""
        self._unread[hour, name if len(self._unread) < _MOST_SOURCES else ""] += 1

    async def until_finished(self, id: UUID, seconds: float) -> bool:
        """Is the bulletin finished within `seconds`?"""
        event = asyncio.Event()
        self._waiting.setdefault(id, []).append(event)
        self._news.set()
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
            return True
        except TimeoutError:
            return False
        finally:
            others = self._waiting.get(id, [])
            if event in others:
                others.remove(event)
                if not others:
                    del self._waiting[id]

    async def _run(self) -> None:
        while True:
            try:
                async with await self._connect() as connection:
                    await self._watch(connection)
            except psycopg.Error as error:
                log.warning("watch lost its connection", error=str(error))
                await asyncio.sleep(_WEIGH)

    async def _write_down_unread(self, connection: AsyncConnection[Any]) -> None:
        if self._unread:
            counts = dict(self._unread)
            await intake.add_unread(connection, counts)
            self._unread -= Counter(counts)

    async def _watch(self, connection: AsyncConnection[Any]) -> None:
        loop = asyncio.get_running_loop()
        weigh_at = loop.time()
        while True:
            if loop.time() >= weigh_at:
                self.load = await intake.load(connection, self._clock())
                await self._write_down_unread(connection)
                weigh_at = loop.time() + _WEIGH
            if self._waiting:
                for id in await intake.finished(connection, list(self._waiting)):
                    for event in self._waiting.pop(id, []):
                        event.set()
                await asyncio.sleep(_LOOK)
            else:
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, weigh_at - loop.time())):
                        await self._news.wait()
