"""All of Bantin on one machine: embedded servers, the services' processes, and a supervisor that starts them anew.

One main thread does everything: a child's death signal is bound to the thread that started it.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

from infra.embedded import process
from infra.embedded.postgres import Postgres
from infra.embedded.process import PortTaken, ServerError
from infra.embedded.valkey import Valkey
from shared.migrations import newest
from shared.settings import settings

INGEST_PORT, API_PORT, OPS_PORT, POSTGRES_PORT, VALKEY_PORT = 8001, 8002, 8003, 54320, 63790
"""The ports that are taken when they are free."""

_LONGEST_REST = 5.0
_LATER = 2.0
"""Seconds after the others at which sweep, desk and deliverer are started: at first they have nothing to do."""

Say = Callable[[str], None]
ServerT = TypeVar("ServerT", Postgres, Valkey)


class AlreadyRunning(Exception):
    """Another Bantin runs on this folder."""


@dataclass(slots=True)
class Child:
    """One process of ours and how to start it again."""

    name: str
    command: Sequence[str]
    pass_fds: tuple[int, ...] = ()
    running: "subprocess.Popen[bytes] | None" = None
    starts: int = 0
    start_at: float = 0.0

    @property
    def pid(self) -> int | None:
        """The process, if it runs."""
        return self.running.pid if self.running is not None and self.running.poll() is None else None


@dataclass(kw_only=True, slots=True)
class Stack:
    """Everything, on the folder `home`. Given URLs take the place of embedded servers.

    With `usual_ports` the embedded servers take the ports that people know; without, any: a stack whose servers are
    killed and started again must not lose its port to another that looks for the usual one.
    """

    home: Path
    say: Say = lambda _: None
    database_url: str = ""
    broker_url: str = ""
    ingest_port: int = 0
    api_port: int = 0
    ops_port: int = 0
    with_desk: bool = False
    with_deliveries: bool = False
    usual_ports: bool = True
    workers: int = 1
    concurrency: int = field(default_factory=lambda: settings().worker_concurrency)
    environment: dict[str, str] = field(default_factory=dict)
    postgres_options: dict[str, str] = field(default_factory=dict)
    worker_command: Sequence[str] = ("-m", "services.enrich", "worker")
    sweep_command: Sequence[str] = ("-m", "services.enrich", "sweep")
    ingest_command: Sequence[str] = ("-m", "services.ingest")
    postgres: Postgres | None = field(default=None, init=False)
    valkey: Valkey | None = field(default=None, init=False)
    children: dict[str, Child] = field(default_factory=dict, init=False)
    ingest_url: str = field(default="", init=False)
    api_url: str = field(default="", init=False)
    ops_url: str = field(default="", init=False)
    _lock: "IO[str] | None" = field(default=None, init=False)
    _sockets: list[socket.socket] = field(default_factory=list, init=False)

    def start(self) -> None:
        """Start all. Raises AlreadyRunning, ServerError or OSError."""
        self._take_lock()
        ingest = self._listen("ingest", self.ingest_port, INGEST_PORT)
        api = self._listen("api", self.api_port, API_PORT)
        ops = self._listen("ops", self.ops_port, OPS_PORT) if self.with_desk else None
        self._start_servers()
        self._migrate()
        self._add("ingest", *self.ingest_command, "--fd", str(ingest.fileno()), fds=(ingest.fileno(),))
        for number in range(1, self.workers + 1):
            name = "worker" if self.workers == 1 else f"worker-{number}"
            self._add(name, *self.worker_command, "--concurrency", str(self.concurrency))
        self._add("api", "-m", "services.api", "--fd", str(api.fileno()), fds=(api.fileno(),))
        self._add("sweep", *self.sweep_command)
        self.children["sweep"].start_at = time.monotonic() + _LATER
        if ops is not None:
            self._add("ops", "-m", "services.ops", "--fd", str(ops.fileno()), fds=(ops.fileno(),))
            self.environment.setdefault("BANTIN_PROBE_URL", f"http://127.0.0.1:{ingest.getsockname()[1]}")
            self.children["ops"].start_at = time.monotonic() + _LATER
            self.ops_url = f"http://127.0.0.1:{ops.getsockname()[1]}"
        if self.with_deliveries:
            self._add("deliver", "-m", "services.deliver")
            self.children["deliver"].start_at = time.monotonic() + _LATER
        self.ingest_url = f"http://127.0.0.1:{ingest.getsockname()[1]}"
        self.api_url = f"http://127.0.0.1:{api.getsockname()[1]}"
        self.tend()
        (self.home / "run.json").write_text(json.dumps(self.addresses()))

    def addresses(self) -> dict[str, str]:
        """Where everything is."""
        return {
            "ingest_url": self.ingest_url,
            "api_url": self.api_url,
            "ops_url": self.ops_url,
            "database_url": self.database_url,
            "broker_url": self.broker_url,
        }

    def tend(self) -> None:
        """Start what is not running: soon after its first death, later after each further one."""
        for child in self.children.values():
            if child.pid is not None or time.monotonic() < child.start_at:
                continue
            if child.running is not None:
                self.say(f"{child.name} ended ({_how(child.running)}); starting it again")
            child.running = process.start(
                [sys.executable, *child.command],
                death_signal=signal.SIGTERM,
                log=self.log_of(child.name),
                env=self._environment(),
                pass_fds=child.pass_fds,
                cwd=Path(__file__).parent.parent,
            )
            child.starts += 1
            child.start_at = time.monotonic() + min(_LONGEST_REST, 0.25 * 2 ** min(child.starts, 10))

    def log_of(self, name: str) -> Path:
        """Where a process writes its log."""
        folder = self.home / "log"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"

    def stop(self) -> None:
        """End all, the doors first and the database last, each in its own good time."""
        for child in self.children.values():
            if child.pid is not None and child.running is not None:
                child.running.terminate()
        for child in self.children.values():
            if child.running is not None:
                process.stop(child.running, signal.SIGTERM, 25, signal.SIGKILL)
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()
        for listener in self._sockets:
            listener.close()
        if self._lock is not None:
            (self.home / "run.json").unlink(missing_ok=True)
            self._lock.close()

    def _take_lock(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self._lock = (self.home / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            raise AlreadyRunning(f"Bantin already runs on {self.home}") from None

    def _listen(self, name: str, wanted: int, usual: int) -> socket.socket:
        """A listening socket that outlives its service: while that is started anew, clients wait instead of failing."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._sockets.append(listener)
        try:
            listener.bind(("127.0.0.1", wanted or usual))
        except OSError as error:
            if wanted:
                raise ServerError(f"port {wanted} for {name} is refused: {error.strerror}; choose another") from None
            listener.bind(("127.0.0.1", 0))
            self.say(f"port {usual} is taken: {name} takes {listener.getsockname()[1]}")
        listener.listen(2048)
        return listener

    def _start_servers(self) -> None:
        if not self.database_url:
            self.postgres = _started(
                lambda port: Postgres(folder=self.home / "postgres", port=port, options=self.postgres_options),
                POSTGRES_PORT if self.usual_ports else 0,
            )
            self.database_url = self.postgres.url()
        if not self.broker_url:
            self.valkey = _started(
                lambda port: Valkey(folder=self.home / "valkey", port=port), VALKEY_PORT if self.usual_ports else 0
            )
            self.broker_url = self.valkey.url

    def _migrate(self) -> None:
        if _revision(self.database_url) == newest():
            return
        command = [sys.executable, "-m", "shared.migrations.migrate"]
        done = subprocess.run(
            command,
            env={**os.environ, **self._environment()},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        self.log_of("migrate").write_text(done.stdout + done.stderr)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise ServerError(f"migrating the database failed: {last} (all of it in {self.log_of('migrate')})")

    def _add(self, name: str, *command: str, fds: tuple[int, ...] = ()) -> None:
        self.children[name] = Child(name, command, fds)

    def _environment(self) -> dict[str, str]:
        # It listens on the loopback alone: who is on this machine needs no key, but may ask with one.
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.broker_url,
            "BANTIN_ANONYMOUS": os.environ.get("BANTIN_ANONYMOUS", "post,read,operate:admin"),
            # For the form of the readers\' pages.
            "BANTIN_INGEST_URL": self.ingest_url,
            **self.environment,
        }


def _started(make: Callable[[int], ServerT], usual: int) -> ServerT:
    """A started server on its usual port (0: any) or, when that is taken or somebody else is quicker, on another."""
    for port in (process.free_port(usual), process.free_port(), process.free_port()):
        server = make(port)
        try:
            server.start()
        except PortTaken:
            continue
        return server
    raise ServerError("no port for a server can be had: others are quicker every time")


def _revision(url: str) -> str | None:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return row[0] if row else None
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise ServerError(f"the database does not answer: {str(error).strip().splitlines()[-1]}") from None


def _how(ended: "subprocess.Popen[bytes]") -> str:
    code = ended.returncode
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
