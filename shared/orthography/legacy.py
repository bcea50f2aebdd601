"""The ways Vietnamese was coded before Unicode: what each byte, or pair of bytes, stands for."""

import codecs
import re
from collections.abc import Iterable, Sequence

# An empty place of a table, as `codecs.charmap_decode` knows it.
_NONE = "\ufffe"
_ASCII = "".join(map(chr, range(0x80)))


def _signs(places: Iterable[int]) -> str:
    """Windows' own signs, such as curly quotes and dashes: fonts kept them where they had no letter of ours."""
    characters = [bytes([place]).decode("cp1252", "replace") for place in places]
    return "".join(_NONE if sign.isalpha() or sign == "\ufffd" else sign for sign in characters)


# TCVN 5712:1993. Its third form, TCVN3, is that of the ABC fonts: capitals with a tone have no place in it, they were
# set in a font of capitals. The second has them where Windows has its signs, the first even among the controls.
_TCVN_UPPER = (
    "\xa0ĂÂÊÔƠƯĐăâêôơưđẰ"
    "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịò"
    "Ổỏõóọồổỗốộờởỡớợù"
    "ỖủũúụừửữứựỳỷỹýỵỐ"
)
_TCVN_CAPITALS = "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
_TCVN3_UPPER = "".join(_NONE if letter.isupper() and letter not in "ĂÂÊÔƠƯĐ" else letter for letter in _TCVN_UPPER)
_TCVN_CONTROLS = {
    0x01: "Ú", 0x02: "Ụ", 0x04: "Ừ", 0x05: "Ử", 0x06: "Ữ", 0x11: "Ứ", 0x12: "Ự", 0x13: "Ỳ", 0x14: "Ỷ", 0x15: "Ỹ",
    0x16: "Ý", 0x17: "Ỵ",
}  # fmt: skip

# VISCII 1.1 (RFC 1456).
_VISCII_UPPER = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"
    "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "Õắằặấầẩậẽẹếềểễệố"
    "ồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉ"
    "đựòóôõỏọụùúũủýợỮ"
)
_VISCII_CONTROLS = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}

_WINDOWS_1258 = "".join(bytes([byte]).decode("cp1258", "replace") for byte in range(256)).replace("\ufffd", _NONE)


def _with(controls: dict[int, str]) -> str:
    return "".join(controls.get(ord(character), character) for character in _ASCII)


# One byte, one character: the 256 places of each charset.
TABLES: dict[str, str] = {
    "tcvn3": _ASCII + _signs(range(0x80, 0xA0)) + _TCVN3_UPPER,
    "tcvn5712": _with(_TCVN_CONTROLS) + _TCVN_CAPITALS + _TCVN_UPPER,
    "viscii": _with(_VISCII_CONTROLS) + _VISCII_UPPER,
    "cp1258": _WINDOWS_1258,
}

# In TCVN3 a tone that stands alone makes up for the capitals that it lacks: Ê and ́ are Ế. After anything but a vowel it
# is the sign that Windows has there: 25 °C, 120 m².
_LONE_TONE = re.compile("(?<![AEIOUYaeiouyĂÂÊÔƠƯăâêôơư])[\u0300\u0309\u0303\u0301\u0323]")
_TONE_SIGNS = {"\u0300": "°", "\u0309": "±", "\u0303": "²", "\u0301": "³", "\u0323": "´"}

# VNI-Windows writes a vowel and then its marks; the marks of a capital are capitals. Each line: what stands before, the
# marks that can follow, and the letters that both make together.
_VNI_PAIRS = (
    ("a", "øùûõïâàáåãäêèéúüë", "àáảãạâầấẩẫậăằắẳẵặ"),
    ("e", "øùûõïâàáåãä", "èéẻẽẹêềếểễệ"),
    ("i", "øùûõï", "ìíỉĩị"),
    ("o", "øùûõïâàáåãä", "òóỏõọôồốổỗộ"),
    ("u", "øùûõï", "ùúủũụ"),
    ("y", "øùûõï", "ỳýỷỹỵ"),
    ("ô", "øùûõï", "ờớởỡợ"),
    ("ö", "øùûõï", "ừứửữự"),
)
_VNI_ALONE = ("ñôöìíæóòî", "đơưìíỉĩịỵ")


def _vni() -> dict[str, str]:
    """Letters and signs by what stands for them, one or two octets."""
    places = range(0x80, 0x100)
    made = {chr(place): sign for place, sign in zip(places, _signs(places), strict=True) if sign != _NONE}
    for octet, letter in zip(*_VNI_ALONE, strict=True):
        made |= {octet: letter, octet.upper(): letter.upper()}
    for base, marks, letters in _VNI_PAIRS:
        for mark, letter in zip(marks, letters, strict=True):
            made |= {base + mark: letter, base + mark.upper(): letter}
            made |= {base.upper() + mark: letter.upper(), base.upper() + mark.upper(): letter.upper()}
    return made


_VNI = _vni()
_VNI_UNIT = re.compile(
    "|".join(f"[{base}{base.upper()}][{marks}{marks.upper()}]" for base, marks, _ in _VNI_PAIRS) + "|[\x80-\xff]"
)

# What people call each charset, by the name under which it is kept.
NAMES = {
    "cp1258": "Windows-1258",
    "tcvn3": "TCVN3 (ABC)",
    "vni": "VNI-Windows",
    "viscii": "VISCII",
    "tcvn5712": "TCVN 5712",
}


def decode(raw: bytes, charset: str) -> str:
    """The text of bytes in a charset of NAMES, not composed. Raises UnicodeDecodeError at what stands for nothing."""
    if charset == "vni":
        return _from_vni(raw)
    text = codecs.charmap_decode(raw, "strict", TABLES[charset])[0]
    return _LONE_TONE.sub(lambda tone: _TONE_SIGNS[tone[0]], text) if charset == "tcvn3" else text


def starts(raw: bytes, charset: str) -> Sequence[int]:
    """Where each character of the decoded text begins in the bytes, and where the last one ends."""
    if charset != "vni":
        return range(len(raw) + 1)
    seconds = {unit.end() - 1 for unit in _VNI_UNIT.finditer(raw.decode("latin-1")) if len(unit[0]) == 2}
    return [place for place in range(len(raw) + 1) if place not in seconds]


def _from_vni(raw: bytes) -> str:
    def letter(unit: re.Match[str]) -> str:
        if (found := _VNI.get(unit[0])) is None:
            raise UnicodeDecodeError("vni", raw, unit.start(), unit.end(), "a mark without its vowel, or no letter")
        return found

    return _VNI_UNIT.sub(letter, raw.decode("latin-1"))
