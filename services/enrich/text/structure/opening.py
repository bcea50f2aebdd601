"""The opening of a bulletin: mail headers, section names, stated days, and the headline."""

import re
from collections.abc import Sequence

from services.enrich.text.structure.draft import Draft
from services.enrich.text.structure.lines import Line
from services.enrich.text.structure.pictures import is_placeholder
from services.enrich.text.structure.stamps import is_stamp, stamp_before
from services.enrich.text.structure.words import names, pattern

_LONGEST_KICKER = 70
_LONGEST_STRAP = 50
_LONGEST_HEADLINE = 200


def mark_opening(draft: Draft, mark: int = 0) -> int:
    """Claim everything down to the headline; the number of the headline's line.

    In a digest the headline begins behind a mark of `mark` characters ("1. ").
    """
    _mark_mail(draft)
    for index in draft.open():
        line = draft.lines[index]
        if is_stamp(line):
            draft.mark(index, "dateline", "structure.stamp", 0.97, "a line of nothing but a day in full")
        elif is_kicker(line) and _has_headline_below(draft.lines, index):
            draft.mark(index, "kicker", "structure.kicker", 0.9, "a section's name above the headline")
        elif _is_strap(draft.lines, index):
            draft.mark(index, "kicker", "structure.strap", 0.75, "a few words in capitals above the headline")
        elif is_placeholder(line):
            draft.mark(index, "placeholder", "structure.placeholder", 0.9, "stands where a picture was")
        else:
            _mark_headline(draft, index, mark)
            return index
    return _make_headline(draft)


def _mark_headline(draft: Draft, index: int, mark: int) -> None:
    if mark:
        draft.mark(index, "headline", "structure.numbered_headline", 0.9, "a headline of a digest", start=mark)
        return
    begin = stamp_before(draft.lines[index])
    if begin is None:
        draft.mark(index, "headline", "structure.first_line", 0.9, "the first line")
        return
    head = draft.lines[index].text[:begin].rstrip()
    draft.mark(index, "dateline", "structure.fused_stamp", 0.97, "a stated day before the headline", end=len(head))
    draft.mark(
        index, "headline", "structure.first_line", 0.95, "the first line, without the day before it", start=begin
    )


def _make_headline(draft: Draft) -> int:
    """Nothing is left for a headline: the last line that was taken for something else has to be it."""
    claimed = [index for index in range(len(draft.lines)) if draft.parts[index] or draft.lines[index].rule]
    index = claimed[-1]
    draft.parts[index].clear()
    draft.mark(index, "headline", "structure.only_line", 0.5, "no other line could be the headline")
    return index


def is_kicker(line: Line) -> bool:
    """Is this the name of a section or a programme?"""
    if len(line.text) > _LONGEST_KICKER:
        return False
    folded = line.folded.strip(" .:*-–—[]|#")
    return folded in names("kicker", "sections") or bool(
        pattern("kicker", "named").fullmatch(folded) and not line.ends_sentence
    )


def _has_headline_below(lines: Sequence[Line], index: int) -> bool:
    """Is the first line below that is neither a stamp nor a kicker a headline? A sentence is none: "Tin buồn" is, then."""
    below = (line for line in lines[index + 1 :] if not (line.rule or is_stamp(line) or is_kicker(line)))
    first = next(below, None)
    return first is not None and not first.text.endswith(".")


def _is_strap(lines: Sequence[Line], index: int) -> bool:
    """Is this a short line in capitals with a headline in small letters, and then more, below it?"""
    if index + 2 >= len(lines):
        return False
    line, below = lines[index], lines[index + 1]
    in_capitals = re.sub(r"\(.*?\)", "", line.text).isupper()
    return (
        in_capitals
        and len(line.text) <= _LONGEST_STRAP
        and not below.text.isupper()
        and not below.ends_sentence
        and len(line.text) < len(below.text) <= _LONGEST_HEADLINE
        and not below.rule
    )


def _mark_mail(draft: Draft) -> None:
    """Claim the headers of a forwarded mail, two lines or more at the top."""
    header = pattern("mail", "header")
    top = 0
    while top < len(draft.lines) and (draft.lines[top].rule or header.fullmatch(draft.lines[top].folded)):
        top += 1
    headers = [index for index in range(top) if not draft.lines[index].rule]
    if len(headers) < 2:
        return
    for index in headers:
        if is_stamp(draft.lines[index]):
            draft.mark(index, "dateline", "structure.mail_date", 0.85, "the day of the mail that brought it")
        else:
            draft.mark(index, "tail", "structure.mail_header", 0.9, "a header of the mail that brought it")
