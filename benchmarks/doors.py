"""The services with the benchmarks' own routes beside theirs: the limits that they are held against.

`python benchmarks/doors.py ingest|api` takes the options of `python -m services.ingest` and `python -m services.api`.
"""

import sys

from fastapi import FastAPI, Request, Response
from measure import ROOT  # noqa: F401  # sets the path
from sqlalchemy import Engine

from services.api.app import make_app as make_api
from services.api.records import articles as article_records
from services.ingest.app import make_app as make_ingest
from shared.database import transaction
from shared.http import serve_from_command_line
from shared.ids import ARTICLE, read
from shared.reading import article_row
from shared.settings import settings


def ingest() -> FastAPI:
    """The front door, with two routes that do nothing: one in the framework, one past it as POST /v1/bulletins is."""
    app = make_ingest(settings())

    async def nothing(_: Request) -> Response:
        return Response(status_code=202)

    app.add_api_route("/empty", nothing, methods=["POST"])
    app.manners.express = {**app.manners.express, ("POST", "/empty-express"): nothing}
    return app


def api() -> FastAPI:
    """The reading room, with routes that do its SELECTs and answer a stored document."""
    app = make_api(settings())
    engine: Engine = app.state.engine
    stored: dict[str, bytes] = {}

    @app.put("/stored/{name}")
    async def store(name: str, request: Request) -> Response:
        stored[name] = await request.body()
        return Response(status_code=204)

    @app.get("/bare/articles")
    def bare_list() -> Response:
        with transaction(engine) as tx:
            article_records.newest(tx, before=None, limit=51)
        return Response(stored["list"], media_type="application/json")

    @app.get("/bare/articles/{id}")
    def bare_article(id: str) -> Response:
        uuid = read(ARTICLE, id)
        assert uuid is not None
        with transaction(engine) as tx:
            article_row(tx, uuid)
        return Response(stored["article"], media_type="application/json")

    return app


if __name__ == "__main__":
    service = sys.argv.pop(1)
    make, port = {"ingest": (ingest, 8001), "api": (api, 8002)}[service]
    serve_from_command_line(service, make, settings(), default_port=port)
