"""`bantin dedupe`: the workers' own decisions on lines of text, in a database that is gone afterwards."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from infra.embedded import process
from infra.embedded.postgres import Postgres
from services.cli import show
from services.cli.home import ROOT

_COMMAND = [sys.executable, "-m", "services.enrich", "dedupe"]
_SCRATCH = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Nothing in it outlives the run."""


def dedupe_pairs() -> NoReturn:
    """Be the process that compares pairs of standard input."""
    os.chdir(ROOT)
    os.execv(sys.executable, [*_COMMAND, "--pairs"])  # noqa: S606  # no shell is wanted


def dedupe_lines() -> int:
    """Decide on the lines of standard input in a scratch database; the exit code."""
    try:
        with _scratch_database() as url:
            env = {**os.environ, "DATABASE_URL": url}
            command = [sys.executable, "-m", "shared.migrations.migrate"]
            subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
            return subprocess.run([*_COMMAND, "--jsonl"], cwd=ROOT, env=env, check=False).returncode
    except (psycopg.Error, process.ServerError) as error:
        show.fail(f"no scratch database: {error}", 1)


@contextmanager
def _scratch_database() -> Iterator[str]:
    """The address of an empty database: on the server of DATABASE_URL, else on one made for this run."""
    if url := os.environ.get("DATABASE_URL"):
        with _database_on(url) as scratch:
            yield scratch
        return
    with tempfile.TemporaryDirectory(prefix="bantin-dedupe-") as folder:
        server = Postgres(folder=Path(folder), port=process.free_port(), options=_SCRATCH)
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
