"""What stands before and after a person's name: rank or degree, and posts with their bodies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.enrich.text.article import Block
from services.enrich.text.names.found import Found
from services.enrich.text.names.lexicons import first_syllables, words
from services.enrich.text.names.syllables import Sentence
from services.enrich.text.vietnamese import fold_tone_place

_LONGEST = 9
"""Syllables that the longest rank or post has."""
_FIELD = 5
"""Syllables that a post's field has at most: "Bộ trưởng Lao động, Thương binh" is cut at its comma."""
_PAUSES = frozenset({",", "-", "–", "—", "."})
_LINKS = (
    ("là",),
    ("hiện", "là"),
    ("giữ", "chức"),
    ("giữ", "chức", "vụ"),
    ("kiêm",),
    ("và",),
    (",",),
    ("-",),
    ("–",),
    ("—",),
    ("(",),
    (";",),
)
_BRACKETED = re.compile(r"\s*\([^()]*\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A post or rank as worded, half-open offsets in its block, and the body that it names."""

    start: int
    end: int
    text: str
    body: Found | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Titles:
    """What one mention is called by."""

    rank: Post | None
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with a block's number and text, its folded words, and its names by their first and last token."""

    block: int
    text: str
    sentence: Sentence
    lows: tuple[str, ...]
    names: tuple[Found, ...]
    begins: dict[int, tuple[Found, int]]
    ends: dict[int, tuple[Found, int]]

    def cut(self, first: int, last: int) -> str:
        """The text of tokens `first` up to `last`."""
        return self.text[self.sentence.starts[first] : self.sentence.ends[last - 1]]


def lines_of(blocks: Sequence[Block], sentences: Sequence[tuple[int, Sentence]], names: Sequence[Found]) -> list[Line]:
    """The sentences, each with the number of its block, that name someone or say a post."""
    by_block: dict[int, list[Found]] = {}
    for name in names:
        by_block.setdefault(name.block, []).append(name)
    small = {number: fold_tone_place(blocks[number].text) for number in {number for number, _ in sentences}}
    lines = [
        _line(number, blocks[number].text, small[number], sentence, by_block.get(number, ()))
        for number, sentence in sentences
    ]
    posts = first_syllables("post")
    return [line for line in lines if line.names or not posts.isdisjoint(line.lows)]


def _line(block: int, text: str, small: str, sentence: Sentence, names: Sequence[Found]) -> Line:
    inside = [name for name in names if sentence.starts[0] <= name.start < sentence.ends[-1]]
    placed: list[tuple[Found, int, int]] = []
    if inside:
        first = {start: place for place, start in enumerate(sentence.starts)}
        last = {end: place + 1 for place, end in enumerate(sentence.ends)}
        placed = [
            (name, first[name.start], last[name.end]) for name in inside if name.start in first and name.end in last
        ]
    return Line(
        block, text, sentence, tuple(small[a:b] for a, b in zip(sentence.starts, sentence.ends, strict=True)), tuple(name for name, _, _ in placed),
        {start: (name, end) for name, start, end in placed}, {end: (name, start) for name, start, end in placed},
    )  # fmt: skip


def titles_of(line: Line, name: Found) -> Titles:
    """The rank and the posts that stand before and after a name of the line."""
    end = next(end for found, end in line.begins.values() if found is name)
    start = line.ends[end][1]
    rank, before = _before(line, start)
    later, after = _after(line, end)
    return Titles(rank=rank or later, posts=(*before, *after))


def _before(line: Line, start: int) -> tuple[Post | None, list[Post]]:
    """The rank and the posts in the words that lead up to token `start`, read backwards."""
    rank: tuple[int, int] | None = None
    posts: list[Post] = []
    place, called = start, False
    while place > 0:
        pause = line.lows[place - 1] in _PAUSES
        # "Giám đốc Sở Y tế, Bác sĩ An" is one person; in "Giám đốc Sở Y tế, An" the comma ends the post.
        if pause and not (called or line.lows[place - 1] == "."):
            break
        end = place - pause
        if (first := _ending(line, end, "rank", "degree")) is not None and not posts:
            rank = (first, rank[1] if rank else end)
        elif (first := _ending(line, end, "address", "trade")) is not None and not posts:
            pass
        elif (post := _post_ending(line, end)) is not None:
            first = line.sentence.starts.index(post.start)
            posts.insert(0, post)
        else:
            break
        place, called = first, True
    worded = rank and _cut(line, *rank)
    return worded, posts


def _after(line: Line, end: int) -> tuple[Post | None, list[Post]]:
    """The rank and the posts that are put after a name that ends before token `end`."""
    rank: Post | None = None
    posts: list[Post] = []
    place = end
    while link := _link(line, place):
        if link[0] == "và" and not posts:
            break
        first = place + len(link)
        if rank is None and not posts and (last := _beginning(line, first, "rank", "degree")) is not None:
            rank, place = _cut(line, first, last), last
            continue
        found = _post_beginning(line, first)
        if found is None:
            break
        post, place = found
        if _someone_begins(line, place):
            break
        posts.append(post)
    if rank is not None and _someone_begins(line, line.sentence.ends.index(rank.end) + 1):
        rank = None
    return rank, posts


def posts_without_name(line: Line) -> list[Post]:
    """Posts that stand for a person: after "đồng chí", "ông", "bà", or with their body; no name stands by them."""
    found = []
    place = 0
    while place < len(line.lows):
        post = _post_beginning(line, place) if line.lows[place] in first_syllables("post") else None
        if post is None:
            place += 1
            continue
        called = _ending(line, place, "address") is not None
        alone = not _someone_begins(line, post[1]) and not (post[1] < len(line.lows) and line.lows[post[1]] == ",")
        if alone and place not in line.ends and (called or post[0].body is not None):
            found.append(post[0])
        place = post[1]
    return found


def _link(line: Line, place: int) -> tuple[str, ...] | None:
    """The words at `place` that tie a post to the name before it."""
    fitting = [link for link in _LINKS if line.lows[place : place + len(link)] == link]
    return max(fitting, key=len, default=None)


def _someone_begins(line: Line, place: int) -> bool:
    """Does a person's name stand at `place`, or behind a rank or address there?"""
    for _ in range(3):
        if place in line.begins and line.begins[place][0].type == "PERSON":
            return True
        last = _beginning(line, place, "rank", "degree", "address", "trade")
        if last is None:
            return False
        place = last
    return False


def _post_ending(line: Line, end: int) -> Post | None:
    """The post, with its body, that ends before token `end`."""
    first = _ending(line, end, "post")
    if first is not None:
        return _worded(line, _qualified(line, first), end, None)
    body = None
    inner = end
    if end in line.ends and line.ends[end][0].type != "PERSON":
        body, inner = line.ends[end]
        # A post of several words may take in the first ones of its body: "Bí thư Đảng ủy" of "Đảng ủy Công an".
        for middle in range(inner, min(inner + 5, end)):
            if (first := _ending(line, middle, "post")) is not None and first < inner:
                return _worded(line, _qualified(line, first), end, body)
    for middle in range(inner - 1, max(inner - _FIELD - 1, 0), -1):
        if not _of_a_field(line, middle):
            return None
        if (first := _ending(line, middle, "post")) is not None:
            return _worded(line, _qualified(line, first), end, body)
    return None


def _post_beginning(line: Line, first: int) -> tuple[Post, int] | None:
    """The post, with its body, that begins at token `first`, and the token after it."""
    start = first
    while start < len(line.lows) and line.lows[start] in words("qualifier"):
        start += 1
    end = _beginning(line, start, "post")
    if end is None:
        return None
    body = None
    for inner in range(start + 1, end + 1):
        if inner in line.begins and line.begins[inner][0].type != "PERSON" and line.begins[inner][1] >= end:
            body, end = line.begins[inner]
            break
    else:
        while end < len(line.lows) and end - first < _LONGEST and _of_a_field(line, end) and end not in line.begins:
            end += 1
    return _worded(line, first, end, body), end


def _of_a_field(line: Line, place: int) -> bool:
    """May the word at `place` be part of what a post is in charge of, such as "Ngoại giao" or "Thường trực"?"""
    word = line.sentence.words[place]
    if place in line.begins or place + 1 in line.ends:
        return False
    return (word[0].isupper() and word[0].isalpha()) or line.lows[place] in words("field")


def _qualified(line: Line, first: int) -> int:
    while first > 0 and line.lows[first - 1] in words("qualifier"):
        first -= 1
    return first


def _worded(line: Line, first: int, last: int, body: Found | None) -> Post:
    whole = _cut(line, first, last)
    # "Chủ tịch Hội đồng Nhân dân (HĐND) tỉnh": the short form in brackets is no part of the post.
    text = " ".join(_BRACKETED.sub("", whole.text).split())
    return Post(
        start=whole.start, end=whole.end, text=text, body=body if body and body.type == "ORGANIZATION" else None
    )


def _cut(line: Line, first: int, last: int) -> Post:
    return Post(start=line.sentence.starts[first], end=line.sentence.ends[last - 1], text=line.cut(first, last))


def _ending(line: Line, end: int, *kinds: str) -> int | None:
    """Where the longest phrase of the lists begins that ends before token `end`."""
    for length in range(min(_LONGEST, end), 0, -1):
        phrase = " ".join(line.lows[end - length : end])
        if any(phrase in words(kind) for kind in kinds):
            return end - length
    return None


def _beginning(line: Line, first: int, *kinds: str) -> int | None:
    """The token after the longest phrase of the lists that begins at token `first`."""
    for length in range(min(_LONGEST, len(line.lows) - first), 0, -1):
        phrase = " ".join(line.lows[first : first + length])
        if any(phrase in words(kind) for kind in kinds):
            return first + length
    return None
