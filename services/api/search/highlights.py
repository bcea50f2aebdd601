"""Where in an article the words of a query stand: places in its title and its text as filed, and a piece around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from services.api.search.tree import Node, Words, wanted
from services.api.search.vectors import Grade, Match
from shared.orthography.lexemes import Token, plain, tokens

_SNIPPET = 220
"""Characters of a snippet, about."""
_BODY = frozenset(["lead", "paragraph", "subhead", "list", "table"])
_KINDS = {
    "title": frozenset(["headline"]),
    "lead": frozenset(["lead"]),
    "body": _BODY,
    "caption": frozenset(["caption"]),
    "by": frozenset(["byline"]),
}
_UNSEARCHED = frozenset(["placeholder", "tail"])


class Highlight(NamedTuple):
    """A place that was hit: half-open, in code points of the article's `title` or `text`."""

    field: Literal["title", "text"]
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The text of an article that was found: its title, its text as filed, and the blocks with their places in it."""

    title: str
    text: str
    blocks: Sequence[dict[str, Any]]


def highlights(node: Node, grade: Grade, found: Found) -> list[Highlight]:
    """The places of all words of a query that an article is found by, from the beginning; none overlaps another."""
    hit = [leaf for leaf in wanted(node) if isinstance(leaf, Words)]
    as_typed = grade.match is Match.AS_TYPED
    of_title = [leaf for leaf in hit if leaf.field in (None, "title")]
    in_title = _united(_places(list(tokens(found.title)), of_title, as_typed=as_typed))
    spans: list[tuple[int, int]] = []
    for block in found.blocks:
        leaves = [leaf for leaf in hit if leaf.field is None or block["kind"] in _KINDS[leaf.field]]
        if leaves and block["kind"] not in _UNSEARCHED:
            words = [
                Token(word, start + block["start"], end + block["start"])
                for word, start, end in tokens(found.text[block["start"] : block["end"]])
            ]
            spans += _places(words, leaves, as_typed=as_typed)
    return [Highlight("title", *span) for span in in_title] + [Highlight("text", *span) for span in _united(spans)]


def snippet(found: Found, places: Sequence[Highlight]) -> tuple[int, int]:
    """The piece of the text that shows most of these places behind the headline; without any, how the body begins."""
    headline = max((block["end"] for block in found.blocks if block["kind"] == "headline"), default=0)
    body = [block["start"] for block in found.blocks if block["kind"] in _BODY]
    spans = [(start, end) for field, start, end in places if field == "text"]
    spans = [span for span in spans if span[0] >= headline] or spans
    if not spans:
        start = min(body, default=0)
        return start, _word_end(found.text, start + _SNIPPET)
    best = max(
        spans,
        key=lambda span: (sum(span[0] <= one[0] and one[1] <= span[0] + _SNIPPET * 3 // 4 for one in spans), -span[0]),
    )
    start = _word_start(found.text, max(0, best[0] - _SNIPPET // 4))
    return start, max(best[1], _word_end(found.text, start + _SNIPPET))


def _places(text: Sequence[Token], leaves: Sequence[Words], *, as_typed: bool) -> Iterator[tuple[int, int]]:
    written = [token.word if as_typed else plain(token.word) for token in text]
    at: dict[str, list[int]] = {}
    for number, word in enumerate(written):
        at.setdefault(word, []).append(number)
    for leaf in leaves:
        words = leaf.words if as_typed else tuple(plain(word) for word in leaf.words)
        last = len(words) - 1
        # A single word that may go on is looked for in all of them; a phrase by its first word.
        begins = range(len(written)) if leaf.prefix and last == 0 else at.get(words[0], ())
        for number in begins:
            piece = written[number : number + last + 1]
            if len(piece) <= last or piece[:last] != list(words[:last]):
                continue
            if piece[last] == words[last] or (leaf.prefix and piece[last].startswith(words[last])):
                yield text[number].start, text[number + last].end


def _united(spans: Iterator[tuple[int, int]] | list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _word_start(text: str, at: int) -> int:
    while 0 < at < len(text) and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return min(at, len(text))
