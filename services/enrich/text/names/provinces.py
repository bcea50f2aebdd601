"""The provinces that a text names, with their keys: for the places themselves, and for those inside a body's name."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from services.enrich.text.gazetteer import Province, provinces
from services.enrich.text.vietnamese import fold_tone_place

# Names in use beside the official ones; each says which province it means.
_OTHER_NAMES = {"TP.HCM": "Hồ Chí Minh", "TPHCM": "Hồ Chí Minh", "TP HCM": "Hồ Chí Minh", "TP. HCM": "Hồ Chí Minh"}


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedProvince:
    """A province's name in a text: half-open offsets, in code points; `key` is None where two units bear the name."""

    start: int
    end: int
    name: str
    key: str | None
    typed: bool


def provinces_in(text: str) -> Iterator[NamedProvince]:
    """The provinces and cities of that rank that a text names; which of two units of one name is meant is left open."""
    # As long as the text itself, so that the offsets hold.
    folded = fold_tone_place(text)
    pattern, units = _lexicon()
    for match in pattern.finditer(folded):
        start, end = match.span("name")
        if not all(syllable[0].isupper() for syllable in re.split(r"[\s\-]+", text[start:end])):
            continue
        same_name = units[folded[start:end]]
        if match["type"]:
            kind = "thành phố" if match["type"].startswith("tp") else match["type"]
            # "thành phố Thanh Hóa" and "huyện Thái Nguyên" are other units of that name, no provinces.
            same_name = [unit for unit in same_name if unit.kind == kind]
            start = match.start("type")
        if same_name:
            key = same_name[0].key if len(same_name) == 1 else None
            yield NamedProvince(start=start, end=end, name=same_name[0].name, key=key, typed=bool(match["type"]))


@cache
def _lexicon() -> tuple[re.Pattern[str], dict[str, list[Province]]]:
    """One pattern of all names, folded, and the units of each."""
    units: dict[str, list[Province]] = defaultdict(list)
    for province in provinces():
        units[fold_tone_place(province.name)].append(province)
    for other, official in _OTHER_NAMES.items():
        units[other.lower()] = units[fold_tone_place(official)]
    # Longest first, so that a name never hides a longer one; by first letter, so that most places fail at once.
    by_letter: dict[str, list[str]] = defaultdict(list)
    for name in sorted(units, key=len, reverse=True):
        by_letter[name[0]].append(re.escape(name[1:]))
    names = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return re.compile(
        rf"(?<!\w)(?:(?P<type>tỉnh|thành phố|tp\.?|thị xã|thị trấn|huyện|quận|phường|xã)\s+)?(?P<name>{names})(?!\w)"
    ), dict(units)
