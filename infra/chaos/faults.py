"""The faults: what can be killed, frozen, emptied or cut off, and what brings it back."""

import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from infra.stack import Stack


@dataclass(slots=True)
class Trouble:
    """Does things to a stack; what is to be undone later is remembered and undone in time."""

    stack: Stack
    chance: random.Random
    freeze: float = 7.0
    """Seconds a frozen process stays so: longer than PostgreSQL waits for a silent transaction."""
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def tend(self) -> None:
        """Undo what is due, and let the supervisor start what is down."""
        now = time.monotonic()
        due = [undo for at, undo in self._later if at <= now]
        self._later = [(at, undo) for at, undo in self._later if at > now]
        for undo in due:
            undo()
        self.stack.tend()

    def end(self) -> None:
        """Undo everything now."""
        self._later = [(0.0, undo) for _, undo in self._later]
        self.tend()

    def kill(self, name: str) -> None:
        """SIGKILL a process and all its children."""
        if pid := self._pick(name):
            _signal_group(pid, signal.SIGKILL)

    def kill_child(self, name: str) -> None:
        """SIGKILL one child of a process."""
        pid = self._pick(name)
        children = _children(pid) if pid else []
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(children), signal.SIGKILL)

    def stop_and_go_on(self, name: str) -> None:
        """SIGSTOP a process and its children, and SIGCONT them when everybody has given them up."""
        if pid := self._pick(name):
            _signal_group(pid, signal.SIGSTOP)
            self._later.append((time.monotonic() + self.freeze, lambda: _signal_group(pid, signal.SIGCONT)))

    def kill_postgres(self) -> None:
        """SIGKILL the postmaster, as a power cut would, and start it again."""
        server = self.stack.postgres
        if server is not None and server.pid is not None:
            server.kill()
            server.start()

    def kill_a_backend(self) -> None:
        """SIGKILL one server process: PostgreSQL throws everybody out and recovers."""
        server = self.stack.postgres
        children = _children(server.pid) if server is not None and server.pid else []
        backends = [pid for pid in children if b"bantin bantin" in _command(pid)]
        if backends:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(backends), signal.SIGKILL)

    def cut_the_connections(self) -> None:
        """Reset every connection to the database, from its side."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.stack.database_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'bantin-%'"
            )

    def kill_valkey(self, *, wipe: bool) -> None:
        """SIGKILL Valkey, perhaps take its data away, and start it again."""
        server = self.stack.valkey
        if server is not None and server.pid is not None:
            server.kill()
            if wipe:
                shutil.rmtree(server.folder / "appendonlydir", ignore_errors=True)
            server.start()

    def flush_valkey(self) -> None:
        """FLUSHALL."""
        self._valkey(lambda client: client.flushall())

    def reset_valkey(self) -> None:
        """Reset every connection to Valkey, from its side."""
        for kind in ("normal", "pubsub"):
            self._valkey(lambda client, kind=kind: client.client_kill_filter(_type=kind, skipme=True))  # type: ignore[misc]

    def deliver_twice(self) -> None:
        """Put every bell that waits into its queue once more."""

        def double(client: "redis.Redis") -> None:
            for key in client.keys("bantin:*"):
                if client.type(key) == b"list":
                    for bell in client.lrange(key, 0, 200):
                        client.lpush(key, bell)

        self._valkey(double)

    def _valkey(self, deed: "Callable[[redis.Redis], object]") -> None:
        with contextlib.suppress(redis.RedisError):
            deed(redis.Redis.from_url(self.stack.broker_url, socket_timeout=2))

    def _pick(self, name: str) -> int | None:
        """A running process of that name, or `name-N`."""
        pids = [child.pid for key, child in self.stack.children.items() if key.partition("-")[0] == name]
        running = [pid for pid in pids if pid is not None]
        return self.chance.choice(running) if running else None


FAULTS: dict[str, tuple[int, Callable[[Trouble], None]]] = {
    "worker killed": (6, lambda trouble: trouble.kill("worker")),
    "worker's child killed": (6, lambda trouble: trouble.kill_child("worker")),
    "worker frozen": (3, lambda trouble: trouble.stop_and_go_on("worker")),
    "sweep killed": (4, lambda trouble: trouble.kill("sweep")),
    "sweep frozen": (1, lambda trouble: trouble.stop_and_go_on("sweep")),
    "ingest killed": (4, lambda trouble: trouble.kill("ingest")),
    "ingest frozen": (1, lambda trouble: trouble.stop_and_go_on("ingest")),
    "api killed": (1, lambda trouble: trouble.kill("api")),
    "postgres killed": (2, Trouble.kill_postgres),
    "a backend killed": (2, Trouble.kill_a_backend),
    "database connections cut": (2, Trouble.cut_the_connections),
    "valkey killed": (2, lambda trouble: trouble.kill_valkey(wipe=False)),
    "valkey killed and wiped": (2, lambda trouble: trouble.kill_valkey(wipe=True)),
    "valkey flushed": (4, Trouble.flush_valkey),
    "valkey connections cut": (2, Trouble.reset_valkey),
    "bells delivered twice": (2, Trouble.deliver_twice),
}
"""Every fault, how often it comes among the others, and what does it."""


def pick(chance: random.Random) -> str:
    """A fault, by its weight."""
    return chance.choices(list(FAULTS), [weight for weight, _ in FAULTS.values()])[0]


def _signal_group(pid: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, sign)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
