"""Where places are named in a text: with a word of kind, in a row of names, behind a body's head, or alone."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

from services.enrich.text.places.cues import cues
from services.enrich.text.places.words import Name, Text
from services.enrich.text.span import Span
from shared.places.abroad import abroad, is_shy
from shared.places.lookup import within
from shared.places.units import named
from shared.places.words import Kind, kinds

_AND = re.compile(r",|\s*;|\s+(?:và|cùng|với|hoặc|đến)|\s*,\s*và|\s*-", re.IGNORECASE)
_PLACED = re.compile(r"\s*[,(]\s*|\s+[-–]\s+")
_SENTENCE_END = re.compile(r"[.!?…]\s|[.!?…]$|\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A place's name at `start` up to `end` of the text of block number `block`.

    `kind` is what its word of kind, its row of names or its body's head says; `is_typed` tells whether the word stands
    right before it. `is_former`: the text says that there is no such unit any more.
    """

    block: int
    start: int
    end: int
    name: str
    kind: Kind | None
    is_typed: bool
    is_former: bool = False
    is_body: bool = False


class Taken:
    """Spans that stand apart from each other, to ask whether another meets one of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans, key=attrgetter("start"))

    def __len__(self) -> int:
        return len(self._spans)

    def meets(self, span: Span) -> bool:
        """Does the span share a character with one of them?"""
        before = bisect_left(self._spans, span.end, key=attrgetter("start"))
        return before > 0 and self._spans[before - 1].end > span.start


def mentions_of(text: Text, block: int) -> list[Mention]:
    """The places that a text names by itself, in order."""
    return list(_Reader(text, block).read())


def echoes_of(
    text: Text, mentions: Sequence[Mention], kinds_of: Mapping[str, Kind | None], block: int
) -> list[Mention]:
    """The names of two syllables and more that stand elsewhere with their kind, and here without: "Mường Lát có điện".

    `kinds_of` has the kind of each name that the article gives one; None if it gives it several.
    """
    reader, found = _Reader(text, block), list[Mention]()
    first_words = {name.split()[0] for name in kinds_of if " " in name}
    taken = Taken(Span(mention.start, mention.end) for mention in mentions)
    done = 0
    for index in text.capitals():
        if index < done or text.small[index] not in first_words:
            continue
        name = next((one for one in text.names_at(index) if one.key in kinds_of and " " in one.key), None)
        if name is None or reader.is_no_place(name):
            continue
        start, end = text.spans[index][0], text.spans[name.last][1]
        if not taken.meets(Span(start, end)):
            found.append(reader.mention(start, name, kinds_of[name.key], is_typed=False))
            done = name.last + 1
    return found


class _Reader:
    """Goes through the words once; a row of names is read from where its word of kind stands."""

    def __init__(self, text: Text, block: int) -> None:
        self._text, self._block = text, block
        self._row: tuple[Kind, int] | None = None
        """The kind of several places whose names are still to come, and the word behind which it stands."""
        self._expected = -1
        """The word at which a name stands that what is before it lies in."""

    def read(self) -> Iterator[Mention]:
        done = 0
        for index in self._text.starts():
            if index < done:
                continue
            found = self._typed(index) or self._listed(index) or self._body(index) or self._alone(index)
            if found:
                yield from found[0]
                done = found[1]

    def _typed(self, index: int) -> tuple[list[Mention], int] | None:
        """A word of kind with the name, or names, behind it."""
        text = self._text
        known = text.kind_at(index)
        if known is None or text.one_before(index, cues().not_kinds):
            return None
        kind, length = known
        is_plural = self._is_plural(index)
        at = self._past_qualifiers(index + length)
        apart = at < len(text) and text.between(at - 1, at).strip()
        name = None if apart else self._name_of_kind(at, kind)
        if name is None:
            if is_plural:
                self._row = kind, index
            return None
        start = text.spans[name.first if is_plural else index][0]
        first = self.mention(start, name, kind, is_typed=not is_plural)
        rest, end = self._row_after(name.last + 1, kind, name, is_announced=is_plural)
        return [first, *rest], end

    def _is_plural(self, index: int) -> bool:
        """Does a number, or "các", stand before a word of kind? The year of a date is none."""
        text = self._text
        if not index or text.between(index - 1, index) != " ":
            return False
        before, start = text.small[index - 1], text.spans[index - 1][0]
        return before in cues().plural or (
            before.isdigit() and text.text[max(0, start - 1) : start] not in ("/", "-", ".")
        )

    def _listed(self, index: int) -> tuple[list[Mention], int] | None:
        """The names behind "gồm", of a kind that was named before in the sentence."""
        text = self._text
        if self._row is None or text.small[index] not in cues().opens_list:
            return None
        kind, since = self._row
        if _SENTENCE_END.search(text.text, text.spans[since][1], text.spans[index][0]):
            self._row = None
            return None
        name = self._name_of_kind(index + 1, kind)
        if name is None:
            return None
        self._row = None
        first = self.mention(text.spans[name.first][0], name, kind, is_typed=False)
        rest, end = self._row_after(name.last + 1, kind, name, is_announced=True)
        return [first, *rest], end

    def _row_after(self, index: int, kind: Kind, first: Name, *, is_announced: bool) -> tuple[list[Mention], int]:
        """The further names of a row, with commas and "và" between them, and the word behind it.

        In "huyện Điện Biên Đông, Điện Biên" there is no row: unless "các huyện" announces one, a place that can hold
        the `first` does.
        """
        text, found = self._text, list[Mention]()
        while index < len(text):
            at = index
            if text.small[at] in ("và", "cùng", "với", "hoặc"):
                at += 1
            elif not _AND.match(text.between(at - 1, at)):
                break
            name = self._name_of_kind(at, kind)
            if name is None or (not is_announced and _holds(name, first, kind)):
                break
            found.append(self.mention(text.spans[at][0], name, kind, is_typed=False))
            index = name.last + 1
        return found, index

    def _body(self, index: int) -> tuple[list[Mention], int] | None:
        """A name behind the head of a body: "Huyện ủy Quan Sơn", "Đồn Biên phòng Na Mèo"."""
        for head, written in cues().bodies.get(self._text.small[index], ()):
            if self._text.phrase_at(index, head):
                kind = kinds().get(written)
                at = index + len(head)
                names = self._text.names_at(at) if at < len(self._text) else []
                name = next((one for one in names if _has_kind(one, kind)), None)
                if name is None:
                    return None
                mention = self.mention(self._text.spans[at][0], name, kind, is_typed=False)
                return [replace(mention, is_body=True)], name.last + 1
        return None

    def _alone(self, index: int) -> tuple[list[Mention], int] | None:
        """A province, or a country, without a word of kind; or what lies in the place that stands behind it."""
        text = self._text
        if not text.is_name_like[index] or text.small[index].isdigit():
            return None
        names = text.names_at(index)
        if not names:
            return None
        name = names[0]
        if self.is_no_place(name):
            return [], name.last + 1
        is_known = _is_province(name.key) or (abroad(name.key) and not is_shy(name.key)) or index == self._expected
        if name.key not in cues().shy and (self._is_placed(name) or is_known):
            return [self.mention(text.spans[index][0], name, None, is_typed=False)], name.last + 1
        return None

    def _is_placed(self, name: Name) -> bool:
        """Does a place stand behind the name in which a unit of that name lies? "Can Lộc, Hà Tĩnh", "Lục Nam (Bắc Giang)"."""
        text, beyond = self._text, name.last + 1
        if " " not in name.key or beyond >= len(text) or not _PLACED.fullmatch(text.between(name.last, beyond)):
            return False
        self._expected = beyond
        if kind := text.kind_at(beyond):
            beyond += kind[1]
        above = text.names_at(beyond) if beyond < len(text) else []
        if not above or not _can_lie_in(name.key, above[0].key):
            self._expected = -1
        return self._expected >= 0

    def is_no_place(self, name: Name) -> bool:
        """Is the name part of a person's, a street's, or a longer one?"""
        text, known = self._text, cues()
        run = text.run_before(name.first)
        if run < name.first and text.small[run] in known.surnames:
            return True
        if text.one_before(name.first, known.not_before):
            return True
        beyond = name.last + 1
        return (
            beyond < len(text)
            and text.between(name.last, beyond) == " "
            and text.is_name_like[beyond]
            and f"{name.key} {text.small[beyond]}" in known.not_places
        )

    def _name_of_kind(self, index: int, kind: Kind) -> Name | None:
        """The longest name at a word that a unit of the kind bears, or bore, or a place abroad."""
        if index >= len(self._text):
            return None
        names = self._text.names_at(index)
        return next((name for name in names if _has_kind(name, kind)), None)

    def _past_qualifiers(self, index: int) -> int:
        return index + len(self._text.one_at(index, cues().qualifiers) or ())

    def mention(self, start: int, name: Name, kind: Kind | None, *, is_typed: bool) -> Mention:
        """The mention of a name that begins at `start`, with its word of kind if that is counted in."""
        text = self._text
        is_former = text.one_at(name.last + 1, cues().former) is not None
        return Mention(
            block=self._block, start=start, end=text.spans[name.last][1], name=name.key, kind=kind, is_typed=is_typed,
            is_former=is_former,
        )  # fmt: skip


def _is_province(name: str) -> bool:
    return any(unit.level == 1 for unit in named(name))


def _holds(name: Name, first: Name, kind: Kind) -> bool:
    return 1 not in kind.levels and (_is_province(name.key) or _can_lie_in(first.key, name.key))


@lru_cache(maxsize=1024)
def _can_lie_in(name: str, above: str) -> bool:
    """Does a unit of the one name lie, or did it lie, in one of the other?"""
    return bool(within(named(name), named(above), None))


def _has_kind(name: Name, kind: Kind | None) -> bool:
    """Is there, or was there, a unit of the name and kind? A tỉnh may lie abroad too."""
    if any(kind is None or (unit.kind == kind.name and unit.level in kind.levels) for unit in named(name.key)):
        return True
    return abroad(name.key, kind) is not None and (kind is None or 1 in kind.levels)
