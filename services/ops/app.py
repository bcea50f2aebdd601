"""The operator's desk, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.ops import repairs
from services.ops.clerks.clerk import Clerk
from services.ops.clerks.probing import Prober
from services.ops.console import router as console
from services.ops.console.live import Live
from services.ops.console.recent import Recent
from services.ops.gauges import DeskCollector
from services.ops.routes import jobs, measured, quarantine, queues, watching
from shared.access.gate import make_gate
from shared.access.login import login_routes
from shared.access.rules import ANY, READS, Rule
from shared.access.scopes import Scope
from shared.database import make_engine, transaction
from shared.http import create_app, database_is_ready
from shared.ids import new_id
from shared.settings import Settings

_SESSION = {"statement_timeout": "20s", "lock_timeout": "2s"}
_REST = 0.5
"""Seconds between two looks for work beside the pages."""
_KEEP_RECENT = 60.0
"""Seconds between two looks back."""
_STATIC = Path(__file__).parent / "console" / "static"

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
    recent = Recent()
    clerks = _clerks(settings, recent)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for clerk in clerks:
            clerk.start()
        yield
        for clerk in clerks:
            clerk.stop()
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
    app.state.settings = settings
    app.state.recent = recent
    app.state.live = Live(partial(console.draw_figures, engine, recent, utc_now))
    for room in (watching, quarantine, queues, jobs, measured, console):
        app.include_router(room.router)
    app.include_router(login_routes(gate, stylesheet="/static/desk.css"))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app


def _clerks(settings: Settings, recent: Recent) -> list[Clerk]:
    """What goes on beside the pages, on connections of its own; they connect when they first have a turn."""
    engine = make_engine(settings.database_url, "bantin-desk", pool_size=3, session=_SESSION)

    def keep_recent() -> bool:
        # So that whoever looks first need not wait for the counts of a whole hour.
        with transaction(engine) as tx:
            recent.minutes(tx, now=utc_now())
            recent.odd(tx, now=utc_now())
        return False

    clerks = [
        Clerk("repairs", lambda: repairs.do_piece(engine, now=utc_now()), _REST),
        Clerk("recent", keep_recent, _KEEP_RECENT),
    ]
    if settings.probe_url:
        prober = Prober(
            engine=engine,
            url=settings.probe_url,
            key=settings.probe_key,
            every=timedelta(seconds=settings.probe_interval),
            clock=utc_now,
            new_id=new_id,
        )
        clerks.append(Clerk("probes", prober.turn, _REST))
    return clerks
