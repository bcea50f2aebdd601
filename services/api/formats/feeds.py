"""A page of articles as an Atom feed (RFC 4287) and as a JSON Feed (version 1.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from services.api.formats import parts
from services.api.formats.item import Document, Item

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A page of a feed: what it is called, where it is read, where it goes on, and when anything in it last changed.

    All its pages have one `id`, the address of the first.
    """

    title: str
    id: str
    url: str
    home: str
    following: str | None
    changed_at: datetime
    items: Sequence[Item]


def atom(feed: Feed) -> bytes:
    """The feed as Atom, in UTF-8. Whatever a bulletin says is text in it."""
    root = ET.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "vi"})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", feed.changed_at.isoformat())
    # Atom wants an author for every entry; those that name none have the feed's.
    _text(ET.SubElement(root, "author"), "name", feed.title)
    _text(root, "generator", "Bantin")
    _link(root, "self", feed.url, ATOM)
    _link(root, "alternate", feed.home, "text/html")
    if feed.following:
        _link(root, "next", feed.following, ATOM)
    for item in feed.items:
        _entry(root, item)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entry(root: ET.Element, item: Item) -> None:
    article = item.article
    entry = ET.SubElement(root, "entry")
    _text(entry, "id", item.urn)
    _text(entry, "title", article["title"])
    _text(entry, "published", article["available_at"].isoformat())
    _text(entry, "updated", item.modified_at.isoformat())
    for name in _authors(article):
        _text(ET.SubElement(entry, "author"), "name", name)
    _link(entry, "alternate", item.page, "text/html")
    _link(entry, "alternate", item.url, "application/json")
    for tag in _tags(article):
        ET.SubElement(entry, "category", {"term": _xml(tag)})
    if lead := parts.lead(article):
        _text(entry, "summary", lead)
    _text(entry, "content", parts.html(article), type="html")


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _xml(text)


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _link(parent: ET.Element, rel: str, href: str, type: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": href, "type": type})


def json_feed(feed: Feed) -> dict[str, Any]:
    """The feed as a JSON Feed."""
    onward = {"next_url": feed.following} if feed.following else {}
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        **onward,
        "language": "vi",
        "items": [_json_item(item) for item in feed.items],
    }


def _json_item(item: Item) -> dict[str, Any]:
    article = item.article
    summary, authors, tags = parts.lead(article), _authors(article), _tags(article)
    return {
        "id": item.urn,
        "url": item.page,
        "title": article["title"],
        "content_html": parts.html(article),
        "content_text": parts.body(article),
        **({"summary": summary} if summary else {}),
        "date_published": article["available_at"],
        "date_modified": item.modified_at,
        **({"authors": [{"name": name} for name in authors]} if authors else {}),
        **({"tags": tags} if tags else {}),
        "language": "vi",
        "_bantin": {
            "id": article["id"],
            "version": article["version"],
            "kind": article["kind"],
            "note": article["note"],
            "source": article["source"],
            "published": article["published"]["value"],
            "story": article["story"],
            "href": item.url,
        },
    }


def _authors(article: Document) -> list[str]:
    byline = article["byline"]
    told = byline["author"] if byline else article["source"]
    return [told] if told else []


def _tags(article: Document) -> list[str]:
    """Whom and what it names, each once: those that all articles know under one id."""
    named = [*article["people"], *article["entities"]]
    return list(dict.fromkeys(one["name"] for one in named if one["entity"]))
