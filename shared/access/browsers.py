"""What browsers are told: whose scripts may ask, and what a page of ours may do. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

PAGE_POLICY = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of a page: nothing from elsewhere, no script or style that stands in the page itself, and no frame around it."""
DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'"
"""Of what is no page: should a browser take it for one, nothing runs."""

_SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: with that, browsers send forms with the origin "null", and no form would be ours.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_OURS = frozenset((b"content-security-policy", *(name for name, _ in _SAFE)))
_EXPOSED = b"ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_ANSWER_LIFE = "600"


def guarded(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What is to be added to an answer of these headers, so that a browser takes it for what it is."""
    said: set[bytes] = set()
    page = False
    for name, value in headers:
        if name == b"content-type":
            page = value.startswith(b"text/html")
        elif name in _OURS:
            said.add(name)
    policy = (b"content-security-policy", PAGE_POLICY if page else DATA_POLICY)
    if not said:
        return [*_SAFE, policy]
    return [header for header in (*_SAFE, policy) if header[0] not in said]


class Origins(NamedTuple):
    """Other sites whose scripts may ask. They send a key: cookies are never taken from another site."""

    allowed: frozenset[bytes]

    def headers(self, scope: Scope) -> Headers:
        """What an answer says to the script that asked."""
        if not self.allowed:
            return []
        origin = _origin(scope)
        vary = (b"vary", b"Origin")
        if origin not in self.allowed:
            return [vary]
        return [vary, (b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED)]

    def preflight(self, scope: Scope) -> dict[str, str] | None:
        """More headers of the answer to a browser that asks whether a script may ask; None if this is no such question of theirs."""
        if scope["method"] != "OPTIONS" or not self.allowed:
            return None
        asked = {name: value for name, value in scope["headers"] if name.startswith(b"access-control-request-")}
        if b"access-control-request-method" not in asked or _origin(scope) not in self.allowed:
            return None
        return {
            "access-control-allow-methods": _METHODS,
            "access-control-allow-headers": asked.get(b"access-control-request-headers", b"").decode("latin-1"),
            "access-control-max-age": _ANSWER_LIFE,
        }


def _origin(scope: Scope) -> bytes:
    return next((value for name, value in scope["headers"] if name == b"origin"), b"")
