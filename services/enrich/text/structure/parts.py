"""From a bulletin's lines to its parts, in the order in which they are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.enrich.text.structure.closing import mark_closing, mark_credits_above
from services.enrich.text.structure.digest import cut, may_be_several
from services.enrich.text.structure.draft import Draft, Part
from services.enrich.text.structure.lines import Line, paragraphs_of
from services.enrich.text.structure.opening import mark_opening
from services.enrich.text.structure.pictures import mark_pictures, mark_unmarked_captions
from services.enrich.text.structure.rows import mark_lists, mark_subheads, mark_tables
from services.enrich.text.structure.stamps import dateline_of, is_stamp


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """The parts in order; where a bulletin holds several articles for certain, the parts of each, else none.

    `doubts` are lines that look like headlines of further articles where that is not certain.
    """

    parts: Sequence[Part]
    articles: Sequence[Sequence[Part]]
    doubts: Sequence[Line]


def structure_of(lines: Sequence[Line]) -> Structure:
    """The parts of a bulletin's lines, of which there is at least one."""
    lines = paragraphs_of(lines)
    if found := cut(lines):
        articles = [_parts_of(section, mark) for section, mark in zip(found.sections, found.marks, strict=True)]
        parts = [*_preamble(found.preamble), *(part for article in articles for part in article)]
        return Structure(parts=parts, articles=articles, doubts=())
    return Structure(parts=_parts_of(lines), articles=(), doubts=may_be_several(lines))


def _preamble(lines: Sequence[Line]) -> list[Part]:
    draft = Draft(lines=lines)
    for index in draft.open():
        if is_stamp(lines[index]):
            draft.mark(index, "dateline", "structure.stamp", 0.97, "a line of nothing but a day in full")
        else:
            draft.mark(index, "kicker", "structure.kicker", 0.9, "names the digest above its articles")
    return [part for parts in draft.parts for part in parts]


def _parts_of(lines: Sequence[Line], mark: int = 0) -> list[Part]:
    """The parts of one article, whose headline begins behind a mark of `mark` characters."""
    draft = Draft(lines=lines)
    headline = mark_opening(draft, mark)
    mark_pictures(draft, headline)
    mark_closing(draft, headline)
    mark_credits_above(draft, headline)
    mark_tables(draft, headline)
    mark_lists(draft, headline)
    mark_unmarked_captions(draft, headline)
    mark_subheads(draft, headline)
    _mark_body(draft)
    return [part for parts in draft.parts for part in parts]


def _mark_body(draft: Draft) -> None:
    """What is left is the lead and, after it, paragraphs; a dateline before the lead is a part of its own."""
    kind = "lead"
    for index in list(draft.open()):
        text = draft.lines[index].text
        begin = dateline_of(draft.lines[index]) if kind == "lead" else None
        if begin is not None:
            end = len(text[:begin].rstrip())
            draft.mark(index, "dateline", "structure.dateline", 0.9, "place, day or agency before the lead", end=end)
        if kind == "lead":
            draft.mark(index, "lead", "structure.lead", 0.85, "the first paragraph of the body", start=begin or 0)
        else:
            draft.mark(index, "paragraph", "structure.line", 0.8, "a line of the body")
        kind = "paragraph"
