"""Rings for what was taken in, from a thread of its own: no request waits for the broker, nor knows that it is there."""

import queue
import threading
import time
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
        going_on = True
        while going_on:
            items, going_on = self._gather()
            rung_at = time.monotonic()
            flash = [id for id, priority in items if priority is Priority.FLASH]
            normal = [id for id, priority in items if priority is not Priority.FLASH]
            for ids, name in ((flash, FLASH), (normal, NORMAL)):
                for start in range(0, len(ids), self._most_ids):
                    self._ring(ids[start : start + self._most_ids], name)
            time.sleep(max(0.0, _BREATH - (time.monotonic() - rung_at)))
        self._bell.close()

    def _gather(self) -> tuple[list[tuple[UUID, Priority]], bool]:
        """Everything that is there, at least one; and whether more can come."""
        items = []
        item = self._fresh.get()
        while item is not None:
            items.append(item)
            try:
                item = self._fresh.get_nowait()
            except queue.Empty:
                return items, True
        return items, False

    def _ring(self, ids: Sequence[UUID], name: str) -> None:
        try:
            self._bell.ring(ids, name)
            BELLS.labels("ingest").inc()
        except BrokerAway as error:
            # The rows are there; the sweep rings for them.
            BELL_ERRORS.labels("ingest").inc()
            log.warning("bell not heard", error=str(error), bulletins=len(ids))
            time.sleep(_REST)
