"""Where the services are, and what every request to them carries: what both clients are made of."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx

from shared.client.patience import Patience
from shared.client.talk import Ask, Manner, raise_for_problem

INGEST_URL, API_URL = "http://127.0.0.1:8001", "http://127.0.0.1:8002"
LONGEST_WAIT = 20.0
"""Seconds a posting, or a long poll, asks a service to wait at most."""
TIMEOUT = httpx.Timeout(LONGEST_WAIT + 15, connect=5)

EVER = float("inf")


def new_key() -> str:
    """An idempotency key that nobody used before."""
    return uuid4().hex


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """The addresses of the services (no / at their end), an API key if one is needed, and how a client asks."""

    ingest_url: str
    api_url: str
    key: str | None
    manner: Manner
    new_key: Callable[[], str]

    def request(self, ask: Ask) -> dict[str, Any]:
        """A request, in httpx's words."""
        base = self.ingest_url if ask.service == "ingest" else self.api_url
        headers = {**ask.headers, **({"Authorization": f"Bearer {self.key}"} if self.key else {})}
        return {
            "method": ask.method, "url": f"{base}{ask.path}", "params": dict(ask.params), "headers": headers,
            "content": ask.content,
        }  # fmt: skip

    def patient(self, seconds: float) -> Manner:
        """The same manner for as long as `seconds`."""
        return replace(self.manner, patience=replace(self.manner.patience, seconds=seconds))


def wire(
    ingest_url: str,
    api_url: str,
    key: str | None,
    patience: Patience,
    *,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
    new_key: Callable[[], str] = new_key,
) -> Wire:
    """What a client is made of; clock, chance and new keys can be given."""
    manner = Manner(patience=patience, clock=clock, chance=chance)
    return Wire(ingest_url=ingest_url.rstrip("/"), api_url=api_url.rstrip("/"), key=key, manner=manner, new_key=new_key)


def head_seq(answer: httpx.Response) -> int:
    """The position of the feed that an export was taken at. Raises Refused if there is no export."""
    raise_for_problem(answer)
    return int(answer.headers.get("bantin-head-seq", "0"))
