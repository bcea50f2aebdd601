"""The reading room over the wire."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.api.app import make_app
from shared.contracts.article import ArticleList, ArticleOut, ChangeList
from shared.contracts.problem import MEDIA_TYPE, Problem
from shared.database import transaction
from shared.ids import ARTICLE, written
from shared.settings import Settings
from tests.api.conftest import Publish
from tests.factories import TEXT
from tests.servers import Service


def get(api: Service, path: str, status: int = 200, **headers: str) -> Any:
    answer = api.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def refusal(api: Service, path: str, status: int) -> str:
    answer = api.http.get(path)
    told = Problem.model_validate(answer.json())
    assert (answer.status_code, answer.headers["content-type"], told.status) == (status, MEDIA_TYPE, status)
    return told.code


def walk(api: Service, limit: int, between: Any = lambda: None) -> list[str]:
    """The titles of all pages, as a reader gets them who asks for one after the other."""
    titles, path = [], f"/v1/articles?limit={limit}"
    while True:
        page = ArticleList.model_validate(get(api, path))
        titles += [article.title for article in page.data]
        assert len(page.data) <= limit
        if page.page.next is None:
            return titles
        between()
        path = f"/v1/articles?limit={limit}&cursor={page.page.next}"


def test_there_are_no_articles_at_first(api: Service) -> None:
    assert get(api, "/v1/articles") == {"data": [], "page": {"limit": 50, "next": None}}
    assert get(api, "/v1/changes") == {
        "changes": [], "last_seq": 0, "head_seq": 0, "next": "/v1/changes?since=0&limit=200",
    }  # fmt: skip


def test_an_article_is_as_its_contract_says(api: Service, publish: Publish) -> None:
    publish([TEXT])
    (listed,) = get(api, "/v1/articles")["data"]
    article = get(api, listed["href"])
    assert ArticleOut.model_validate(article).model_dump(mode="json").keys() == article.keys()
    assert (article["id"], article["title"], article["text"]) == (listed["id"], "Khánh thành cầu Vàm Sáng", TEXT)
    assert {name: listed[name] for name in listed if name != "href"} == {
        name: article[name] for name in listed if name != "href"
    }


def test_the_newest_article_stands_first(api: Service, publish: Publish) -> None:
    publish(["Tin một", "Tin hai", "Tin ba"])
    assert walk(api, 50) == ["Tin ba", "Tin hai", "Tin một"]


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
def test_the_pages_hold_every_article_once_while_others_arrive(api: Service, publish: Publish, limit: int) -> None:
    publish([f"Tin {number}" for number in range(7)])
    assert walk(api, limit, lambda: publish(2)) == [f"Tin {number}" for number in reversed(range(7))]


def test_the_next_page_is_linked_in_the_head_too(api: Service, publish: Publish) -> None:
    publish(2)
    answer = api.http.get("/v1/articles?limit=1")
    (link,) = re.findall(r'^<(.+)>; rel="next"$', answer.headers["link"])
    assert get(api, link)["page"] == {"limit": 1, "next": None}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/articles?limit=0", "invalid_parameter"), ("/v1/articles?limit=201", "invalid_parameter"),
        ("/v1/articles?limit=x", "invalid_parameter"), ("/v1/articles?page=2", "invalid_parameter"),
        ("/v1/articles?limit=5&limt=5", "invalid_parameter"), ("/v1/articles?cursor=x", "bad_cursor"),
        ("/v1/articles?cursor=", "bad_cursor"), ("/v1/articles?cursor=WyJjaGFuZ2VzIiw1XQ", "bad_cursor"),
        ("/v1/articles?cursor=%C3%A9", "bad_cursor"), ("/v1/articles?cursor=" + "a" * 501, "invalid_parameter"),
        ("/v1/changes?since=-1", "invalid_parameter"), ("/v1/changes?limit=1001", "invalid_parameter"),
        ("/v1/changes?from=1", "invalid_parameter"), ("/v1/changes?since=9223372036854775808", "invalid_parameter"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(api: Service, path: str, code: str) -> None:
    assert refusal(api, path, 400) == code


@pytest.mark.parametrize("limit", [1, 200])
def test_the_limits_themselves_may_be_asked_for(api: Service, limit: int) -> None:
    assert get(api, f"/v1/articles?limit={limit}")["page"]["limit"] == limit


@pytest.mark.parametrize("id", [written(ARTICLE, UUID(int=7)), "art_1", "bul_" + "0" * 32, "%00", "art_" + "g" * 32])
def test_an_article_that_is_not_there_is_not_found(api: Service, id: str) -> None:
    assert refusal(api, f"/v1/articles/{id}", 404) == "no_such_article"


def test_an_address_that_is_not_there_is_not_found(api: Service) -> None:
    assert refusal(api, "/v1/nothing", 404) == "not_found"


def test_a_reader_may_only_read(api: Service) -> None:
    answer = api.http.post("/v1/articles", json={})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("address", "methods"),
    [("/v1/consumers/one", "DELETE, GET, PUT"), ("/v1/consumers/one:ack", "POST"), ("/v1/articles", "GET")],
)
def test_an_address_names_all_methods_that_it_takes_and_no_other(api: Service, address: str, methods: str) -> None:
    assert api.http.options(address).headers["Allow"] == methods


def test_an_action_is_no_name_of_a_thing(api: Service) -> None:
    assert api.http.put("/v1/consumers/one:ack", json={"since": 0}).status_code == 405


def test_who_has_the_article_already_is_told_so(api: Service, publish: Publish) -> None:
    publish(1)
    href = get(api, "/v1/articles")["data"][0]["href"]
    first = api.http.get(href)
    etag = first.headers["etag"]
    for known in (etag, f"W/{etag}", "*", f'"other", {etag}', f'"other",W/{etag}'):
        again = api.http.get(href, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    for unknown in ('"other"', etag.strip('"')):
        assert api.http.get(href, headers={"If-None-Match": unknown}).status_code == 200


def test_who_has_an_article_that_is_now_withheld_is_told_so(api: Service, publish: Publish) -> None:
    publish(1)
    href = get(api, "/v1/articles")["data"][0]["href"]
    etag = api.http.get(href).headers["etag"]
    api.database.run("UPDATE article SET pub_status = 'withheld'")
    answer = api.http.get(href, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (403, "article_withheld")


def test_the_feed_is_followed_by_the_last_number_that_was_seen(api: Service, publish: Publish) -> None:
    publish(5)
    seen, path = [], "/v1/changes?limit=2"
    while (piece := ChangeList.model_validate(get(api, path))).changes:
        assert piece.head_seq == 5
        seen += [change.seq for change in piece.changes]
        assert piece.last_seq == seen[-1]
        path = piece.next
    assert (seen, piece.last_seq, path) == ([1, 2, 3, 4, 5], 5, "/v1/changes?since=5&limit=2")
    publish(1)
    assert [change["seq"] for change in get(api, path)["changes"]] == [6]


def test_a_change_leads_to_its_article(api: Service, publish: Publish) -> None:
    publish([TEXT])
    (change,) = get(api, "/v1/changes")["changes"]
    article = get(api, change["href"])
    assert change == {
        "seq": 1, "type": "article.published", "article": article["id"], "version": 1, "time": article["available_at"],
        "href": f"/v1/articles/{article['id']}",
    }  # fmt: skip


def test_who_asks_for_what_is_not_yet_is_told_where_the_feed_is(api: Service, publish: Publish) -> None:
    publish(1)
    assert get(api, "/v1/changes?since=7")["changes"] == []


def test_a_duplicate_is_no_article_of_its_own(api: Service, publish: Publish) -> None:
    publish([TEXT, TEXT.upper()])
    assert (len(get(api, "/v1/articles")["data"]), get(api, "/v1/changes")["head_seq"]) == (1, 1)


def test_the_reading_room_cannot_write(api: Service) -> None:
    app = make_app(Settings(database_url=api.database.url))
    with pytest.raises(DBAPIError, match="read-only transaction"), transaction(app.state.engine) as tx:
        tx.execute(text("UPDATE feed_head SET seq = 7"))
    app.state.engine.dispose()


def test_health_is_answered(api: Service) -> None:
    assert get(api, "/livez") == {"status": "alive"}
    assert get(api, "/readyz") == {"status": "ready"}
    assert "bantin_http_requests_total" in api.http.get("/metrics").text


def test_the_description_is_openapi_3_1_and_its_problems_are_true(api: Service) -> None:
    described = get(api, "/openapi.json")
    examples = [
        example["value"]
        for operations in described["paths"].values()
        for operation in operations.values()
        for answer in operation["responses"].values()
        for example in answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}).values()
    ]
    assert described["openapi"].startswith("3.1")
    assert {Problem.model_validate(example, strict=True).code for example in examples} == {
        "invalid_parameter", "bad_cursor", "database_away", "no_such_article", "no_such_place", "no_such_version", "no_such_reading",
        "article_withheld", "article_killed", "article_erased", "no_such_entity", "no_such_story", "bad_query",
        "key_missing", "key_refused", "not_allowed", "rate_limited", "cursor_filter_mismatch",
        "no_such_consumer", "no_such_webhook", "no_such_delivery", "position_ahead", "unsafe_url", "bad_secret",
        "article_merged", "lookup_too_large", "not_acceptable", "too_many_exports", "no_such_schema",
        "unknown_unit",
    }  # fmt: skip


WINTER = "Hội chợ mùa đông\n\nSáng 20/12/2024, xã Mường Bo mở hội chợ. Hội chợ lần trước mở tháng 3/2019."
SUMMER = "Hội chợ mùa hè\n\nNgày 5/7/2025, xã Mường Bo mở hội chợ."


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("date_from=2024-12-20&date_to=2024-12-20", ["Hội chợ mùa đông"]),
        ("date_from=2019-03-15&date_to=2019-03-16", ["Hội chợ mùa đông"]),
        ("date_from=2019-03-15&date_to=2019-03-16&date_field=event", []),
        ("date_from=2025-01-01", ["Hội chợ mùa hè"]),
        ("date_to=2024-12-31&date_field=event", ["Hội chợ mùa đông"]),
        ("date_from=2024-01-01&date_field=event", ["Hội chợ mùa hè", "Hội chợ mùa đông"]),
        ("date_from=2026-01-01&date_field=mentioned", []),
    ],
)
def test_articles_are_found_by_the_days_they_speak_of(
    api: Service, publish: Publish, query: str, titles: list[str]
) -> None:
    publish([WINTER, SUMMER])
    assert [article["title"] for article in get(api, f"/v1/articles?{query}")["data"]] == titles


def test_the_next_page_asks_for_the_same_days(api: Service, publish: Publish) -> None:
    publish([f"Hội chợ {number}\n\nNgày 5/7/2025, xã Mường Bo mở hội chợ {number}." for number in range(3)])
    answer = api.http.get("/v1/articles?limit=2&date_from=2025-07-05&date_field=event")
    onward = re.search("<(.+)>", answer.headers["link"])
    assert onward is not None
    assert [article["title"] for article in get(api, onward[1])["data"]] == ["Hội chợ 0"]


@pytest.mark.parametrize(
    "query",
    ["date_from=yesterday", "date_from=2025-02-30", "date_field=received", "date_from=2025-02-02&date_to=2025-02-01"],
)
def test_days_that_cannot_be_are_refused(api: Service, query: str) -> None:
    assert refusal(api, f"/v1/articles?{query}", 400) == "invalid_parameter"
