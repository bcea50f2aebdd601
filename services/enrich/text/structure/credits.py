"""Bylines and source lines: how they look, and whom they name."""

import re
from functools import cache
from typing import NamedTuple

from services.enrich.text.structure.lines import Line
from services.enrich.text.structure.words import names, pattern
from services.enrich.text.vietnamese import fold_tone_place

_LONGEST_SOURCE = 120
_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐÐ"
# A name of one to five words, or initials: "Phạm Văn Tú", "MINH NGỌC", "T.H", "Ng.V.A."
_NAME = (
    rf"(?:[{_UPPER}][\w']*(?:[ ]+[{_UPPER}][\w']*){{0,4}}|(?:[{_UPPER}][a-zđ]?\.[ ]?){{1,3}}[{_UPPER}]?[a-zà-ỹđ]*\.?)"
)
_PEOPLE = re.compile(
    rf"(?P<author>{_NAME}(?:\s*[-–—,&+]\s*{_NAME}|\s+và\s+{_NAME}){{0,4}})"
    rf"(?:\s*\((?P<bracket>[^()]{{2,80}})\)|\s*/\s*(?P<house>[\w.+ ]{{2,40}}))?\.?"
)
_FROM = re.compile(r"(?:theo|nguồn|dịch từ|lược dịch từ|tổng hợp từ)\s*:?\s+", re.IGNORECASE)
# What an author did, where an office would stand.
_DEEDS = frozenset(
    {"thực hiện", "tổng hợp", "ghi", "lược ghi", "dịch", "lược dịch", "biên dịch", "t/h", "th", "lược thuật", "sưu tầm"}
)
_BRACKETS = re.compile(r"[(\[]\s*(?P<inner>[^()\[\]]{2,80}?)\s*[)\]]\.?")
_AT_END = re.compile(r"(?<=[.!?…”\"/])\s*[(\[](?P<inner>[^()\[\]]{2,60})[)\]]\.?$")
# Words that a name of a house does not hold: what follows "Theo" is a sentence then.
_SENTENCE = re.compile(
    r"[,;:!?]|\b(?:là|đã|sẽ|của|được|cho|cùng|này|đó|quy định|kế hoạch|thống kê|báo cáo|đánh giá|dự báo)\b"
)


class Credit(NamedTuple):
    """Whom a byline names, where in the line, and of which house or office; `source` where it says that too."""

    author: str
    affiliation: str | None
    source: str | None


def byline_of(text: str) -> Credit | None:
    """Whom a line names as its author; None if it is no byline."""
    folded = fold_tone_place(text)
    if (label := pattern("byline", "labels").match(folded)) and (named := text[label.end() :].strip()):
        return _credit(named) or (Credit(named, None, None) if _may_be_name(named) else None)
    bare, bracket = re.fullmatch(r"(.*?)\s*(?:\(([^()]{2,80})\))?\.?", folded, re.DOTALL).groups()  # type: ignore[union-attr]  # it always matches
    if pattern("byline", "anonymous").fullmatch(bare):
        return _within(text[: len(bare)], text[-len(bracket) - 1 : -1].strip(".)") if bracket else None)
    return _credit(text)


def is_byline(text: str, *, sure: bool) -> bool:
    """Is this a byline? `sure`: only with a label, an office, or a family name to tell it from other short lines."""
    folded = fold_tone_place(text)
    credit = byline_of(text)
    if credit is None or folded.strip(" .:") in names("kicker", "sections"):
        return False
    if pattern("byline", "labels").match(folded) or pattern("byline", "anonymous").match(folded):
        return True
    if not sure:
        return len(text) <= 70 and len(credit.author.split()) <= 14
    first = re.split(r"\W+", fold_tone_place(credit.author))
    return 2 <= len(first) <= 10 and (first[0] in names("byline", "surnames") or credit.affiliation is not None)


def source_of(text: str) -> str | None:
    """Whom a line names as its source, as written; None if it is no source line."""
    inner = text.strip()
    if match := _BRACKETS.fullmatch(inner):
        inner = match["inner"]
        if _is_agency(inner):
            return inner
    folded = fold_tone_place(inner)
    if match := pattern("source", "opening").match(folded):
        return inner[match.end() :].strip().rstrip(".") or None
    if (match := pattern("source", "follows").match(folded)) and _is_name_of_house(inner[match.end() :]):
        return inner[match.end() :].strip().rstrip(".")
    return inner.rstrip(".") if _is_agency(inner.rstrip(".")) and inner == text.strip() else None


def is_source(line: Line) -> bool:
    """Is this a source line?"""
    return len(line.text) <= _LONGEST_SOURCE and source_of(line.text) is not None


def source_at_end(line: Line) -> int | None:
    """Where, behind the last sentence of a line, a source in brackets begins; None if there is none."""
    match = _AT_END.search(line.text, max(0, len(line.text) - 70))
    if match is None or source_of(match[0].strip()) is None:
        return None
    return match.start() + len(match[0]) - len(match[0].lstrip())


def _credit(text: str) -> Credit | None:
    match = _PEOPLE.fullmatch(text.strip())
    if match is None:
        return None
    return _within(match["author"], match["bracket"] or match["house"])


def _may_be_name(text: str) -> bool:
    return len(text) <= 60 and text[0].isupper() and len(text.split()) <= 8 and text[-1] not in "?!:;,"


def _within(author: str, beside: str | None) -> Credit:
    """The credit of an author and of what stands in brackets or behind a stroke: a house, or where it was taken from."""
    if beside and (match := _FROM.match(beside)):
        return Credit(author.strip(), None, beside[match.end() :].strip())
    if beside and beside.strip().lower() in _DEEDS:
        beside = None
    return Credit(author.strip(), beside.strip() if beside else None, None)


def _is_name_of_house(text: str) -> bool:
    name = text.strip().rstrip(".")
    if _is_agency(name) or re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?", name):
        return True
    return 2 <= len(name) <= 60 and not name[0].islower() and not _SENTENCE.search(name)


@cache
def _agencies() -> frozenset[str]:
    return names("agencies", "names")


def _is_agency(name: str) -> bool:
    return name.strip().lower() in _agencies()
