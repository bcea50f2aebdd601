"""What following is made of, put into the application."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from sqlalchemy import Engine

from services.api.follow.consumers import router as consumers
from services.api.follow.reading import FeedReader
from services.api.follow.routes import router
from services.api.follow.tail import Tail
from services.api.follow.webhooks import router as webhooks
from shared.database import connect_args, make_engine
from shared.http import Service
from shared.ids import new_id
from shared.settings import Settings

_SESSION = {"default_transaction_read_only": "on", "statement_timeout": "5s"}
_WRITING = {"statement_timeout": "5s", "lock_timeout": "2s"}


def follow(app: Service, engine: Engine, settings: Settings) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Add the addresses of following; what must run while they are answered."""

    async def connect() -> AsyncConnection[DictRow]:
        args = connect_args("bantin-api-tail", _SESSION)
        return await AsyncConnection.connect(settings.database_url, autocommit=True, row_factory=dict_row, **args)  # type: ignore[arg-type]  # libpq takes more than the stub lists

    tail = Tail(connect, settings.feed_poll)
    followers_engine = make_engine(settings.database_url, "bantin-api-followers", pool_size=4, session=_WRITING)
    app.state.settings = settings
    app.state.followers_engine = followers_engine
    app.state.clock = lambda: datetime.now(UTC)
    app.state.new_id = new_id
    app.state.chance = os.urandom
    app.state.feed = FeedReader(engine, tail)
    app.farewells.append(tail.close)
    for part in (router, consumers, webhooks):
        app.include_router(part)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        tail.start()
        try:
            yield
        finally:
            await tail.stop()
            followers_engine.dispose()

    return running
