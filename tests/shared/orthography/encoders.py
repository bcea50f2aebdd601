"""Text as the old programs wrote it: the other direction of each charset, for tests and golden files."""

import unicodedata

from shared.orthography import legacy

# Which of several ways a program chose: for VNI the pair whose mark is a capital after a capital.
_VNI = {
    letter: octets for octets, letter in legacy._VNI.items() if octets.upper() == octets or octets.lower() == octets
}
_VNI |= {"ì": "ì", "Ì": "Ì", "í": "í", "Í": "Í", "ỵ": "î", "Ỵ": "Î"}
_SINGLE = {
    charset: {letter: place for place, letter in enumerate(table) if letter != "\ufffe"}
    for charset, table in legacy.TABLES.items()
}
_TONES = dict(zip("°±²³´", "\u0300\u0309\u0303\u0301\u0323", strict=True))


def encode(text: str, charset: str) -> bytes:
    """`text` in a charset of NAMES. Raises KeyError for a character that the charset cannot write.

    TCVN3 has no capitals with a tone: they are written small, as in the fonts of capitals.
    """
    text = unicodedata.normalize("NFC", text)
    if charset == "vni":
        return "".join(c if c.isascii() else _VNI[c] for c in text).encode("latin-1")
    places = _SINGLE[charset]
    return bytes(place for character in text for place in _places(character, charset, places))


def _places(character: str, charset: str, places: dict[str, int]) -> list[int]:
    if charset == "tcvn3":
        character = _TONES.get(character, character)
        if character not in places:
            character = character.lower()
    if character in places:
        return [places[character]]
    # Windows-1258 writes the tone after its vowel.
    marked = unicodedata.normalize("NFD", character)
    if len(marked) == 1:
        raise KeyError(character)
    # ộ is o, dot, circumflex: the tone is split off, the vowel is composed again.
    tone = next(mark for mark in marked if mark in "\u0300\u0309\u0303\u0301\u0323")
    return [places[unicodedata.normalize("NFC", marked.replace(tone, ""))], places[tone]]
