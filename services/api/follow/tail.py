"""The end of the feed, kept in memory: one connection that listens, one read for all who follow.

What is new is read once and remembered for a while. A follower is a position and a place in a set of those who wait; what
it has not taken yet it takes from here or, if that is longer ago, from the database. So nobody is held up by one who is
slow, and an idle follower costs no statement.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from shared.feed import CHANNEL
from shared.following import FRESH, HEAD, Change, Piece, Wanted, change_of
from shared.logging import logger

log = logger(__name__)

Connect = Callable[[], Awaitable[AsyncConnection[DictRow]]]
"""Opens a connection that commits by itself and gives rows as dictionaries."""

_REMEMBERED = 4096
"""The most changes that are remembered. Who is further behind reads the database."""
_REST = 1.0
"""Seconds between two attempts to connect."""


class Tail:
    """The newest changes, and all who wait for the next one."""

    def __init__(self, connect: Connect, poll: float) -> None:
        """`poll` is after how many seconds without a call the feed is looked at all the same: calls can be lost."""
        self._connect, self._poll = connect, poll
        self._remembered: deque[Change] = deque(maxlen=_REMEMBERED)
        self._waiting: set[asyncio.Future[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._told = 0
        self.head: int | None = None
        """The newest position that was read; None until the database has answered once."""
        self.readings = 0
        """How often something new was read: while it stays, memory stays."""
        self.closed = False

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        """Send everybody home: the process ends."""
        self.closed = True
        self._wake()

    async def stop(self) -> None:
        """End."""
        self.close()
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def until_beyond(self, position: int, seconds: float) -> bool:
        """Is there something behind this position within so many seconds?"""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not self.closed and (self.head is None or self.head <= position):
            woken: asyncio.Future[None] = loop.create_future()
            self._waiting.add(woken)
            # A plain timer: asyncio.timeout cancels and catches, which is felt with thousands who wake at once.
            timer = loop.call_at(deadline, _done, woken)
            try:
                await woken
            finally:
                timer.cancel()
                self._waiting.discard(woken)
            if loop.time() >= deadline:
                break
        return not self.closed and self.head is not None and self.head > position

    def since(self, position: int, wanted: Wanted, limit: int) -> Piece | None:
        """What is wanted behind a position, from memory; None if the database must be asked."""
        if self.head is None or not self.head - len(self._remembered) <= position <= self.head:
            return None
        found: list[Change] = []
        for change in islice(self._remembered, position - self.head + len(self._remembered), None):
            if wanted.passes(change):
                found.append(change)
                if len(found) == limit:
                    return Piece(changes=found, last_seq=change.seq, head_seq=self.head)
        return Piece(changes=found, last_seq=self.head, head_seq=self.head)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for woken in waiting:
            _done(woken)

    async def _run(self) -> None:
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await self._follow(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("the feed's tail lost its connection", error=str(error))
            # Whatever it is: a tail that has ended would leave everybody waiting.
            except Exception:
                log.exception("the feed's tail failed")
            await asyncio.sleep(_REST)

    async def _follow(self, connection: AsyncConnection[Any]) -> None:
        self._told = 0
        while True:
            # Also after a reconnection: what was told while nobody listened is behind our head.
            await self._read(connection)
            async for call in connection.notifies(timeout=self._poll, stop_after=1):
                if call.payload.isdecimal():
                    self._hear(int(call.payload))

    def _hear(self, told: int) -> None:
        # Calls come in the order of commits. One that goes back is of another feed: a backup was restored.
        if told <= self._told:
            self._begin_at(None)
        self._told = told

    async def _read(self, connection: AsyncConnection[Any]) -> None:
        cursor = await connection.execute(HEAD)
        row = await cursor.fetchone()
        head = int(row["seq"]) if row else 0
        if self.head is None or head < self.head:
            self._begin_at(head)
            self._wake()
        # Who was away for long has the database for what nobody can remember.
        elif head - self.head > _REMEMBERED:
            self._begin_at(head - _REMEMBERED)
        if self.head is not None and head > self.head:
            cursor = await connection.execute(FRESH, {"since": self.head, "upto": head})
            self._remembered.extend(change_of(row) for row in await cursor.fetchall())
            self.head = head
            self.readings += 1
            self._wake()

    def _begin_at(self, head: int | None) -> None:
        self._remembered.clear()
        self.head = head
        self.readings += 1


def _done(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)
