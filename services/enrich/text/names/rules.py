"""What is certain beside the tagger: the author's line, names that the article itself explains, and provinces.

Each rule says why, in its method and reason; `tests/enrich/text/names/test_rules.py` holds its examples and counter-examples.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from services.enrich.text.article import Article, Block
from services.enrich.text.names.found import Found
from services.enrich.text.names.lexicons import words
from services.enrich.text.names.words import low_of

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
    """Split "Bộ Công an Trần Văn Thử" where the article names Trần Văn Thử elsewhere, or a post stands before it.

    Only behind bodies of the state: schools, streets and firms are named after people.
    """
    people = {name.text for name in names if name.type == "PERSON" and len(name.text.split()) >= 3}
    settled: Names = []
    for name in names:
        person, reason = None, "the article names this person elsewhere"
        text = article.blocks[name.block].text
        if name.type == "ORGANIZATION" and _OF_STATE.match(name.text):
            person = next((who for who in people if name.text.endswith(f" {who}")), None)
            if person is None and _POST.search(text[max(0, name.start - 20) : name.start]):
                person, reason = _holder(name.text), "a post stands before the body and a whole name ends it"
        if person is None:
            settled.append(name)
            continue
        cut = name.end - len(person)
        body = name.moved(
            text, name.start, name.start + len(text[name.start : cut].rstrip()), method="names.split", reason=reason
        )
        settled += (body, replace(name.moved(text, cut, name.end), type="PERSON", method="names.split", reason=reason))
    return settled


_OF_STATE = re.compile(
    r"(?:Bộ|Quốc hội|Công an|UBND|HĐND|Ủy ban|Tỉnh ủy|Thành ủy|Huyện ủy|Quận ủy|Đảng ủy|Sở|Cục|Tổng cục|Ban|Viện|Tòa án)\b"
)
_POST = re.compile(
    r"(?i:chủ tịch|bí thư|giám đốc|bộ trưởng|thứ trưởng|cục trưởng|trưởng|chánh|phó|chủ nhiệm|viện trưởng)\s$"
)


def _holder(body: str) -> str | None:
    """The person whose name ends a body's: a surname and two or three more words, behind no type of a place."""
    written = body.split(" ")
    # Three first: of "UBND huyện Đăk Hà Đoàn Ngọc Thắng" Hà is the district's.
    for length in (3, 4):
        before, person = written[:-length], written[-length:]
        if (
            len(before) < 2
            or low_of(person[0]) not in words("surname") - words("middle")
            or not all(map(_NAME_WORD.fullmatch, person))
        ):
            continue
        if low_of(before[-1]) not in _TYPE_ENDS and " ".join(person) not in _NAMESAKES:
            return " ".join(person)
    return None


# "UBND phường Nguyễn Thái Bình": the name is the place's. Bodies and places that are named after these are many.
_TYPE_ENDS = frozenset(
    {"tỉnh", "phố", "tp", "quận", "huyện", "xã", "phường", "trấn", "tịch", "thôn", "bản", "ấp", "khu"}
)
_NAMESAKES = frozenset({"Hồ Chí Minh"})


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


def a_field_is_no_body(article: Article, names: Names) -> Names:
    """Leave "Thương mại" out of "Bộ trưởng Thương mại Indonesia" and "Thường trực" out of "Phó Thủ tướng Thường trực …"."""
    places = {name.text for name in names if name.type == "LOCATION"}
    settled = []
    for name in names:
        text = article.blocks[name.block].text
        field = _field(name.text) if name.type != "LOCATION" else 0
        if not field or not _MINISTER.search(text[max(0, name.start - 14) : name.start]):
            settled.append(name)
        elif field < len(name.text):
            rest = name.moved(
                text, name.start + field, name.end, method="names.field", reason="a field stands before it"
            )
            place = rest.text in places or low_of(rest.text) in words("country")
            settled.append(replace(rest, type="LOCATION" if place else "PERSON"))
    return settled


def _field(text: str) -> int:
    """Where the field ends that a name begins with, with the blank behind it; 0 if it begins with none."""
    for match in reversed(list(re.finditer(r"\s|$", text))[:3]):
        if low_of(text[: match.start()]) in words("department"):
            return match.end()
    return 0


_MINISTER = re.compile(r"(?i:bộ trưởng|thứ trưởng|phó thủ tướng|ngoại trưởng|phó bí thư|phó chủ tịch)\s$")


def the_kind_of_a_paper_is_no_part_of(article: Article, names: Names) -> Names:
    """Leave "báo" out of "báo Tuổi Trẻ"."""
    settled = []
    for name in names:
        kind = _PAPER.match(name.text) if name.type == "ORGANIZATION" else None
        text = article.blocks[name.block].text
        settled.append(name.moved(text, name.start + kind.end(), name.end) if kind else name)
    return settled


_CAPITAL = "A-ZĐÂÊÔƠƯĂÁÀẢÃẠÉÈẺẼẸÍÌỈĨỊÓÒỎÕỌÚÙỦŨỤÝỲỶỸỴẤẦẨẪẬẮẰẲẴẶẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰ"
_TYPE = re.compile(rf"((?i:nước|tỉnh|thành phố|huyện|quận|xã|phường|thị xã|thị trấn|thôn|bản))\s+(?=[{_CAPITAL}])")
# No figures: in "thôn 6 xã Tả Van" the figure is the village's. No "năm": it is a year, too.
_PAPER = re.compile(rf"(?i:báo|tờ)\s(?=[{_CAPITAL}])")
_NAME_WORD = re.compile(rf"[{_CAPITAL}][^\W\d_]*")
_NUMBER = re.compile(r"(?:^|\s)(?i:hai|ba|bốn|sáu|bảy|tám|các|những)\s$")


def a_class_of_bodies_is_no_name(article: Article, names: Names) -> Names:
    """Drop "Công an các xã", "UBND 6 xã": many bodies, none by name; and short forms of things, such as ANTT."""
    things = {one.short for one in article.abbreviations if one.long[:1].islower()}
    return [
        name
        for name in names
        if name.type != "ORGANIZATION"
        or not (
            _MANY.match(name.text)
            or name.text in things
            or (name.text.isupper() and low_of(name.text) in words("thing"))
        )
    ]


_MANY = re.compile(r"(?:Công an|UBND|HĐND|Ủy ban nhân dân|Đảng ủy|Sở|Phòng)\s(?:các|những|\d+|cơ sở)(?!\w)")


def two_bodies_are_two(article: Article, names: Names) -> Names:
    """Part "Ban Quản lý X thuộc Sở Y", and a body from the short form in brackets that ends it."""
    settled: Names = []
    for name in names:
        parts = _TWO.fullmatch(name.text) if name.type == "ORGANIZATION" else None
        if parts is None:
            settled.append(name)
            continue
        text = article.blocks[name.block].text
        settled += [
            name.moved(
                text, name.start + first, name.start + last, method="names.parted", reason="two bodies side by side"
            )
            for first, last in (parts.span(group) for group in (1, 2, 3))
            if first < last
        ]
    return settled


_TWO = re.compile(r"(.+?)\s(?:(?:trực )?thuộc\s(\w.*)|\(([A-ZĐ][A-ZĐ&\d-]{1,9})\)?)")


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


_LEVEL = "tỉnh|thành phố|TP|huyện|quận|xã|phường|thị xã"
_BRACKET = re.compile(
    rf"\s\([A-ZĐ&]{{1,10}}\d{{0,3}}\)\s(?:(?:Công an|UBND|Bộ Công an)\s)?"
    rf"(?:(?:{_LEVEL})(?:\s[{_CAPITAL}][\w-]*)*|(?<=Công an )(?:[{_CAPITAL}][\w-]*\s?)+(?<=\w))"
)


def what_was_named_once_is_named_again(article: Article, names: Names) -> Names:
    """A name of two or more words, or of three capitals, that was surely seen in one place is found wherever it was missed."""
    types: dict[str, Counter[str]] = {}
    best: dict[str, Found] = {}
    for name in names:
        if " " in name.text or (name.type == "ORGANIZATION" and _SHORT.fullmatch(name.text)):
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
    missed = [one for one in again if not any(one.overlaps(name) for name in names)]
    # What was mostly missed was rather wrong where it was found: a ship has a bay's name.
    often = Counter(one.text for one in missed)
    return [*names, *(one for one in missed if often[one.text] <= types[one.text].total())]


_SHORT = re.compile(r"[A-ZĐ]{3,}")


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
    a_field_is_no_body,
    the_kind_of_a_paper_is_no_part_of,
    a_type_noun_is_no_part_of,
    a_class_of_bodies_is_no_name,
    two_bodies_are_two,
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
