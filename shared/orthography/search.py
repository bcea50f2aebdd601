"""How names are looked up and listed: one form for what is spelt alike, one without accents, and Vietnamese order."""

import re
import unicodedata
from functools import lru_cache

from shared.orthography.tones import fold_tone_place

_WORD = re.compile(r"[^\W_]+")
# Names of ministries, ranks and provinces come in every article.
_MOST = 8192
# The letters in their order; f, j, w and z stand where Latin has them.
_LETTERS = {letter: chr(0x41 + place) for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
# The tones in the order of dictionaries: level, huyền, hỏi, ngã, sắc, nặng. Their signs are lower than any letter.
_TONES = {"\u0300": '"', "\u0309": "#", "\u0303": "$", "\u0301": "%", "\u0323": "&"}
_LEVEL = "!"
_SHAPES = {"\u0306": "ă", "\u0302": "âêô", "\u031b": "ơư"}
_PLAIN = {"ă": "a", "â": "a", "ê": "e", "ô": "o", "ơ": "o", "ư": "u"}
_SHAPED = {(_PLAIN[letter], mark): letter for mark, letters in _SHAPES.items() for letter in letters}


@lru_cache(maxsize=_MOST)
def folded(name: str) -> str:
    """The words of a name in small letters, one tone place, one blank between them: "Công an  tỉnh Thanh Hoá" ends in "hóa"."""
    return " ".join(_WORD.findall(fold_tone_place(unicodedata.normalize("NFC", name))))


@lru_cache(maxsize=_MOST)
def bare(name: str) -> str:
    """The same without any accent: "cong an tinh thanh hoa"."""
    letters = unicodedata.normalize("NFD", folded(name).replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=_MOST)
def order(name: str) -> str:
    """What a list of names is sorted by, character by character: a before ă before â, and tones only between like syllables."""
    return " ".join(_syllable(word) for word in folded(name).split(" "))


@lru_cache(maxsize=_MOST)
def _syllable(word: str) -> str:
    letters: list[str] = []
    tone = _LEVEL
    for character in unicodedata.normalize("NFD", word):
        if character in _TONES:
            tone = _TONES[character]
        elif letters and (letters[-1], character) in _SHAPED:
            letters[-1] = _SHAPED[letters[-1], character]
        elif not unicodedata.combining(character):
            letters.append(character)
    return "".join(_LETTERS.get(letter, letter) for letter in letters) + tone
