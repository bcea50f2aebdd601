"""HTML that was pasted instead of text: is it that, and the text that a browser would show, with the way back."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

from services.enrich.text.span import Edit, OffsetMap, edited

# Elements with an empty line before and behind them, and those that merely stand on lines of their own.
_APART = frozenset(re.findall(r"\S+", "blockquote dl figure h1 h2 h3 h4 h5 h6 ol p pre table ul"))
_BLOCKS = _APART | frozenset(
    re.findall(
        r"\S+",
        "address article aside body caption center dd details div dt fieldset figcaption footer form header hr html legend "
        "li main nav section summary tbody tfoot thead tr",
    )
)
_CELLS = frozenset(["td", "th"])
_UNSEEN = frozenset(
    re.findall(
        r"\S+",
        "audio canvas datalist head iframe math noscript object script select style svg template title video",
    )
)
_CELL, _ITEM = " | ", "- "

# "<headline>- Ảnh 2." and "a < b" are text: a block that is opened and closed tells HTML, or several line breaks.
_NAMES = "|".join(sorted(_BLOCKS | _CELLS))
_OPENING = re.compile(rf"<({_NAMES})(?:\s[^<>]*)?>", re.IGNORECASE)
_CLOSING = re.compile(rf"</({_NAMES})\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|p)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BEGINNING = re.compile(r"\s*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_LEAST_BREAKS = 2

_PIECE = re.compile(
    r"(?P<blank>[ \t\n\r\f]+)|(?P<reference>&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?)"
    r"|[^ \t\n\r\f&]+(?: [^ \t\n\r\f&]+)*|&"
)
_COMMENT = re.compile("<!--")


def is_markup(text: str) -> bool:
    """Is this HTML, and not a text in which some "<" stands?"""
    if "<" not in text:
        return False
    if _BEGINNING.match(text) or len(_BREAK.findall(text)) >= _LEAST_BREAKS:
        return True
    opened = {name.lower() for name in _OPENING.findall(text)}
    return bool(opened) and any(name.lower() in opened for name in _CLOSING.findall(text))


def take_text(text: str) -> tuple[str, OffsetMap]:
    """The text of HTML as a browser shows it, blocks on lines of their own, and the map back to the HTML."""
    reader = _Reader(text)
    for event, after in pairwise([*_events(text), _Event(len(text), "other", "")]):
        reader.read(event, after.start)
    edits = reader.edits()
    return edited(text, edits), OffsetMap.of(edits)


class _Event(NamedTuple):
    """What stands at a place of the HTML, up to the next event."""

    start: int
    kind: Literal["open", "close", "data", "other"]
    tag: str


class _Parser(HTMLParser):
    """Notes where each tag and each stretch of text begins."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.events: list[_Event] = []

    def _note(self, kind: Literal["open", "close", "data", "other"], tag: str = "") -> None:
        line, column = self.getpos()
        self.events.append(_Event(self._lines[line - 1] + column, kind, tag))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._note("open", tag)

    def handle_endtag(self, tag: str) -> None:
        self._note("close", tag)

    def handle_data(self, data: str) -> None:  # noqa: ARG002  # references in it are resolved later, with their places
        self._note("data")

    def handle_comment(self, data: str) -> None:  # noqa: ARG002
        self._note("other")

    def handle_decl(self, decl: str) -> None:  # noqa: ARG002
        self._note("other")

    def handle_pi(self, data: str) -> None:  # noqa: ARG002
        self._note("other")

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002
        self._note("other")


def _events(text: str) -> Iterator[_Event]:
    """Everything that the parser meets. The places are those of `text`: what it is fed is as long."""
    # Behind the last ">" there is no tag, and the parser would look for one from every "<" on.
    end = text.rfind(">") + 1
    parser = _Parser(text)
    parser.feed(_tamed(text[:end]))
    parser.close()
    if not parser.events or parser.events[0].start:
        yield _Event(0, "data", "")
    yield from parser.events
    if end < len(text):
        yield _Event(end, "data", "")


def _tamed(text: str) -> str:
    """The text without what the parser cannot bear, character by character.

    It refuses some of the marked sections that word processors write, and looks through all the rest for the end of
    each comment that has none.
    """
    text = text.replace("<![", "<!x")
    last = text.rfind("-->")
    return text[: last + 1] + _COMMENT.sub(" !--", text[last + 1 :])


class _Reader:
    """Goes through the events and finds what has to be edited: everything but what is seen as it stands.

    A blank, an end of line or the sign of a cell is owed, and paid when the next visible character comes: so none stands
    at the beginning or at the end, and no two stand together.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._small = text.lower() if len(text.lower()) == len(text) else text
        self._last_closing: dict[str, int] = {}
        self._edits: list[Edit] = []
        self._done = 0
        self._break = ""
        self._sign = ""
        self._seen = False
        self._seen_in_row = False
        self._cells = 0
        self._unseen: list[str] = []
        self._preformatted = 0

    def read(self, event: _Event, end: int) -> None:
        """Take in the event that ends at `end`."""
        if self._unseen:
            self._wait_for_the_end(event)
        elif event.kind == "data":
            self._data(event.start, end)
        elif event.kind == "open":
            self._open(event.tag, event.start)
        elif event.kind == "close":
            self._close(event.tag)

    def edits(self) -> list[Edit]:
        """All of them, when all events are read."""
        if self._done < len(self._text):
            self._edits.append(Edit(self._done, len(self._text), ""))
        return self._edits

    def _wait_for_the_end(self, event: _Event) -> None:
        # A head without an end ends where the body begins.
        if event.tag == self._unseen[-1] and event.kind != "other":
            self._unseen.append(event.tag) if event.kind == "open" else self._unseen.pop()
        elif event.kind == "open" and event.tag == "body":
            self._unseen.clear()

    def _open(self, tag: str, start: int) -> None:
        if tag in _UNSEEN and self._is_closed(tag, start):
            self._unseen.append(tag)
        elif tag == "br":
            self._end_line("\n\n" if self._break == "\n" else "\n")
        elif tag in _CELLS:
            self._begin_cell()
        elif tag in _BLOCKS:
            self._begin_block(tag)

    def _is_closed(self, tag: str, start: int) -> bool:
        """An element that never ends hides nothing: better a line too many than a bulletin without its end."""
        if tag not in self._last_closing:
            self._last_closing[tag] = self._small.rfind(f"</{tag}")
        return start < self._last_closing[tag]

    def _begin_block(self, tag: str) -> None:
        self._preformatted += tag == "pre"
        if tag == "tr":
            self._cells, self._sign, self._seen_in_row = 0, "", False
        # What begins a row begins no line of its own in it.
        if not self._cells or self._seen_in_row:
            self._end_line("\n\n" if tag in _APART else "\n")
        if tag == "li":
            self._sign = _ITEM

    def _begin_cell(self) -> None:
        self._cells += 1
        if self._cells > 1:
            self._sign += _CELL
            if self._seen_in_row:
                self._break = ""

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._preformatted = max(0, self._preformatted - (tag == "pre"))
            if tag == "tr":
                # Whatever its cells owed: a row is one line.
                self._cells, self._sign, self._break = 0, "", "\n"
            self._end_line("\n\n" if tag in _APART else "\n")

    def _end_line(self, sign: str) -> None:
        if not self._sign and len(sign) >= len(self._break):
            self._break = sign

    def _data(self, start: int, end: int) -> None:
        if self._preformatted and not self._text[start:end].isspace():
            self._see(start, end)
            return
        for piece in _PIECE.finditer(self._text, start, end):
            if piece["reference"]:
                self._refer(piece)
            elif piece["blank"]:
                self._break = self._break or " "
            else:
                self._see(*piece.span())

    def _refer(self, piece: re.Match[str]) -> None:
        meant = unescape(piece[0])
        if meant.strip(" \t\n\r\f"):
            self._see(*piece.span(), meant)
        else:
            self._break = self._break or " "

    def _see(self, start: int, end: int, as_written: str | None = None) -> None:
        """The characters are visible, as they stand or as `as_written`; what is owed comes before them."""
        if self._text[self._done : start] != (owed := self._owed()):
            self._edits.append(Edit(self._done, start, owed))
        if as_written is not None and as_written != self._text[start:end]:
            self._edits.append(Edit(start, end, as_written))
        self._done, self._break, self._sign, self._seen, self._seen_in_row = end, "", "", True, True

    def _owed(self) -> str:
        """The end of a line or a blank, if anything stands before it, and the sign of an item or a cell."""
        before = self._break if self._seen else ""
        if self._sign and before == " ":
            before = ""
        begins_line = not self._seen or "\n" in before
        return before + (self._sign.lstrip(" ") if begins_line else self._sign)
