"""Connections to strangers: the address is looked at when it is connected to, and there is a last moment for everything.

A name is resolved here and its addresses are held against the rule; one of these very addresses is then connected to. So a
name that led elsewhere a moment ago, or will a moment later, opens no way into our own network. Names and certificates are
still those of the URL: only TCP is done here.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import certifi
import httpcore
from httpcore import NetworkBackend, NetworkStream

from shared.networks import Network, is_allowed, may_be_reached


class Forbidden(Exception):
    """The name leads into a network that nothing is sent to."""


class TooSlow(httpcore.TimeoutException):
    """The delivery did not end in time."""


class Deadline(threading.local):
    """Until when this thread's request must be over, and whether it goes without TLS.

    Timeouts alone bound each read: a receiver that sends a byte every few seconds would hold a thread for ever.
    """

    at: float = float("inf")
    plain: bool = False

    @contextmanager
    def within(self, seconds: float, *, plain: bool) -> Iterator[None]:
        """The request of this block must be over within so many seconds."""
        self.at, self.plain = time.monotonic() + seconds, plain
        try:
            yield
        finally:
            self.at, self.plain = float("inf"), False

    def left(self, timeout: float | None = None) -> float | None:
        """Seconds that are left, `timeout` at most; None: there is no limit. Raises TooSlow."""
        if self.at == float("inf"):
            return timeout
        left = self.at - time.monotonic()
        if left <= 0:
            raise TooSlow("it took too long")
        return left if timeout is None else min(left, timeout)


class CheckedBackend(NetworkBackend):
    """Opens connections to public addresses and to those in the allowed networks, to no others."""

    def __init__(self, allowed: Sequence[Network], deadline: Deadline) -> None:
        self._allowed, self._deadline = allowed, deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        """A connection to one of the addresses that the name has now. Raises Forbidden."""
        failed: Exception | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
                return _BoundedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        addresses = list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))
        for address in addresses:
            parsed = ip_address(address)
            # One forbidden address among public ones is a trap as well.
            if not may_be_reached(parsed, self._allowed):
                raise Forbidden(f"{host} leads to {address}, which is in no public network")
            if self._deadline.plain and not is_allowed(parsed, self._allowed):
                raise Forbidden(f"{host} leads to {address}, which is reached by https only")
        return addresses


class _BoundedStream(NetworkStream):
    """A connection on which nothing takes longer than the deadline."""

    def __init__(self, inner: NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        tls = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _BoundedStream(tls, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def make_pool(allowed: Sequence[Network], deadline: Deadline, *, most: int) -> httpcore.ConnectionPool:
    """Connections for `most` threads. No proxy, no redirect, no retry: httpcore does what it is told."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return httpcore.ConnectionPool(
        ssl_context=context,
        max_connections=most,
        max_keepalive_connections=most,
        keepalive_expiry=30,
        http1=True,
        http2=False,
        network_backend=CheckedBackend(allowed, deadline),
    )
