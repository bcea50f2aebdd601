"""A part of the bulletin as it is shown: its clean text, cut where marks begin and end. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.api.diff import changed_spans


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The characters `start` to `end` of the filed text, and the number of the card that tells of them."""

    start: int
    end: int
    card: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of clean text and the cards that tell of it, that of the shortest mark first; none: plain text."""

    text: str
    cards: tuple[int, ...]


def pieces(filed: str, clean: str, offset: int, marks: Iterable[Mark]) -> list[Piece]:
    """The clean text of a part, cut at every edge of a mark.

    `filed` is the part as it stands in the bulletin, `offset` where it begins there: marks count from the bulletin's
    beginning. Marks may lie in one another, and cross.
    """
    at = positions(filed, clean)
    placed = sorted(
        (
            (at[max(0, mark.start - offset)], at[min(len(filed), mark.end - offset)], mark.card)
            for mark in marks
            if mark.start < offset + len(filed) and mark.end > offset
        ),
        key=lambda one: (one[1] - one[0], one),
    )
    edges = sorted({0, len(clean), *(edge for one in placed for edge in one[:2])})
    found: list[Piece] = []
    for start, end in pairwise(edges):
        cards = tuple(dict.fromkeys(card for first, last, card in placed if first <= start and end <= last))
        if found and found[-1].cards == cards and not cards:
            found[-1] = Piece(found[-1].text + clean[start:end], cards)
        else:
            found.append(Piece(clean[start:end], cards))
    return found


def positions(filed: str, clean: str) -> list[int]:
    """Where each character of the filed text, and its end, stands in the clean text that was made of it."""
    composed, at = _composed(filed)
    if composed == clean:
        return at
    spans, _ = changed_spans(composed, clean)
    moved: list[int] = []
    old_end = new_end = 0
    for (old, old_next), (new, new_next) in [*spans, ((len(composed), len(composed)), (len(clean), len(clean)))]:
        moved += [new_end + step for step in range(old - old_end)]
        moved += [min(new + step, new_next) for step in range(old_next - old)]
        old_end, new_end = old_next, new_next
    moved.append(len(clean))
    return [moved[position] for position in at]


def _composed(filed: str) -> tuple[str, list[int]]:
    """The text with composed letters, and where each filed character and the end stand in it."""
    if unicodedata.is_normalized("NFC", filed):
        return filed, list(range(len(filed) + 1))
    letters: list[str] = []
    for letter in filed:
        if letters and unicodedata.combining(letter):
            letters[-1] += letter
        else:
            letters.append(letter)
    composed, at, length = [], [], 0
    for letter in letters:
        composed.append(unicodedata.normalize("NFC", letter))
        # Whatever falls inside a letter stands at its beginning.
        at += [length] * len(letter)
        length += len(composed[-1])
    return "".join(composed), [*at, length]


def quoted(text: str, spans: Sequence[dict[str, int]], most: int = 3) -> list[str]:
    """What stands at the first of these spans of a filed text, each cut to a line's length."""
    found = []
    for span in spans[:most]:
        words = " ".join(unicodedata.normalize("NFC", text[span["start"] : span["end"]]).split())
        if words:
            found.append(words if len(words) <= 90 else f"{words[:89]}…")
    return list(dict.fromkeys(found))
