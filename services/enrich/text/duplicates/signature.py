"""Keys under which similar texts meet: MinHash in one permutation, by bands."""

from bisect import bisect
from collections.abc import Iterable

BANDS, ROWS = 24, 3
VERSION = "1"
"""Keys of another version are never compared with these."""

_BINS = BANDS * ROWS
_BITS = 21
_LOW = (1 << _BITS) - 1
_NONE = 1 << 62
_STEP = _BINS * 0x9E3779B1
"""Sets borrowed values apart by how far they were carried."""


def band_keys(shingles: Iterable[int]) -> tuple[int, ...]:
    """24 keys of 63 bits. Texts with a share J of common shingles have a given key in common with a chance of about J³,
    and at least one of them with 1 - (1 - J³)²⁴: 0.96 at J = 0.5, 0.02 at J = 0.1.

    Each shingle falls into one of 72 bins; the least of each bin is kept, and three of them make a key. So each shingle
    is looked at once, not 72 times, and the chance that two bins agree is still J (Li, Owen, Zhang 2012).
    """
    least = [_NONE] * _BINS
    for shingle in shingles:
        place = shingle % _BINS
        if shingle < least[place]:  # noqa: PLR1730  # to call min() takes four times as long
            least[place] = shingle
    if _NONE in least:
        _fill(least)
    kept = [value // _BINS & _LOW for value in least]
    rows = zip(kept[::ROWS], kept[1::ROWS], kept[2::ROWS], strict=True)
    return tuple([one << 2 * _BITS | two << _BITS | three for one, two, three in rows])


def _fill(least: list[int]) -> None:
    """Give each empty bin what the next full one holds, and how far that is (Shrivastava, Li 2014)."""
    full = [place for place in range(_BINS) if least[place] != _NONE]
    for empty in range(_BINS):
        if least[empty] == _NONE:
            lender = full[bisect(full, empty) % len(full)]
            least[empty] = least[lender] + (lender - empty) % _BINS * _STEP
