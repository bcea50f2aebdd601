"""Two texts held against each other: woven into one, or side by side with the differing words marked. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from services.api.diff import changed_spans

_AROUND = 160
"""So many characters of what is equal are shown on each side of a change."""

How = Literal["same", "removed", "added", "gap"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some characters, and whether they are in both texts, only in the earlier or only in the later; `gap`: in both, and
    too many to be shown."""

    how: How
    text: str


def woven(before: str, after: str) -> tuple[list[Stretch], bool]:
    """Both texts in one, and whether some of it was not compared word by word; long equal stretches are cut."""
    spans, coarse = changed_spans(before, after)
    found: list[Stretch] = []
    at = 0
    for (old, old_end), (new, new_end) in spans:
        found += _equal(after[at:new], first=not found, last=False)
        found += [Stretch("removed", before[old:old_end])] * (old < old_end)
        found += [Stretch("added", after[new:new_end])] * (new < new_end)
        at = new_end
    found += _equal(after[at:], first=not found, last=True)
    return found, coarse


def _equal(text: str, *, first: bool, last: bool) -> Iterator[Stretch]:
    head, tail = (0 if first else _AROUND), (0 if last else _AROUND)
    if len(text) <= head + tail + 40:
        if text:
            yield Stretch("same", text)
        return
    if head:
        yield Stretch("same", text[:head].rsplit(" ", 1)[0])
    yield Stretch("gap", "")
    if tail:
        yield Stretch("same", text[len(text) - tail :].split(" ", 1)[-1])


def beside(one: str, other: str) -> tuple[Sequence[Stretch], Sequence[Stretch], bool]:
    """Each text in stretches, those that the other does not have marked; and whether some was not compared by words."""
    spans, coarse = changed_spans(one, other)
    return (
        _marked(one, [ours for ours, _ in spans], "removed"),
        _marked(other, [theirs for _, theirs in spans], "added"),
        coarse,
    )


def _marked(text: str, spans: Sequence[tuple[int, int]], how: How) -> list[Stretch]:
    found, at = [], 0
    for start, end in spans:
        if start == end:
            continue
        if at < start:
            found.append(Stretch("same", text[at:start]))
        found.append(Stretch(how, text[start:end]))
        at = end
    return [*found, Stretch("same", text[at:])] if at < len(text) else found
