"""One article in the forms that `Accept` asks for."""

from typing import Any

from shared.contracts.ninjs import EXTENDED_MEDIA_TYPE, MEDIA_TYPE, NinjsOut
from tests.api.conftest import Publish
from tests.factories import TEXT
from tests.servers import Service


def the_article(api: Service, publish: Publish) -> str:
    publish([TEXT])
    return str(api.http.get("/v1/articles").json()["data"][0]["href"])


def test_an_article_is_read_in_every_form(api: Service, publish: Publish) -> None:
    href = the_article(api, publish)
    article = api.http.get(href).json()
    ninjs, extended, text, markdown = (
        api.http.get(href, headers={"Accept": kind})
        for kind in (MEDIA_TYPE, EXTENDED_MEDIA_TYPE, "text/plain", "text/markdown")
    )
    assert NinjsOut.model_validate(ninjs.json()).title == article["title"]
    assert extended.json()["bantin"] == article
    assert text.text.startswith("Khánh thành cầu Vàm Sáng\n\nSáng 5/9/2025")
    assert markdown.text.startswith("# Khánh thành cầu Vàm Sáng\n\n")
    kinds = [answer.headers["Content-Type"] for answer in (ninjs, extended, text, markdown)]
    assert kinds == [MEDIA_TYPE, EXTENDED_MEDIA_TYPE, "text/plain; charset=utf-8", "text/markdown; charset=utf-8"]
    assert all("Accept" in answer.headers["Vary"].split(", ") for answer in (ninjs, extended, text, markdown))


def test_a_version_is_read_in_every_form_too(api: Service, publish: Publish) -> None:
    href = the_article(api, publish)
    assert api.http.get(f"{href}/versions/1", headers={"Accept": MEDIA_TYPE}).json()["version"] == "1"


def test_each_form_has_an_etag_of_its_own(api: Service, publish: Publish) -> None:
    href = the_article(api, publish)
    tags = {kind: api.http.get(href, headers={"Accept": kind}).headers["ETag"] for kind in ("*/*", MEDIA_TYPE)}
    assert len(set(tags.values())) == 2
    again: Any = {
        (kind, of): api.http.get(href, headers={"Accept": kind, "If-None-Match": tags[of]}).status_code
        for kind in tags
        for of in tags
    }
    assert again == {(kind, of): 304 if kind == of else 200 for kind in tags for of in tags}


def test_a_form_that_is_not_there_is_refused(api: Service, publish: Publish) -> None:
    answer = api.http.get(the_article(api, publish), headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_the_schemas_that_documents_name_are_there(api: Service) -> None:
    for name in ("article", "ninjs-bantin"):
        assert api.http.get(f"/v1/schemas/{name}").json()["$id"] == f"{api.url}/v1/schemas/{name}"
    assert api.http.get("/v1/schemas/tea").json()["code"] == "no_such_schema"
