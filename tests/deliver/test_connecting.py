"""Where a connection leads is decided when it is made, whatever its name led to before."""

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpcore
import pytest

from services.deliver.connecting import CheckedBackend, Deadline, Forbidden, make_pool
from shared.networks import literal, networks

LOOPBACK = networks("127.0.0.0/8,::1/128")


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names lead to these addresses, at each question to the next ones; the names that were asked for."""
    asked: list[str] = []
    rest, real = list(answers), socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **more: Any) -> list[Any]:
        if literal(host):
            return list(real(host, port, *args, **more))
        asked.append(host)
        addresses = rest.pop(0) if len(rest) > 1 else rest[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr("services.deliver.connecting.socket.getaddrinfo", getaddrinfo)
    return asked


def read_whole(stream: socket.socket) -> bytes:
    """A whole request; empty if none came. What is left unread when a socket is closed takes the answer with it."""
    told = b""
    while not told.endswith(b"x" if b"content-length: 1\r\n" in told.lower() else b"\r\n\r\n"):
        if not (piece := stream.recv(65536)):
            return b""
        told += piece
    return told


@contextmanager
def a_server(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that answers every request with 204; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                stream = context.wrap_socket(connection, server_side=True) if context else connection
            except OSError:
                connection.close()
                continue
            with stream, contextlib.suppress(OSError):
                if read_whole(stream):
                    stream.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    serving.join(timeout=5)


def test_a_name_that_leads_into_our_network_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    with a_server() as port, pytest.raises(Forbidden, match=r"leads to 127\.0\.0\.1"):
        CheckedBackend((), Deadline()).connect_tcp("noi-bo.example", port)


def test_one_address_of_our_network_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(Forbidden, match=r"10\.0\.0\.1"):
        CheckedBackend((), Deadline()).connect_tcp("hai-mat.example", 443)


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once_and_connected_to_as_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The trick of the changing name: public while it is checked, private when it is connected to."""
    with a_server() as port:
        asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
        CheckedBackend(LOOPBACK, Deadline()).connect_tcp("doi-cho.example", port).close()
        assert asked == ["doi-cho.example"]
        with pytest.raises(Forbidden):
            CheckedBackend(LOOPBACK, Deadline()).connect_tcp("doi-cho.example", port)


def test_without_tls_only_allowed_networks_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["93.184.215.14"])
    deadline = Deadline()
    with deadline.within(1, plain=True), pytest.raises(Forbidden, match="https only"):
        CheckedBackend(LOOPBACK, deadline).connect_tcp("ngoai.example", 80)


def test_the_next_address_is_tried_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_server() as port:
        resolving(monkeypatch, ["127.0.0.2", "127.0.0.1"])
        stream = CheckedBackend(LOOPBACK, Deadline()).connect_tcp("hai-may.example", port, timeout=2)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        stream.close()


def test_a_name_without_address_is_an_error_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("services.deliver.connecting.socket.getaddrinfo", nothing)
    with pytest.raises(httpcore.ConnectError, match=r"khong-co\.example"):
        CheckedBackend((), Deadline()).connect_tcp("khong-co.example", 443)


def test_with_tls_the_certificate_is_that_of_the_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=toa-soan.example", "-addext", "subjectAltName=DNS:toa-soan.example"],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no openssl here to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    resolving(monkeypatch, ["127.0.0.1"])
    with a_server(context) as port, make_pool(LOOPBACK, Deadline(), most=1) as pool:
        assert pool.request("POST", f"https://toa-soan.example:{port}/", content=b"x").status == 204
        with pytest.raises(httpcore.ConnectError, match="certificate"):
            pool.request("POST", f"https://toa-soan-khac.example:{port}/", content=b"x")
