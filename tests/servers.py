"""The real PostgreSQL and Valkey of a test session, databases made from a template, and services as processes."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import redis
from alembic import command
from psycopg.rows import dict_row

from infra.embedded import process
from infra.embedded.postgres import Postgres
from infra.embedded.valkey import Valkey
from shared.migrations import migrate
from shared.queue import KEY_PREFIX

ROOT = Path(__file__).parent.parent
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings of a PostgreSQL that survives any kill of its processes, but no power cut."""

EVERYTHING = "post,read,operate:admin"
"""What anybody may do in the services of tests that are not about keys."""
_TEMPLATE = "migrated"
_TABLES = (
    "raw_object, bulletin_key, bulletin, attempt, worker_heartbeat, worker_hand, article, article_version, duplicate_relation, "
    "article_fingerprint, article_band, article_event, change, feed_head, operator_action, operator_action_bulletin, "
    "entity, entity_alias, entity_fact, article_entity, entity_decision, story, story_member, article_sketch, "
    "sketch_key, api_key, article_search, consumer, webhook, webhook_delivery, ops_setting, repair_job, daybook_page, "
    "latency_minute, source_hour, probe, article_decision, article_reading, replay"
)
_WRITTEN = (
    "SELECT name FROM unnest(%s::text[]) AS name WHERE name = 'feed_head' OR pg_relation_size(name::regclass) > 0"
)
"""The tables among these that have, or had, a row."""


def wait_until(question: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Ask until the answer is true, and give it; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not so within {seconds} s: {question}"
        time.sleep(0.01)
    return answer


@dataclass
class Database:
    """One database: its address, and short ways to look into it."""

    url: str

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """All rows of a statement, on a connection of its own; committed."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def documents(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """The rows, with the names of their columns."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(sql, values).fetchall()

    def value(self, sql: str, **values: Any) -> Any:
        """The one value of a statement."""
        return self.rows(sql, **values)[0][0]

    def run(self, sql: str, **values: Any) -> None:
        """Run a statement and commit."""
        with psycopg.connect(self.url) as connection:
            connection.execute(sql, values)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.value(f"SELECT count(*) FROM {table}"))

    def clear(self) -> None:
        """Take every row away; the feed begins again."""
        with psycopg.connect(self.url) as connection:
            # To truncate a table costs the same however empty it is, its indexes too: most were never written to.
            # What refers to one of these must go with it, though it be empty.
            written = connection.execute(_WRITTEN, [_TABLES.split(", ")]).fetchall()
            tables = ", ".join(name for (name,) in written)
            connection.execute(f"TRUNCATE {tables} CASCADE; INSERT INTO feed_head DEFAULT VALUES")


@dataclass
class Servers:
    """PostgreSQL with a migrated template, and Valkey."""

    postgres: Postgres
    valkey: Valkey
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def database(self, template: str = _TEMPLATE) -> Iterator[Database]:
        """A fresh database, dropped at the end."""
        name = f"test_{next(self._numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield Database(self.postgres.url(name))
        self.administer(f"DROP DATABASE {name} WITH (FORCE)")

    def administer(self, sql: str) -> None:
        """Run a statement that belongs to no one database."""
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    @cached_property
    def redis(self) -> "redis.Redis":
        """A client of Valkey."""
        return redis.Redis.from_url(self.valkey.url)

    def rung(self, queue: str) -> list[list[UUID]]:
        """The ids of every bell in a queue, the oldest first."""
        messages = [json.loads(message) for message in self.redis.lrange(KEY_PREFIX + queue, 0, -1)]
        bodies = [json.loads(base64.b64decode(message["body"])) for message in reversed(messages)]
        return [[UUID(hex=id) for id in args[0]] for args, _, _ in bodies]


@contextmanager
def started_servers(folder: Path) -> Iterator[Servers]:
    """Both servers, started and stopped."""
    postgres = Postgres(folder=folder / "postgres", port=process.free_port(), options=HASTY)
    valkey = Valkey(folder=folder / "valkey", port=process.free_port(), persist=False)
    postgres.start()
    try:
        valkey.start()
        servers = Servers(postgres, valkey)
        servers.administer(f"CREATE DATABASE {_TEMPLATE}")
        command.upgrade(migrate.config(postgres.url(_TEMPLATE)), "head")
        yield servers
    finally:
        valkey.stop()
        postgres.stop()


@dataclass
class Service:
    """A service that runs as a process, its database, and a client for it."""

    url: str
    database: Database
    http: httpx.Client
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])


@contextmanager
def started_service(name: str, folder: Path, database: Database, **environment: str) -> Iterator[Service]:
    """`python -m services.NAME` on a free port, once it is ready."""
    port, log = process.free_port(), folder / f"{name}.log"
    url = f"http://127.0.0.1:{port}"
    server = process.start(
        [sys.executable, "-m", f"services.{name}", "--port", str(port)],
        death_signal=signal.SIGKILL, log=log, cwd=ROOT,
        env={"DATABASE_URL": database.url, "BANTIN_ANONYMOUS": EVERYTHING, "PYTHONWARNINGS": "default", **environment},
    )  # fmt: skip
    with httpx.Client(base_url=url, timeout=20) as http:
        try:
            wait_until(lambda: server.poll() is not None or answers(http, "/readyz"), 30)
            assert server.poll() is None, log.read_text()
            yield Service(url, database, http, server, log)
        finally:
            process.stop(server, signal.SIGTERM, 5, signal.SIGKILL)


def answers(http: httpx.Client, path: str) -> bool:
    """Is this address answered with 200?"""
    try:
        return http.get(path).status_code == 200
    except httpx.TransportError:
        return False


def clean_environment(**more: str) -> dict[str, str]:
    """This environment without what would lead a process of ours elsewhere."""
    ours = ("BANTIN_", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more
