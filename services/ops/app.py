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
from shared.access.gate import make_gate
from shared.access.login import login_routes
from shared.access.rules import ANY, READS, Rule
from shared.access.scopes import Scope
from shared.database import make_engine
from shared.http import create_app, database_is_ready
from shared.settings import Settings

_SESSION = {"statement_timeout": "20s", "lock_timeout": "2s"}
_STATIC = Path(__file__).parent / "static"

RULES = (
    Rule(READS, "/", (Scope.VIEW,)),
    Rule(("POST",), "/ops/v1/quarantine:discard", (Scope.ADMIN,)),
    Rule(ANY, "/", (Scope.OPERATE,)),
)
"""Who may do what at the desk: what cannot be undone is for admins. The form of the pages asks for itself."""


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def make_app(settings: Settings) -> FastAPI:
    """The application; it connects when it is first asked."""
    engine = make_engine(settings.database_url, "bantin-ops", session=_SESSION)

    gate = make_gate(settings, RULES)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()
        gate.close()

    app = create_app(
        "ops",
        "Bantin, the operator's desk",
        "What waits, for how long, what failed and why; and repairs. Every figure is PostgreSQL's, when it is asked for.",
        lambda: database_is_ready(engine),
        gate,
        lifespan=lifespan,
        collectors=[DeskCollector(engine, utc_now)],
    )
    app.state.engine = engine
    app.state.clock = utc_now
    app.include_router(router)
    app.include_router(console)
    app.include_router(login_routes(gate, stylesheet="/static/desk.css"))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app
