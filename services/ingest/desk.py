"""What the front door is made of, put together once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import Engine

from services.ingest.acceptor import Acceptor
from services.ingest.ringer import Ringer
from services.ingest.watch import Watch
from shared.database import connect_args, make_engine
from shared.ids import NewId
from shared.queue import Bell, make_celery
from shared.settings import Settings

# A frozen or lost database must not hold a request for longer than its sender waits.
_SESSION = {"statement_timeout": "5s", "lock_timeout": "2s"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """The parts of the service; `clock` and `new_id` are handed in."""

    settings: Settings
    engine: Engine
    acceptor: Acceptor
    watch: Watch
    ringer: Ringer
    clock: Callable[[], datetime]
    new_id: NewId

    @classmethod
    def furnish(cls, settings: Settings, clock: Callable[[], datetime], new_id: NewId) -> "Desk":
        """Make the parts; nothing runs yet."""

        async def connect() -> AsyncConnection[Any]:
            args = connect_args("bantin-ingest", _SESSION)
            return await AsyncConnection.connect(settings.database_url, autocommit=True, **args)  # type: ignore[arg-type]  # libpq takes more than the stub lists

        ringer = Ringer(Bell(make_celery(settings)), settings.batch_size)
        return cls(
            settings=settings,
            engine=make_engine(settings.database_url, "bantin-ingest", session=_SESSION),
            acceptor=Acceptor(connect, ringer.ring, settings.accept_group),
            watch=Watch(connect, clock),
            ringer=ringer,
            clock=clock,
            new_id=new_id,
        )

    async def open(self) -> None:
        """Start what runs."""
        self.ringer.start()
        await self.acceptor.start()
        await self.watch.start()

    async def close(self) -> None:
        """Finish what is in hand, in order: first the bulletins, then their bells."""
        await self.acceptor.stop()
        await self.watch.stop()
        self.ringer.stop()
        self.engine.dispose()
