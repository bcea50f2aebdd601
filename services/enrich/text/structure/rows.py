"""Tables, lists and subheads: what is told apart by its shape and its neighbours."""

import re
from collections.abc import Callable, Iterator, Sequence

from services.enrich.text.structure.draft import Draft
from services.enrich.text.structure.lines import Line
from services.enrich.text.structure.words import pattern

_COLUMNS = ("\t", "|", "   ")
_LONGEST_SUBHEAD = 110
_LONGEST_ROW = 300


def mark_tables(draft: Draft, headline: int) -> None:
    """Claim runs of two or more neighbouring lines that have columns."""
    for run in _runs([index for index in draft.open() if index > headline], draft.lines, _is_row):
        for index in run:
            draft.mark(index, "table", "structure.table", 0.9, "a row among rows of columns")


def mark_lists(draft: Draft, headline: int) -> None:
    """Claim runs of two or more neighbouring lines that begin with one kind of sign or with numbers that count up."""
    body = [index for index in draft.open() if index > headline]
    for name in ("bullet", "numbered"):
        sign = pattern("list", name)
        for run in _runs(body, draft.lines, lambda line, sign=sign: _is_item(line, sign)):  # type: ignore[misc]
            if not any(draft.parts[index] for index in run) and not _is_dialogue([draft.lines[index] for index in run]):
                for index in run:
                    draft.mark(index, "list", f"structure.list_{name}", 0.85, "one of a run of items")


def mark_subheads(draft: Draft, headline: int) -> None:
    """Claim short lines without a full stop that stand above a longer paragraph."""
    body = [index for index in draft.open() if index > headline]
    for place, index in enumerate(body[1:-1], start=1):
        line, below = draft.lines[index], draft.lines[body[place + 1]]
        if body[place + 1] != index + 1 and draft.kind(index + 1) not in ("list", "table", "placeholder", "caption"):
            continue
        if _titles(line, below) or (draft.kind(index + 1) in ("list", "table") and _is_short_title(line)):
            draft.mark(
                index, "subhead", "structure.subhead", 0.75, "a short line without a full stop above a paragraph"
            )


def _is_dialogue(lines: Sequence[Line]) -> bool:
    """Are these people who speak in turn, each behind a dash?"""
    return lines[0].text[0] in "-–—" and any(
        line.text.rstrip('"”')[-1:] in "?!" or re.search(r"[?!.,] [-–—] ", line.text) for line in lines
    )


def _titles(line: Line, below: Line) -> bool:
    return _is_short_title(line) and below.ends_sentence and len(below.text) > max(1.3 * len(line.text), 30)


def _is_short_title(line: Line) -> bool:
    if len(line.text) > _LONGEST_SUBHEAD or line.text[0].islower() or pattern("speech", "speaker").match(line.folded):
        return False
    return line.text[-1] not in '.,;:!…"”)' and line.text[0] not in '"“-–—'


def _is_row(line: Line) -> bool:
    return len(line.text) <= _LONGEST_ROW and any(column in line.text for column in _COLUMNS) and line.text[-1] != "…"


def _is_item(line: Line, sign: re.Pattern[str]) -> bool:
    return sign.match(line.folded) is not None and not pattern("speech", "speaker").match(line.folded)


def _runs(indexes: Sequence[int], lines: Sequence[Line], fits: Callable[[Line], bool]) -> Iterator[list[int]]:
    """Runs of two or more neighbouring lines, of those numbered `indexes`, that fit."""
    run: list[int] = []
    for index in indexes:
        if fits(lines[index]):
            if run and index != run[-1] + 1:
                if len(run) > 1:
                    yield run
                run = []
            run.append(index)
        else:
            if len(run) > 1:
                yield run
            run = []
    if len(run) > 1:
        yield run
