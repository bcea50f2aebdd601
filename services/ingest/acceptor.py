"""Takes bulletins in by groups: all requests that wait share one statement and one durable commit."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from services.ingest import intake
from services.ingest.admission import Filing
from services.ingest.intake import TakenIn
from shared import tracing
from shared.contracts.states import Priority
from shared.errors import DatabaseAway, ServiceError
from shared.logging import logger
from shared.metrics import ACCEPT_GROUP, ACCEPT_SECONDS, ACCEPTED, DECODED, REPLAYED, SIZE

log = logger(__name__)

Connect = Callable[[], Awaitable[AsyncConnection[Any]]]
Ring = Callable[[Sequence[tuple[UUID, Priority]]], None]

_GROUP_BYTES = 8 * 1_048_576
_MANY = 16
_BATCH = 32
"""Bulletins of one request from which on it is a batch."""
_PATIENCE = 5.0
"""Seconds a group is tried again while the database is away."""
_AWAY = (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction)
"""A server that takes no writes is as good as none; another connection may lead to one that does."""
_REFUSED = (psycopg.DataError, psycopg.IntegrityError)
"""What is a bulletin's own fault. All else is the database's, and it is taken in later."""


class IdempotencyKeyReused(ServiceError):
    """This idempotency key was used with another request."""

    status, code = 422, "idempotency_key_reused"


class IdempotencyKeyInUse(ServiceError):
    """A request with this idempotency key is being taken in at this moment."""

    status, code = 409, "idempotency_key_in_use"


class TooBusy(ServiceError):
    """More bulletins are waiting to be taken in than we can hold."""

    status, code = 503, "too_busy"


class Unacceptable(ServiceError):
    """The database does not take this bulletin."""

    status, code = 422, "unacceptable"


@dataclass(slots=True)
class _Parcel:
    """The bulletins of one request, and the answer it waits for: one verdict a bulletin."""

    filings: Sequence[Filing]
    answer: "asyncio.Future[list[TakenIn | ServiceError]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Acceptor:
    """Takes what waits and commits it, over one connection for single bulletins and two for batches: nobody who files one
    bulletin waits for five hundred, and while one batch is committed the next is made ready."""

    def __init__(self, connect: Connect, ring: Ring, group_size: int, most_waiting: int = 20_000) -> None:
        self._most_waiting = most_waiting
        self._few, *self._many = (_Lane(connect, ring, group_size) for _ in range(3))
        self._keys_in_hand: set[tuple[str, str]] = set()

    async def start(self) -> None:
        """Begin to take in."""
        for lane in self._lanes:
            lane.start()

    async def stop(self) -> None:
        """Finish what waits, then end."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes))

    def alive(self) -> bool:
        """Is every task still there?"""
        return all(lane.alive() for lane in self._lanes)

    @property
    def _lanes(self) -> "Sequence[_Lane]":
        return (self._few, *self._many)

    async def accept(self, filings: Sequence[Filing]) -> list[TakenIn | ServiceError]:
        """Take bulletins in; when this returns, what is not a ServiceError is durable.

        Raises TooBusy, and IdempotencyKeyInUse if one of the keys is in hand.
        """
        if sum(lane.waiting for lane in self._lanes) + len(filings) > self._most_waiting:
            raise TooBusy("too many bulletins wait to be taken in; send again in 1 s", headers={"Retry-After": "1"})
        keys = {(f.sender.client, f.sender.idem_key) for f in filings if f.sender.idem_key is not None}
        if not keys.isdisjoint(self._keys_in_hand):
            raise IdempotencyKeyInUse("its answer is under way; send again in 1 s", headers={"Retry-After": "1"})
        self._keys_in_hand |= keys
        try:
            started = time.perf_counter()
            parcel = _Parcel(filings)
            lane = self._few if len(filings) < _BATCH else min(self._many, key=lambda lane: lane.in_hand)
            lane.put(parcel)
            # Shielded: a client that hangs up does not take its bulletin back.
            with tracing.span("commit"):
                verdicts = await asyncio.shield(parcel.answer)
            ACCEPT_SECONDS.observe(time.perf_counter() - started)
            return verdicts
        finally:
            self._keys_in_hand -= keys


class _Lane:
    """One task with one connection that takes what waits and commits it. Rings after the commit, never before."""

    def __init__(self, connect: Connect, ring: Ring, group_size: int) -> None:
        self._connect, self._ring, self._group_size = connect, ring, group_size
        self._parcels: list[_Parcel] = []
        self.waiting = 0
        """Bulletins that are not being committed yet."""
        self.in_hand = 0
        """Those, and the ones that are."""
        self._stopping = False
        self._news = asyncio.Event()
        self._connection: AsyncConnection[Any] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take in."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Finish what waits, then end."""
        self._stopping = True
        self._news.set()
        if self._task:
            await self._task
        await self._drop_connection()

    def alive(self) -> bool:
        """Is the task still there?"""
        return self._task is not None and not self._task.done()

    def put(self, parcel: _Parcel) -> None:
        """Let a parcel wait for its commit."""
        self._parcels.append(parcel)
        self.waiting += len(parcel.filings)
        self.in_hand += len(parcel.filings)
        self._news.set()

    async def _run(self) -> None:
        while not self._stopping or self._parcels:
            await self._news.wait()
            group = self._next_group()
            if not group:
                continue
            try:
                await self._take_in(group)
            except Exception as error:  # whatever it is, those who wait must hear of it and the door stays open
                log.exception("accepting failed")
                for parcel in group:
                    _answer(parcel, [DatabaseAway(str(error)) for _ in parcel.filings])
            self.in_hand -= sum(len(parcel.filings) for parcel in group)

    def _next_group(self) -> list[_Parcel]:
        """Whole parcels, up to the size of a group; a parcel larger than that goes alone.

        Of many that wait, half: while these are committed, the door reads what those send who were answered before.
        Taken all at once, all would be answered at once, and the door would idle through every commit.
        """
        most = self.waiting if self.waiting < _MANY else (self.waiting + 1) // 2
        most = min(most, self._group_size)
        group: list[_Parcel] = []
        count = size = 0
        for parcel in self._parcels:
            count += len(parcel.filings)
            size += sum(len(filing.raw) for filing in parcel.filings)
            if group and (count > most or size > _GROUP_BYTES):
                break
            group.append(parcel)
        del self._parcels[: len(group)]
        self.waiting -= sum(len(parcel.filings) for parcel in group)
        if not self._parcels:
            self._news.clear()
        return group

    async def _take_in(self, group: list[_Parcel]) -> None:
        filings = [filing for parcel in group for filing in parcel.filings]
        ACCEPT_GROUP.observe(len(filings))
        verdicts = await self._commit(filings)
        fresh, taken = [], list[Filing]()
        for index, (filing, verdict) in enumerate(zip(filings, verdicts, strict=True)):
            if isinstance(verdict, ServiceError):
                continue
            if not verdict.replayed:
                fresh.append((verdict.id, filing.sender.priority))
                taken.append(filing)
            elif verdict.fingerprint != filing.sender.fingerprint:
                REPLAYED.labels("refused").inc()
                verdicts[index] = IdempotencyKeyReused("use a new key for a new request, or send the same one again")
            else:
                REPLAYED.labels("answered").inc()
        count_taken(taken)
        start = 0
        for parcel in group:
            _answer(parcel, verdicts[start : start + len(parcel.filings)])
            start += len(parcel.filings)
        if fresh:
            self._ring(fresh)

    async def _commit(self, filings: Sequence[Filing]) -> list[TakenIn | ServiceError]:
        """One commit for all; where one row spoils it, one commit each.

        A connection lost in the middle leaves it open whether the commit took place. The ids are ours, so the same
        statement simply runs again: it finds what is there.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                connection = await self._connected()
                return list(await intake.take_in(connection, filings))
            except _AWAY as error:
                await self._drop_connection()
                if time.monotonic() > deadline:
                    log.warning("database away", error=str(error))
                    away = DatabaseAway("nothing was taken in; send again in 2 s", headers={"Retry-After": "2"})
                    return [away for _ in filings]
                await asyncio.sleep(0.1)
            except psycopg.Error as error:
                if len(filings) == 1 and not isinstance(error, _REFUSED):
                    log.warning("database does not take it", error=str(error))
                    return [DatabaseAway("nothing was taken in; send again in 2 s", headers={"Retry-After": "2"})]
                if len(filings) == 1:
                    one = filings[0]
                    log.warning(
                        "bulletin not taken", error=str(error), bulletin=one.id.hex, request_id=one.sender.request_id
                    )
                    return [Unacceptable(f"it cannot be stored: {error}")]
                return [verdict for filing in filings for verdict in await self._commit([filing])]

    async def _connected(self) -> AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await self._connect()
        return self._connection

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None


def count_taken(filings: Sequence[Filing]) -> None:
    """Count bulletins that are durable now."""
    for media_type, count in Counter(filing.media_type for filing in filings).items():
        ACCEPTED.labels(media_type).inc(count)
    for charset, count in Counter(filing.charset for filing in filings).items():
        DECODED.labels(charset, "read").inc(count)
    for filing in filings:
        SIZE.observe(len(filing.raw))


def _answer(parcel: _Parcel, verdicts: list[TakenIn | ServiceError]) -> None:
    if not parcel.answer.done():
        parcel.answer.set_result(verdicts)
