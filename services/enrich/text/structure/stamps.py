"""Dates that a newsroom puts on a bulletin: lines that say when, and the datelines that open a lead."""

import re
from functools import cache

from services.enrich.text.structure.lines import Line
from services.enrich.text.structure.words import names

_DAY = (
    r"(?:(?:ngày\s+)?\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}|\d{4}-\d{1,2}-\d{1,2}"
    r"|(?:ngày\s+)?\d{1,2}\s+tháng\s+\d{1,2}(?:\s*,)?\s+(?:năm\s+)?\d{4})"
)
_SHORT_DAY = r"(?:(?:ngày\s+)?\d{1,2}\s*[/.-]\s*\d{1,2}|(?:ngày\s+)?\d{1,2}\s+tháng\s+\d{1,2})"
_CLOCK = r"(?:(?:lúc\s+)?\d{1,2}\s*(?::|h|g|giờ)\s*(?:\d{2})?(?::\d{2})?(?:\s*(?:phút|am|pm|sa|ch))?)"
_WEEKDAY = r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|t[2-7]|cn)"
_ZONE = r"(?:\(?(?:gmt|utc)\s*[+-]\s*\d{1,2}(?::?\d{2})?\)?)"
_BETWEEN = r"[\s,|–—\-•·/()\[\]]*"


@cache
def _line() -> re.Pattern[str]:
    labels = "|".join(sorted(map(re.escape, names("dateline", "labels")), key=len, reverse=True))
    return re.compile(
        rf"[\[(]?\s*(?:(?P<label>{labels})\s*:?\s*)?{_BETWEEN}(?:(?:{_WEEKDAY}|{_CLOCK}|{_ZONE}){_BETWEEN}){{0,3}}"
        rf"(?P<day>{_DAY}){_BETWEEN}(?:(?:{_WEEKDAY}|{_CLOCK}|{_ZONE}){_BETWEEN}){{0,3}}[.\])]?"
    )


_PLACE_AND_DAY = re.compile(rf"[^\W\d_][^\d,:;.!?]{{1,39}},\s*{_DAY}\s*\.?")


def is_stamp(line: Line) -> bool:
    """Does the whole line say nothing but a day in full, perhaps with a place, a weekday, a clock time?"""
    if len(line.text) > 90 or not any(character.isdigit() for character in line.text):
        return False
    return _line().fullmatch(line.folded) is not None or _PLACE_AND_DAY.fullmatch(line.folded) is not None


def stamp_before(line: Line) -> int | None:
    """Where the headline begins in a first line that a stated day was fused to; None if none was.

    Only what is no beginning of a sentence counts: a label, brackets, a bar or a dash after it, or the bare day before
    a capital letter.
    """
    match = _line().match(line.folded)
    if match is None or match.end() >= len(line.text):
        return None
    rest = match.end()
    rest += len(line.text[rest:]) - len(line.text[rest:].lstrip(" :|–—-"))
    written = line.text[:rest]
    labelled = match["label"] is not None and (match["label"] not in ("ngày", "thứ ngày") or ":" in written)
    bare = match.start("day") == 0 and line.folded[0].isdigit() and written[-1].isspace()
    marked = written.rstrip()[-1] in ")]|–—:" or bool(re.search(r"\s-\s*$", written))
    if rest < len(line.text) and line.text[rest].isupper() and (labelled or bare or marked):
        return rest
    return None


def stamp_after(line: Line) -> int | None:
    """Where, in a line that names its author and then the day, the day begins; None in any other line."""
    if len(line.text) > 120:
        return None
    parting = re.search(r"\s*[|•·]\s*|\s+[-–—]\s+", line.text)
    if parting is None or not _line().fullmatch(line.folded, parting.end()):
        return None
    return parting.end()


_DASH = r"\s*[-–—]+\s+"
# A place in letters of any size, and perhaps the day: "Hà Nội, 12/3 –", "TTXVN (Hà Nội 5/9) -", "(Chinhphu.vn) -".
_WITH_DAY = re.compile(
    rf"(?:(?:[^\W\d_][\w.+]*\s*)?\(\s*)?[^\W\d_][^\d(){{}}:;!?]{{1,40}}?[,\s]\s*(?:{_WEEKDAY},?\s*)?(?:{_DAY}|{_SHORT_DAY})\s*"
    rf"(?:\(\s*[\w.+/ ]{{2,30}}\s*\))?\)?{_DASH}"
)
_BRACKETED = re.compile(r"\((?P<name>[^()\d]{2,40})\)\s*(?:[-–—:.]+\s*)?")
_AGENCY = re.compile(r"(?P<name>[A-ZĐ][\w.+/]{1,20})\s*(?:\([^()]{2,40}\))?\s*[-–—]+\s+")
_CAPITALS = re.compile(r"(?P<name>[^\W\d_][^\d():;!?–—]{1,38}?)\s*(?:\([^()]{2,30}\))?\s*[-–—]+\s+")


def dateline_of(line: Line) -> int | None:
    """Where the dateline that opens a lead ends, behind its dash; None if there is none."""
    if (line.text[0].isupper() or line.text[0] == "(") and (match := _WITH_DAY.match(line.folded[:120])):
        return match.end()
    head = line.text[:100]
    if end := _bracketed_houses(head):
        return end if end < len(line.text) else None
    if (match := _AGENCY.match(head)) and _is_house(match["name"]):
        return match.end()
    if (match := _CAPITALS.match(head)) and match["name"].isupper() and len(match["name"]) >= 4:
        return match.end()
    return None


def _bracketed_houses(head: str) -> int:
    """Where the names of houses in brackets end that a line begins with, one or several: "(TTXVN) -"; 0 without."""
    end = 0
    while (match := _BRACKETED.match(head, end)) and _is_house(match["name"]):
        end = match.end()
    return end


def _is_house(name: str) -> bool:
    """Is this the name of a news agency or house, or of its web site?"""
    folded = name.strip().lower()
    return folded in names("agencies", "names") or bool(re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", folded))
