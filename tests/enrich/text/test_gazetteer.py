from collections import Counter
from datetime import date
from unicodedata import is_normalized

from services.enrich.text.gazetteer import Province, provinces


def units_on(day: str) -> list[Province]:
    return [unit for unit in provinces() if unit.valid_from <= day and (not unit.valid_to or day < unit.valid_to)]


def test_there_are_34_units_today_and_there_were_63_before_july_2025() -> None:
    assert [len(units_on(day)) for day in ("2008-08-01", "2025-06-30", "2025-07-01", "2026-01-01")] == [63, 63, 34, 34]


def test_no_two_units_of_one_time_share_a_code_or_a_name() -> None:
    for day in ("2008-08-01", "2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01"):
        units = units_on(day)
        twice = Counter(unit.code for unit in units) + Counter(unit.name for unit in units)
        assert (day, [name for name, times in twice.items() if times > 1]) == (day, [])


def test_six_cities_are_of_a_provinces_rank_today() -> None:
    assert sorted(unit.name for unit in units_on("2025-07-01") if unit.kind == "thành phố") == [
        "Cần Thơ", "Huế", "Hà Nội", "Hải Phòng", "Hồ Chí Minh", "Đà Nẵng",
    ]  # fmt: skip


def test_the_file_is_well_formed() -> None:
    for unit in provinces():
        assert len(unit.code) == 2
        assert unit.code.isdigit()
        assert unit.kind in ("tỉnh", "thành phố")
        assert unit.name == unit.name.strip()
        assert is_normalized("NFC", unit.name)
        assert date.fromisoformat(unit.valid_from)
        assert not unit.valid_to or date.fromisoformat(unit.valid_to) > date.fromisoformat(unit.valid_from)


def test_every_unit_has_a_key_of_its_own() -> None:
    keys = [unit.key for unit in provinces()]
    assert len(set(keys)) == len(keys)


def test_a_unit_is_known_by_its_code_and_the_day_from_which_it_is() -> None:
    (hanoi,) = [unit for unit in provinces() if unit.name == "Hà Nội"]
    assert hanoi.key == "vn-province:01@2008-08-01"
