"""Vietnamese letters: composed forms with the way back, and the folded form by which texts are compared."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from services.enrich.text.span import Edit, OffsetMap, edited

_JAMO = range(0x1160, 0x1200)
# Before U+0300 no character is composed with the one before it, nor changes by itself.
_COMPOSABLE = re.compile("[\x00-\u02ff]?[\u0300-\U0010ffff]+")


def compose(text: str, base: int = 0, *, under: OffsetMap | None = None) -> tuple[str, OffsetMap]:
    """`text` in NFC, and the map back to where it stands in the text that `under` leads from, from offset `base` on.

    Without `under` that is the filed text.
    """
    if unicodedata.is_normalized("NFC", text):
        return text, OffsetMap(base, under=under)
    edits = [
        Edit(part.start() + start, part.start() + end, composed)
        for part in _COMPOSABLE.finditer(text)
        for start, end, composed in (_known_compositions if len(part[0]) <= _LETTER else _compositions)(part[0])
    ]
    return edited(text, edits), OffsetMap.of(edits, base=base, under=under)


def _compositions(part: str) -> tuple[Edit, ...]:
    """What composing changes in a part of a text, letter by letter."""
    starts = [index for index, character in enumerate(part) if index == 0 or _begins_anew(character)]
    letters = [
        (start, end, unicodedata.normalize("NFC", part[start:end])) for start, end in pairwise([*starts, len(part)])
    ]
    return tuple(Edit(start, end, letter) for start, end, letter in letters if letter != part[start:end])


# A text has some hundred different letters, over and over; what is longer than one with its marks is no letter.
_LETTER = 4
_known_compositions = lru_cache(maxsize=2048)(_compositions)


def _begins_anew(character: str) -> bool:
    """Can this character never be composed with what stands before it?

    Only marks and the vowels and finals of Hangul can be (UAX 15, characters with NFC_Quick_Check=Maybe).
    """
    return unicodedata.category(character)[0] != "M" and ord(character) not in _JAMO


# The tone of an open oa, oe, uy may stand on either vowel: hoà = hòa, khoẻ = khỏe, thuý = thúy.
_ON_SECOND = ("oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ")
_ON_FIRST = ("òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy")
_MOVED = dict(zip(_ON_SECOND, _ON_FIRST, strict=True))
# Before another letter the syllable is closed (hoàn, thuyền), and the tone has one place.
_TONE_PLACE = re.compile(r"(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?![^\W\d_])")
# What a syllable can begin with. After q the u is no vowel (quý); after anything else the word is foreign (Zoé).
_ONSETS = frozenset(["", *re.findall(r"\S+", "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph r s t th tr v x")])
_LONGEST_ONSET = 3
_NO_LETTER = re.compile(r"[\W\d_]")

_SIGNS = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‑": "-", "−": "-",
    "…": "...", "\xad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "",
}  # fmt: skip
# A class and a look-up: str.translate with a table of strings takes ten times as long.
_SIGN = re.compile(f"[{''.join(_SIGNS)}]")


def fold(text: str) -> str:
    """What is left of a text when spelling habits are taken away: case, tone place, quotes, dashes, blanks.

    Two texts with one folded form say the same, letter for letter. `text` is in NFC.
    """
    plain = _SIGN.sub(lambda sign: _SIGNS[sign[0]], text).casefold()
    plain = _TONE_PLACE.sub(_on_first, plain).replace("\n", " ")
    # Every blank but the space is unprintable; seldom is there one, and to split and join takes longer than all the rest.
    if plain.isprintable() and "  " not in plain:
        return plain.strip(" ")
    return " ".join(plain.split())


def fold_tone_place(text: str) -> str:
    """The text in small letters with the tone of oa, oe, uy on the first vowel; as long as before. `text` is in NFC."""
    # The one letter whose small form is two characters.
    return _TONE_PLACE.sub(_on_first, text.replace("İ", "I").lower())


def _on_first(pair: re.Match[str]) -> str:
    before = pair.string[max(0, pair.start() - _LONGEST_ONSET - 1) : pair.start()]
    onset = _NO_LETTER.split(before)[-1]
    return _MOVED[pair[0]] if onset in _ONSETS else pair[0]
