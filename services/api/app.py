"""The read API, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.api.cursor import Cursors
from services.api.follow.desk import follow
from services.api.pages.router import add_pages
from services.api.revalidation import Revalidation
from services.api.routes.article import router as article
from services.api.routes.articles import router as articles
from services.api.routes.embargoes import router as embargoes
from services.api.routes.entities import router as entities
from services.api.routes.exports import Exports
from services.api.routes.exports import router as exports
from services.api.routes.feeds import router as feeds
from services.api.routes.places import router as places
from services.api.routes.readings import router as readings
from services.api.routes.stories import router as stories
from shared.access.gate import make_gate
from shared.access.login import login_routes
from shared.access.rules import ANY, Rule
from shared.access.scopes import Scope
from shared.database import make_engine
from shared.http import create_app, database_is_ready
from shared.settings import Settings

# Nothing asked here is worth compiling. An index is read from memory, or from a disk that finds any page at once.
_SESSION = {
    "default_transaction_read_only": "on", "statement_timeout": "5s", "jit": "off", "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
}  # fmt: skip

RULES = (
    Rule(ANY, "/v1/embargoes", (Scope.EMBARGO,)),
    Rule(("POST",), "/post", (Scope.POST,)),
    Rule(ANY, "/v1/webhooks", (Scope.OPERATE,)),
    Rule(ANY, "/", (Scope.READ,)),
)
"""Who reads may follow, too; webhooks send to addresses of others and have secrets, so operators set them up; what is under embargo has addresses and a scope of its own. The form of the pages posts
with a key of ours: it asks whether the sender may."""


def make_app(settings: Settings) -> FastAPI:
    """The application; it connects when it is first asked."""
    engine = make_engine(settings.database_url, "bantin-api", pool_size=10, session=_SESSION)

    gate = make_gate(settings, RULES)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with following():
            yield
        ingest.close()
        engine.dispose()
        gate.close()
        app.state.exports.close()

    app = create_app(
        "api",
        "Bantin",
        "Articles made of bulletins, with the place and the reason of every value.",
        lambda: database_is_ready(engine),
        gate,
        lifespan=lifespan,
    )
    app.add_middleware(Revalidation)
    app.state.engine = engine
    app.state.public_url = settings.public_url
    app.state.exports = Exports(settings.database_url, most=settings.max_exports, patience=settings.export_patience)
    app.state.cursors = Cursors(settings.cursor_secret.encode()) if settings.cursor_secret else None
    app.state.field_selections = settings.field_selections
    app.include_router(articles)
    following = follow(app, engine, settings)
    app.include_router(article)
    app.include_router(feeds)
    app.include_router(exports)
    app.include_router(places)
    app.include_router(stories)
    app.include_router(entities)
    app.include_router(embargoes)
    app.include_router(readings)
    app.include_router(login_routes(gate, stylesheet="/static/page.css"))
    ingest = add_pages(app, settings)
    return app
