"""What is certain beside the tagger: the author's line, names that the article itself explains, and provinces.

Each rule says why, in its method and reason; `tests/enrich/text/names/test_rules.py` holds its examples and counter-examples.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from services.enrich.text.article import Article, Block
from services.enrich.text.names.found import Found

Names = list[Found]
_SURE = 0.8


def settle(article: Article, names: Iterable[Found]) -> Names:
    """The names after all rules, in the order of the text; none shares a character with another."""
    found = list(names)
    for rule in RULES:
        found = rule(article, found)
    return sorted(found, key=lambda name: (name.block, name.start))


def the_author_is_a_person(article: Article, names: Names) -> Names:
    """The byline names its author, whatever the tagger makes of a name without a sentence."""
    if article.byline is None:
        return names
    for number, block in enumerate(article.blocks):
        start = block.text.find(article.byline.author) if block.span == article.byline.span else -1
        if start >= 0:
            author = _found(
                block, number, start, start + len(article.byline.author), "PERSON", 0.95, "names.byline", "the byline"
            )
            return [author, *(name for name in names if not name.overlaps(author))]
    return names


def a_person_ends_a_body(article: Article, names: Names) -> Names:
    """Split "Bộ Công an Trần Văn Thử" where the article names Trần Văn Thử elsewhere.

    Only behind bodies of the state: schools, streets and firms are named after people.
    """
    people = {name.text for name in names if name.type == "PERSON" and len(name.text.split()) >= 3}
    settled: Names = []
    for name in names:
        person = next((who for who in people if name.type == "ORGANIZATION" and name.text.endswith(f" {who}")), None)
        if person is None or not _OF_STATE.match(name.text):
            settled.append(name)
            continue
        text = article.blocks[name.block].text
        cut = name.end - len(person)
        reason = "the article names this person elsewhere"
        body = name.moved(
            text, name.start, name.start + len(text[name.start : cut].rstrip()), method="names.split", reason=reason
        )
        settled += (body, replace(name.moved(text, cut, name.end), type="PERSON", method="names.split", reason=reason))
    return settled


_OF_STATE = re.compile(
    r"(?:Bộ|Công an|UBND|HĐND|Ủy ban|Tỉnh ủy|Thành ủy|Huyện ủy|Quận ủy|Đảng ủy|Sở|Cục|Tổng cục|Ban|Viện|Tòa án)\b"
)


def a_type_noun_is_no_part_of(article: Article, names: Names) -> Names:
    """Leave "nước" out of "nước Lào", and in "hai tỉnh Lào Cai và Sơn La" the "tỉnh", which belongs to both."""
    settled = []
    for name in names:
        text = article.blocks[name.block].text
        first = _TYPE.match(name.text) if name.type != "PERSON" else None
        if first and first[1].lower() == "nước":
            settled.append(replace(name.moved(text, name.start + first.end(), name.end), type="LOCATION"))
        elif first and name.type == "LOCATION" and _NUMBER.search(text[max(0, name.start - 12) : name.start]):
            settled.append(name.moved(text, name.start + first.end(), name.end))
        else:
            settled.append(name)
    return settled


_CAPITAL = "A-ZĐÂÊÔƠƯĂÁÀẢÃẠÉÈẺẼẸÍÌỈĨỊÓÒỎÕỌÚÙỦŨỤÝỲỶỸỴẤẦẨẪẬẮẰẲẴẶẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰ"
_TYPE = re.compile(rf"((?i:nước|tỉnh|thành phố|huyện|quận|xã|phường|thị xã|thị trấn|thôn|bản))\s+(?=[{_CAPITAL}])")
# No figures: in "thôn 6 xã Tả Van" the figure is the village's. No "năm": it is a year, too.
_NUMBER = re.compile(r"(?:^|\s)(?i:hai|ba|bốn|sáu|bảy|tám|các|những)\s$")


def a_class_of_bodies_is_no_name(article: Article, names: Names) -> Names:
    """Drop "Công an các xã", "UBND 6 xã": many bodies, none by name; and short forms of things, such as ANTT."""
    things = {one.short for one in article.abbreviations if one.long[:1].islower()}
    return [
        name for name in names if name.type != "ORGANIZATION" or not (_MANY.match(name.text) or name.text in things)
    ]


_MANY = re.compile(r"(?:Công an|UBND|HĐND|Ủy ban nhân dân|Đảng ủy|Sở|Phòng)\s(?:các|những|\d+|cơ sở)(?!\w)")


def a_bracket_is_inside_a_body(article: Article, names: Names) -> Names:
    """Join "Hội đồng Nhân dân (HĐND) tỉnh Cao Bằng", which a bracket with the short form parts."""
    settled = list(names)
    for number, block in enumerate(article.blocks):
        for match in _BRACKET.finditer(block.text) if "(" in block.text else ():
            body = next(
                (n for n in settled if n.block == number and n.type == "ORGANIZATION" and n.end == match.start()), None
            )
            if body is None:
                continue
            parts = [n for n in settled if n.block == number and n.start < match.end() and n.end > body.start]
            if all(n.end <= match.end() and n.type != "PERSON" for n in parts):
                settled = [n for n in settled if n not in parts]
                settled.append(
                    body.moved(
                        block.text,
                        body.start,
                        match.end(),
                        method="names.bracket",
                        reason="a bracket with its short form parts the name",
                    )
                )
    return settled


_BRACKET = re.compile(
    rf"\s\([A-ZĐ&]{{2,10}}\)\s(?:tỉnh|thành phố|huyện|quận|xã|phường|thị xã)(?:\s[{_CAPITAL}][\w-]*)+"
)


def what_was_named_once_is_named_again(article: Article, names: Names) -> Names:
    """A name of two or more words that the tagger saw surely in one place is found in all places it missed it."""
    types: dict[str, Counter[str]] = {}
    best: dict[str, Found] = {}
    for name in names:
        if " " in name.text:
            types.setdefault(name.text, Counter())[name.type] += 1
            if name.text not in best or best[name.text].confidence < name.confidence:
                best[name.text] = name
    sure = {
        text for text, one in best.items() if one.confidence >= _SURE and len(types[text]) == 1 and _is_a_name(text)
    }
    if not sure:
        return names
    pattern = re.compile(
        rf"(?<![\w.])(?:{'|'.join(re.escape(text) for text in sorted(sure, key=len, reverse=True))})(?!\w)"
    )
    again = [
        _found(block, number, *match.span(), best[match[0]].type, 0.8, "names.again", "the article names it elsewhere")
        for number, block in enumerate(article.blocks)
        for match in pattern.finditer(block.text)
    ]
    return [*names, *(one for one in again if not any(one.overlaps(name) for name in names))]


def _is_a_name(text: str) -> bool:
    """Every word begins with a capital, so that no common noun is taken for a name."""
    return all(not word[0].islower() for word in text.split())


def an_enumeration_is_of_one_kind(article: Article, names: Names) -> Names:
    """In "gồm: A, B, C và D", where two or more are places, those between them that no one claimed are places."""
    settled = list(names)
    for number, block in enumerate(article.blocks):
        if "," not in block.text:
            continue
        places = [name for name in names if name.block == number and name.type == "LOCATION"]
        taken = [name for name in settled if name.block == number]
        for match in _ENUMERATION.finditer(block.text):
            items = [item.span() for item in _ITEM.finditer(block.text, *match.span())]
            known = sum(any(name.start <= start and end <= name.end for name in places) for start, end in items)
            free = [(a, b) for a, b in items if not any(name.start < b and a < name.end for name in taken)]
            if known >= 2 and free and known + len(free) == len(items) and len(free) <= known:
                settled += [
                    _found(block, number, start, end, "LOCATION", 0.7, "names.enumerated", "it stands among places")
                    for start, end in free
                ]
    return settled


_NAME = rf"[{_CAPITAL}]\w*(?: [{_CAPITAL}]\w*){{0,3}}"
_ITEM = re.compile(_NAME)
_ENUMERATION = re.compile(rf"{_NAME}(?:, {_NAME}){{1,}}(?: và {_NAME})?")


RULES: tuple[Callable[[Article, Names], Names], ...] = (
    the_author_is_a_person,
    a_person_ends_a_body,
    a_type_noun_is_no_part_of,
    a_class_of_bodies_is_no_name,
    a_bracket_is_inside_a_body,
    what_was_named_once_is_named_again,
    an_enumeration_is_of_one_kind,
)


def _found(
    block: Block, number: int, start: int, end: int, type: str, confidence: float, method: str, reason: str
) -> Found:
    return Found(
        block=number, start=start, end=end, text=block.text[start:end], type=type,  # type: ignore[arg-type]  # one of the three
        confidence=confidence, method=method, reason=reason,
    )  # fmt: skip
