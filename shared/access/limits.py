"""How much a key may ask for: a bucket of tokens each, in the memory of this process. Pure but for its own state."""

import math
from collections.abc import Callable
from typing import NamedTuple

WINDOW = 60
"""Seconds in which an empty bucket fills."""


class Allowance(NamedTuple):
    """What is left of a key's limit: requests, seconds until all is there again, seconds until the next one is."""

    limit: int
    left: int
    full_in: int
    wait: int

    @property
    def exceeded(self) -> bool:
        """Was there nothing left to take?"""
        return self.wait > 0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As the IETF's RateLimit fields say it (draft-ietf-httpapi-ratelimit-headers)."""
        return [
            (b"ratelimit-policy", b'"default";q=%d;w=%d' % (self.limit, WINDOW)),
            (b"ratelimit", b'"default";r=%d;t=%d' % (self.left, self.full_in)),
        ]


class Limits:
    """One bucket a key; `tick` counts seconds. There are as many as there are keys."""

    def __init__(self, tick: Callable[[], float]) -> None:
        self._tick = tick
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str, limit: int) -> Allowance:
        """Take one of the `limit` requests that a key has a minute, if there is one."""
        now, rate = self._tick(), limit / WINDOW
        tokens, at = self._buckets.get(key, (float(limit), now))
        tokens = min(float(limit), tokens + (now - at) * rate)
        wait = 0 if tokens >= 1 else math.ceil((1 - tokens) / rate)
        if not wait:
            tokens -= 1
        self._buckets[key] = (tokens, now)
        return Allowance(limit, int(tokens), math.ceil((limit - tokens) / rate), wait)
