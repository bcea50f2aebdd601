"""A page of articles as Atom and as JSON Feed."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from services.api.formats.feeds import Feed, atom, json_feed
from shared.contracts.feed import JsonFeedOut
from tests.api.formats.items import AVAILABLE, BASE, MODIFIED, URN, an_item

NAMES = {"a": "http://www.w3.org/2005/Atom"}


def a_feed(*items: Any, **changes: Any) -> Feed:
    values = {
        "title": "Bantin", "id": f"{BASE}/v1/feeds/x", "url": f"{BASE}/v1/feeds/x?limit=1&place=Huế", "home": BASE,
        "following": f"{BASE}/v1/feeds/x?limit=1&cursor=abc", "changed_at": MODIFIED, "items": items,
    }  # fmt: skip
    return Feed(**(values | changes))


def test_an_atom_entry_has_all_that_the_rfc_wants() -> None:
    root = ET.fromstring(atom(a_feed(an_item())))
    assert root.tag == f"{{{NAMES['a']}}}feed"
    assert [root.findtext(f"a:{name}", None, NAMES) for name in ("id", "title", "updated")] == [
        f"{BASE}/v1/feeds/x", "Bantin", MODIFIED.isoformat(),
    ]  # fmt: skip
    links = {link.get("rel"): link.get("href") for link in root.findall("a:link", NAMES)}
    assert links["self"] == f"{BASE}/v1/feeds/x?limit=1&place=Huế"
    assert links["next"] == f"{BASE}/v1/feeds/x?limit=1&cursor=abc"
    (entry,) = root.findall("a:entry", NAMES)
    assert [entry.findtext(f"a:{name}", None, NAMES) for name in ("id", "title", "published", "updated")] == [
        URN, "Khánh thành cầu Vàm Sáng", AVAILABLE.isoformat(), MODIFIED.isoformat(),
    ]  # fmt: skip
    assert entry.findtext("a:author/a:name", None, NAMES) == "Phạm Hoà"
    content = entry.find("a:content", NAMES)
    assert content is not None
    assert content.get("type") == "html"
    assert "<p>Cầu dài 214 mét" in (content.text or "")


def test_xml_survives_whatever_a_title_holds() -> None:
    title = "]]> <b>&amp; \ufffe\uffff \x0b cầu"
    entry = ET.fromstring(atom(a_feed(an_item(title=title)))).find("a:entry", NAMES)
    assert entry is not None
    assert entry.findtext("a:title", None, NAMES) == "]]> <b>&amp; \ufffd\ufffd \ufffd cầu"


def test_an_empty_feed_is_a_feed() -> None:
    root = ET.fromstring(atom(a_feed(following=None)))
    assert root.findall("a:entry", NAMES) == []
    assert root.find("a:link[@rel='next']", NAMES) is None


@pytest.mark.parametrize("source", ["bao-vinh-long", None])
def test_a_json_feed_keeps_its_contract(source: str | None) -> None:
    told = json_feed(a_feed(an_item("Tin nhanh\n\nMưa to.", source=source)))
    feed = JsonFeedOut.model_validate(told)
    (item,) = feed.items
    assert (feed.version, feed.next_url) == (
        "https://jsonfeed.org/version/1.1", f"{BASE}/v1/feeds/x?limit=1&cursor=abc",
    )  # fmt: skip
    assert (item.id, item.title, item.content_text, item.summary) == (URN, "Tin nhanh", "Mưa to.", "Mưa to.")
    assert [author.name for author in item.authors or []] == ([source] if source else [])
    assert item.bantin.version == 1
