"""What following is made of, put into the application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from sqlalchemy import Engine

from services.api.follow.reading import FeedReader
from services.api.follow.routes import router
from services.api.follow.tail import Tail
from shared.database import connect_args
from shared.http import Service
from shared.settings import Settings

_SESSION = {"default_transaction_read_only": "on", "statement_timeout": "5s"}


def follow(app: Service, engine: Engine, settings: Settings) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Add the addresses of following; what must run while they are answered."""

    async def connect() -> AsyncConnection[DictRow]:
        args = connect_args("bantin-api-tail", _SESSION)
        return await AsyncConnection.connect(settings.database_url, autocommit=True, row_factory=dict_row, **args)  # type: ignore[arg-type]  # libpq takes more than the stub lists

    tail = Tail(connect, settings.feed_poll)
    app.state.settings = settings
    app.state.feed = FeedReader(engine, tail)
    app.farewells.append(tail.close)
    app.include_router(router)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        tail.start()
        try:
            yield
        finally:
            await tail.stop()

    return running
