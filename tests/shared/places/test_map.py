"""The map itself: whole, without gaps, and right where the two bulletins need it."""

import unicodedata
from collections import Counter
from itertools import pairwise

import pytest

from shared.orthography.tones import fold_tone_place
from shared.places.units import Unit, _map, forms, is_name, lies_in, named, predecessors, today, unit_on
from shared.places.words import key, rows

UNITS = [unit for code in sorted(_map().of_code) for unit in forms(code)]
TODAY = "2026-11-22"


def there_on(day: str) -> dict[int, int]:
    return dict(Counter(unit.level for unit in UNITS if unit.is_valid(day)))


def the_unit(code: str, day: str) -> Unit:
    unit = unit_on(code, day)
    assert unit is not None
    return unit


def titles(units: tuple[Unit, ...]) -> list[str]:
    return [f"{unit.title} {unit.code}" for unit in units]


@pytest.mark.parametrize(
    ("day", "provinces", "districts", "communes"),
    [("2019-10-31", 63, 713, 11160), ("2022-12-31", 63, 705, 10599), ("2025-06-30", 63, 696, 10035)],
)
def test_there_were_so_many_units_of_three_levels(day: str, provinces: int, districts: int, communes: int) -> None:
    assert there_on(day) == {1: provinces, 2: districts, 3: communes}


@pytest.mark.parametrize("day", ["2025-07-01", TODAY])
def test_since_july_2025_there_are_34_and_3321_of_two_levels(day: str) -> None:
    assert there_on(day) == {1: 34, 3: 3321}


def test_a_code_and_the_day_from_which_it_is_valid_are_a_units_key() -> None:
    assert len({unit.key for unit in UNITS}) == len(UNITS)


def test_every_unit_that_ended_has_successors_that_were_there_on_that_day() -> None:
    lost = [
        unit.key
        for unit in UNITS
        if unit.until and (not unit.successors or not all(unit_on(code, unit.until) for code in unit.successors))
    ]
    assert lost == []


def test_every_unit_leads_to_units_of_today() -> None:
    assert [unit.key for unit in UNITS if not today(unit)] == []
    assert {one.is_valid(TODAY) for unit in UNITS for one in today(unit)} == {True}


def test_a_code_is_never_of_two_units_at_once_and_lies_fallow_only_at_the_end() -> None:
    for code in _map().of_code:
        one_after_the_other = forms(code)
        for unit, following in pairwise(one_after_the_other):
            assert unit.since < unit.until == following.since


def test_every_unit_lies_in_its_district_and_province() -> None:
    depth = {(unit.level, len(lies_in(unit))) for unit in UNITS}
    # Communes have two above them, and one since the districts are gone.
    assert depth == {(1, 0), (2, 1), (3, 2), (3, 1)}
    assert {unit.since >= "2025-07-01" for unit in UNITS if unit.level == 3 and len(lies_in(unit)) == 1} == {True}


def test_names_are_composed_and_spelt_in_one_way() -> None:
    strange = [
        unit.title
        for unit in UNITS
        if not unicodedata.is_normalized("NFC", unit.name)
        or fold_tone_place(unit.name) != unit.name.lower()
        or not all(word[0].isupper() or word[0].isdigit() or word == "-" for word in unit.name.split())
    ]
    assert strange == []


def test_every_unit_is_found_by_its_name() -> None:
    assert [unit.key for unit in UNITS if unit not in named(key(unit.name))] == []
    assert all(is_name(key(other)) for unit in UNITS for other in unit.also)


def test_what_ended_in_a_wave_ended_by_the_resolution_of_its_province() -> None:
    numbers = {row["number"] for row in rows("resolutions.tsv")}
    assert {unit.by for unit in UNITS} <= numbers | {""}
    assert [unit.key for unit in UNITS if unit.since > "2019-10-06" and not unit.by] == []


def test_dong_vinh_is_part_of_phuong_dong_quang_today() -> None:
    dong_vinh = the_unit("16429", "2024-03-12")
    assert (dong_vinh.title, titles(today(dong_vinh))) == ("xã Đông Vinh", ["phường Đông Quang 16417"])
    assert titles(lies_in(dong_vinh)) == ["thành phố Thanh Hóa 380", "tỉnh Thanh Hóa 38"]


def test_hai_nhan_and_hai_hoa_are_part_of_phuong_tinh_gia_whose_code_was_hai_hoas() -> None:
    assert titles(today(the_unit("16612", "2024-03-12"))) == ["phường Tĩnh Gia 16561"]
    assert [(unit.title, unit.since) for unit in forms("16561")] == [
        ("thị trấn Tĩnh Gia", "2008-08-01"),
        ("phường Hải Hòa", "2020-06-01"),
        ("phường Tĩnh Gia", "2025-07-01"),
    ]


def test_muong_lat_was_a_town_and_is_a_commune_under_one_code() -> None:
    assert the_unit("14845", "2024-03-12").title == "thị trấn Mường Lát"
    assert the_unit("14845", "2025-12-29").title == "xã Mường Lát"
    assert titles(lies_in(the_unit("14845", "2025-12-29"))) == ["tỉnh Thanh Hóa 38"]


@pytest.mark.parametrize(("code", "name"), [("15607", "Bát Mọt"), ("14863", "Pù Nhi"), ("15013", "Na Mèo")])
def test_some_communes_went_on_unchanged_under_another_parent(code: str, name: str) -> None:
    assert [(unit.title, unit.since) for unit in forms(code)] == [
        (f"xã {name}", "2008-08-01"),
        (f"xã {name}", "2025-07-01"),
    ]


def test_a_divided_commune_has_several_successors() -> None:
    divided = [unit for unit in UNITS if unit.until == "2025-07-01" and unit.level == 3 and len(unit.successors) > 1]
    assert len(divided) == 471


def test_hue_was_a_city_of_a_province_then_two_districts_of_a_city() -> None:
    assert titles((the_unit("474", "2024-06-02"),)) == ["thành phố Huế 474"]
    assert the_unit("474", "2024-06-02").successors == ("474", "475")
    assert the_unit("46", "2025-01-01").title == "thành phố Huế"


def test_three_provinces_became_cities_in_2026() -> None:
    assert [(unit.kind, unit.since) for unit in forms("75")][-2:] == [
        ("tỉnh", "2025-07-01"),
        ("thành phố", "2026-04-30"),
    ]
    cities = {unit.name for unit in UNITS if unit.level == 1 and unit.kind == "thành phố" and unit.is_valid(TODAY)}
    assert cities == {
        "Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ", "Đồng Nai", "Quảng Ninh", "Bắc Ninh",
    }  # fmt: skip


def test_a_unit_knows_what_it_was_made_of() -> None:
    made_of = {unit.title for unit in predecessors(the_unit("16561", "2025-07-01"))}
    assert made_of >= {"xã Hải Nhân", "phường Hải Hòa", "phường Bình Minh", "phường Hải Thanh"}
