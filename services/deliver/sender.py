"""One delivery, sent: what was answered, and what follows from that."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore

from services.deliver.connecting import Deadline, Forbidden
from services.deliver.message import message
from services.deliver.repository import Delivery, Outcome
from services.deliver.schedule import rest
from shared.logging import logger

log = logger(__name__)

_KEPT_OF_ANSWER = 1000
_GONE = 410
_PATIENT = {429, 503}


class Sender:
    """Sends deliveries, each in the thread that asks for it."""

    def __init__(
        self, pool: httpcore.ConnectionPool, deadline: Deadline, *, timeout: float, clock: Callable[[], datetime]
    ) -> None:
        self._pool, self._deadline, self._timeout, self._clock = pool, deadline, timeout, clock

    def send(self, delivery: Delivery) -> Outcome:
        """Send it and tell what came of it. Whatever goes wrong is an outcome."""
        now, began = self._clock(), time.monotonic()
        status: int | None = None
        error: str | None = None
        answer, asked = "", None
        try:
            status, answer, asked = self._request(delivery, now)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, Forbidden) as failure:
            error = f"{type(failure).__name__}: {failure}"
        # Also what nobody has foreseen must not leave the delivery in hand.
        except Exception as failure:
            log.exception("delivery failed", delivery=delivery.id)
            error = f"{type(failure).__name__}: {failure}"
        attempt = {
            "at": now,
            "seconds": round(time.monotonic() - began, 3),
            "status": status,
            "error": error,
            "answer": answer if status is not None else None,
        }
        return self._outcome(delivery, status, asked, attempt)

    def _request(self, delivery: Delivery, now: datetime) -> tuple[int, str, float | None]:
        told = message(
            delivery.event, delivery.change, delivery.format, delivery.secrets, made_at=delivery.made_at, now=now
        )
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        with (
            self._deadline.within(self._timeout, plain=delivery.url.startswith("http://")),
            self._pool.stream(
                "POST",
                delivery.url,
                headers=list(told.headers.items()),
                content=told.body,
                extensions={"timeout": timeouts},
            ) as response,
        ):
            answer = b""
            for chunk in response.iter_stream():
                answer += chunk
                if len(answer) > _KEPT_OF_ANSWER:
                    break
            headers = {name.lower(): value for name, value in response.headers}
            asked = retry_after(headers.get(b"retry-after"), now) if response.status in _PATIENT else None
            # PostgreSQL takes no zeros.
            text = answer[:_KEPT_OF_ANSWER].decode(errors="replace").replace("\0", "�")
            return response.status, text, asked

    def _outcome(self, delivery: Delivery, status: int | None, asked: float | None, attempt: dict[str, Any]) -> Outcome:
        now = self._clock()
        if status is not None and 200 <= status < 300:
            return Outcome(delivery=delivery, state="delivered", next_try_at=now, attempt=attempt)
        gone = status == _GONE
        # A test is sent once. What a gone webhook was to be sent waits, in case it is enabled again.
        wait = 0.0 if gone else rest(delivery.tries, random.random, asked=asked)
        state = "failed" if wait is None or delivery.change is None else "waiting"
        return Outcome(
            delivery=delivery,
            state=state,
            next_try_at=now + timedelta(seconds=wait or 0),
            attempt=attempt,
            gone=gone,
        )


def retry_after(told: bytes | None, now: datetime) -> float | None:
    """The seconds of a Retry-After, which is a number or a date; None if it is neither."""
    text = (told or b"").decode("ascii", errors="replace").strip()
    if text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
