"""A thread beside the pages that takes turns at something, and outlives faults of the database."""

import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from shared.logging import logger

log = logger(__name__)

_AFTER_FAULT = 2.0


class Clerk:
    """Takes turns at something until it is stopped. `turn` says whether there was anything to do."""

    def __init__(self, name: str, turn: Callable[[], bool], rest: float) -> None:
        self._turn, self._rest = turn, rest
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the turn that is in hand; whoever does not end in time is a daemon and dies with the process."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                rest = 0.0 if self._turn() else self._rest
            except SQLAlchemyError as error:
                log.warning("a turn was lost", clerk=self._thread.name, error=str(error)[:300])
                rest = _AFTER_FAULT
            self._stopping.wait(rest)
