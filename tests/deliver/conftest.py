"""A receiver of webhooks, and a deliverer that works when it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest

from services.deliver.deliverer import Deliverer
from services.enrich import furnishing, pipeline
from services.enrich.workbench import Workbench
from shared.database import make_engine, transaction
from shared.feed import Told, tell
from shared.settings import Settings
from tests.factories import a_text, some_bulletins
from tests.servers import Database, Service, wait_until

NETWORKS = "127.0.0.0/8"


@dataclass
class Got:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def seq(self) -> int:
        """The position it tells of."""
        return int(self.headers["webhook-id"].removeprefix("evt_"))

    @property
    def document(self) -> dict[str, Any]:
        """Its body."""
        return dict(json.loads(self.body))


Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b"")


@dataclass
class Receiver:
    """A real HTTP server that takes webhooks and answers as it is told to."""

    answer: Callable[[Got], Answer] = lambda _: OK
    got: list[Got] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def seqs(self) -> list[int]:
        """The positions that came, in order."""
        return [one.seq for one in self.got]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            # Its sender was killed before it had sent all of it.
            if len(body) < length:
                return
            one = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.got.append(one)
            status, headers, answer = receiver.answer(one)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender that was killed lets go in the middle: that is no error here."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as running:
        yield running


@dataclass
class Clock:
    """A clock that is set by hand."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_(self, **time: float) -> None:
        """Let so much time pass."""
        self.ahead += timedelta(**time)


@dataclass
class Post:
    """Everything between the feed and a receiver."""

    api: Service
    database: Database
    clock: Clock
    deliverer: Deliverer
    bench: Workbench

    def make(self, url: str, **more: Any) -> dict[str, Any]:
        """A webhook; its document with the secret."""
        answer = self.api.http.post("/v1/webhooks", json={"url": url, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def get(self, hook: dict[str, Any], more: str = "") -> dict[str, Any]:
        """The webhook as it is now, or something below it."""
        answer = self.api.http.get(hook["href"] + more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ask(self, hook: dict[str, Any], what: str, status: int = 202, **body: Any) -> dict[str, Any]:
        """Something with a colon."""
        answer = self.api.http.post(hook["href"] + what, **({"json": body} if body else {}))
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def deliveries(self, hook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
        """Its deliveries, the newest first."""
        return list(self.get(hook, f"/deliveries{query}")["data"])

    def publish(self, count: int) -> list[UUID]:
        """So many articles; the ids in the order of the feed."""
        some_bulletins(self.database, [a_text() for _ in range(count)])
        while self.bench.enrich([]):
            pass
        return [
            row[0] for row in self.database.rows("SELECT article_id FROM change ORDER BY seq DESC LIMIT %(n)s", n=count)
        ][::-1]

    def revise(self, *articles: UUID) -> None:
        """Tell of new versions, in one transaction."""
        engine = make_engine(self.database.url, "test")
        with transaction(engine) as tx:
            tell(tx, [Told("article.revised", id, 1) for id in articles], now=datetime.now(UTC))
        engine.dispose()

    def work(self) -> None:
        """Deliver what is due now."""
        while True:
            self.deliverer.turn()
            wait_until(lambda: self.deliverer.idle)
            if not self._more():
                return

    def _more(self) -> bool:
        sql = """
        SELECT count(*) FROM webhook_delivery AS one JOIN webhook ON webhook.id = webhook_id
        WHERE state = 'waiting' AND next_try_at <= %(now)s AND (disabled IS NULL OR seq IS NULL)
              AND coalesce(in_hand_until, '-infinity') <= %(now)s
              AND NOT EXISTS (SELECT FROM webhook_delivery AS earlier WHERE earlier.webhook_id = one.webhook_id
                  AND earlier.article_id = one.article_id AND earlier.seq < one.seq AND earlier.state = 'waiting')
        """
        return bool(self.database.value(sql, now=self.clock()))


def hasty(database: Database, **changes: Any) -> Settings:
    """Settings with little patience, and this machine allowed."""
    return Settings(database_url=database.url, **{"webhook_networks": NETWORKS, "webhook_timeout": 1.0, **changes})


@pytest.fixture
def post(api: Service) -> Iterator[Post]:
    """The api, a deliverer and a workbench on empty tables."""
    # Else the first text of a session would be charged for reading all lists.
    pipeline.warm_up()
    clock = Clock()
    deliverer = Deliverer(hasty(api.database), clock)
    bench = furnishing.furnish(Settings(database_url=api.database.url))
    yield Post(api, api.database, clock, deliverer, bench)
    deliverer.close()
    bench.tx_engine.dispose()
    bench.side_engine.dispose()
