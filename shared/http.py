"""The manners of our HTTP services: problems for errors, health, metrics, request ids, limits on connections."""

import argparse
import asyncio
import os
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, cast

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared import tracing
from shared.access.browsers import Headers, guarded
from shared.access.describe import complete
from shared.access.gate import Gate, SignIn
from shared.contracts.problem import MEDIA_TYPE, Fault, Problem
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter, MethodNotAllowed, NotFound, ServiceError, TooManyConnections
from shared.examples import each_route, write_whole
from shared.garbage import collect_seldom
from shared.logging import configure, logger
from shared.manual import STYLE, manual
from shared.metrics import HTTP_REQUESTS, HTTP_SECONDS
from shared.migrations import newest
from shared.settings import Settings

log = logger(__name__)


class _Word(StringConvertor):
    regex = "[^/:]+"


# `/things/{id:word}`: where `/things/{id}:stop` is an address too, the first must not take it for one of its own.
register_url_convertor("word", _Word())


def dumps(value: object) -> bytes:
    """JSON of a document or of a model's `model_dump`; times are RFC 3339."""
    return orjson.dumps(value)


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(dumps(value), status, headers, "application/json")


def problem_response(error: ServiceError, request_id: str) -> Response:
    """An answer that says what went wrong."""
    return Response(dumps(error.problem(request_id).model_dump()), error.status, error.headers, MEDIA_TYPE)


def request_id(request: Request) -> str:
    """The id of this request, as given by the sender or made by us."""
    return cast("str", request.scope["state"]["request_id"])


def problem_answers(*errors: type[ServiceError]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's account of the problems a route answers, each with an example."""
    answers: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        answer = answers.setdefault(
            error.status, {"model": Problem, "description": "", "content": {MEDIA_TYPE: {"examples": {}}}}
        )
        answer["description"] = f"{answer['description']} {error.title()}".strip()
        example = error().problem("3f0c9a1be2d44e55").model_dump()
        answer["content"][MEDIA_TYPE]["examples"][error.code] = {"summary": error.title(), "value": example}
    return answers


def _example(value: object, kind: str = "application/json") -> dict[int | str, dict[str, Any]]:
    """OpenAPI's account of what a route answers when all is well: an example beside its schema."""
    return {200: {"content": {kind: {"example": value}}}}


_METRICS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/plain": {
                "schema": {"type": "string"},
                "example": '# TYPE bantin_http_requests_total counter\nbantin_http_requests_total{service="api",route="/v1/articles",method="GET",code="200"} 3.0\n',
            }
        }
    }
}

Check = Callable[[], None]
"""Raises ServiceError, saying why the service is not ready."""

Endpoint = Callable[[Request], Awaitable[Response]]
"""Answers a request; raises nothing but ServiceError."""


def create_app(
    service: str,
    title: str,
    description: str,
    ready: Check,
    gate: Gate,
    express: Mapping[tuple[str, str], Endpoint] | None = None,
    collectors: Iterable[Collector] = (),
    **options: Any,
) -> "Service":
    """A FastAPI application with our manners.

    `ready` is asked by /readyz, `gate` before every request, `collectors` by /metrics, beside the figures of the process itself.
    `express` endpoints are called past the framework; they must be routes as well.
    """
    app = Service(
        title=title,
        description=description,
        version="1",
        openapi_url="/openapi.json",
        redoc_url=None,
        docs_url=None,
        **options,
    )
    app.add_exception_handler(ServiceError, _answer_service_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(Exception, _answer_unforeseen)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    for away in _DATABASE_AWAY:
        app.add_exception_handler(away, _answer_database_away)
    _add_health(app, ready, collectors)
    _add_manual(app)
    app.gate = gate
    app.farewells = []
    app.manners = _Manners(app.past_manners, app, service, express or {})
    return app


def _add_health(app: FastAPI, ready: Check, collectors: Iterable[Collector]) -> None:
    asked = CollectorRegistry()
    for collector in collectors:
        asked.register(collector)

    @app.get("/livez", tags=["health"], summary="Is the process alive?", responses=_example({"status": "alive"}))
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get(
        "/readyz",
        tags=["health"],
        summary="Can it serve?",
        responses=_example({"status": "ready"}) | problem_answers(DatabaseAway),
    )
    def readyz() -> dict[str, str]:
        ready()
        return {"status": "ready"}

    @app.get("/metrics", tags=["health"], summary="Prometheus metrics", response_class=Response, responses=_METRICS)
    def metrics() -> Response:
        return Response(generate_latest(REGISTRY) + generate_latest(asked), media_type=CONTENT_TYPE_LATEST)


def _add_manual(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return HTMLResponse(manual(app.openapi()))

    @app.get("/docs.css", include_in_schema=False)
    def docs_style() -> Response:
        return Response(STYLE, media_type="text/css")


async def _answer_service_error(request: Request, error: Exception) -> Response:
    return problem_response(cast("ServiceError", error), request_id(request))


async def _answer_unforeseen(request: Request, _: Exception) -> Response:
    """Starlette sends this and raises the error again: the manners log it."""
    return problem_response(ServiceError(), request_id(request))


async def _answer_database_away(request: Request, error: Exception) -> Response:
    log.warning("database away", request_id=request_id(request), error=type(error).__name__)
    return problem_response(_database_away(), request_id(request))


def _database_away() -> DatabaseAway:
    return DatabaseAway("try again in 2 s", headers={"Retry-After": "2"})


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    error = cast("HTTPException", error)
    ours = {404: NotFound, 405: MethodNotAllowed}.get(error.status_code, InvalidParameter)
    headers = dict(error.headers or {})
    if ours is MethodNotAllowed:
        headers["Allow"] = ", ".join(_methods_of(request))
    return problem_response(ours(headers=headers), request_id(request))


def _methods_of(request: Request) -> list[str]:
    """What the address takes: of all its routes, where Starlette tells those of the first alone."""
    routes = each_route(request.app.routes)
    return sorted({one for route in routes if route.path_regex.match(request.url.path) for one in route.methods or ()})


async def _answer_validation_error(request: Request, error: Exception) -> Response:
    faults = [
        Fault(pointer="/".join(str(part) for part in fault["loc"]), detail=fault["msg"])
        for fault in cast("RequestValidationError", error).errors()
    ]
    return problem_response(InvalidParameter(errors=faults), request_id(request))


class Service(FastAPI):
    """A FastAPI application inside our manners, which are the outermost layer: they see every request and answer."""

    manners: "_Manners"
    gate: Gate
    farewells: list[Callable[[], None]]
    """Called when the process begins to end, while answers are still being sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, by way of the manners."""
        await self.manners(scope, receive, send)

    async def past_manners(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application as FastAPI made it."""
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The description, which also says what is needed to ask, and what every address may answer."""
        if self.openapi_schema is None:
            document = super().openapi()
            write_whole(document, self.routes)
            complete(document, self.gate.rules, problem_answers)
        assert self.openapi_schema is not None
        return self.openapi_schema


_DATABASE_AWAY = (OperationalError, PoolTimeout)
_AN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NOT_SENT = 0
"""The status of an answer of which nothing was sent."""


class _Manners:
    """Gives every request an id, asks who it is, counts and times every answer, and turns an unforeseen error into a
    problem.

    `express` names endpoints, by method and path, that are called from here, past the framework: its routing, its
    dependencies and its five inner layers cost more than taking a bulletin in does.
    """

    def __init__(
        self, inner: ASGIApp, app: "Service", service: str, express: Mapping[tuple[str, str], Endpoint]
    ) -> None:
        self.inner, self.app, self.service, self.express = inner, app, service, express
        self.origins = app.gate.origins
        self._counters: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
        elif tracing.is_on():
            await self._serve_traced(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve_traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve inside of a span; what is filed meanwhile has it as its `traceparent`."""
        with tracing.span(scope["method"], parent=_header(scope, b"traceparent"), serves=True) as current:
            others = [(name, value) for name, value in scope["headers"] if name != b"traceparent"]
            scope["headers"] = [*others, (b"traceparent", (tracing.traceparent() or "").encode())]
            route, status = await self._serve(scope, receive, send)
            current.update_name(f"{scope['method']} {route}")
            current.set_attribute("http.response.status_code", status)
            current.set_attribute("bantin.request_id", scope["state"]["request_id"])

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> tuple[str, int]:
        """Answer, whatever happens; the route and the status."""
        id = _given_id(scope) or os.urandom(8).hex()
        scope.setdefault("state", {})["request_id"] = id
        started, status = time.perf_counter(), _NOT_SENT
        route = scope["path"] if (scope["method"], scope["path"]) in self.express else "unknown"
        more = self.origins.headers(scope)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = list(message["headers"])
                message["headers"] = [*told, (b"x-request-id", id.encode()), *more, *guarded(told)]
            await send(message)

        try:
            route = await self._answer(scope, receive, send_with_id, more)
        except ServiceError as error:
            await problem_response(error, id)(scope, receive, send_with_id)
        except SignIn as lead:
            await RedirectResponse(lead.address, 303)(scope, receive, send_with_id)
        except _DATABASE_AWAY as error:
            log.warning("database away", request_id=id, error=type(error).__name__)
            # Of an answer that has begun nothing is sent any more: its reader sees that the end is missing.
            if status == _NOT_SENT:
                await problem_response(_database_away(), id)(scope, receive, send_with_id)
        except Exception:
            log.exception("request failed", request_id=id, path=scope["path"])
            if status == _NOT_SENT:
                await problem_response(ServiceError(), id)(scope, receive, send_with_id)
        finally:
            self._count(route, scope["method"], status, time.perf_counter() - started)
        return route, status

    async def _answer(self, scope: Scope, receive: Receive, send: Send, more: Headers) -> str:
        """Answer whoever may ask; the route, for the counters. What the gate says goes into `more`."""
        if (preflight := self.origins.preflight(scope)) is not None:
            await Response(status_code=204, headers=preflight)(scope, receive, send)
            return "preflight"
        admission = await self.app.gate.admit(scope)
        scope["state"]["caller"] = admission.caller
        more += admission.headers
        if endpoint := self.express.get((scope["method"], scope["path"])):
            scope["app"] = self.app
            answer = await endpoint(Request(scope, receive, send))
            await answer(scope, receive, send)
            return cast("str", scope["path"])
        await self.inner(scope, receive, send)
        # An unknown path has no route: one label for all of them, or any scanner makes a million series.
        return getattr(scope.get("route"), "path_format", "unknown")

    def _count(self, route: str, method: str, status: int, seconds: float) -> None:
        # labels() looks its child up under a lock; ours are few.
        counters = self._counters.get((route, method, status))
        if counters is None:
            counters = (
                HTTP_REQUESTS.labels(self.service, route, method, status),
                HTTP_SECONDS.labels(self.service, route),
            )
            self._counters[route, method, status] = counters
        counters[0].inc()
        counters[1].observe(seconds)


def _header(scope: Scope, wanted: bytes) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), None)


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _AN_ID.fullmatch(value):
            return cast("str", value.decode())
    return None


async def _refuse_connection(scope: Scope, receive: Receive, send: Send) -> None:
    full = TooManyConnections("try again in 1 s", headers={"Retry-After": "1", "Connection": "close"})
    await problem_response(full, _given_id(scope) or os.urandom(8).hex())(scope, receive, send)


class _Door(HttpToolsProtocol):
    """Closes a connection that has not sent a whole request head in time: uvicorn waits for ever. And refuses those
    beyond the most with a problem: uvicorn's own limit answers in plain text.
    """

    head_timeout: float
    most: int

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self.app = _refuse_connection
        self._head_due = self.loop.call_later(self.head_timeout, self._cut, transport)

    def on_headers_complete(self) -> None:
        self._head_due.cancel()
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        # The next request of a connection that is kept alive has the same time for its head.
        self._head_due.cancel()
        self._head_due = self.loop.call_later(self.head_timeout, self._cut, self.transport)
        super().on_message_begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_due.cancel()
        super().connection_lost(exc)

    def _cut(self, transport: asyncio.Transport) -> None:
        transport.close()


class _Server(Server):
    """Ends answers that have no end before it waits for the others: else it would wait in vain."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for farewell in cast("Service", self.config.app).farewells:
            farewell()
        await super().shutdown(sockets)


def serve(app: FastAPI, settings: Settings, *, service: str, host: str, port: int, fd: int | None) -> None:
    """Serve `app` until SIGTERM; on a listening socket that was handed down as `fd`, else on host and port."""
    configure(service, settings.log_level)
    collect_seldom()
    door = type("Door", (_Door,), {"head_timeout": settings.head_timeout, "most": settings.max_connections})
    config = Config(
        app,
        host=host,
        port=port,
        http=door,
        loop="uvloop",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
    )
    _Server(config).run(sockets=[socket.socket(fileno=fd)] if fd is not None else None)


def serve_from_command_line(
    service: str, make: Callable[[], FastAPI], settings: Settings, *, default_port: int
) -> None:
    """`--host`, `--port` and `--fd` (a listening socket, handed down) from the command line, then serve."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=default_port)
    parser.add_argument("--fd", type=int)
    args = parser.parse_args()
    tracing.start(service, on=settings.traces)
    serve(make(), settings, service=service, host=args.host, port=args.port, fd=args.fd)
    tracing.stop()


def database_is_ready(engine: Engine) -> None:
    """Raise DatabaseAway unless the database answers and holds the tables that this code knows."""
    try:
        with transaction(engine) as tx:
            found = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        raise DatabaseAway("it does not answer, or holds no tables: start it, then run `bantin migrate`") from error
    if found is None or found < newest():
        raise DatabaseAway(f"the tables are at {found}, this code needs {newest()}: run `bantin migrate`")
