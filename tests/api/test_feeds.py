"""Feeds: what is newest, for feed readers."""

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from shared.contracts.feed import JsonFeedOut
from tests.api.conftest import Publish
from tests.factories import a_text
from tests.servers import Service

NAMES = {"a": "http://www.w3.org/2005/Atom"}
FEEDS = ("/v1/feeds/atom.xml", "/v1/feeds/feed.json")


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    if answer.headers["Content-Type"].startswith("application/atom+xml"):
        return [entry.text or "" for entry in ET.fromstring(answer.content).findall("a:entry/a:title", NAMES)]
    return [item.title for item in JsonFeedOut.model_validate(answer.json()).items]


def listed(api: Service, query: str = "") -> list[str]:
    return [article["title"] for article in api.http.get(f"/v1/articles{query}").json()["data"]]


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_has_what_the_list_has_with_the_same_filters(api: Service, publish: Publish, feed: str) -> None:
    publish([a_text(place="Lào Cai"), a_text(place="Vĩnh Long"), a_text(place="Lào Cai")])
    for query in ("", "?province=15", "?limit=1", "?date_from=2026-01-01"):
        assert titles(api.http.get(feed + query)) == listed(api, query)
    assert len(listed(api, "?province=15")) == 2


@pytest.mark.parametrize("feed", FEEDS)
def test_what_no_list_takes_no_feed_takes(api: Service, feed: str) -> None:
    answers = [api.http.get(f"{feed}?{query}") for query in ("limit=0", "cursor=x", "colour=red")]
    assert [answer.json()["code"] for answer in answers] == ["invalid_parameter", "bad_cursor", "invalid_parameter"]


def test_a_feed_leads_to_older_articles_until_there_are_none(api: Service, publish: Publish) -> None:
    publish(5)
    url: str | None = "/v1/feeds/feed.json?limit=2"
    walked: list[str] = []
    while url:
        answer = api.http.get(url)
        walked += titles(answer)
        url = answer.json().get("next_url")
    assert walked == listed(api)


def test_the_links_of_a_feed_lead_to_the_articles(api: Service, publish: Publish) -> None:
    publish(1)
    item = api.http.get("/v1/feeds/feed.json").json()["items"][0]
    assert item["url"].startswith(api.url)
    page = api.http.get(urlsplit(item["url"]).path)
    assert page.headers["content-type"].startswith("text/html")
    assert item["title"] in page.text
    assert api.http.get(urlsplit(item["_bantin"]["href"]).path).json()["title"] == item["title"]
    entry = ET.fromstring(api.http.get("/v1/feeds/atom.xml").content).find("{*}entry")
    assert entry is not None
    links = [(one.get("rel"), one.get("type"), one.get("href")) for one in entry.iterfind("{*}link")]
    assert links == [
        ("alternate", "text/html", item["url"]),
        ("alternate", "application/json", item["_bantin"]["href"]),
    ]


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_is_sent_again_only_when_it_changed(api: Service, publish: Publish, feed: str) -> None:
    publish(1)
    api.database.run("UPDATE change SET at = at - interval '1 minute'")
    first = api.http.get(feed)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    by_tag = api.http.get(feed, headers={"If-None-Match": tag})
    by_date = api.http.get(feed, headers={"If-Modified-Since": changed})
    assert [(one.status_code, one.content) for one in (by_tag, by_date)] == [(304, b"")] * 2
    publish(1)
    again = api.http.get(feed, headers={"If-None-Match": tag, "If-Modified-Since": changed})
    assert (again.status_code, len(titles(again))) == (200, 2)
    # Another change may still come in this very second.
    assert "Last-Modified" not in again.headers
    assert api.http.get(feed, headers={"If-Modified-Since": changed}).status_code == 200
    assert api.http.get(feed, headers={"If-Modified-Since": "yesterday"}).status_code == 200
