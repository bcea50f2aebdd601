"""How long something took, in buckets that grow by a fifth: counted by the workers, told by the desk."""

import math
from collections.abc import Mapping

_FINEST = 0.1
"""Milliseconds: what takes less counts as much."""
_BUCKETS_PER_DOUBLING = 4
_LAST = 120
"""Some thirty hours."""


def bucket_of(milliseconds: float) -> int:
    """The bucket in which a length of time is counted."""
    if milliseconds <= _FINEST:
        return 0
    return min(_LAST, math.ceil(_BUCKETS_PER_DOUBLING * math.log2(milliseconds / _FINEST)))


def upper_bound(bucket: int) -> float:
    """The longest time, in milliseconds, that is counted in a bucket."""
    return float(_FINEST * 2 ** (bucket / _BUCKETS_PER_DOUBLING))


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The milliseconds within which `share` (0 to 1) of what was counted was done, rounded up to a bucket's bound."""
    wanted, seen = share * sum(counts.values()), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= wanted > 0:
            return upper_bound(bucket)
    return None
