"""May this request go on? Asked of every request, before anything else looks at it."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple, cast
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.types import Scope as AsgiScope

from shared.access import session
from shared.access.browsers import Origins
from shared.access.keyring import Keyring
from shared.access.keys import Caller, Entry, id_of
from shared.access.limits import Limits
from shared.access.rules import Rules, needed
from shared.access.scopes import listed, scopes_of
from shared.contracts.problem import Fault
from shared.errors import ForeignRequest, InvalidParameter, KeyMissing, KeyRefused, NotAllowed, RateLimited
from shared.settings import Settings

_READS = ("GET", "HEAD", "OPTIONS")


class SignIn(Exception):
    """A person with a browser is to be led to the page where one signs in."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.address = f"/login?next={quote(path, safe='/')}"


class Admission(NamedTuple):
    """Who asks, and what the answer says of the limit."""

    caller: Caller
    headers: list[tuple[bytes, bytes]]


def make_gate(settings: Settings, rules: Rules) -> "Gate":
    """The gate of a service that runs: by this machine's clock and chance."""
    return Gate(settings, rules, clock=lambda: datetime.now(UTC), tick=time.monotonic, chance=os.urandom)


class Gate:
    """The rules of one service and the keys of its database; `clock` tells the time, `tick` counts seconds.

    `chance` gives the secret of sessions where the settings have none.
    """

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        *,
        clock: Callable[[], datetime],
        tick: Callable[[], float],
        chance: Callable[[int], bytes],
    ) -> None:
        self.rules, self.clock = rules, clock
        self.keyring = Keyring(settings.database_url, clock, tick)
        self.secret = settings.session_secret.encode() or chance(32)
        self.origins = Origins(frozenset(origin.encode() for origin in listed(settings.allowed_origins)))
        self._anonymous = Caller(scopes=scopes_of(listed(settings.anonymous)))
        self._limits, self._per_minute = Limits(tick), settings.rate_limit

    async def admit(self, scope: AsgiScope) -> Admission:
        """Let a request in, or raise why not: KeyMissing, KeyRefused, NotAllowed, RateLimited, ForeignRequest, SignIn."""
        method, path = scope["method"], scope["path"]
        scopes = needed(self.rules, method, path)
        authorization = cookies = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
            elif name == b"cookie":
                cookies = value
        # Health must be told while the database is away: for what is open nothing is looked up.
        entry, by_cookie = await self._entry(authorization, cookies) if scopes else (None, False)
        if entry is None:
            if scopes and self._anonymous.scopes.isdisjoint(scopes):
                raise self._turned_away(scope)
            return Admission(self._anonymous, [])
        if by_cookie and method not in _READS:
            check_origin(Request(scope), must=True)
        self.keyring.note_used(entry)
        headers = self._limited(entry)
        caller = self.keyring.holder(entry)
        if caller.scopes.isdisjoint(scopes):
            raise NotAllowed(
                f"this key may {', '.join(entry.scopes)}; needed is {' or '.join(scopes)}",
                headers={"WWW-Authenticate": f'Bearer realm="bantin", error="insufficient_scope", scope="{scopes[0]}"'},
            )
        return Admission(caller, headers)

    async def holder(self, key: str) -> Entry | None:
        """The entry of a key, if it is valid."""
        id = id_of(key)
        entry = await self.keyring.entry(id) if id else None
        return entry if entry is not None and entry.opens(key) else None

    def close(self) -> None:
        """Let the connections go."""
        self.keyring.close()

    async def _entry(self, authorization: bytes | None, cookies: bytes | None) -> tuple[Entry | None, bool]:
        """The key with which somebody asks, and whether that is by a cookie. Raises KeyRefused."""
        if authorization is None and cookies is None:
            return None, False
        if authorization is not None:
            scheme, _, key = authorization.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer" and (entry := await self.holder(key.strip())):
                return entry, False
            raise KeyRefused(
                "it is unknown, revoked or expired" if scheme.lower() == "bearer" else "send it as Bearer",
                headers={"WWW-Authenticate": 'Bearer realm="bantin", error="invalid_token"'},
            )
        if cookies is not None and (id := session_of(cookies, self.secret, now=self.clock())):
            return await self.keyring.entry(id), True
        return None, False

    def _turned_away(self, scope: AsgiScope) -> Exception:
        """A person is led to the page for signing in, a program is told what is missing."""
        accepted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
        if scope["method"] == "GET" and b"text/html" in accepted and "/v1/" not in scope["path"]:
            query = scope["query_string"].decode("latin-1")
            return SignIn(f"{scope['path']}?{query}" if query else scope["path"])
        return KeyMissing("send Authorization: Bearer …", headers={"WWW-Authenticate": 'Bearer realm="bantin"'})

    def _limited(self, entry: Entry) -> list[tuple[bytes, bytes]]:
        limit = entry.per_minute or self._per_minute
        if not limit:
            return []
        allowance = self._limits.take(entry.id, limit)
        if allowance.exceeded:
            told = {name.decode(): value.decode() for name, value in allowance.headers()}
            raise RateLimited(
                f"this key may ask {limit} times a minute", headers={"Retry-After": str(allowance.wait), **told}
            )
        return allowance.headers()


def session_of(cookies: bytes, secret: bytes, *, now: datetime) -> str | None:
    """The public id of the key by which a browser is signed in."""
    try:
        found = SimpleCookie(cookies.decode("latin-1")).get(session.COOKIE)
    except CookieError:
        return None
    return session.opened(found.value, secret, now=now) if found is not None else None


def check_origin(request: Request, *, must: bool = False) -> None:
    """A form of another site changes nothing here; with `must` it has to be said where it is from. Raises ForeignRequest."""
    origin = request.headers.get("origin")
    if (must and origin is None) or (origin is not None and urlsplit(origin).netloc != request.headers.get("host")):
        raise ForeignRequest(f"forms are taken from this site, not from {origin or 'nowhere'}")


def caller_of(request: Request) -> Caller:
    """Who asks."""
    return cast("Caller", request.scope["state"]["caller"])


def actor_of(caller: Caller, said: str | None) -> str:
    """Who does it: the holder of the key, else whoever says so. Raises InvalidParameter if nobody does."""
    actor = caller.label or said
    if actor is None:
        raise InvalidParameter("say who does it: actor is missing", errors=[Fault(pointer="/actor", detail="missing")])
    return actor
