"""A text as syllables, signs and sentences, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+|[^\w\s]|_")
_END = frozenset(".!?…;")
_CLOSING = frozenset("\"”’')]»")
# After these a full stop ends no sentence; nor does it after one letter ("N. V. T.").
_SHORTENED = frozenset(
    {"tp", "tx", "tt", "gs", "pgs", "ts", "ths", "ks", "bs", "cn", "q", "p", "h", "x", "st", "mr", "mrs", "dr"}
)
LONGEST = 220
"""How many tokens a sentence has at most: a table without stops is cut, for the tagger's sake."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens that are read together; `starts` and `ends` are half-open offsets in code points of the text they are from."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        """How many tokens it has."""
        return len(self.words)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, in order; every token is in exactly one."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(text):
        start = match.start()
        if words and (len(words) >= LONGEST or _begins(text, words, ends[-1], start)):
            yield Sentence(tuple(words), tuple(starts), tuple(ends))
            words, starts, ends = [], [], []
        words.append(match[0])
        starts.append(start)
        ends.append(match.end())
    if words:
        yield Sentence(tuple(words), tuple(starts), tuple(ends))


def _begins(text: str, words: list[str], end: int, start: int) -> bool:
    """Does a sentence begin at `start`, where the last of `words` ends at `end`?"""
    if end == start:
        return False
    if "\n" in text[end:start]:
        return True
    last = len(words) - 1
    while last > 0 and words[last] in _CLOSING:
        last -= 1
    if words[last] not in _END:
        return False
    return words[last] != "." or not last or not (len(words[last - 1]) == 1 or words[last - 1].lower() in _SHORTENED)
