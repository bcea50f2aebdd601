"""Vietnamese letters: composed forms with the way back, and the folded form by which texts are compared."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from services.enrich.text.span import Edit, OffsetMap, edited
from shared.orthography.tones import TONE_PLACE, fold_tone_place, on_first

__all__ = ["compose", "fold", "fold_tone_place"]

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
    plain = TONE_PLACE.sub(on_first, plain).replace("\n", " ")
    # Every blank but the space is unprintable; seldom is there one, and to split and join takes longer than all the rest.
    if plain.isprintable() and "  " not in plain:
        return plain.strip(" ")
    return " ".join(plain.split())
