"""A time limit on pure work: what takes too long is interrupted where it stands, without losing the process."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(Exception):
    """The work was not done in time."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block after `seconds`.

    By SIGALRM, which reaches Python code and regular expressions, in the main thread only; elsewhere there is no limit.
    What it does not reach is ended by PostgreSQL's idle_in_transaction_session_timeout and by Celery's hard limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    if signal.getsignal(signal.SIGALRM) is not _interrupt:
        signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        except TookTooLong:  # it struck here, between two lines
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise


_AGAIN = 0.25
"""Seconds until it is raised again: where Python drops exceptions, as in a weak reference's callback, once is not enough."""


def _interrupt(_: int, __: FrameType | None) -> None:
    raise TookTooLong("it took longer than one bulletin may")
