"""What a name means, with what is known of where it lies."""

import pycountry
import pytest

from shared.places.abroad import abroad, is_shy
from shared.places.lookup import resolve
from shared.places.words import key, kind_and_name, rows


def found(written: str, near: str | None, day: str) -> tuple[str, list[str]]:
    answer = resolve(written, near, day)
    return answer.standing, [unit.code for unit in answer.units]


@pytest.mark.parametrize(
    ("written", "near", "day", "wanted"),
    [
        ("xã Đông Vinh (thành phố Thanh Hóa)", None, "2024-03-12", ["16429"]),
        ("xã Đông Vinh", "Thanh Hóa", "2024-03-12", ["16429"]),
        ("xã Đông Vinh", None, "2024-03-12", ["12772", "16429"]),
        ("Hải Hòa", "Thanh Hóa", "2024-03-12", ["16561"]),
        ("TP. Vinh, Nghệ An", None, "2024-03-12", ["412"]),
        ("phường 12, quận 10, TP.HCM", None, "2024-03-12", ["27172"]),
        ("Mường Chanh", "Sơn La", "2025-12-29", ["04117"]),
        ("TPHCM", None, "2026-01-01", ["79"]),
        ("Đắc Lắc", None, "2026-01-01", ["66"]),
    ],
)
def test_a_name_means_the_units_that_bear_it_on_the_day(
    written: str, near: str | None, day: str, wanted: list[str]
) -> None:
    assert found(written, near, day) == ("valid", wanted)


def test_what_was_no_more_on_the_day_is_said_to_be_gone() -> None:
    assert found("huyện Tĩnh Gia", None, "2026-01-01") == ("gone", ["407"])
    assert found("xã Đông Vinh", "thành phố Thanh Hóa", "2026-01-01") == ("gone", ["16429"])


def test_what_was_not_yet_there_is_said_to_come() -> None:
    assert found("xã Mường Lát", None, "2024-03-12") == ("to come", ["14845"])


def test_a_name_that_no_unit_bears_means_nothing() -> None:
    assert found("xã Vàm Sáng", None, "2024-03-12")[1] == []


@pytest.mark.parametrize(
    ("written", "kind", "name"),
    [
        ("TP. Thanh Hoá", "thành phố", "thanh hóa"), ("phường 02", "phường", "2"), ("P.12", "phường", "12"),
        ("Q. 1", "quận", "1"), ("Bà Rịa – Vũng Tàu", None, "bà rịa vũng tàu"), ("xã Ea H’leo", "xã", "ea h'leo"),
        ("Xã Đàn", "xã", "đàn"), ("xãHội", None, "xãhội"),
    ],
)  # fmt: skip
def test_a_word_of_kind_is_told_from_the_name(written: str, kind: str | None, name: str) -> None:
    told, rest = kind_and_name(written)
    assert (told and told.name, rest) == (kind, name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lào", "LA"), ("Cộng hoà Dân chủ Nhân dân Lào", "LA"), ("Hủa Phăn", "LA-HO"), ("Mỹ", "US"), ("Hoa Kỳ", "US"),
        ("Quảng Tây", "CN-GX"), ("Ratanakiri", "KH-16"), ("Trung Quốc", "CN"),
    ],
)  # fmt: skip
def test_countries_and_some_of_their_units_have_iso_codes(name: str, code: str) -> None:
    place = abroad(key(name))
    assert place is not None
    assert place.code == code


@pytest.mark.parametrize(("written", "code"), [("Viêng Chăn", "LA-VT"), ("tỉnh Viêng Chăn", "LA-VI")])
def test_a_province_abroad_is_told_from_the_capital_of_its_name(written: str, code: str) -> None:
    kind, name = kind_and_name(written)
    place = abroad(name, kind)
    assert place is not None
    assert place.code == code


def test_names_that_mean_other_things_too_are_shy() -> None:
    assert [is_shy(key(name)) for name in ("Anh", "Đức", "Vân Nam", "Lào", "Hàn Quốc")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_every_country_of_iso_3166_is_there_and_every_unit_is_one_of_iso_3166() -> None:
    codes = [row["code"] for row in rows("abroad.tsv")]
    assert {code for code in codes if "-" not in code} == {country.alpha_2 for country in pycountry.countries}
    assert [code for code in codes if "-" in code and pycountry.subdivisions.get(code=code) is None] == []
    assert len(codes) == len(set(codes))
