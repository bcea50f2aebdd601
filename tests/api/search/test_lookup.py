"""Articles by what others know of them."""

import hashlib
from typing import Any

import pytest

from services.enrich.workbench import Workbench
from shared.contracts.search import LookupOut
from tests.factories import TEXT, a_bulletin, a_text
from tests.servers import Service


@pytest.fixture
def article(api: Service, workbench: Workbench) -> dict[str, Any]:
    """An article whose sender has a key for it, among others."""
    a_bulletin(api.database, TEXT, source="bao-vinh-long", external_id="https://bao.example/a-17.html")
    a_bulletin(api.database, a_text(), source="bao-vinh-long", external_id="18")
    while workbench.enrich([]):
        pass
    return dict(api.http.get("/v1/articles").json()["data"][1])


def look_up(api: Service, **asked: Any) -> list[list[str]]:
    answer = api.http.post("/v1/articles:lookup", json=asked)
    assert answer.status_code == 200, answer.text
    return [[article.id for article in one.articles] for one in LookupOut.model_validate(answer.json()).data]


def test_an_article_is_found_by_whatever_is_known_of_it(api: Service, article: dict[str, Any]) -> None:
    key = {"source": "bao-vinh-long", "external_id": "https://bao.example/a-17.html"}
    for asked in (
        {"ids": [article["id"]]},
        {"external_ids": [key]},
        {"hashes": [hashlib.sha256(TEXT.encode()).hexdigest()]},
        {"texts": [TEXT.upper().replace("\n\n", " –\n").replace("HÓA", "HOÁ")]},
        {"urls": [f"http://127.0.0.1:8002{article['href']}"]},
        {"urls": ["https://bao.example/a-17.html"]},
    ):
        assert look_up(api, **asked) == [[article["id"]]], asked
    assert len(look_up(api, sources=["bao-vinh-long"])[0]) == 2


def test_what_is_not_known_is_not_found_and_the_order_is_kept(api: Service, article: dict[str, Any]) -> None:
    asked = {
        "ids": ["art_" + "0" * 32, article["id"]], "texts": [TEXT + " Còn nữa.", "?"], "hashes": ["0" * 64],
        "external_ids": [{"source": "khac", "external_id": "https://bao.example/a-17.html"}], "urls": ["https://[::1]/"],
    }  # fmt: skip
    assert look_up(api, **asked) == [[], [article["id"]], [], [], [], [], []]


def test_what_may_not_be_read_is_not_found(api: Service, article: dict[str, Any]) -> None:
    api.database.run("UPDATE article SET pub_status = 'withheld'")
    assert look_up(api, ids=[article["id"]], texts=[TEXT], sources=["bao-vinh-long"]) == [[], [], []]


@pytest.mark.parametrize(
    "asked",
    [{}, {"ids": ["a"] * 101}, {"ids": ["a"] * 60, "sources": ["b"] * 60}, {"hashes": ["x"]}, {"texts": ["a\0b"]},
     {"urls": ["http://[x"]}, {"names": ["a"]}, {"external_ids": [{"source": "a"}]}],
)  # fmt: skip
def test_what_cannot_be_looked_up_is_refused(api: Service, asked: dict[str, Any]) -> None:
    answer = api.http.post("/v1/articles:lookup", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter"), answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"", 400), (b'{"texts":["\\ud800"]}', 400), (b'{"texts":["' + b"a" * 2**22 + b'"]}', 413)],
)
def test_a_body_that_is_no_question_is_refused(api: Service, body: bytes, status: int) -> None:
    assert api.http.post("/v1/articles:lookup", content=body).status_code == status
