"""Where the tone of an open oa, oe, uy stands: hoà = hòa, khoẻ = khỏe, thuý = thúy."""

import re

_ON_SECOND = ("oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ")
_ON_FIRST = ("òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy")
_MOVED = dict(zip(_ON_SECOND, _ON_FIRST, strict=True))
# Before another letter the syllable is closed (hoàn, thuyền), and the tone has one place.
TONE_PLACE = re.compile(r"(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?![^\W\d_])")
# What a syllable can begin with. After q the u is no vowel (quý); after anything else the word is foreign (Zoé).
_ONSETS = frozenset(["", *re.findall(r"\S+", "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph r s t th tr v x")])
_LONGEST_ONSET = 3
_NO_LETTER = re.compile(r"[\W\d_]")


def fold_tone_place(text: str) -> str:
    """The text in small letters with the tone of oa, oe, uy on the first vowel; as long as before. `text` is in NFC."""
    # The one letter whose small form is two characters.
    return TONE_PLACE.sub(on_first, text.replace("İ", "I").lower())


def tones_on_first(text: str) -> str:
    """The text, its capitals kept, with the tone of small oa, oe, uy on the first vowel. `text` is in NFC."""
    return TONE_PLACE.sub(on_first, text)


def on_first(pair: re.Match[str]) -> str:
    """The two vowels with the tone on the first, if the letters before them can begin a syllable."""
    before = pair.string[max(0, pair.start() - _LONGEST_ONSET - 1) : pair.start()].lower()
    onset = _NO_LETTER.split(before)[-1]
    return _MOVED[pair[0]] if onset in _ONSETS else pair[0]
