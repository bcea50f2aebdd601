"""The manners of every service, where no route can show them."""

import asyncio

import orjson
from starlette.types import Message

from shared.access.gate import make_gate
from shared.access.rules import ANY, Rule
from shared.access.scopes import Scope
from shared.http import create_app
from shared.settings import Settings


def test_an_unforeseen_error_is_answered_once_and_as_a_problem() -> None:
    gate = make_gate(Settings(anonymous="read"), [Rule(ANY, "/", (Scope.READ,))])
    app = create_app("api", "Thử", "", lambda: None, gate)

    @app.get("/boom")
    async def boom() -> None:
        raise ZeroDivisionError

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/boom", "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(app(scope, receive, send))
    start, body = sent
    assert start["status"] == 500
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert orjson.loads(body["body"])["code"] == "internal_error"
