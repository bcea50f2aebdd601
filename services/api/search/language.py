"""What people type to find articles, read into a tree; an error says where it is."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn, cast

from services.api.search.tree import (
    NAME_FIELDS,
    TEXT_FIELDS,
    And,
    Dated,
    Named,
    NameField,
    Node,
    Not,
    Or,
    TextField,
    Words,
)
from shared.contracts.problem import Fault
from shared.errors import InvalidParameter
from shared.orthography.lexemes import words

MOST_LEAVES = 32
MOST_DEPTH = 16
SHORTEST_PREFIX = 2

_FIELDS = (*TEXT_FIELDS, *NAME_FIELDS, "date")
_QUOTES = '"“”„'
_TOKEN = re.compile(
    rf"""
    (?P<blank>\s+)
    | (?P<open>\() | (?P<close>\))
    | (?P<phrase>[{_QUOTES}](?P<inside>[^{_QUOTES}]*)[{_QUOTES}])
    | (?P<unclosed>[{_QUOTES}])
    | (?P<minus>-(?=[\w({_QUOTES}]))
    | (?P<name>(?:{"|".join(_FIELDS)})(?=:)|[A-Za-z_]+(?=:\S)):
    | (?P<range>\[[^\]]*\]?)
    | (?P<word>[^\s(){_QUOTES}\[]+)
    """,
    re.VERBOSE,
)
_KINDS = ("blank", "open", "close", "phrase", "unclosed", "minus", "name", "range", "word")
_RANGE = re.compile(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class BadQuery(InvalidParameter):
    """The search query cannot be read; `errors` says where."""

    code = "bad_query"


def fault(detail: str, at: int) -> BadQuery:
    """The error at a place of the query, in code points from 0."""
    return BadQuery(f"{detail} (character {at + 1} of q)", errors=[Fault(pointer=f"query/q:{at}", detail=detail)])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(kw_only=True, slots=True)
class _Reader:
    """Reads tokens from left to right: `or` stands above `and`, which stands above minus, fields and words."""

    tokens: list[_Token]
    length: int
    at: int = 0
    depth: int = 0
    found: int = field(default=0)

    def query(self) -> Node:
        """The whole query. Raises BadQuery."""
        node = self.either(None)
        if (token := self.next()) is not None:
            raise fault("there is no open parenthesis that this one closes", token.start)
        return node

    def next(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def either(self, name: TextField | None) -> Node:
        parts = [self.all(name)]
        while (token := self.next()) is not None and token.kind == "or":
            self.at += 1
            parts.append(self.all(name))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all(self, name: TextField | None) -> Node:
        parts: list[Node] = []
        while (token := self.next()) is not None and token.kind not in ("or", "close"):
            parts.append(self.one(name))
        if not parts:
            self._refuse_nothing(token)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _refuse_nothing(self, token: _Token | None) -> NoReturn:
        if token is not None:
            raise fault("a word, a phrase or a field is missing before this", token.start)
        raise fault("a word, a phrase or a field is missing here", self.length)

    def one(self, name: TextField | None) -> Node:
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "minus":
            if self.next() is None:
                raise fault("what shall be left out is missing", token.end)
            return Not(self.one(name))
        if token.kind == "open":
            return self.group(token, name)
        if token.kind == "name":
            return self.of_field(token)
        self.found += 1
        if self.found > MOST_LEAVES:
            raise fault(f"a query has at most {MOST_LEAVES} words, phrases and fields", token.start)
        if token.kind == "range":
            raise fault("a range stands behind date:, as date:[2024-03-01 TO 2024-03-31]", token.start)
        return _words(token, name)

    def group(self, token: _Token, name: TextField | None) -> Node:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise fault(f"parentheses stand at most {MOST_DEPTH} deep", token.start)
        node = self.either(name)
        if self.next() is None:
            raise fault("this parenthesis is never closed", token.start)
        self.at += 1
        self.depth -= 1
        return node

    def of_field(self, token: _Token) -> Node:
        name, value = token.text, self.next()
        if name not in _FIELDS:
            raise fault(
                f"there is no field {name}:, only {', '.join(_FIELDS)}; a colon in a text stands in quotes", token.start
            )
        if value is None or value.kind in ("close", "or", "minus", "name"):
            raise fault(f"what {name}: shall hold is missing", token.end)
        if name in TEXT_FIELDS:
            return self.one(cast("TextField", name))
        self.at += 1
        self.found += 1
        if name == "date":
            return _dated(value, token.start)
        if value.kind not in ("word", "phrase") or not words(value.text):
            raise fault(f"{name}: takes a word, or a name in quotes", value.start)
        return Named(field=cast("NameField", name), name=value.text.strip(), start=token.start, end=value.end)


def read(query: str) -> Node | None:
    """The tree of a query; None if it holds nothing to look for. Raises BadQuery.

    Words are all asked for; `OR` in capitals asks for one of its sides, and binds less; a minus leaves out; parentheses
    group; `title:`, `person:` and others are fields; a star behind a word stands for its end.
    """
    tokens = _tokens(query)
    return _Reader(tokens=tokens, length=len(query)).query() if tokens else None


def _tokens(query: str) -> list[_Token]:
    told = (_token(match) for match in _TOKEN.finditer(query))
    return [token for token in told if token is not None]


def _token(match: re.Match[str]) -> _Token | None:
    """The token, if it is one that says something. Its kind is the outermost group that matched."""
    kind = next(kind for kind in _KINDS if match[kind] is not None)
    start, end = match.span()
    if kind == "unclosed":
        raise fault("this phrase is never closed", start)
    text = match["inside"] if kind == "phrase" else match[kind]
    if kind == "phrase" and not words(text):
        raise fault("there is no word in this phrase", start)
    if kind == "word":
        kind, skip = _kind_of_word(text, start)
        if skip:
            return None
    return None if kind == "blank" else _Token(kind=kind, text=text, start=start, end=end)


def _kind_of_word(text: str, start: int) -> tuple[str, bool]:
    if text == "OR":
        return "or", False
    star = text.find("*")
    if star >= 0 and (star < len(text) - 1 or len(text) <= SHORTEST_PREFIX or not text[star - 1].isalnum()):
        raise fault(f"a star stands behind the first {SHORTEST_PREFIX} or more letters of a word", start + star)
    # A dash or an ampersand alone is nothing to look for; AND is what words are anyway.
    return "word", text == "AND" or not words(text)


def _words(token: _Token, name: TextField | None) -> Words:
    return Words(
        words=tuple(words(token.text)),
        field=name,
        prefix=token.kind == "word" and token.text.endswith("*"),
        start=token.start,
        end=token.end,
    )


def _dated(token: _Token, start: int) -> Dated:
    if token.kind == "range":
        match = _RANGE.fullmatch(token.text)
        if match is None:
            raise fault("a range is written [2024-03-01 TO 2024-03-31], a star leaves a side open", token.start)
        first, last = _days(match[1], token.start + match.start(1)), _days(match[2], token.start + match.start(2))
        if first[0] and last[1] and last[1] < first[0]:
            raise fault("this range ends before it begins", token.start)
        return Dated(first=first[0], last=last[1], start=start, end=token.end)
    first_day, last_day = _days(token.text, token.start)
    return Dated(first=first_day, last=last_day, start=start, end=token.end)


def _days(text: str, at: int) -> tuple[date | None, date | None]:
    """The first and the last day of a year, a month or a day; of a star none."""
    if text == "*":
        return None, None
    match = _DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, month, day = int(match[1]), match[2], match[3]
        first = date(year, int(month or 1), int(day or 1))
        if day:
            return first, first
        last_month = int(month or 12)
        return first, date(year, last_month, monthrange(year, last_month)[1])
    except ValueError:
        raise fault("a day is written 2024-03-01, a month 2024-03, a year 2024", at) from None
