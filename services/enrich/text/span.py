"""Places in a text, and the way from a clean text back to the text as filed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """The characters (code points) from `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters themselves."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Where each character of a clean text came from in the filed text.

    Without `origins` the clean text is the filed one from `base` on, character by character; with them, `origins[i]`
    is the span of the filed text that character `i` was made of.
    """

    base: int
    origins: tuple[Span, ...] | None = None

    def filed(self, start: int, end: int) -> Span:
        """The span of the filed text that the clean characters `start` up to `end` were made of; `start < end`."""
        if self.origins is None:
            return Span(self.base + start, self.base + end)
        return Span(self.origins[start].start, self.origins[end - 1].end)
