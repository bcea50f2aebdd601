"""Vietnamese letters: composed forms with the way back, and the folded form by which texts are compared."""

import re
import unicodedata

from services.enrich.text.span import OffsetMap, Span

_JAMO = range(0x1160, 0x1200)


def compose(text: str, base: int = 0) -> tuple[str, OffsetMap]:
    """`text` in NFC, and the map back to where it stands in the filed text, from offset `base` on."""
    if unicodedata.is_normalized("NFC", text):
        return text, OffsetMap(base)
    composed: list[str] = []
    origins: list[Span] = []
    starts = [index for index, character in enumerate(text) if index == 0 or _begins_anew(character)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = unicodedata.normalize("NFC", text[start:end])
        composed.append(part)
        origins.extend(Span(base + start, base + end) for _ in part)
    return "".join(composed), OffsetMap(base, tuple(origins))


def _begins_anew(character: str) -> bool:
    """Can this character never be composed with what stands before it?

    Only marks and the vowels and finals of Hangul can be (UAX 15, characters with NFC_Quick_Check=Maybe).
    """
    return unicodedata.category(character)[0] != "M" and ord(character) not in _JAMO


# The tone of an open oa, oe, uy may stand on either vowel: hoà = hòa, khoẻ = khỏe, thuý = thúy.
_ON_SECOND = ("oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ")
_ON_FIRST = ("òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy")
_MOVED = dict(zip(_ON_SECOND, _ON_FIRST, strict=True))
# After q the u is no vowel; before another letter the syllable is closed (hoàn, thuyền) and the tone has one place.
_TONE_PLACE = re.compile(rf"(?<!q)({'|'.join(_ON_SECOND)})(?![^\W\d_])")
_SIGNS = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‑": "-", "−": "-",
        "…": "...", "\xad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None,
    }
)  # fmt: skip


def fold(text: str) -> str:
    """What is left of a text when spelling habits are taken away: case, tone place, quotes, dashes, blanks.

    Two texts with one folded form say the same, letter for letter. `text` is in NFC.
    """
    plain = text.translate(_SIGNS).casefold()
    return " ".join(_TONE_PLACE.sub(lambda pair: _MOVED[pair[1]], plain).split())


def fold_tone_place(text: str) -> str:
    """The text in small letters with the tone of oa, oe, uy on the first vowel; as long as before. `text` is in NFC."""
    # The one letter whose small form is two characters.
    return _TONE_PLACE.sub(lambda pair: _MOVED[pair[1]], text.replace("İ", "I").lower())
