"""Where every value of an article comes from: its places in the text as filed, in the clean text and in the bytes, and why."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from shared.database import AnyRow
from shared.decoding import filed_spans

Span = tuple[int, int]

# What each finding says, and where it stands; those of one place have it themselves.
_SAYS = {
    "blocks": "kind", "items": "title", "byline": "author", "source_line": "name", "abbreviations": "long",
    "slips": "suggestion", "notes": "code", "dates": "value", "entities": "name", "places": "unit", "people": "name",
    "citations": "text", "published": "value", "event": "value",
}  # fmt: skip
_MOST_COMPARED = 9_000_000
"""Pairs of characters: a block of 3,000 is held against its clean text in some 10 ms."""


class Value(NamedTuple):
    """A value of an article: where it is in the document, what it says, where it stands, and why it is believed."""

    path: str
    value: str | None
    spans: list[Span]
    basis: Mapping[str, Any] | None


def values(document: Mapping[str, Any]) -> Iterator[Value]:
    """Every value that was found in an article, in the order of its document."""
    for name, says in _SAYS.items():
        found = document[name]
        for number, one in enumerate(found if isinstance(found, list) else [found]):
            if one is None:
                continue
            path = f"/{name}/{number}" if isinstance(found, list) else f"/{name}"
            basis = one.get("basis") if isinstance(one.get("basis"), dict) else one if "method" in one else None
            yield Value(path, one.get(says), _spans(one), basis)
            if name == "people":
                yield from _of_person(path, one, basis)


def _of_person(path: str, person: Mapping[str, Any], basis: Mapping[str, Any] | None) -> Iterator[Value]:
    if rank := person["rank"]:
        yield Value(f"{path}/rank", rank["text"], _spans(rank), basis)
    for number, post in enumerate(person["positions"]):
        yield Value(f"{path}/positions/{number}", post["text"], _spans(post), basis)


def _spans(one: Mapping[str, Any]) -> list[Span]:
    if "start" in one:
        return [(one["start"], one["end"])]
    places = [*one.get("mentions", ()), *one.get("titles", ()), *one.get("spans", ())]
    # A day of publication stands where its evidence does.
    places = places or ([] if "mentions" in one else list(one.get("evidence", ())))
    return [(place["start"], place["end"]) for place in places]


class CleanText:
    """Leads from the text as filed to the clean text of its blocks."""

    def __init__(self, text: str, blocks: Sequence[Mapping[str, Any]]) -> None:
        self._text, self._blocks = text, blocks
        self._order = sorted(range(len(blocks)), key=lambda number: blocks[number]["start"])
        self._starts = [blocks[number]["start"] for number in self._order]
        self._maps: dict[int, list[Span] | None] = {}

    def place(self, start: int, end: int) -> dict[str, int] | None:
        """The block in which a filed span lies and its place in the block's `text`; None if it lies in none, or if the two
        texts are too long and too different to be held against each other."""
        at = bisect_right(self._starts, start) - 1
        if at < 0 or end > self._blocks[self._order[at]]["end"]:
            return None
        number = self._order[at]
        begin = self._blocks[number]["start"]
        if self._is_as_filed(number):
            return {"block": number, "start": start - begin, "end": end - begin}
        if number not in self._maps:
            self._maps[number] = _aligned(self._filed(number), self._blocks[number]["text"])
        characters = self._maps[number]
        if characters is None:
            return None
        made = [span for span in characters[start - begin : end - begin] if span[0] < span[1]]
        if not made:
            return None
        return {"block": number, "start": made[0][0], "end": made[-1][1]}

    def _filed(self, number: int) -> str:
        return self._text[self._blocks[number]["start"] : self._blocks[number]["end"]]

    def _is_as_filed(self, number: int) -> bool:
        return self._filed(number) == str(self._blocks[number]["text"])


def _aligned(filed: str, clean: str) -> list[Span] | None:
    """Of each filed character the clean characters that were made of it; None if that would take too long to find."""
    if len(filed) * len(clean) > _MOST_COMPARED:
        return None
    made: list[Span] = []
    for kind, start, end, first, last in SequenceMatcher(None, filed, clean, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == last - first):
            made += [(first + place, first + place + 1) for place in range(end - start)]
        else:
            made += [(first, last)] * (end - start)
    return made


def told(document: Mapping[str, Any], received: AnyRow | None) -> dict[str, Any]:
    """The values of an article's document as readers are told them: each with its places, the rule and its version, how sure
    it is, why, and what it rests on. `received` are the bytes that it was made of; None: they are gone."""
    found = list(values(document))
    places = _Places(document, received, {span for value in found for span in (*value.spans, *_evidence(value))})
    return {
        "media_type": received.media_type if received else None,
        "charset": received.charset if received else None,
        "data": [
            {
                "path": value.path,
                "value": value.value,
                "spans": [places.told(span) for span in value.spans],
                **{name: (value.basis or {}).get(name) for name in ("method", "version", "confidence", "reason")},
                "evidence": [places.told(span) for span in _evidence(value)],
            }
            for value in found
        ],
    }


def _evidence(value: Value) -> list[Span]:
    return [(span["start"], span["end"]) for span in (value.basis or {}).get("evidence", ())]


class _Places:
    """Filed spans, each with its place in the clean text and in the bytes."""

    def __init__(self, document: Mapping[str, Any], received: AnyRow | None, spans: set[Span]) -> None:
        text = document["text"]
        self._clean = CleanText(text, document["blocks"])
        self._bytes: dict[Span, Span] = {}
        if received is not None:
            in_order = sorted(span for span in spans if span[0] <= span[1] <= len(text))
            found = filed_spans(received.bytes, received.media_type, received.charset, in_order)
            self._bytes = dict(zip(in_order, found, strict=True))

    def told(self, span: Span) -> dict[str, Any]:
        """The span and its places as readers are told them."""
        place = self._bytes.get(span)
        return {
            "start": span[0],
            "end": span[1],
            "clean": self._clean.place(*span),
            "bytes": {"start": place[0], "end": place[1]} if place else None,
        }
