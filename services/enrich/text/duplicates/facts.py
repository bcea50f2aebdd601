"""Numbers and names in a few words of a text, and whether two of them are the same."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from services.enrich.text.duplicates.wording import Wording, before, capitalised, fold_letters
from services.enrich.text.gazetteer import provinces

# Written with their accents: without them ba is father, hai is sea, and nam is a year or the south.
_NUMBER_WORDS = {
    "hai": "2", "ba": "3", "bốn": "4", "tư": "4", "sáu": "6", "bảy": "7", "bẩy": "7", "tám": "8", "chín": "9", "mười": "10",
}  # fmt: skip
_FOLDED_NUMBER_WORDS = frozenset(fold_letters(word) for word in _NUMBER_WORDS)
_PASSED_OVER = frozenset({b"va", b"cua", b"cac"})
"""Words that an abbreviation may leave out: GD&ĐT is Giáo dục và Đào tạo."""
_NINE = ord("9")
_CODE = re.compile(rb"[a-z]{1,4}\d+[a-z]?")
_FIGURES = re.compile(rb"\d+")


def has_figure(words: Sequence[bytes]) -> bool:
    """Is there a number, or a code with one?"""
    return any(word[0] <= _NINE or word[-1] <= _NINE for word in words)


def values(words: Sequence[bytes]) -> list[bytes]:
    """The numbers among some words, without leading zeros, and the codes (b40)."""
    found: list[bytes] = []
    # Most words have no figure at either end, which is quickly seen: in ASCII figures come before letters.
    for word in [word for word in words if word[0] <= _NINE or word[-1] <= _NINE]:
        if word.isdigit():
            found.append(word.lstrip(b"0") or b"0")
        elif _CODE.fullmatch(word):
            found.append(word)
        else:
            found += [figures.lstrip(b"0") or b"0" for figures in _FIGURES.findall(word)]
    return found


def may_be_number_word(word: bytes) -> bool:
    """Is this folded word one for a number, or one that differs from it by its accent?"""
    return word in _FOLDED_NUMBER_WORDS


def number_word(word: str) -> str | None:
    """The figure of a word for a number, if it is one."""
    return _NUMBER_WORDS.get(word.lower())


def name(wording: Wording, start: int, end: int) -> tuple[bytes, ...]:
    """The first capitalised words among those from `start` up to `end`, with those of the same name beside them."""
    capitals = capitalised(wording)
    first = capitals.index(True, start, end) if True in capitals[start:end] else end
    if first == end:
        return ()
    last = first + 1
    if first == start:
        while first > 0 and capitals[first - 1] and before(wording, first) == " ":
            first -= 1
    while last < len(capitals) and capitals[last] and before(wording, last) == " ":
        last += 1
    return wording.words[first:last]


def alike(one: bytes, other: bytes) -> bool:
    """May one word be a slip of the pen for the other? They differ by a letter put in, left out, changed, or by two that
    changed places."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])
    return one[1:] == other if len(one) > len(other) else one == other[1:]


def is_short_for(short: Sequence[bytes], long: Sequence[bytes]) -> bool:
    """Are these words the other ones' first letters, as UBND and Ủy ban nhân dân, TP.HCM and TP Hồ Chí Minh?"""
    return _spells(b"".join(short), tuple(long))


@lru_cache(maxsize=4096)
def _spells(letters: bytes, words: tuple[bytes, ...]) -> bool:
    """Can the letters be read off the words' beginnings, in order, no word left out but small ones?"""
    if not letters:
        return not words
    if not words:
        return False
    word, rest = words[0], words[1:]
    if word in _PASSED_OVER and _spells(letters, rest):
        return True
    for size in range(1, len(word) + 1):
        if not letters.startswith(word[:size]):
            break
        if _spells(letters[size:], rest):
            return True
    return False


@cache
def known_places() -> frozenset[tuple[bytes, ...]]:
    """The names of all provinces, today's and those of before."""
    return frozenset(tuple(fold_letters(province.name).split()) for province in provinces())
