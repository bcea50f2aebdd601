"""Where the values of an article come from."""

import json
import unicodedata

from services.enrich.workbench import Workbench
from shared.contracts.search import ProvenanceOut
from tests.api.conftest import Publish
from tests.factories import TEXT, a_bulletin
from tests.servers import Service


def provenance(api: Service) -> tuple[dict[str, object], ProvenanceOut]:
    (listed,) = api.http.get("/v1/articles").json()["data"]
    article = api.http.get(listed["href"]).json()
    answer = api.http.get(f"{listed['href']}/provenance")
    assert answer.status_code == 200, answer.text
    return article, ProvenanceOut.model_validate(answer.json())


def test_every_value_has_its_place_in_the_text_and_in_the_bytes_and_its_reason(api: Service, publish: Publish) -> None:
    publish([TEXT])
    article, told = provenance(api)
    raw = TEXT.encode()
    for value in told.data:
        for place in (*value.spans, *value.evidence):
            piece = TEXT[place.start : place.end]
            assert place.bytes
            assert raw[place.bytes.start : place.bytes.end].decode() == piece
            if place.clean:
                block = article["blocks"][place.clean.block]["text"]  # type: ignore[index]
                assert block[place.clean.start : place.clean.end] == piece
    paths = {value.path: value for value in told.data}
    assert {"/published", "/event", "/blocks/0", "/dates/0", "/entities/0"} <= paths.keys()
    assert (paths["/dates/0"].value, paths["/dates/0"].method) == (
        article["dates"][0]["value"],
        article["dates"][0]["basis"]["method"],
    )  # type: ignore[index]
    assert paths["/event"].spans, "it stands where its evidence does"


def test_decomposed_letters_lead_to_the_composed_ones(api: Service, workbench: Workbench) -> None:
    """As a Mac pastes it, and as JSON escapes it."""
    text = unicodedata.normalize("NFD", TEXT).replace("tỉnh", "tỉnh\u200b")
    raw = json.dumps({"text": text}).encode()
    a_bulletin(api.database, raw=raw, media_type="application/json", size=len(raw))
    while workbench.enrich([]):
        pass
    article, told = provenance(api)
    assert article["text"] == text
    placed = [(value, place) for value in told.data for place in value.spans if place.clean and place.bytes]
    assert any(value.path.startswith("/entities") for value, _ in placed)
    for _, place in placed:
        assert place.clean
        assert place.bytes
        piece = text[place.start : place.end]
        block = article["blocks"][place.clean.block]["text"]  # type: ignore[index]
        clean = block[place.clean.start : place.clean.end]
        assert clean == unicodedata.normalize("NFC", piece).replace("\u200b", "").replace("  ", " "), piece
        assert json.loads(b'"' + raw[place.bytes.start : place.bytes.end] + b'"') == piece


def test_what_may_not_be_read_tells_nothing(api: Service, publish: Publish) -> None:
    publish([TEXT])
    (listed,) = api.http.get("/v1/articles").json()["data"]
    api.database.run("UPDATE article SET pub_status = 'withheld'")
    answer = api.http.get(f"{listed['href']}/provenance")
    assert (answer.status_code, answer.json()["code"]) == (403, "article_withheld")
