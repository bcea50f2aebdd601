"""By what an article is found: the lexemes of its words, kept in a tsvector and asked for in a tsquery.

Of each word there is the word itself in small letters, with one tone place, and if it has accents `~` and the word
without them; in a headline, lead, caption or byline both again under a sign for that part. Of each two neighbours there is `+` and
a hash of both without accents: it tells, without a look at the article, where two frequent words do not stand together.
What is known of the whole article is a fact: `@` and its words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from shared.orthography.tones import fold_tone_place

FORM = 3
"""The number of this form; articles kept in an earlier one are to be kept anew."""

MOST_WORDS = 12_000
"""So many words of an article are kept: a tsvector holds one megabyte."""

_LONGEST = 64
"""Letters of a word that count."""

# With its combining marks, for what was filed may be decomposed.
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_MOST = 1 << 16


class Token(NamedTuple):
    """A word of a text, folded, and its place: half-open, in code points."""

    word: str
    start: int
    end: int


class Part(NamedTuple):
    """A piece of an article: the sign of what it is (TITLE, LEAD, CAPTION, BYLINE, BODY) and its text."""

    sign: str
    text: str


TITLE, LEAD, CAPTION, BYLINE, BODY = "t", "l", "c", "b", ""
_WEIGHT = {TITLE: "A", LEAD: "B", BODY: "C", CAPTION: "D", BYLINE: "D"}


def tokens(text: str) -> Iterator[Token]:
    """The words of a text as they are looked for, with their places in it."""
    for found in _WORD.finditer(text):
        yield Token(_folded(found[0]), found.start(), found.end())


def words(text: str) -> list[str]:
    """The words of a text as they are looked for."""
    return [_folded(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=_MOST)
def _folded(word: str) -> str:
    return fold_tone_place(unicodedata.normalize("NFC", word[: 3 * _LONGEST]))[:_LONGEST]


@lru_cache(maxsize=_MOST)
def plain(word: str) -> str:
    """A folded word without its accents."""
    letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)) or word


def lexeme(word: str, sign: str = BODY) -> str:
    """The lexeme of a folded word, or of one without accents behind `~`; of a part, if `sign` says which."""
    return f"/{sign} {word}" if sign else word


def pair(first: str, second: str) -> str:
    """The lexeme of two neighbours without accents: 18 bits, so that the index has few and often used keys."""
    hash = crc32(f"{first} {second}".encode())
    return f"+{_DIGITS[hash & 63]}{_DIGITS[hash >> 6 & 63]}{_DIGITS[hash >> 12 & 63]}"


@lru_cache(maxsize=_MOST)
def _forms(word: str) -> tuple[str, ...]:
    """The lexemes of a word; the last one holds it without accents."""
    bare = plain(word)
    return (word,) if bare == word else (word, f"~{bare}")


def fact(told: str) -> str:
    """The lexeme of something known of the whole article: `province 38`."""
    return f"@{told}"


def quoted(lexeme: str) -> str:
    """A lexeme as PostgreSQL reads it in a tsvector or a tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def vector(parts: Iterable[Part], facts: Sequence[str]) -> str:
    """The tsvector of an article, as PostgreSQL reads it: of the words of its parts, and of what is known of it."""
    return with_facts(lexemes_of(parts), facts)


def with_facts(lexemes: str, facts: Sequence[str]) -> str:
    """What `lexemes_of` made, with what is known of the whole article."""
    return " ".join([lexemes, *(quoted(fact(one)) for one in facts if one)])


def lexemes_of(parts: Iterable[Part]) -> str:
    """The words of an article's parts, as PostgreSQL reads them. Between two parts a place is left free: no phrase goes across."""
    places: dict[str, list[str]] = {}
    pairs: set[tuple[str, str]] = set()
    at = 0
    for sign, text in parts:
        weight, found = _WEIGHT[sign], words(text)[: max(0, MOST_WORDS - at)]
        here: dict[str, list[str]] = {}
        for at, word in enumerate(found, at + 1):  # noqa: B020  # it goes on from part to part
            here.setdefault(word, []).append(f"{at}{weight}")
        at += 1
        for word, told in here.items():
            joined = ",".join(told)
            for form in _forms(word):
                places.setdefault(form, []).append(joined)
                if sign:
                    places.setdefault(f"/{sign} {form}", []).append(joined)
        pairs.update(pairwise(map(plain, found)))
    lexemes = [f"'{form}':{','.join(told)}" for form, told in places.items()]
    lexemes += {f"'{pair(*two)}'" for two in pairs}
    return " ".join(lexemes)
