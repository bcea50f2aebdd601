"""The lines of a text, and the paragraphs that old systems broke into lines of one width."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from services.enrich.text.span import Edit, OffsetMap
from services.enrich.text.vietnamese import fold_tone_place

# Whatever old systems end a line with.
_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")
# A line that only parts what stands above it from what stands below.
_RULE = re.compile(r"(?:[*=_~–—.+#•-]\s*){3,}|[-–—*]*\s*o[0Oo]o\s*[-–—*]*")
_LONGEST_RULE = 200
_END_OF_SENTENCE = frozenset('.!?:;…"”’)»')
_FULL_LINE = range(45, 131)
"""How wide the lines of a text may be that was broken by a machine, in characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line, or a paragraph of several, without the blanks around it.

    `folded` is `text` in small letters and with one tone placement, as long as `text`; `offsets` leads from `text` to
    the filed text. `breaks` counts the line breaks before it, `rule` says that it only separates.
    """

    text: str
    folded: str
    offsets: OffsetMap
    breaks: int
    rule: bool = False

    @property
    def ends_sentence(self) -> bool:
        """Does it end as a sentence does?"""
        return self.text[-1] in _END_OF_SENTENCE


def lines_of(text: str, under: OffsetMap | None = None) -> list[Line]:
    """Every line of `text` that holds anything, in order; `under` leads from `text` to the filed text."""
    lines = []
    last = 0
    for match in _LINE.finditer(text):
        part = match[0]
        start = match.start() + len(part) - len(part.lstrip())
        end = match.start() + len(part.rstrip())
        if start < end:
            lines.append(
                Line(
                    text=(written := text[start:end]),
                    folded=fold_tone_place(written),
                    offsets=OffsetMap(start, (), under),
                    breaks=len(_BREAK.findall(text, last, start)),
                    rule=_is_rule(written),
                )
            )
            last = end
    return lines


def _is_rule(written: str) -> bool:
    if written == "o0o":
        return True
    return not written[0].isalpha() and len(written) <= _LONGEST_RULE and _RULE.fullmatch(written) is not None


def paragraphs_of(lines: Sequence[Line]) -> list[Line]:
    """The lines, with those joined that a machine broke for width: they go on in mid-sentence, line for line."""
    if not _is_broken_for_width(lines):
        return list(lines)
    return [_joined(group) for group in _groups(lines)]


def _is_broken_for_width(lines: Sequence[Line]) -> bool:
    """Is it the rule here, not the exception, that a full line is followed at once by one in small letters?"""
    follows = [(above, below) for above, below in pairwise(lines) if below.breaks == 1]
    going_on = [above for above, below in follows if len(above.text) in _FULL_LINE and below.text[0].islower()]
    if len(going_on) < 2 or len(going_on) < 0.3 * len(follows):
        return False
    width = median(len(line.text) for line in going_on)
    return sum(abs(len(line.text) - width) <= 20 for line in going_on) >= 0.8 * len(going_on)


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of lines that make one paragraph each."""
    width = max((len(line.text) for line in lines if len(line.text) in _FULL_LINE), default=0)
    group: list[Line] = []
    for line in lines:
        if group and _goes_on(group[-1], line, width):
            group.append(line)
            continue
        if group:
            yield group
        group = [line]
    if group:
        yield group


def _goes_on(above: Line, below: Line, width: int) -> bool:
    if below.breaks != 1 or above.rule or below.rule or len(above.text) < 0.6 * width:
        return False
    return below.text[0].islower() or not above.ends_sentence


def _joined(group: Sequence[Line]) -> Line:
    first = group[0]
    if len(group) == 1:
        return first
    text, edits = first.text, []
    for above, below in pairwise(group):
        gap = below.offsets.base - above.offsets.base - len(above.text)
        place = above.offsets.base - first.offsets.base + len(above.text)
        edits.append(Edit(place, place + gap, " "))
        text += f" {below.text}"
    offsets = OffsetMap.of(edits, base=first.offsets.base, under=first.offsets.under)
    return replace(first, text=text, folded=fold_tone_place(text), offsets=offsets)
