"""Where the characters of a JSON bulletin's text stand in the bytes of the JSON."""

import json
import re
from itertools import accumulate

# What stands for one character in a JSON string: a pair of surrogates, an escape, or itself.
_CHARACTER = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u\w{4}|\\.|[^\\]", re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)


def literal_starts(raw: bytes) -> list[int]:
    """Where each character of the `text` of a JSON object begins in its bytes, and where the last one ends.

    `raw` is such an object in UTF-8; of two texts in it the last one counts, as in reading it.
    """
    told = raw.decode()
    at = _after_blank(told, 0) + 1
    found = (0, "")
    while told[at := _after_blank(told, at)] != "}":
        key = _STRING.match(told, at)
        assert key is not None
        at = _after_blank(told, _after_blank(told, key.end()) + 1)
        if json.loads(key[0], strict=False) == "text" and (value := _STRING.match(told, at)):
            found = (value.start(1), value[1])
        _, at = _DECODER.raw_decode(told, at)
        at = _after_blank(told, at)
        at += told[at] == ","
    start, literal = found
    widths = (len(character.encode()) for character in _CHARACTER.findall(literal))
    return list(accumulate(widths, initial=len(told[:start].encode())))


def _after_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    assert blank is not None
    return blank.end()
