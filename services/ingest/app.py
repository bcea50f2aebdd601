"""The ingest service, put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from services.ingest.decisions.routes import router as decisions
from services.ingest.desk import Desk
from services.ingest.order_routes import router as orders
from services.ingest.revision_routes import router as revisions
from services.ingest.routes import post_bulletin, router
from shared.access.gate import make_gate
from shared.access.rules import ANY, READS, Rule
from shared.access.scopes import Scope
from shared.database import takes_writes, transaction
from shared.errors import DatabaseAway
from shared.http import create_app, database_is_ready
from shared.ids import NewId, new_id
from shared.settings import Settings

RULES = (
    Rule(READS, "/v1/articles/", (Scope.VIEW,)),
    Rule(ANY, "/v1/articles/", (Scope.OPERATE,)),
    Rule(READS, "/v1/bulletins/", (Scope.POST, Scope.VIEW)),
    Rule(ANY, "/", (Scope.POST,)),
)
"""Who may do what at this door. What articles say is read elsewhere; receipts are their senders' and the operators'."""


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def make_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now, new_id: NewId = new_id) -> FastAPI:
    """The application; it connects when it is started."""
    desk = Desk.furnish(settings, clock, new_id)
    gate = make_gate(settings, RULES)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await desk.open()
        yield
        await desk.close()
        gate.close()

    def ready() -> None:
        # The broker is not asked: accepting does not need it.
        if not desk.acceptor.alive():
            raise DatabaseAway("the acceptor has ended")
        database_is_ready(desk.engine)
        with transaction(desk.engine) as tx:
            if not takes_writes(tx):
                raise DatabaseAway("it takes no writes: it is a standby, or set to read only")

    app = create_app(
        "ingest",
        "Bantin ingest",
        "Takes bulletins in. What is answered 202 is durable and will be worked on exactly once.",
        ready,
        gate,
        express={("POST", "/v1/bulletins"): post_bulletin},
        lifespan=lifespan,
    )
    app.state.desk = desk
    for part in (router, revisions, orders, decisions):
        app.include_router(part)
    return app
