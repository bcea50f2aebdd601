"""UTF-8 that was taken for Windows-1252 or Latin-1 and encoded once more: "Ná»™i" for "Nội"."""

import codecs
import re
from collections.abc import Iterator

# Windows-1252, and Latin-1 where it has nothing: what programs did who read one for the other. A character by its byte.
OCTETS = {place: place for place in range(0x100)}
OCTETS |= {
    ord(character): place
    for place in range(0x80, 0xA0)
    if (character := bytes([place]).decode("cp1252", "replace")) != "\ufffd"
}


def _class(first: int, last: int) -> str:
    return "[" + "".join(re.escape(chr(code)) for code, place in OCTETS.items() if first <= place <= last) + "]"


_NEXT = _class(0x80, 0xBF)
# What one character in UTF-8 looks like then: two, three or four characters.
_ONE = re.compile(f"{_class(0xC2, 0xDF)}{_NEXT}|{_class(0xE0, 0xEF)}{_NEXT}{{2}}|{_class(0xF0, 0xF4)}{_NEXT}{{3}}")


def octets(text: str) -> bytes | None:
    """The bytes that a program read as `text` when it took them for Windows-1252 or Latin-1; None if it cannot have."""
    try:
        return codecs.charmap_encode(text, "strict", OCTETS)[0]
    except UnicodeEncodeError:
        return None


def undone(text: str) -> str | None:
    """The text before it was encoded a second time; None if not all of it was, or nothing in it shows."""
    if text.isascii() or (raw := octets(text)) is None:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Each place of `text` that can be one character encoded twice: start, end, and the character."""
    for found in _ONE.finditer(text):
        raw = octets(found[0])
        try:
            yield found.start(), found.end(), (raw or b"").decode()
        except UnicodeDecodeError:
            continue
