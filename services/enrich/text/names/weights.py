"""The weights of the tagger: how much each fact about a syllable speaks for each label. One file, read once.

A row of weights, one for each label, is one whole number: the weights in 65,536ths, 32 bits each. So a hundred rows are added
up in one go, which is what most of the tagger's time would go to otherwise.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Self

Row = int
_BITS = 32
_SCALE = 1 << 16
_HEADER = struct.Struct("<II")


class Weights:
    """What was learnt: the labels, the row of each fact, and the model that decides by the rows."""

    def __init__(self, labels: Sequence[str], rows: Mapping[str, Row], frame: bytes) -> None:
        self.labels = tuple(labels)
        self.rows = rows
        self.frame = frame
        self._size = len(labels) * _BITS // 8
        self._middle = _middle(len(labels))
        self._unpacked = struct.Struct(f"<{len(labels)}i").unpack

    def sum_of(self, facts: Sequence[str]) -> Row:
        """What several facts together speak for."""
        of = self.rows.get
        return sum([of(fact, 0) for fact in facts])

    def scores(self, row: Row) -> dict[str, int]:
        """A row as the model of `frame` takes it: for each label's name its score."""
        # With the middle added no weight borrows from the next one; with its bit turned each is a signed number again.
        packed = ((row + self._middle) ^ self._middle).to_bytes(self._size, "little")
        return dict(zip(self.labels, self._unpacked(packed)))  # noqa: B905  # by the thousand; strict takes a fifth more

    @classmethod
    def read(cls, packed: bytes) -> Self:
        """The weights of a file that `pack` made."""
        lines, frame = _HEADER.unpack_from(packed)
        labels, *facts = packed[_HEADER.size : _HEADER.size + lines].decode().split("\n")
        first = _HEADER.size + lines + frame
        names = labels.split(" ")
        size, middle = len(names) * _BITS // 8, _middle(len(names))
        rows = {
            fact: int.from_bytes(packed[place : place + size], "little") - middle
            for fact, place in zip(facts, range(first, len(packed), size), strict=True)
        }
        return cls(names, rows, packed[_HEADER.size + lines : first])


def pack(labels: Sequence[str], facts: Mapping[str, Mapping[str, float]], frame: bytes) -> bytes:
    """The file of the weights `facts`, of each fact for each label, and of the model that decides by their sums."""
    names = sorted(facts)
    lines = "\n".join([" ".join(labels), *names]).encode()
    rows = b"".join(_packed([facts[name].get(label, 0.0) for label in labels]) for name in names)
    return _HEADER.pack(len(lines), len(frame)) + lines + frame + rows


def unit() -> float:
    """What one stands for in the scores."""
    return 1 / _SCALE


def _packed(weights: Sequence[float]) -> bytes:
    row = sum(round(weight * _SCALE) << (_BITS * place) for place, weight in enumerate(weights))
    return (row + _middle(len(weights))).to_bytes(len(weights) * _BITS // 8, "little")


def _middle(count: int) -> int:
    """Added to a row, it makes each of its weights positive."""
    return sum(1 << (_BITS * place + _BITS - 1) for place in range(count))
