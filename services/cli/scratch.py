"""An empty database that is gone afterwards: on a server that is there, else on one of its own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from infra.embedded import process
from infra.embedded.postgres import Postgres

_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Nothing in it outlives the run."""


class NoScratch(Exception):
    """No such database could be made, or it went away."""


@contextmanager
def scratch_database() -> Iterator[str]:
    """The address of an empty database: on the server of DATABASE_URL, else on one made for this run."""
    try:
        url = os.environ.get("DATABASE_URL")
        with _database_on(url) if url else _server_of_its_own() as scratch:
            yield scratch
    except (psycopg.Error, process.ServerError) as error:
        raise NoScratch(f"no scratch database: {error}") from error


@contextmanager
def _server_of_its_own() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bantin-dedupe-") as folder:
        server = Postgres(folder=Path(folder), port=process.free_port(), options=_OPTIONS)
        server.start()
        try:
            yield server.url()
        finally:
            server.stop()


@contextmanager
def _database_on(url: str) -> Iterator[str]:
    name = f"bantin_dedupe_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
