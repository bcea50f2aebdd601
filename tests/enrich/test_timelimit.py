"""What takes too long is interrupted where it stands."""

import signal
import time
from contextlib import suppress

import pytest

from services.enrich.timelimit import TookTooLong, time_limit


def busy(seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def test_what_takes_too_long_is_interrupted() -> None:
    with pytest.raises(TookTooLong), time_limit(0.01):
        busy()


def busy_and_deaf_once() -> None:
    with suppress(TookTooLong):  # as Python does in a weak reference's callback
        busy()
    busy()


def test_what_drops_the_interruption_is_interrupted_again() -> None:
    with pytest.raises(TookTooLong), time_limit(0.01):
        busy_and_deaf_once()


def test_nothing_is_interrupted_afterwards() -> None:
    with time_limit(0.01), suppress(TookTooLong):
        busy()
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
