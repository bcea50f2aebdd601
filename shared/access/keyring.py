"""All keys at hand in one process: read together every two seconds at most, so that asking costs no statement."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from shared.access import register
from shared.access.keys import Caller, Entry
from shared.database import make_engine, transaction
from shared.logging import logger

log = logger(__name__)

LIFE = 2.0
"""Seconds for which what was read is believed: so soon a revoked key is refused everywhere."""
_SOONEST = 0.2
"""Seconds between two readings for the sake of unknown ids: a new key works at once, and guessing costs no more."""
_SESSION = {"statement_timeout": "3s", "lock_timeout": "1s"}


class Keyring:
    """The keys of one database; `clock` tells the time, `tick` counts seconds."""

    def __init__(self, database_url: str, clock: Callable[[], datetime], tick: Callable[[], float]) -> None:
        # Two connections: to note a use must not keep others waiting. Nothing connects before it is asked.
        self._engine: Engine = make_engine(database_url, "bantin-keys", pool_size=2, session=_SESSION)
        self._clock, self._tick = clock, tick
        self._entries: dict[str, Entry] = {}
        self._holders: dict[str, Caller] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._noting: set[asyncio.Task[None]] = set()
        self._noted: dict[str, float] = {}

    async def entry(self, id: str) -> Entry | None:
        """The valid key of a public id. Raises what the database raises."""
        if self._tick() - self._read_at > LIFE:
            await self._read()
        found, arrived = self._entries.get(id), self._tick()
        while found is None and self._read_at < arrived:
            # It may have been made since: whoever holds a new key waits a moment rather than being refused.
            await asyncio.sleep(self._read_at + _SOONEST - self._tick())
            if self._read_at < arrived:
                await self._read()
            found = self._entries.get(id)
        return found if found is not None and found.state(self._clock()) == "valid" else None

    def holder(self, entry: Entry) -> Caller:
        """Who holds a key that was found."""
        return self._holders[entry.id]

    def note_used(self, entry: Entry) -> None:
        """Keep that a key was used, once a minute."""
        last = self._noted.get(entry.id)
        if last is None or self._tick() - last >= register.USED_TO.total_seconds():
            self._noted[entry.id], now = self._tick(), self._clock()
            task = asyncio.get_running_loop().create_task(run_in_threadpool(self._keep_used, entry.id, now))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    async def _read(self) -> None:
        """Read all keys; whoever asks meanwhile waits for the same answer."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(run_in_threadpool(self._read_all))
        await asyncio.shield(self._reading)

    def _read_all(self) -> None:
        began = self._tick()
        with transaction(self._engine) as tx:
            entries = register.entries(tx)
        self._entries = {entry.id: entry for entry in entries}
        self._holders = {entry.id: entry.holder() for entry in entries}
        self._read_at = began

    def _keep_used(self, id: str, now: datetime) -> None:
        try:
            with transaction(self._engine) as tx:
                register.note_used(tx, [id], now=now)
        except SQLAlchemyError as error:
            # When a key was last used is good to know, no more.
            log.warning("use of a key was not noted", key=id, error=type(error).__name__)
