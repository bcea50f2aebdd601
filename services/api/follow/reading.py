"""Pieces of the feed, from memory or from the database, at once or when there is something; and the same as a stream."""

import asyncio
from collections.abc import AsyncIterator

from anyio.to_thread import run_sync
from sqlalchemy import Engine

from services.api.follow.tail import Tail
from shared.database import transaction
from shared.errors import DatabaseAway
from shared.following import Change, Piece, Wanted, change_document, read_piece
from shared.http import dumps

_AT_ONCE = 6
"""The most followers that catch up from the database at the same moment; the other connections are for readers."""
_PIECE = 500
"""The most changes that a stream sends in one go."""
_COMMON = 64
"""The most positions behind the head from which many followers go on at the same moment."""
_RETRY = 2000
"""Milliseconds after which a client connects again when its stream ended."""


class FeedReader:
    """The feed for those who follow it."""

    def __init__(self, engine: Engine, tail: Tail) -> None:
        self._engine, self._tail = engine, tail
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._common: dict[tuple[int, Wanted], tuple[Piece, bytes]] = {}
        self._common_at = 0

    async def position(self, since: int | None) -> int:
        """The position that `since` says; None: the newest."""
        return since if since is not None else (await self._read(0, Wanted(), 1)).head_seq

    async def piece(self, since: int, wanted: Wanted, limit: int, *, wait: float = 0) -> Piece:
        """What is wanted behind a position. If there is nothing, wait so long for something."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        piece = await self._read(since, wanted, limit)
        while not piece.changes and piece.last_seq >= piece.head_seq:
            if not await self._tail.until_beyond(piece.last_seq, deadline - loop.time()):
                break
            piece = await self._next(piece.last_seq, wanted, limit)
        return piece

    def is_there(self) -> None:
        """Raise DatabaseAway unless the feed was read since this process began."""
        if self._tail.head is None:
            raise DatabaseAway("try again in 2 s", headers={"Retry-After": "2"})

    async def frames(self, since: int, wanted: Wanted, heartbeat: float) -> AsyncIterator[bytes]:
        """The feed behind a position as server-sent events, until the process ends.

        Whoever takes them slowly holds up nobody: what is not taken is read again from where it is.
        """
        position, beaten = since, False
        yield b"retry: %d\n\n" % _RETRY
        while not self._tail.closed:
            piece, frames = self._from_common(position, wanted) or _framed(await self._next(position, wanted, _PIECE))
            if piece.head_seq < position:
                yield _reset(piece.head_seq)
            elif frames:
                yield frames
            position = min(piece.last_seq, piece.head_seq)
            if position < piece.head_seq:
                continue
            if not beaten:
                # Whoever catches up learns that it has.
                yield _heartbeat(position)
                beaten = True
            if not await self._tail.until_beyond(position, heartbeat):
                yield _heartbeat(position)

    def _from_common(self, position: int, wanted: Wanted) -> tuple[Piece, bytes] | None:
        """What is made once for all who go on from the same position: thousands do when a change comes."""
        head = self._tail.head
        if head is None or not head - _COMMON <= position <= head:
            return None
        if self._common_at != self._tail.readings:
            self._common.clear()
            self._common_at = self._tail.readings
        found = self._common.get((position, wanted))
        if found is None:
            piece = self._tail.since(position, wanted, _PIECE)
            if piece is None:
                return None
            found = self._common[position, wanted] = _framed(piece)
        return found

    async def _next(self, position: int, wanted: Wanted, limit: int) -> Piece:
        return self._tail.since(position, wanted, limit) or await self._read(position, wanted, limit)

    async def _read(self, since: int, wanted: Wanted, limit: int) -> Piece:
        async with self._turn:
            return await run_sync(self._read_now, since, wanted, limit)

    def _read_now(self, since: int, wanted: Wanted, limit: int) -> Piece:
        with transaction(self._engine) as tx:
            return read_piece(tx, since=since, limit=limit, wanted=wanted)


def _framed(piece: Piece) -> tuple[Piece, bytes]:
    return piece, b"".join(map(_frame, piece.changes))


def _frame(change: Change) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (change.seq, change.type.encode(), dumps(change_document(change)))


def _heartbeat(position: int) -> bytes:
    """A comment and an id without data: clients dispatch nothing, and will go on from there."""
    return b":\nid: %d\n\n" % position


def _reset(head: int) -> bytes:
    """The feed is shorter than the client knows it, since a backup was restored: whatever it has may be wrong."""
    return b'id: %d\nevent: reset\ndata: {"head_seq":%d}\n\n' % (head, head)
