"""Bulletins of several articles: cut apart where that is certain, told of where it is not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.enrich.text.structure.lines import Line
from services.enrich.text.structure.opening import is_kicker
from services.enrich.text.structure.stamps import dateline_of, is_stamp
from services.enrich.text.structure.words import pattern

_LONGEST_HEADLINE = 170
_SHORTEST_BODY = 60
# What a headline of a digest may begin with; the number, where it has one, must count up.
_MARKS = (
    re.compile(r"tin\s*(?:số\s*)?(?P<number>\d{1,2})\s*[:.)–—-]\s*"),
    re.compile(r"(?P<number>\d{1,2})\s*[.)/]\s+"),
    re.compile(r"(?P<number>)(?:\*|\+|■|●|◆|►|▶|#)\s*"),
)
_SURE_MARK = 0
_TWO_CAPITALS = re.compile(r"[^\W\d_a-zà-ỹ]\w*\s+[^\W\d_a-zà-ỹ]\w*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """The lines before the first article, and the lines of each; `marks` tells how long each headline's mark is."""

    preamble: Sequence[Line]
    sections: Sequence[Sequence[Line]]
    marks: Sequence[int]


def cut(lines: Sequence[Line]) -> Cut | None:
    """Where a bulletin falls apart into articles; None where it is one, or where that is not certain."""
    return _cut_at_rules(lines) or _cut_at_marks(lines)


def may_be_several(lines: Sequence[Line]) -> list[Line]:
    """The headlines of further articles that seem to stand in a bulletin that was not cut.

    Above a dateline one is enough; else it takes two that are whole headlines and begin with a name that the first
    headline has not.
    """
    title = lines[0].text
    found, named = [], []
    for above, line, below in zip(lines[1:], lines[2:], lines[3:], strict=False):
        if not _is_headline(line) or len(above.text) < 40:
            continue
        if dateline_of(below) is not None or is_stamp(below):
            found.append(line)
        elif (
            below.ends_sentence
            and line.text.count(" ") >= 6
            and (name := _TWO_CAPITALS.match(line.text))
            and name[0] not in title
        ):
            named.append(line)
    return found or (named if len(named) >= 2 else [])


def _cut_at_rules(lines: Sequence[Line]) -> Cut | None:
    """At lines of stars or dashes, if an article with headline and body stands on both sides of every one."""
    sections: list[list[Line]] = [[]]
    for line in lines:
        if line.rule:
            sections.append([])
        else:
            sections[-1].append(line)
    sections = [section for section in sections if section]
    preamble: list[Line] = []
    if sections and all(is_kicker(line) or is_stamp(line) for line in sections[0]):
        preamble = sections.pop(0)
    if len(sections) < 2 or not all(_is_article(section) for section in sections):
        return None
    return Cut(preamble=preamble, sections=sections, marks=[0] * len(sections))


def _cut_at_marks(lines: Sequence[Line]) -> Cut | None:
    """At headlines of one form, numbered or starred, if the opening says that this is a digest or nothing precedes."""
    plain = [line for line in lines if not line.rule]
    for sure, mark in enumerate(_MARKS):
        heads = [place for place, line in enumerate(plain) if (mark.match(line.folded)) and _is_headline(line)]
        if len(heads) < 2 or not _count_up([mark.match(plain[place].folded) for place in heads]):
            continue
        preamble = plain[: heads[0]]
        if sure != _SURE_MARK and not all(
            is_kicker(line) or is_stamp(line) or _names_digest(line) for line in preamble
        ):
            continue
        if len(preamble) > 3:
            continue
        sections = [plain[start:end] for start, end in zip(heads, [*heads[1:], len(plain)], strict=True)]
        if all(_is_article(section) for section in sections):
            lengths = [match.end() for place in heads if (match := mark.match(plain[place].folded))]
            return Cut(preamble=preamble, sections=sections, marks=lengths)
    return None


def _count_up(matches: Sequence[re.Match[str] | None]) -> bool:
    numbers = [int(match["number"]) for match in matches if match and match["number"]]
    return not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _is_article(section: Sequence[Line]) -> bool:
    heads = [line for line in section if not is_kicker(line) and not is_stamp(line)]
    return (
        len(heads) >= 2
        and _is_headline(heads[0])
        and any(len(line.text) >= _SHORTEST_BODY and line.ends_sentence for line in heads[1:])
    )


def _is_headline(line: Line) -> bool:
    return 12 <= len(line.text) <= _LONGEST_HEADLINE and line.text[-1] not in ".,;:…" and line.text.count(" ") >= 2


def _names_digest(line: Line) -> bool:
    return len(line.text) <= 120 and pattern("digest", "names").search(line.folded) is not None
