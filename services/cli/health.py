"""Is everything well? Each thing that Bantin stands on is looked at."""

import platform
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import psycopg
import redis

from services.cli.home import home
from shared.migrations import newest
from shared.settings import is_amqp

_ENOUGH_DISK = 1_000_000_000
_CLOCK_TOLERANCE = 2.0


class Unwell(Exception):
    """Something is not as it must be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    well: bool
    detail: str

    def document(self) -> dict[str, object]:
        """The finding as JSON."""
        return {"name": self.name, "well": self.well, "detail": self.detail}


def examine(where: dict[str, str]) -> list[Finding]:
    """Look at everything, in the order in which one thing needs the other."""
    return [
        _look("python", _python),
        _look("disk", _disk),
        _look("database", lambda: _database(where["database_url"])),
        _look("broker", lambda: _broker(where["broker_url"])),
        _look("ingest", lambda: _service(where["ingest_url"])),
        _look("api", lambda: _service(where["api_url"])),
        _look("workers", lambda: _workers(where["database_url"])),
    ]


def _look(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, well=True, detail=look())
    except (Unwell, psycopg.Error, redis.RedisError, httpx.HTTPError, OSError) as error:
        told = str(error).strip().splitlines() or [type(error).__name__]
        # PostgreSQL's first line says what is wrong and where, its last one asks whether it runs.
        return Finding(name=name, well=False, detail=told[0 if isinstance(error, psycopg.Error) else -1])


def _python() -> str:
    return f"Python {platform.python_version()}"


def _disk() -> str:
    folder = home()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < _ENOUGH_DISK:
        raise Unwell(f"{free / 1e9:.1f} GB free in {folder}: make room")
    return f"{free / 1e9:.0f} GB free in {folder}"


def _database(url: str) -> str:
    if not url:
        raise Unwell("no address: set DATABASE_URL, or start `bantin run`")
    with psycopg.connect(url, connect_timeout=3) as connection:
        version, encoding, locks, now, takes_writes = connection.execute(
            "SELECT current_setting('server_version'), current_setting('server_encoding'),"
            " current_setting('max_locks_per_transaction')::int, extract(epoch FROM now())::float8,"
            " NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'"
        ).fetchone() or ("", "", 0, 0.0, False)
        skew = abs(time.time() - now)
        table = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if table and table[0] else None
        (knows_vietnamese,) = connection.execute("SELECT lower('Đ') = 'đ'").fetchone() or (False,)
    if int(version.split(".")[0]) < 18 or encoding != "UTF8" or not knows_vietnamese:
        raise Unwell(f"PostgreSQL {version}, {encoding}: 18 with UTF8 and the builtin locale C.UTF-8 is needed")
    if row is None or row[0] != newest():
        raise Unwell(f"the tables are at {row[0] if row else 'nothing'}, the code needs {newest()}: `bantin migrate`")
    if skew > _CLOCK_TOLERANCE:
        raise Unwell(f"its clock and ours are {skew:.1f} s apart: set the clocks")
    if not takes_writes:
        raise Unwell(
            "it takes no writes: it is a standby, or set to read only (docs/runbooks/BantinDatabaseReadOnly.md)"
        )
    if locks < 256:
        raise Unwell(f"max_locks_per_transaction is {locks}: set 256 (docs/decisions/0007)")
    return f"PostgreSQL {version}, tables at {row[0]}, clocks {skew:.2f} s apart"


def _broker(url: str) -> str:
    if not url:
        raise Unwell("no address: set REDIS_URL, or start `bantin run`")
    if is_amqp(url):
        address = urlsplit(url)
        with socket.create_connection((address.hostname or "127.0.0.1", address.port or 5672), timeout=3):
            return f"{address.hostname} answers; what it is worth, its own tools say"
    info = redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3).info()
    name = "Valkey" if "valkey_version" in info else "Redis"
    if (policy := info["maxmemory_policy"]) != "noeviction":
        raise Unwell(
            f"it may drop bells: set maxmemory-policy noeviction, not {policy} (docs/runbooks/BantinBellsLost.md)"
        )
    return f"{name} {info.get('valkey_version') or info['redis_version']}"


def _service(url: str) -> str:
    answer = httpx.get(f"{url}/readyz", timeout=3)
    if answer.status_code != httpx.codes.OK:
        raise Unwell(f"{url} is not ready: {answer.json().get('detail', answer.status_code)}")
    return f"{url} is ready"


def _workers(url: str) -> str:
    if not url:
        raise Unwell("no database to ask")
    with psycopg.connect(url, connect_timeout=3) as connection:
        rows = connection.execute(
            "SELECT role, count(*) FROM worker_heartbeat WHERE seen_at > now() - interval '30 s' GROUP BY role"
        ).fetchall()
    beating: dict[str, int] = dict(rows)
    if not beating.get("worker"):
        raise Unwell("no worker has beaten for 30 s: start one with `bantin worker`")
    if not beating.get("sweep"):
        raise Unwell("no sweep has beaten for 30 s: start one with `bantin sweep`")
    return f"{beating['worker']} worker, {beating['sweep']} sweep"
