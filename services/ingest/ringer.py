"""Rings for what was taken in, from a thread of its own: no request waits for the broker, nor knows that it is there."""

import queue
import threading
import time
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from shared.contracts.states import Priority
from shared.logging import logger
from shared.metrics import BELL_ERRORS, BELLS
from shared.queue import FLASH, NORMAL, Bell, BrokerAway

log = logger(__name__)

_REST = 0.5
"""Seconds between two tries while the broker is away."""
_BREATH = 0.06
"""Seconds between two bells under load: what comes in meanwhile shares the next. The first rings at once."""
_MOST_BELLS = 4
"""Bells of one breath for what is no flash. A bell costs as much as taking ten bulletins in, and 4 of them are more than
workers finish until the next: in a flood the others are rung for later, and the door keeps its processor for who stands at it."""


class Ringer:
    """Gathers the ids that come in while a bell is under way, so that under load one bell speaks for many."""

    def __init__(self, bell: Bell, most_ids: int) -> None:
        self._bell, self._most_ids = bell, most_ids
        self._fresh: queue.SimpleQueue[tuple[UUID, Priority] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ringer", daemon=True)
        # A counter that begins at its first event hides it: rates need a value from before.
        BELL_ERRORS.labels("ingest")

    def start(self) -> None:
        """Begin to ring."""
        self._thread.start()

    def stop(self) -> None:
        """Ring for what is left, then end. What is not rung within 5 s is left to the sweep."""
        self._fresh.put(None)
        self._thread.join(timeout=5)

    def ring(self, fresh: Sequence[tuple[UUID, Priority]]) -> None:
        """Ring soon for these bulletins. They must be committed."""
        for item in fresh:
            self._fresh.put(item)

    def _run(self) -> None:
        going_on, waiting = True, deque[UUID]()
        while going_on:
            items, going_on = self._gather(wait=not waiting)
            rung_at = time.monotonic()
            self._ring_for([id for id, priority in items if priority is Priority.FLASH], FLASH)
            waiting.extend(id for id, priority in items if priority is not Priority.FLASH)
            now = min(len(waiting), _MOST_BELLS * self._most_ids) if going_on else len(waiting)
            if not self._ring_for([waiting.popleft() for _ in range(now)], NORMAL):
                waiting.clear()
            time.sleep(max(0.0, _BREATH - (time.monotonic() - rung_at)))
        self._bell.close()

    def _gather(self, *, wait: bool) -> tuple[list[tuple[UUID, Priority]], bool]:
        """Everything that is there, at least one if it shall `wait`; and whether more can come."""
        items = list[tuple[UUID, Priority]]()
        while True:
            try:
                item = self._fresh.get(block=wait and not items)
            except queue.Empty:
                return items, True
            if item is None:
                return items, False
            items.append(item)

    def _ring_for(self, ids: Sequence[UUID], name: str) -> bool:
        """Ring for all of them; or say that the broker is away. The rows are there: the sweep rings for them."""
        starts = range(0, len(ids), self._most_ids)
        return all(self._ring(ids[start : start + self._most_ids], name) for start in starts)

    def _ring(self, ids: Sequence[UUID], name: str) -> bool:
        try:
            self._bell.ring(ids, name)
            BELLS.labels("ingest").inc()
        except BrokerAway as error:
            BELL_ERRORS.labels("ingest").inc()
            log.warning("bell not heard", error=str(error), bulletins=len(ids))
            time.sleep(_REST)
            return False
        return True
