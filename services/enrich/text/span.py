"""Places in a text, and the way from a clean text back to the text as filed."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import NamedTuple, Self


@dataclass(frozen=True, slots=True)
class Span:
    """The characters (code points) from `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters themselves."""
        return text[self.start : self.end]


class Edit(NamedTuple):
    """The characters `start` up to `end` of a text, and what stands in their place: nothing, or other characters."""

    start: int
    end: int
    replacement: str


class _Change(NamedTuple):
    """Where an edited place stands in the clean text, and where in the filed one."""

    start: int
    end: int
    filed_start: int
    filed_end: int


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Where each character of a clean text came from in the filed text.

    The clean text is the filed one from offset `base` on, character by character, but for the `changes`. Where the
    clean text was made of a text that itself was made of the filed one, `under` leads on from there.
    """

    base: int = 0
    changes: tuple[_Change, ...] = ()
    under: "OffsetMap | None" = None

    @classmethod
    def of(cls, edits: Iterable[Edit], *, base: int = 0, under: "OffsetMap | None" = None) -> Self:
        """The map of a text whose places `edits` (in order, apart from each other, offsets from 0) were replaced."""
        changes, shift = [], 0
        for edit in edits:
            start = edit.start + shift
            end = start + len(edit.replacement)
            changes.append(_Change(start, end, edit.start, edit.end))
            shift += len(edit.replacement) - (edit.end - edit.start)
        return cls(base, tuple(changes), under)

    def filed(self, start: int, end: int) -> Span:
        """The span of the filed text that the clean characters `start` up to `end` were made of.

        An edited place counts whole: part of what stands for it leads to all of it. `start == end` is a place between
        two characters.
        """
        first = self._filed(start, ends=False)
        last = self._filed(end - 1, ends=True) if end > start else first
        span = Span(self.base + first, self.base + last)
        return self.under.filed(span.start, span.end) if self.under else span

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The clean characters `start` up to `end` in pieces: where each begins, and where that came from in the filed
        text. The characters of a piece stand there in a row, as they do here."""
        found = [(at, self.base + filed) for at, filed in self._pieces(start, end)]
        if self.under is None or not found:
            return found
        ends = [at for at, _ in found[1:]] + [end]
        return [
            (at + below - middle, filed)
            for (at, middle), until in zip(found, ends, strict=True)
            for below, filed in self.under.pieces(middle, middle + until - at)
        ]

    def _pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The same, in the text that was edited."""
        place = max(0, bisect_right(self.changes, start, key=attrgetter("start")) - 1)
        found = {start: self._filed(start, ends=False)} if start < end else {}
        for change in islice(self.changes, place, None):
            if change.start >= end:
                break
            # What stands for an edited place leads to its beginning, letter by letter.
            for index in range(max(start, change.start), min(end, change.end)):
                found[index] = change.filed_start
            if start <= change.end < end:
                found[change.end] = change.filed_end
        return list(found.items())

    def _filed(self, index: int, *, ends: bool) -> int:
        """Where the character at `index` begins, or ends, in the text that was edited."""
        place = bisect_right(self.changes, index, key=attrgetter("start")) - 1
        if place < 0:
            return index + ends
        change = self.changes[place]
        if index < change.end:
            return change.filed_end if ends else change.filed_start
        return change.filed_end + index - change.end + ends


def edited(text: str, edits: Iterable[Edit]) -> str:
    """`text` with its `edits` (in order, apart from each other) made."""
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += (text[done : edit.start], edit.replacement)
        done = edit.end
    return "".join([*parts, text[done:]])
