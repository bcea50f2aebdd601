"""The map over the wire, and articles by their places."""

from typing import Any

import pytest

from shared.contracts.place import ResolutionOut, UnitOut
from tests.api.conftest import Publish
from tests.api.test_routes import get, refusal
from tests.servers import Service

OLD = "Tặng quà công an xã\n\nNgày 12/3/2024, đoàn thăm Công an phường Hải Hòa (thị xã Nghi Sơn, Thanh Hóa)."
NEW = "Trồng rừng chắn cát\n\nNgày 3/2/2026, phường Tĩnh Gia (tỉnh Thanh Hóa) trồng phi lao."
OTHER = "Mở lớp học bơi\n\nNgày 3/2/2026, tỉnh Cao Bằng mở lớp học bơi."


def titles(api: Service, query: str) -> list[str]:
    return [article["title"] for article in get(api, f"/v1/articles?{query}")["data"]]


def test_a_name_with_a_day_and_what_it_lies_in_means_one_unit(api: Service) -> None:
    answer = get(api, "/v1/places/resolve?text=Hải Hòa&near=Thanh Hóa&at=2024-03-12")
    told = ResolutionOut.model_validate(answer)
    assert [(unit.code, unit.kind, unit.name) for unit in told.candidates] == [("16561", "phường", "Hải Hòa")]
    assert [unit.name for unit in told.candidates[0].today] == ["Tĩnh Gia"]
    assert told.standing == "valid"


def test_a_name_that_several_units_bear_is_left_open(api: Service) -> None:
    answer = get(api, "/v1/places/resolve?text=xã Đông Vinh&at=2024-03-12")
    assert [unit["code"] for unit in answer["candidates"]] == ["12772", "16429"]


def test_a_place_abroad_has_its_iso_code(api: Service) -> None:
    answer = get(api, "/v1/places/resolve?text=tỉnh Hủa Phăn")
    assert (answer["candidates"], answer["abroad"]) == ([], {"code": "LA-HO", "name": "Hủa Phăn"})


@pytest.mark.parametrize(
    ("query", "name"), [("", "Tĩnh Gia"), ("?at=2024-03-12", "Hải Hòa"), ("?at=2019-01-01", "Tĩnh Gia")]
)
def test_a_code_is_the_unit_that_had_it_on_the_day(api: Service, query: str, name: str) -> None:
    unit = UnitOut.model_validate(get(api, f"/v1/places/16561{query}"))
    assert (unit.code, unit.name) == ("16561", name)


def test_a_unit_tells_what_it_was_made_of_and_by_which_resolution(api: Service) -> None:
    unit = get(api, "/v1/places/16561")
    assert unit["resolution"] == "1686/NQ-UBTVQH15"
    assert {one["name"] for one in unit["made_of"]} >= {"Hải Nhân", "Hải Hòa"}
    assert get(api, unit["href"])["valid_from"] == "2025-07-01"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/places/99999", 404, "no_such_place"),
        ("/v1/places/16429?at=2026-01-01", 404, "no_such_place"),
        ("/v1/places/16429?at=yesterday", 400, "invalid_parameter"),
        ("/v1/places/resolve", 400, "invalid_parameter"),
        ("/v1/places/resolve?text=Vinh&day=2024-01-01", 400, "invalid_parameter"),
        ("/v1/articles?place=Vàm Sáng", 400, "unknown_unit"),
    ],
)
def test_what_the_map_does_not_have_is_refused(api: Service, path: str, status: int, code: str) -> None:
    assert refusal(api, path, status) == code


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("place=16561", [NEW, OLD]),
        ("place=phường Tĩnh Gia", [NEW, OLD]),
        ("place=phường Hải Hòa", [NEW, OLD]),
        ("place=16561&place_mode=valid", [NEW, OLD]),
        ("place=Hải Hòa&place_mode=written", [OLD]),
        ("place=PHƯỜNG HẢI HOÀ&place_mode=written", [OLD]),
        ("province=38", [NEW, OLD]),
        ("province=Thanh Hóa&date_from=2026-01-01", [NEW]),
        ("province=Cao Bằng", [OTHER]),
        ("place=16561&province=04", []),
    ],
)
def test_articles_are_found_by_what_a_place_is_was_and_is_written(
    api: Service, publish: Publish, query: str, wanted: list[str]
) -> None:
    publish([OLD, NEW, OTHER])
    assert titles(api, query) == [text.partition("\n")[0] for text in wanted]


def test_an_articles_places_have_their_units(api: Service, publish: Publish) -> None:
    publish([OLD])
    (listed,) = get(api, "/v1/articles")["data"]
    places: list[dict[str, Any]] = get(api, listed["href"])["places"]
    assert [(place["text"], place["unit"], place["valid_to"]) for place in places] == [
        ("phường Hải Hòa", "16561", "2025-07-01"),
        ("thị xã Nghi Sơn", "407", "2025-07-01"),
        ("Thanh Hóa", "38", None),
    ]
