"""A RabbitMQ of the test's own, from Debian's package."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.embedded import process
from tests.servers import wait_until

# Debian's command in the PATH becomes another user; this one is what it starts.
_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
MISSING = "RabbitMQ is not here: Debian's package rabbitmq-server has it"


def is_here() -> bool:
    """Is it installed?"""
    return _SERVER.exists() and shutil.which("erl") is not None


class RabbitMQ:
    """A server of one node on a folder, with a port mapper of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, process.free_port()
        self._distribution, self._mapper = process.free_port(), process.free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        (self.folder / "enabled_plugins").write_text("[].")
        environment = {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"bantin{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "ERL_EPMD_PORT": str(self._mapper),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
        }
        self._server = process.start(
            [_SERVER], death_signal=signal.SIGTERM, log=self.folder / "rabbitmq.log", env={**os.environ, **environment}
        )
        wait_until(self._answers, 90)

    def kill(self) -> None:
        """End it as a power cut would, with its port mapper."""
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def _answers(self) -> bool:
        import amqp

        assert self._server is not None
        assert self._server.poll() is None, (self.folder / "rabbitmq.log").read_text()
        connection = amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=2)
        try:
            connection.connect()
        except (OSError, amqp.AMQPError):
            return False
        finally:
            connection.collect()
        return True


@contextmanager
def started_rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    """A server, started and ended."""
    rabbitmq = RabbitMQ(folder)
    rabbitmq.start()
    try:
        yield rabbitmq
    finally:
        rabbitmq.kill()
