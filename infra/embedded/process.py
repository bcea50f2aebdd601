"""How a server is started so that it never outlives us, whoever is killed, and so that it runs as root too."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


class ServerError(Exception):
    """A server could not be started; the message is one line for the person who waits."""


class PortTaken(ServerError):
    """Somebody else was quicker to take the port."""


def package_file(package: str, *parts: str) -> Path:
    """A file inside an installed package, found without importing it. Raises ServerError if it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            f"the package {package} is not installed: run ./bantin once, or set DATABASE_URL and REDIS_URL"
        )
    return Path(spec.submodule_search_locations[0], *parts)


def is_free(port: int) -> bool:
    """Can a server listen on this loopback port?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(wanted: int = 0) -> int:
    """The port wanted if it is free, else any that is."""
    if wanted and is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def needs_other_user() -> bool:
    """PostgreSQL refuses to run as root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def start(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    log: Path,
    as_nobody: bool = False,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    cwd: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own; it gets `death_signal` when we end, however we end (Linux)."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **(env or {})},
            preexec_fn=_in_child(death_signal, as_nobody),  # noqa: PLW1509  # the main thread starts processes
            start_new_session=True,
            pass_fds=pass_fds,
            cwd=cwd,
        )


def _in_child(death_signal: signal.Signals, as_nobody: bool) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        if as_nobody:
            _become_nobody(libc)
        if sys.platform == "linux":
            libc.prctl(_PR_SET_PDEATHSIG, death_signal)
            if os.getppid() != parent:  # it was killed before we asked to be told
                os._exit(1)

    return prepare


def _become_nobody(libc: ctypes.CDLL) -> None:
    """Look like nobody to the server while every file stays root's: a user namespace of one user.

    It works under a home folder of mode 0700 and needs no chown. Where namespaces are refused, really become nobody.
    """
    nobody = pwd.getpwnam("nobody")
    if sys.platform == "linux" and libc.unshare(_CLONE_NEWUSER) == 0:
        Path("/proc/self/uid_map").write_text(f"{nobody.pw_uid} 0 1")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{nobody.pw_gid} 0 1")
    else:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)


def stop(process: "subprocess.Popen[bytes]", gently: signal.Signals, seconds: float, hard: signal.Signals) -> None:
    """Ask a process to end; after `seconds`, tell it to."""
    if process.poll() is not None:
        return
    process.send_signal(gently)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(hard)
        process.wait(10)
