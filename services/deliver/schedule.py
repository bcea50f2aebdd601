"""When a delivery is tried again: soon at first, for three days, never at the same moment as others."""

from collections.abc import Callable

_MINUTE, _HOUR = 60.0, 3600.0
RESTS = (
    5.0, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
"""Seconds from a failure to the next try, as the specification of standard webhooks proposes; then it is given up."""

_JITTER = 0.2
_LONGEST = 24 * _HOUR


def rest(tries: int, chance: Callable[[], float], *, asked: float | None = None) -> float | None:
    """Seconds to wait after so many tries, at least as long as the receiver asked for; None: it is given up.

    `chance` is between 0 and 1, and makes it up to a fifth longer.
    """
    if tries > len(RESTS):
        return None
    own = RESTS[tries - 1] * (1 + _JITTER * chance())
    return max(own, min(asked, _LONGEST)) if asked is not None else own
