"""What a desk that is watched keeps for a while: minutes that are over change no more, and habits change slowly."""

import threading
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.ops.documents.sources import sources
from services.ops.records import queues

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_SETTLED = timedelta(minutes=3)
"""A minute is over for good after that: whatever was accepted in it is committed."""
_HABITS = timedelta(minutes=1)


class Recent:
    """The last hour minute by minute, and the odd sources; asked by all pages of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: dict[datetime, tuple[int, int]] = {}
        self._known_until: datetime | None = None
        self._odd: tuple[datetime, list[dict[str, Any]]] | None = None

    def minutes(self, tx: Connection, *, now: datetime) -> dict[datetime, tuple[int, int]]:
        """Bulletins accepted and finished in each of the last sixty minutes that had any."""
        end = now.replace(second=0, microsecond=0)
        with self._lock:
            since = max(self._known_until or end - _HOUR, end - _HOUR)
            fresh = queues.minutes(tx, since=since, until=now)
            kept = {minute: counts for minute, counts in self._minutes.items() if end - _HOUR < minute < since}
            self._minutes = {**kept, **fresh}
            self._known_until = end - _SETTLED
            return dict(self._minutes)

    def rates(self, tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
        """As queues.rates has it; the longest span by whole minutes."""
        *short, hour = queues.RATE_MINUTES
        sums = [sum(counts) for counts in zip(*self.minutes(tx, now=now).values(), strict=True)] or [0, 0]
        told = {"minutes": hour, "accepted": sums[0] / hour, "finished": sums[1] / hour}
        return [*queues.rates(tx, now=now, spans=short), told]

    def odd(self, tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
        """The sources that are not as they used to be, as they were within the last minute."""
        with self._lock:
            if self._odd is None or now - self._odd[0] > _HABITS:
                found = sources(tx, now=now)["sources"]
                self._odd = (now, [one for one in found if one["oddity"]])
            return self._odd[1]
