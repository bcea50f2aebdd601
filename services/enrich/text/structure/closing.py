"""The end of a bulletin: who wrote it, from where it was taken, and what no reader of the article needs."""

import re
from collections.abc import Iterable

from services.enrich.text.structure.credits import is_byline, is_source, source_at_end
from services.enrich.text.structure.draft import Draft
from services.enrich.text.structure.lines import Line
from services.enrich.text.structure.stamps import is_stamp, stamp_after
from services.enrich.text.structure.words import pattern

_LONGEST_TAIL = 400
_LONGEST_CREDIT = 110
# From one of these on, all short lines down to the end lead elsewhere.
_LEADS_ELSEWHERE = re.compile(
    r"(?:tin (?:bài )?liên quan|bài (?:viết )?liên quan|tin khác|các tin khác|tin cùng chuyên mục|bài cùng chuyên mục"
    r"|có thể bạn quan tâm|xem thêm|đọc thêm|mời (?:quý )?(?:độc giả|bạn đọc|quý vị))\b"
)
_THE_END = re.compile(r"[(\[]?\s*(?:hết|the end|end|hết bài|hết tin)\s*[)\]]?[.!/]*|\.?/\.|-?\s*30\s*-?")


def mark_closing(draft: Draft, headline: int) -> None:
    """Claim the last lines, from the end up, as long as they are credits, stated days and tails."""
    _mark_what_leads_elsewhere(draft, headline)
    bottom = [index for index in draft.open() if index > headline]
    for index in reversed(bottom):
        if not _mark_end(draft, index, last_body=index == bottom[0]):
            break
    _mark_source_in_last_line(draft, headline)


def mark_credits_above(draft: Draft, headline: int) -> None:
    """Claim the author's line and the stated day between headline and body, or right under the lead."""
    top = [index for index in draft.open() if index > headline][:4]
    for index in top[:-1]:
        line = draft.lines[index]
        if is_stamp(line):
            draft.mark(index, "dateline", "structure.stamp", 0.97, "a line of nothing but a day in full")
        elif (day := stamp_after(line)) and is_byline(author := line.text[:day].rstrip(" |•·-–—"), sure=False):
            draft.mark(index, "byline", "structure.byline", 0.9, "an author before a stated day", end=len(author))
            draft.mark(index, "dateline", "structure.stamp", 0.95, "a stated day after an author", start=day)
        elif len(line.text) <= _LONGEST_CREDIT and is_byline(line.text, sure=True):
            draft.mark(
                index, "byline", "structure.byline", 0.85, "an author's name on a line of its own above the body"
            )
        elif is_source(line):
            draft.mark(index, "source", "structure.source", 0.9, "says where it was taken from")


def _mark_end(draft: Draft, index: int, *, last_body: bool) -> bool:
    """Claim a line at the bottom. False if it is body."""
    line = draft.lines[index]
    if _is_tail(line):
        draft.mark(index, "tail", "structure.tail", 0.85, "leads out of the article")
    elif is_stamp(line):
        draft.mark(index, "dateline", "structure.stamp", 0.9, "a line of nothing but a day in full")
    elif last_body or len(line.text) > _LONGEST_CREDIT:
        return False
    elif is_source(line):
        draft.mark(index, "source", "structure.source", 0.95, "says where it was taken from")
    elif is_byline(line.text, sure=False):
        draft.mark(index, "byline", "structure.byline", 0.85, "a name or its initials at the end")
    else:
        return False
    return True


def _is_tail(line: Line) -> bool:
    if len(line.text) > _LONGEST_TAIL:
        return False
    return bool(
        pattern("tail", "opening").match(line.folded.lstrip("*-–•>» ☎✉"))
        or pattern("tail", "whole").fullmatch(line.folded)
        or _THE_END.fullmatch(line.folded)
    )


def _mark_what_leads_elsewhere(draft: Draft, headline: int) -> None:
    """Claim "Tin liên quan" and its like, and, where nothing but short lines follows, all of those."""
    for index in _after(draft.open(), headline):
        line = draft.lines[index]
        if len(line.text) > _LONGEST_TAIL or not _LEADS_ELSEWHERE.match(line.folded.lstrip("*-–•>» ")):
            continue
        draft.mark(index, "tail", "structure.leads_elsewhere", 0.85, "leads to other articles")
        following = [other for other in draft.open() if other > index]
        if not any(len(draft.lines[other].text) > 160 or draft.lines[other].text.endswith(".") for other in following):
            for other in following:
                line = draft.lines[other]
                if not (is_source(line) or is_byline(line.text, sure=True)):
                    draft.mark(other, "tail", "structure.leads_elsewhere", 0.7, "stands among what leads elsewhere")


def _mark_source_in_last_line(draft: Draft, headline: int) -> None:
    """Claim the source in brackets that ends the last paragraph: "… trong tháng tới. (TTXVN)"."""
    body = [index for index in draft.open() if index > headline]
    if not body:
        return
    index = body[-1]
    line = draft.lines[index]
    if (start := source_at_end(line)) is not None:
        words = line.text[:start].rstrip()
        draft.mark(index, "paragraph", "structure.line", 0.8, "a line of the body", end=len(words))
        draft.mark(
            index, "source", "structure.source_in_line", 0.9, "a house in brackets after the last sentence", start=start
        )


def _after(indexes: Iterable[int], headline: int) -> list[int]:
    return [index for index in indexes if index > headline]
