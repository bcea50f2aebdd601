"""In which old charset do these bytes read as Vietnamese? Said only when it is sure."""

import re
import unicodedata
from typing import NamedTuple

from shared.orthography import legacy
from shared.orthography.syllables import rate_of

# Of a long text the beginning is judged; all of it must still map.
_SAMPLE = 4_096
# Measured on 300 articles in each charset and on 31,000 texts in 45 other languages and their charsets: Vietnamese reads
# so in three of four marked words or more and in half of all; from five such words on nothing else comes near.
LEAST_WORDS, LEAST_MARKED, LEAST_OF_ALL = 5, 0.75, 0.5
# By so much must the best charset be better than any other that gives another text.
_MARGIN = 0.1
# These two differ in signs and rare capitals alone: the better one is right, and TCVN3 where both are as good.
_SIBLINGS = {"tcvn3", "tcvn5712"}

# A word of one letter proves nothing.
_WORD = re.compile(r"[^\W\d_]{2,}")
# Signs that texts have; any other one stands where a letter should.
_STRANGE = re.compile("[^\x00-\x7f\\w\\s“”‘’‚„–—…«»•·°²³]")


class Score(NamedTuple):
    """How a text reads: the share of syllables among its words with Vietnamese letters, how many those are, and the
    share among all its words. What stands where a letter should counts as a marked word that is none.
    """

    marked: float
    words: int
    all: float

    @property
    def value(self) -> float:
        """One number to compare by."""
        return self.marked * self.all

    def is_vietnamese(self, least_words: int = LEAST_WORDS) -> bool:
        """Does it read as Vietnamese, and is it long enough to tell?"""
        return self.words >= least_words and self.marked >= LEAST_MARKED and self.all >= LEAST_OF_ALL


class Recognised(NamedTuple):
    """The charset, a name of `legacy.NAMES`, and how the text reads in it."""

    charset: str
    score: Score

    @property
    def reason(self) -> str:
        """In words."""
        name = legacy.NAMES[self.charset]
        return f"as {name}: {self.score.marked:.0%} of {self.score.words} marked words are Vietnamese syllables"


def score_of(text: str) -> Score:
    """How a text reads, in whatever form of Unicode."""
    composed = unicodedata.normalize("NFC", text)
    words = _WORD.findall(composed)
    marked = rate_of(word for word in words if not word.isascii())
    strange = len(_STRANGE.findall(composed))
    every = marked.words + strange
    return Score(marked.share * marked.words / every if every else 0.0, marked.words, rate_of(words).share)


def recognise(raw: bytes) -> Recognised | None:
    """The old charset in which all of `raw` maps and reads as Vietnamese; None where none does, or more than one."""
    found = [
        (charset, text, score)
        for charset in legacy.NAMES
        if (text := _decoded(raw[:_SAMPLE], charset)) and (score := score_of(text)).is_vietnamese()
    ]
    if not found:
        return None
    charset, text, score = max(found, key=lambda each: each[2].value)
    rivals = (less for other, reading, less in found if reading != text and {charset, other} != _SIBLINGS)
    if any(score.value - less.value < _MARGIN for less in rivals):
        return None
    if len(raw) > _SAMPLE and _decoded(raw, charset) is None:
        return None
    return Recognised(charset, score)


def _decoded(raw: bytes, charset: str) -> str | None:
    try:
        return legacy.decode(raw, charset)
    except UnicodeDecodeError:
        return None
