"""Whoever has an answer already is told so, and whoever takes gzip gets it: for every JSON document that is not streamed."""

import gzip
import re
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SMALLEST = 1_000
"""Bytes below which packing gains nothing."""
_LEVEL = 4
_PACKED = "-gz"
_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q\s*=\s*(?P<q>[\d.]+))?\s*(?:,|$)", re.IGNORECASE)


class Revalidation:
    """Gives every such answer an ETag, `Cache-Control` and `Vary`, packs it, and answers 304 to who has it.

    An ETag is that of the bytes: a packed document has another one than the plain one, and either is known again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, by way of this."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        start: Message | None = None

        async def look(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if _is_document(message):
                    start = message
                    return
                _name_variant(message, asked)
            elif start is not None:
                message = _answer(start, message, asked)
                await send(start)
            await send(message)

        await self.app(scope, receive, look)


def matches(if_none_match: str | None, etag: str) -> bool:
    """Does the reader have this already, packed or not? Weak comparison, as RFC 9110 asks for here."""
    if if_none_match is None:
        return False
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return not known.isdisjoint(("*", etag, _packed(etag)))


def _packed(etag: str) -> str:
    return f'{etag[:-1]}{_PACKED}"'


def _takes_gzip(asked: Headers) -> bool:
    found = _GZIP.search(asked.get("accept-encoding", ""))
    return found is not None and float(found["q"] or 1) > 0


def _is_document(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    # What is streamed has no length yet.
    return (
        message["status"] == 200
        and "content-length" in headers
        and "content-encoding" not in headers
        and headers.get("content-type", "").partition(";")[0].endswith("json")
    )


def _name_variant(message: Message, asked: Headers) -> None:
    """Call what a route says is known by the name under which the reader knows it."""
    headers = MutableHeaders(raw=message["headers"])
    if message["status"] == 304 and "etag" in headers:
        message["headers"] = headers.raw
        known, packed = asked.get("if-none-match", ""), _packed(headers["etag"])
        if packed in known or (known.strip() == "*" and _takes_gzip(asked)):
            headers["etag"] = packed
        headers.add_vary_header("Accept-Encoding")


def _answer(start: Message, message: Message, asked: Headers) -> Message:
    """The body to be sent; `start` is made fit for it."""
    body: bytes = message.get("body", b"")
    headers = MutableHeaders(raw=list(start["headers"]))
    etag = headers.get("etag") or f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers.setdefault("cache-control", "no-cache")
    headers.add_vary_header("Accept-Encoding")
    packs = len(body) >= _SMALLEST and _takes_gzip(asked)
    headers["etag"] = _packed(etag) if packs else etag
    if matches(asked.get("if-none-match"), etag):
        start["status"], body = 304, b""
        for name in ("content-length", "content-type"):
            del headers[name]
    elif packs:
        body = gzip.compress(body, _LEVEL, mtime=0)
        headers["content-encoding"], headers["content-length"] = "gzip", str(len(body))
    start["headers"] = headers.raw
    return {**message, "body": body}
