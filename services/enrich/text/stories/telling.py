"""What is telling about a text: the pairs of words that few others have."""

import math
import re
import struct
from collections import Counter
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from heapq import nlargest
from importlib.resources import files
from itertools import pairwise
from typing import TypeAlias
from zlib import crc32

from services.enrich.text.article import Article, Said
from services.enrich.text.vietnamese import fold_tone_place

Sketch: TypeAlias = Mapping[int, float]
"""The most telling pairs of words of a text, as hashes of 63 bits, with their weights: a vector of length 1."""

SIZE = 64
_LEAST, _SHARE = 24, 4
"""In a short text the less telling pairs are those that every report of its kind has: a quarter of them counts, 24 at least."""
_KEYS = 12
"""A text on the same event shares one of so many with a chance of 0.96 (docs/stories.md)."""
BUCKETS = 1 << 16
STEP = 20.0
SIGN = re.compile(r"[\W_]+")
_ENTRY = struct.Struct("<QB")
_FULL = 255


def find_telling_words(article: Article) -> Article:
    """The article with what is telling about it."""
    return article.evolve(sketch=sketch(article.said)) if article.said is not None else article


def sketch(said: Said) -> Sketch:
    """The most telling pairs of neighbouring words of what an article says; none of a text of a word."""
    words = SIGN.sub(" ", fold_tone_place(said.text).lower()).split()
    counts = Counter(f"{one} {other}" for one, other in pairwise(words))
    rarity = _rarity()
    weighed = [((1 + math.log(count)) * rarity[crc32(pair.encode()) % BUCKETS], pair) for pair, count in counts.items()]
    size = min(SIZE, max(_LEAST, len(weighed) // _SHARE))
    return _of_length_one({_hash(pair): weight for weight, pair in nlargest(size, weighed)})


def keys(sketch: Sketch) -> tuple[int, ...]:
    """The hashes under which an article on the same event is looked for: of the most telling pairs."""
    return tuple(sorted(sketch, key=lambda pair: (-sketch[pair], pair))[:_KEYS])


def likeness(one: Sketch, other: Sketch) -> float:
    """The cosine of two sketches: 0 where they share nothing, 1 where they are the same."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[pair] for pair, weight in one.items() if pair in other)


def pack(sketch: Sketch) -> bytes:
    """Nine bytes a pair."""
    return b"".join(_ENTRY.pack(pair, max(1, round(weight * _FULL))) for pair, weight in sketch.items())


def unpack(packed: bytes) -> Sketch:
    """What `pack` was given, its weights to the 255th."""
    return _of_length_one({pair: weight / _FULL for pair, weight in _ENTRY.iter_unpack(packed)})


def _of_length_one(weights: Mapping[int, float]) -> Sketch:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {pair: weight / length for pair, weight in weights.items()} if length else {}


def _hash(pair: str) -> int:
    return int.from_bytes(blake2b(pair.encode(), digest_size=8).digest(), "little") >> 1


@cache
def _rarity() -> list[float]:
    """How telling a pair is: the logarithm of how seldom articles have it, by buckets of a hash (data/phrases/count.py)."""
    told = (files(__package__) / "rarity.bin").read_bytes()
    return [step / STEP for step in told]
