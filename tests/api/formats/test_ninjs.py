"""An article as IPTC ninjs 3.1."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from services.api.formats.ninjs import extended, ninjs, tombstone
from shared.contracts.article import ArticleOut
from shared.contracts.ninjs import NinjsOut, extended_schema
from tests.api.formats.items import ARTICLE, BASE, ENTITY, MODIFIED, STORY, URN, an_item
from tests.api.formats.ninjs_3_1 import SCHEMA
from tests.servers import ROOT

# Those whose names say nothing of an encoding are plain UTF-8.
GOLDEN = sorted(
    path for path in (ROOT / "tests/golden").glob("*.txt") if "." not in path.stem and 0 < path.stat().st_size < 2_000
)
REGISTRY: Registry[Any] = Registry().with_resource(SCHEMA["$id"], Resource.from_contents(SCHEMA))


def on_the_wire(document: Any) -> Any:
    return orjson.loads(orjson.dumps(document))


def faults(document: Any, schema: Any = SCHEMA) -> list[str]:
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema, registry=REGISTRY).iter_errors(document)]


def test_an_article_is_told_in_the_words_of_ninjs() -> None:
    told = on_the_wire(ninjs(an_item()))
    assert (told["uri"], told["version"], told["pubStatus"], told["language"]) == (URN, "1", "usable", "vi")
    assert (told["firstCreated"], told["versionCreated"]) == ("2025-09-05T03:12:45+00:00", "2025-09-06T01:00:00+00:00")
    assert told["contentCreated"] == "2025-09-05T00:00:00+07:00"
    assert (told["by"], told["located"]) == ("Phạm Hoà (Công an tỉnh)", "Vĩnh Long")
    assert told["infoSources"] == [
        {"name": "Báo Vĩnh Long", "role": "source"}, {"name": "bao-vinh-long", "role": "supplier"},
    ]  # fmt: skip
    (picture,) = told["associations"]
    assert picture["uri"] == f"{URN}#photo-1"
    assert picture["descriptions"][0]["value"] == "Ảnh: Cầu Vàm Sáng nhìn từ bờ nam."
    assert [one["name"] for one in told["people"]] == ["Ngô Văn Thử", "Phạm Hoà"]
    assert told["objects"][0] == {"name": "Nghị định 100/2019/NĐ-CP", "rel": "cites", "literal": "100/2019/NĐ-CP"}


def test_a_body_is_counted_without_headline_captions_and_credits() -> None:
    body = ninjs(an_item("Tin\n\nMưa to ở Huế.\n\nẢnh: Sông Hương."))["bodies"][0]
    assert (body["value"], body["charCount"], body["wordCount"]) == ("Mưa to ở Huế.", 13, 4)


def test_an_entity_is_named_by_its_urn_and_once() -> None:
    item = an_item()
    linked = {**item.article, "people": [{**one, "entity": ENTITY} for one in item.article["people"]], "story": STORY}
    told = ninjs(an_item(**{name: linked[name] for name in ("people", "story")}))
    assert told["people"] == [
        {"name": "Ngô Văn Thử", "rel": "mentioned", "uri": "urn:uuid:0b6a5c1d-9e3f-5a7b-8c2d-4e6f80a1b2c3",
         "literal": "Ngô Văn Thử"},
        {"name": "Phạm Hoà", "rel": "mentioned", "uri": "urn:uuid:0b6a5c1d-9e3f-5a7b-8c2d-4e6f80a1b2c3",
         "literal": "Phạm Hoà"},
    ]  # fmt: skip
    assert told["events"][0]["id"] == STORY


def test_a_correction_says_what_was_wrong() -> None:
    told = ninjs(an_item(kind="correction", note="Cầu dài 241 mét.", version=2))
    assert (told["version"], told["edNote"]) == ("2", "Cầu dài 241 mét.")


def test_a_day_that_is_only_inferred_is_marked_as_such() -> None:
    told = ninjs(an_item("Khánh thành cầu Vàm Sáng\n\nSáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu Vàm Sáng."))
    assert "contentCreated" not in told
    assert told["edNote"] == "Ngày đăng 2025-09-05 được suy ra, bản tin không ghi."


def test_a_day_that_nobody_knows_is_left_out() -> None:
    told = ninjs(an_item("Tin nhanh\n\nMưa to."))
    assert {"contentCreated", "edNote"} & told.keys() == set()


@pytest.mark.parametrize("path", GOLDEN[::3], ids=lambda path: path.stem)
def test_every_document_keeps_the_schema_and_our_contract(path: Path) -> None:
    told = on_the_wire(ninjs(an_item(path.read_text(encoding="utf-8"))))
    assert faults(told) == []
    NinjsOut.model_validate(told)


def test_what_the_schema_does_not_name_is_refused() -> None:
    """The control: a schema that takes everything would prove nothing above."""
    told = on_the_wire(ninjs(an_item()))
    assert faults({**told, "bantin": {}}) != []
    assert faults({**told, "people": [{"name": "Ngô Văn Thử", "rank": "Đại tá"}]}) != []
    assert faults({**told, "contentCreated": "2025-09-05"}) != []
    assert faults({**told, "associations": [{"name": "photo-1"}]}) != []


def test_the_extended_form_keeps_its_own_schema_and_holds_the_whole_article() -> None:
    told = on_the_wire(extended(an_item()))
    schema = extended_schema(f"{BASE}/v1/schemas/ninjs-bantin", ArticleOut.model_json_schema(mode="serialization"))
    assert told["standard"]["schema"] == schema["$id"]
    assert faults(told, schema) == []
    assert faults({**told, "rank": "Đại tá"}, schema) != []
    assert ArticleOut.model_validate(told["bantin"]).people[0].rank is not None


def test_a_tombstone_has_no_word_of_the_article() -> None:
    told = on_the_wire(tombstone(ARTICLE, version=2, pub_status="canceled", at=MODIFIED, note="Xin rút tin."))
    assert faults(told) == []
    NinjsOut.model_validate(told)
    assert (told["uri"], told["version"], told["pubStatus"], told["edNote"]) == (URN, "2", "canceled", "Xin rút tin.")
    assert {"title", "headlines", "bodies", "people"} & told.keys() == set()
