"""A name as it is found in a block, before it becomes a mention of the article."""

from dataclasses import dataclass, replace
from typing import Literal, Self

NameType = Literal["PERSON", "ORGANIZATION", "LOCATION"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A name in the clean text of block number `block`: half-open offsets, in code points, and who says so, how surely."""

    block: int
    start: int
    end: int
    text: str
    type: NameType
    confidence: float
    method: str
    reason: str

    def overlaps(self, other: Self) -> bool:
        """Do the two share a character?"""
        return self.block == other.block and self.start < other.end and other.start < self.end

    def moved(self, text: str, start: int, end: int, **changes: object) -> Self:
        """The same from `start` to `end` of the block's `text`."""
        return replace(self, start=start, end=end, text=text[start:end], **changes)  # type: ignore[arg-type]
