"""What differs between two versions of an article: by field, and by span of the filed texts. Pure, and bounded in cost."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import orjson

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MOST_PAIRS = 200_000
"""Pairs of equal pieces that are looked at in one comparison. Beyond that the whole stretch counts as changed."""

_OWN = {"id", "version", "bulletin", "received_at", "available_at", "pub_status", "text", "relations"}
"""Fields that are a version's own, or the article's, or told by span."""
_PLACES = {"start", "end", "basis", "evidence", "spans", "method", "version", "confidence", "reason"}
"""Parts of a value that say where it stands or why it is believed, not what it is."""

Span = tuple[int, int]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """A DiffOut of two documents of one article."""
    spans, coarse = changed_spans(before["text"], after["text"])
    return {
        "article": after["id"],
        "before": before["version"],
        "after": after["version"],
        "fields": changed_fields(before, after),
        "text": [
            {
                "before": {"start": old[0], "end": old[1]},
                "after": {"start": new[0], "end": new[1]},
                "removed": before["text"][slice(*old)],
                "added": after["text"][slice(*new)],
            }
            for old, new in spans
        ],
        "coarse": coarse,
    }


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields that say something else: what only one of the documents says, in the order of the document.

    An entry that only stands elsewhere in the text has not changed, nor has one that is believed for another reason.
    """
    found = []
    for field in after:
        if field not in _OWN:
            was, now = _entries(before.get(field)), _entries(after[field])
            if was != now:
                found.append({"field": field, "removed": _only(was, now), "added": _only(now, was)})
    return found


def _entries(value: Any) -> Counter[bytes]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return Counter(orjson.dumps(_said(one), option=orjson.OPT_SORT_KEYS) for one in values)


def _said(value: Any) -> Any:
    """A value without its places and reasons; a list in it as it is, for its order may matter."""
    if isinstance(value, Mapping):
        return {key: _said(inner) for key, inner in value.items() if key not in _PLACES}
    if isinstance(value, list):
        return [_said(inner) for inner in value]
    return value


def _only(these: Counter[bytes], those: Counter[bytes]) -> list[Any]:
    return [orjson.loads(entry) for entry in (these - those).elements()]


def changed_spans(before: str, after: str) -> tuple[list[tuple[Span, Span]], bool]:
    """The stretches that differ, as pairs of half-open spans in code points; and whether any was too long to be held
    against its counterpart word by word.

    Taken out of the first text and put in from the second, they turn the one into the other.
    """
    if before == after:
        return [], False
    found: list[tuple[Span, Span]] = []
    coarse = False
    for old, new in _unequal(before, after, (0, len(before)), (0, len(after)), _LINE) or [
        ((0, len(before)), (0, len(after)))
    ]:
        finer = _unequal(before, after, old, new, _TOKEN)
        coarse = coarse or finer is None
        found += [(old, new)] if finer is None else finer
    return [pair for pair in found if before[slice(*pair[0])] != after[slice(*pair[1])]], coarse


def _unequal(before: str, after: str, old: Span, new: Span, piece: re.Pattern[str]) -> list[tuple[Span, Span]] | None:
    """The stretches of two spans that differ, piece by piece; None if that would cost too much."""
    ours, theirs = list(_pieces(before, old, piece)), list(_pieces(after, new, piece))
    left = [before[slice(*span)] for span in ours]
    right = [after[slice(*span)] for span in theirs]
    # What is equal at both ends costs nothing, however long it is.
    head = _shared(left, right)
    tail = _shared(left[head:][::-1], right[head:][::-1])
    inner_left, inner_right = left[head : len(left) - tail], right[head : len(right) - tail]
    counts = Counter(inner_right)
    if sum(counts[word] for word in inner_left) > _MOST_PAIRS:
        return None
    steps = SequenceMatcher(None, inner_left, inner_right, autojunk=False).get_opcodes()
    return [
        (_stretch(ours, old, i + head, j + head), _stretch(theirs, new, k + head, m + head))
        for tag, i, j, k, m in steps
        if tag != "equal"
    ]


def _pieces(text: str, span: Span, piece: re.Pattern[str]) -> Iterator[Span]:
    return (match.span() for match in piece.finditer(text, *span))


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    """How many pieces are the same from the beginning on."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _stretch(pieces: Sequence[Span], whole: Span, first: int, end: int) -> Span:
    """From the beginning of a piece to the end of the last before `end`; empty where there is none."""
    start = pieces[first][0] if first < len(pieces) else whole[1]
    return start, pieces[end - 1][1] if end > first else start
