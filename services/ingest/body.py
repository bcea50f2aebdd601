"""A request's body, read with a limit on its size and on the time it takes."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from shared.errors import ServiceError

# The rest of a refused body is not read: the connection goes with it.
_CLOSE = {"Connection": "close"}


class BodyTooLarge(ServiceError):
    """The request body is larger than we take."""

    status, code = 413, "body_too_large"


class BodyTooSlow(ServiceError):
    """The request body did not arrive in time."""

    status, code = 408, "body_too_slow"


class BodyCutOff(ServiceError):
    """The request body ended before it was whole."""

    status, code = 400, "body_cut_off"


class MalformedForm(ServiceError):
    """The body is no form."""

    status, code = 400, "malformed_form"


def headers_of(request: Request) -> Callable[[str], str | None]:
    """Looks a header up by its name in small letters. Starlette's own look-up goes through all headers every time."""
    headers: dict[bytes, bytes] | None = request.scope.get("bantin.headers")
    if headers is None:
        headers = request.scope["bantin.headers"] = dict(request.scope["headers"])

    def header(name: str) -> str | None:
        value = headers.get(name.encode())
        return value.decode("latin-1") if value is not None else None

    return header


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The whole body. Raises BodyTooLarge, BodyTooSlow, BodyCutOff."""

    def too_large() -> BodyTooLarge:
        return BodyTooLarge(f"at most {limit:,} bytes are taken in one request", headers=_CLOSE)

    declared = headers_of(request)("content-length") or ""
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise too_large()
    chunks, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                # Not request.stream(): its layers cost as much as all the rest of reading.
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise BodyCutOff("nothing was taken in", headers=_CLOSE)
                chunk, more = message.get("body", b""), message.get("more_body", False)
                size += len(chunk)
                if size > limit:
                    raise too_large()
                chunks.append(chunk)
    except TimeoutError:
        raise BodyTooSlow(f"a body must arrive within {seconds:g} s; nothing was taken in", headers=_CLOSE) from None
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def read_files(request: Request, body: bytes, most_files: int) -> list[tuple[bytes, str | None]]:
    """The files of a multipart body: of each its bytes and its declared content type. Raises MalformedForm."""

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, whole(), max_files=most_files, max_fields=20).parse()
    except (MultiPartException, KeyError) as error:
        raise MalformedForm(f"the body is no multipart form: {error}") from None
    files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
    if not files:
        raise MalformedForm("the form holds no file: send each bulletin as a part with a filename")
    return [(await file.read(), file.content_type) for file in files]
