"""The words of an article in reading order: as plain text, as HTML, as Markdown."""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from services.api.formats.item import Document

_BODY = ("lead", "paragraph", "subhead", "list", "table")
_READ = (*_BODY, "caption", "byline", "source")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~])")
# What would begin a heading, a quotation, a list or a rule at the head of a line.
_LINE_HEAD = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|>|[-+=]|\d+(?=[.)]))", re.MULTILINE)


def texts(article: Document, *kinds: str) -> list[str]:
    """The clean texts of the parts of some kinds, in order."""
    return [block["text"] for block in article["blocks"] if block["kind"] in kinds]


def lead(article: Document) -> str:
    """The first paragraph, marked as lead or not; empty if there is none."""
    return next(iter(texts(article, "lead") or texts(article, "paragraph")), "")


def body(article: Document) -> str:
    """The clean text from the lead to the last paragraph, without headline, captions and credits; parts stand apart by
    an empty line, the items of a list by none."""
    return "\n\n".join(_joined(article, _BODY))


def plain(article: Document) -> str:
    """Everything a reader reads, from the headline to the source."""
    return "\n\n".join([*texts(article, "kicker"), article["title"], *_joined(article, _READ)]) + "\n"


def _joined(article: Document, kinds: tuple[str, ...]) -> Iterator[str]:
    for kind, run in _runs(article, kinds):
        yield from ["\n".join(run)] if kind in ("list", "table") else run


def _runs(article: Document, kinds: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Neighbours of one kind together: the items of a list are one list."""
    blocks = [(block["kind"], block["text"]) for block in article["blocks"] if block["kind"] in kinds]
    for kind, run in groupby(blocks, key=lambda block: block[0]):
        yield kind, [text for _, text in run]


def html(article: Document) -> str:
    """The same as `plain` but for the headline, as HTML without any attribute: what the bulletin says is text there."""
    return "\n".join(_element(kind, text) for kind, run in _runs(article, _READ) for text in _of_kind(kind, run))


def _of_kind(kind: str, run: list[str]) -> list[str]:
    told = [escape(text, quote=False).replace("\n", "<br/>") for text in run]
    return ["".join(f"<li>{text}</li>" for text in told)] if kind == "list" else told


def _element(kind: str, inner: str) -> str:
    match kind:
        case "list":
            return f"<ul>{inner}</ul>"
        case "subhead":
            return f"<h2>{inner}</h2>"
        case "lead":
            return f"<p><strong>{inner}</strong></p>"
        case "caption" | "byline" | "source":
            return f"<p><em>{inner}</em></p>"
        case _:
            return f"<p>{inner}</p>"


def markdown(article: Document) -> str:
    """The same as `plain` as CommonMark; what the bulletin says is text there."""
    told = [*map(_escaped, texts(article, "kicker")), f"# {_escaped(article['title'])}"]
    for kind, run in _runs(article, _READ):
        lines = [_escaped(text) for text in run]
        match kind:
            case "list":
                told.append("\n".join(f"- {line.replace(chr(10), chr(10) + '  ')}" for line in lines))
            case "subhead":
                told += [f"## {line.replace(chr(10), ' ')}" for line in lines]
            case "caption" | "byline" | "source":
                told += [f"*{line.strip()}*" for line in lines]
            case _:
                told += lines
    return "\n\n".join(told) + "\n"


def _escaped(text: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return _LINE_HEAD.sub(lambda found: f"{found[1]}{_harmless(found[2])}", escaped)


def _harmless(head: str) -> str:
    # A number stays, and what follows it is escaped by writing the number's last digit as a reference.
    return f"{head[:-1]}&#{ord(head[-1])};" if head.isdigit() else f"\\{head}"
