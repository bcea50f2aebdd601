"""Clients of services that run, a worker, and a line that breaks when told."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from services.enrich import furnishing, pipeline
from shared.client import Bantin, Patience
from shared.settings import Settings
from tests.factories import a_text, some_bulletins
from tests.servers import Service

Work = Callable[..., None]
Answers = list[Callable[[BaseHTTPRequestHandler], None]]


class Flaky(httpx.HTTPTransport):
    """A line that breaks at every second request: before it is sent, or before its answer comes."""

    requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.requests % 4 == 1:
            raise httpx.ConnectError("the line broke")
        answer = super().handle_request(request)
        if self.requests % 4 == 3:
            answer.read()
            raise httpx.ReadError("the line broke")
        return answer


def hurry(seconds: float) -> None:
    time.sleep(min(seconds, 0.02))


@pytest.fixture
def make_client(ingest: Service, api_service: Service) -> Iterator[Callable[..., Bantin]]:
    """Clients of both services on empty tables, which do not wait for long."""
    made = []

    def make(**changes: Any) -> Bantin:
        made.append(Bantin(ingest.url, api_service.url, **({"sleep": hurry} | changes)))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Bantin]) -> Bantin:
    return make_client()


@pytest.fixture
def work(ingest: Service) -> Iterator[Work]:
    """Let a worker work; given a number, on so many new bulletins."""
    # Else the first text of a session would be charged for reading all lists.
    pipeline.warm_up()
    bench = furnishing.furnish(Settings(database_url=ingest.database.url))

    def work(count: int = 0) -> None:
        some_bulletins(ingest.database, [a_text() for _ in range(count)])
        while bench.enrich([]):
            pass

    yield work
    bench.tx_engine.dispose()
    bench.side_engine.dispose()


@pytest.fixture
def serve() -> Iterator[Callable[[Answers], str]]:
    """A small server that answers its requests one by one, as told; its address."""
    servers = []

    def serve(answers: Answers) -> str:
        left = list(answers)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                left.pop(0)(self)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def broken_off(content_type: str, *pieces: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer whose end is missing."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("Bantin-Head-Seq", "7")
        handler.end_headers()
        for piece in pieces:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    return answer


NOT_PATIENT = Patience(seconds=0.0)
