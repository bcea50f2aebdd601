"""The operator's desk, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.ops.console import router as console
from services.ops.gauges import DeskCollector
from services.ops.routes import router
from shared.database import make_engine
from shared.http import create_app, database_is_ready
from shared.settings import Settings

_SESSION = {"statement_timeout": "20s", "lock_timeout": "2s"}
_STATIC = Path(__file__).parent / "static"


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def make_app(settings: Settings) -> FastAPI:
    """The application; it connects when it is first asked."""
    engine = make_engine(settings.database_url, "bantin-ops", session=_SESSION)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = create_app(
        "ops",
        "Bantin, the operator's desk",
        "What waits, for how long, what failed and why; and repairs. Every figure is PostgreSQL's, when it is asked for.",
        lambda: database_is_ready(engine),
        lifespan=lifespan,
        collectors=[DeskCollector(engine, utc_now)],
    )
    app.state.engine = engine
    app.state.clock = utc_now
    app.include_router(router)
    app.include_router(console)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app
