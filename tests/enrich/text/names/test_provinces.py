import pytest

from services.enrich.text.gazetteer import provinces
from services.enrich.text.names.provinces import NamedProvince, provinces_in

NAMES = sorted({unit.name for unit in provinces()})


def names_in(text: str) -> list[tuple[str, str]]:
    return [(text[unit.start : unit.end], unit.name) for unit in provinces_in(text)]


def test_a_province_is_found_with_its_place_and_its_key() -> None:
    assert list(provinces_in("Mưa ở tỉnh Cao Bằng.")) == [
        NamedProvince(start=6, end=19, name="Cao Bằng", key="vn-province:04@2008-08-01", typed=True)
    ]


def test_which_of_two_units_of_one_name_is_meant_is_left_open() -> None:
    (unit,) = provinces_in("Tin Vĩnh Long")
    assert (unit.name, unit.key, unit.typed) == ("Vĩnh Long", None, False)


@pytest.mark.parametrize("name", NAMES)
def test_every_province_is_found_by_its_name(name: str) -> None:
    assert names_in(f"Tin từ {name}, hôm nay") == [(name, name)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Hoà Bình", "Hòa Bình"), ("Thanh Hoá", "Thanh Hóa"), ("tỉnh Khánh Hoà", "Khánh Hòa"), ("TP.HCM", "Hồ Chí Minh"),
        ("TP HCM", "Hồ Chí Minh"), ("TPHCM", "Hồ Chí Minh"), ("TP. HCM", "Hồ Chí Minh"), ("HÀ NỘI", "Hà Nội"),
        ("TP Hà Nội", "Hà Nội"), ("TP. Đà Nẵng", "Đà Nẵng"), ("thành phố Huế", "Huế"), ("Tỉnh Sơn La", "Sơn La"),
    ],
)  # fmt: skip
def test_a_province_is_known_however_it_is_spelt(written: str, name: str) -> None:
    assert names_in(f"Tin {written} hôm nay") == [(written, name)]


@pytest.mark.parametrize(
    "text",
    ["đi hà nội", "huyện Thái Nguyên", "thành phố Thanh Hóa", "phường Hà Nam", "Hà Nộii", "xã Hoà Bình", "An giang"],
)
def test_what_bears_a_provinces_name_and_is_none_is_left_alone(text: str) -> None:
    assert names_in(f"Tin {text} hôm nay") == []


def test_a_longer_name_is_not_taken_for_a_shorter_one() -> None:
    assert names_in("Tin Bà Rịa - Vũng Tàu hôm nay") == [("Bà Rịa - Vũng Tàu", "Bà Rịa - Vũng Tàu")]


def test_a_foreign_letter_before_a_name_does_not_move_it() -> None:
    """İ has two characters in small letters."""
    assert names_in("Đoàn İzmir và İnönü thăm tỉnh Cao Bằng hôm qua") == [("tỉnh Cao Bằng", "Cao Bằng")]
