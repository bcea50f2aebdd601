"""What is sent only once, and packed."""

import gzip
from email.utils import parsedate_to_datetime

import pytest

from services.api.revalidation import matches
from tests.api.conftest import Publish
from tests.servers import Service


@pytest.mark.parametrize("path", ["/v1/articles", "/v1/articles?q=Bản", "/v1/entities", "/v1/facets", "/v1/changes"])
def test_who_has_a_list_already_is_told_so_until_it_changes(api: Service, publish: Publish, path: str) -> None:
    publish(1)
    first = api.http.get(path)
    again = api.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["cache-control"] == "no-cache"
    publish(["Tin về Cà Mau\n\nNgày 7/9/2025, bản tin của tỉnh Cà Mau nói về Hợp tác xã Đồng Tiến."])
    assert api.http.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br, gzip;q=0.5", "*"])
def test_a_long_answer_is_packed_for_who_takes_it(api: Service, publish: Publish, encoding: str) -> None:
    publish(10)
    plain = api.http.get("/v1/articles", headers={"Accept-Encoding": "identity"})
    with api.http.stream("GET", "/v1/articles", headers={"Accept-Encoding": encoding}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert gzip.decompress(packed) == plain.content
    assert answer.headers["etag"] != plain.headers["etag"], "other bytes, another name"
    for known in (answer, plain):
        assert api.http.get("/v1/articles", headers={"If-None-Match": known.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("encoding", ["identity", "gzip;q=0", "br"])
def test_nobody_gets_what_he_does_not_take(api: Service, publish: Publish, encoding: str) -> None:
    publish(10)
    answer = api.http.get("/v1/articles", headers={"Accept-Encoding": encoding})
    assert "content-encoding" not in answer.headers


def test_an_article_says_when_it_was_last_changed(api: Service, publish: Publish) -> None:
    publish(1)
    (listed,) = api.http.get("/v1/articles").json()["data"]
    answer = api.http.get(listed["href"])
    assert parsedate_to_datetime(answer.headers["last-modified"]).isoformat()[:19] == listed["available_at"][:19]


def test_a_problem_is_neither_named_nor_kept(api: Service) -> None:
    answer = api.http.get("/v1/articles?limit=0")
    assert "etag" not in answer.headers


def test_either_variant_is_known_again() -> None:
    assert matches('"a"', '"a"')
    assert matches('W/"a-gz"', '"a"')
    assert not matches('"b", a', '"a"')
    assert not matches(None, '"a"')
