"""What hidden articles are in the formats of others: tombstones where readers knew them, nothing at all elsewhere."""

import io

import httpx
import pyarrow.parquet as pq
import pytest

from shared.contracts.ninjs import EXTENDED_MEDIA_TYPE, MEDIA_TYPE, NinjsOut
from tests.life.conftest import Newsroom
from tests.life.test_every_route import OPEN, SECRET, hide


def get(newsroom: Newsroom, id: str, form: str) -> httpx.Response:
    return newsroom.api.http.get(f"/v1/articles/{id}", headers={"Accept": form})


@pytest.mark.parametrize(
    ("how", "status", "note"),
    [("killed", "canceled", "Xin rút."), ("erased", "canceled", None), ("withheld", "withheld", None)],
)
def test_what_was_taken_back_is_a_tombstone_in_ninjs(
    newsroom: Newsroom, how: str, status: str, note: str | None
) -> None:
    id = hide(newsroom, how)
    for form in (MEDIA_TYPE, EXTENDED_MEDIA_TYPE):
        answer = get(newsroom, id, form)
        assert (answer.status_code, SECRET in answer.text) == (200, False)
        told = NinjsOut.model_validate(answer.json())
        assert (told.pubStatus, told.edNote, told.version, told.title) == (status, note, "2", None)


def test_what_is_under_embargo_is_nothing_in_any_form(newsroom: Newsroom) -> None:
    id = hide(newsroom, "embargoed")
    for form in (MEDIA_TYPE, EXTENDED_MEDIA_TYPE, "text/plain", "text/markdown"):
        answer = get(newsroom, id, form)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_article")


@pytest.mark.parametrize("how", ["killed", "erased", "withheld"])
def test_texts_of_what_was_taken_back_are_refused_as_json_is(newsroom: Newsroom, how: str) -> None:
    id = hide(newsroom, how)
    plain = newsroom.api.http.get(f"/v1/articles/{id}")
    for form in ("text/plain", "text/markdown"):
        answer = get(newsroom, id, form)
        assert (answer.status_code, answer.json()["code"]) == (plain.status_code, plain.json()["code"])


def test_what_comes_back_is_an_article_in_ninjs_again(newsroom: Newsroom) -> None:
    id = hide(newsroom, "withheld")
    assert newsroom.order("release", id).status_code == 200
    assert get(newsroom, id, MEDIA_TYPE).json()["pubStatus"] == "usable"


@pytest.mark.parametrize("how", ["embargoed", "withheld", "killed", "erased", "not at all"])
def test_no_table_holds_a_hidden_article(newsroom: Newsroom, how: str) -> None:
    """The others are walked with every route; what is compressed is read here."""
    hide(newsroom, how)
    newsroom.put(OPEN, "/v1/sources/b/bulletins/2")
    newsroom.work()
    answer = newsroom.api.http.get("/v1/export?format=parquet")
    rows = pq.read_table(io.BytesIO(answer.content)).to_pylist()
    assert len(rows) == (2 if how == "not at all" else 1)
    assert (SECRET in str(rows)) == (how == "not at all")
