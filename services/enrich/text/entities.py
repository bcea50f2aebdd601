"""The fourth stage: names. So far, the provinces."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from services.enrich.text.article import Article, Basis, Block, EntityMention
from services.enrich.text.gazetteer import Province, provinces
from services.enrich.text.vietnamese import fold_tone_place

VERSION = "1"

# With its type noun it is the province; alone it may be a town or a person of that name.
_WITH_TYPE, _ALONE = 0.95, 0.7
# Names in use beside the official ones; each says which province it means.
_OTHER_NAMES = {"TP.HCM": "Hồ Chí Minh", "TPHCM": "Hồ Chí Minh", "TP HCM": "Hồ Chí Minh", "TP. HCM": "Hồ Chí Minh"}


def find_entities(article: Article) -> Article:
    """Find the provinces and cities of that rank; which of two units of one name is meant is left open."""
    found = tuple(mention for block in article.blocks for mention in _provinces_of(block))
    return article.evolve(entities=found)


def _provinces_of(block: Block) -> Iterator[EntityMention]:
    # As long as the text itself, so that the offsets hold.
    folded = fold_tone_place(block.text)
    pattern, units = _lexicon()
    for match in pattern.finditer(folded):
        start, end = match.span("name")
        written = block.text[start:end]
        if not all(syllable[0].isupper() for syllable in re.split(r"[\s\-]+", written)):
            continue
        same_name = units[folded[start:end]]
        if match["type"]:
            kind = "thành phố" if match["type"].startswith("tp") else match["type"]
            # "thành phố Thanh Hóa" and "huyện Thái Nguyên" are other units of that name, no provinces.
            same_name = [unit for unit in same_name if unit.kind == kind]
            start = match.start("type")
        if not same_name:
            continue
        yield EntityMention(
            span=(span := block.offsets.filed(start, end)),
            text=block.text[start:end],
            type="LOCATION",
            name=same_name[0].name,
            key=same_name[0].key if len(same_name) == 1 else None,
            basis=Basis(
                method="entities.province",
                version=VERSION,
                confidence=_WITH_TYPE if match["type"] else _ALONE,
                evidence=(span,),
                reason="a province's name behind its type" if match["type"] else "a province's name",
            ),
        )


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
