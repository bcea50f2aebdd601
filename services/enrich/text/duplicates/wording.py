"""The words of a text as they are compared: without accents, case and signs, and in threes."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters, digits
from zlib import crc32

from services.enrich.text.vietnamese import fold

ROW = 3
"""Words in a shingle."""

_CHARACTER_REFERENCE = re.compile(r"&(?:[a-z]{2,8}|#\d{1,7}|#x[\da-f]{1,6});", re.IGNORECASE)
_WORD = re.compile(rb"[a-z0-9]+")
_SPAN: Callable[[re.Match[bytes]], tuple[int, int]] = re.Match.span

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
# Eth and the African D are typed for Đ.
_STROKED = "đĐðÐɖƉ"
_LETTERS = [
    letter
    for vowel in _VOWELS
    for tone in _TONES
    for small in [unicodedata.normalize("NFC", vowel + tone)]
    for letter in (small, small.upper())
    if not letter.isascii()
] + list(_STROKED)
# A charset of our own: ASCII, and the letters of Vietnamese in the upper half and among the control characters. To encode
# into it takes a tenth of the time of unicodedata.normalize, and a text stays as long as it was.
_SIGNS = {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "…"}
_SLOTS = [*range(128, 256), *range(1, 9), *range(14, 32)]
_CHARSET = [chr(code) for code in range(128)] + ["\ufffe"] * 128
for _slot, _letter in zip(_SLOTS, [*_LETTERS, *_SIGNS], strict=False):
    _CHARSET[_slot] = _letter
_ENCODING = codecs.charmap_build("".join(_CHARSET))


def _bare(letter: str) -> str:
    """What a character of the charset is compared as."""
    if letter in _STROKED:
        return "d"
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return {"y": "i"}.get(base, base) if base in ascii_letters + digits else " "


_BARE = "".join(map(_bare, _CHARSET)).encode("ascii")
_CAPITALS = "".join("A" if letter.isupper() else _bare(letter) for letter in _CHARSET).encode("ascii")
"""The same, but every capital letter is an A."""


def _exact(character: str) -> str:
    """What a character of the charset is where nothing but case, kinds of quotes and dashes, and blanks do not count."""
    return " " if character == "\n" else _SIGNS.get(character, character.lower())


_EXACT = codecs.charmap_encode("".join(map(_exact, _CHARSET)), "replace", _ENCODING)[0]
_ELLIPSIS = (codecs.charmap_encode("…", "strict", _ENCODING)[0], b"...")


def _parted(character: str) -> tuple[str, str]:
    """A character of the charset without its tone, and the tone's number, nothing for a letter without one, else a dot."""
    for number, tone in enumerate(_TONES[1:], 1):
        for vowel in _VOWELS:
            if character.lower() == unicodedata.normalize("NFC", vowel + tone):
                return vowel, str(number)
    return character, "" if character.isalnum() else "."


_PARTED = [_parted(_CHARSET[code]) for code in range(256)]
_TONELESS = codecs.charmap_encode("".join(letter for letter, _ in _PARTED), "replace", _ENCODING)[0]
_TONE = "".join(tone or "?" for _, tone in _PARTED).encode("ascii")
_WITHOUT_TONE = bytes(code for code, (_, tone) in enumerate(_PARTED) if not tone)


# Compared as objects: there is one for a text, and to hash its words would take longer than to look at them.
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Wording:
    """A text word by word, folded, and a hash for every three words in a row.

    `bare` is as long as `text`, with a blank for whatever is neither letter nor digit. `shingles[i]` stands for the
    words `i` up to `i + ROW`; a text of fewer words has one shingle, of all of them.
    """

    text: str
    bare: bytes
    words: tuple[bytes, ...]
    shingles: tuple[int, ...]


# A worker meets the same candidates over and over: bulletins of one template follow each other.
@lru_cache(maxsize=256)
def wording(text: str) -> Wording:
    """The words of a text in NFC."""
    bare = fold_letters(text)
    words = tuple(bare.split())
    # Each word is hashed on top of the one before it: as good as a hash of three joined words, in half of the time.
    shingles = tuple(map(crc32, words[2:], map(crc32, words[1:], map(crc32, words)))) or (crc32(b" ".join(words)),)
    return Wording(text=text, bare=bare, words=words, shingles=shingles)


@lru_cache(maxsize=256)
def distinct(wording: Wording) -> frozenset[int]:
    """The shingles, each once."""
    return frozenset(wording.shingles)


def exact_form(text: str) -> bytes:
    """The text letter for letter, whatever its case, tone placement, quotes, dashes and blanks.

    Never the same for two texts that do not say the same.
    """
    try:
        raw: bytes = codecs.charmap_encode(text, "strict", _ENCODING)[0]
    except UnicodeEncodeError:
        return fold(text).encode()
    raw = raw.translate(_EXACT).replace(*_ELLIPSIS)
    raw = b" ".join(raw.split()) if b"  " in raw else raw.strip(b" ")
    # The letters, and apart from them which tone each word has: wherever in the word it stands.
    return raw.translate(_TONELESS) + b"\n" + raw.translate(_TONE, _WITHOUT_TONE)


def fold_letters(text: str) -> bytes:
    """Each character without accent and case, y as i; a blank for what is neither letter nor digit. As long as before."""
    return _encode(text).translate(_BARE)


def _encode(text: str) -> bytes:
    if "&" in text:
        text = _CHARACTER_REFERENCE.sub(lambda found: " " * len(found[0]), text)
    return codecs.charmap_encode(text, "replace", _ENCODING)[0]


@lru_cache(maxsize=32)
def capitalised(wording: Wording) -> tuple[bool, ...]:
    """Of each word: does it begin with a capital letter?"""
    return tuple([word[0] == _A for word in _encode(wording.text).translate(_CAPITALS).split()])


_A = ord("A")


@lru_cache(maxsize=32)
def places(wording: Wording) -> tuple[tuple[int, int], ...]:
    """Where each word of a text begins and ends."""
    return tuple(map(_SPAN, _WORD.finditer(wording.bare)))


def written(wording: Wording, start: int, end: int) -> str:
    """The words `start` up to `end` as they are written, with all that stands between them."""
    spans = places(wording)
    return wording.text[spans[start][0] : spans[end - 1][1]] if start < end else ""


def before(wording: Wording, index: int) -> str:
    """What stands between the word of this number and the one before it."""
    spans = places(wording)
    return wording.text[spans[index - 1][1] : spans[index][0]]


@lru_cache(maxsize=32)
def in_one(wording: Wording) -> bytes:
    """All words, each between two blanks."""
    return b" " + b" ".join(wording.words) + b" "


def said_at(words: Sequence[bytes], start: int, end: int) -> bytes:
    """Some words, each between two blanks."""
    return b" " + b" ".join(words[max(0, start) : end]) + b" "
