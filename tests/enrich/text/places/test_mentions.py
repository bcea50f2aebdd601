"""Where places are named, and where not."""

import pytest

from services.enrich.text.places.mentions import mentions_of
from services.enrich.text.places.words import Text


def named_in(text: str) -> list[tuple[str, str | None]]:
    """The mentions as written, each with its kind."""
    return [(text[one.start : one.end], one.kind and one.kind.name) for one in mentions_of(Text(text), 0)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Công an xã Đông Vinh", [("xã Đông Vinh", "xã")]),
        ("TP.Vinh", [("TP.Vinh", "thành phố")]),
        ("UBND TP. Thanh Hoá", [("TP. Thanh Hoá", "thành phố")]),
        ("phường 12, quận 10", [("phường 12", "phường"), ("quận 10", "quận")]),
        ("P.12, Q.10", [("P.12", "phường"), ("Q.10", "quận")]),
        ("huyện đảo Lý Sơn", [("huyện đảo Lý Sơn", "huyện")]),
        ("CÔNG AN TỈNH VĨNH LONG", [("TỈNH VĨNH LONG", "tỉnh")]),
        ("huyện Cư M’gar", [("huyện Cư M’gar", "huyện")]),
        ("xã Hải Nhân, Công an phường Hải Hòa", [("xã Hải Nhân", "xã"), ("phường Hải Hòa", "phường")]),
    ],
)
def test_a_name_behind_a_word_of_kind_is_found_with_it(text: str, wanted: list[tuple[str, str]]) -> None:
    assert named_in(text) == wanted


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("các xã Bát Mọt, Pù Nhi và Na Mèo", "xã", ["Bát Mọt", "Pù Nhi", "Na Mèo"]),
        ("hai tỉnh Thanh Hóa và Hủa Phăn", "tỉnh", ["Thanh Hóa", "Hủa Phăn"]),
        ("Công an 6 xã giáp biên giới gồm: Bát Mọt, Tam Thanh...", "xã", ["Bát Mọt", "Tam Thanh"]),
        ("các huyện: Tân Uyên, Phong Thổ", "huyện", ["Tân Uyên", "Phong Thổ"]),
    ],
)
def test_a_row_of_names_has_the_kind_that_stands_before_it(text: str, kind: str, names: list[str]) -> None:
    assert named_in(text) == [(name, kind) for name in names]


def test_a_row_ends_with_its_sentence() -> None:
    assert named_in("Công an các xã đã họp. Báo cáo gồm: Bát Mọt") == []


def test_a_year_before_a_word_of_kind_announces_no_row() -> None:
    assert named_in("Ngày 12/3/2024 xã Đông Vinh họp") == [("xã Đông Vinh", "xã")]


def test_behind_one_district_stands_its_province_not_a_second_district() -> None:
    assert named_in("huyện Điện Biên Đông, Điện Biên") == [("huyện Điện Biên Đông", "huyện"), ("Điện Biên", None)]


def test_a_name_alone_is_found_where_the_place_it_lies_in_stands_behind_it() -> None:
    assert named_in("ở Tùng Lộc (Can Lộc, Hà Tĩnh)") == [("Tùng Lộc", None), ("Can Lộc", None), ("Hà Tĩnh", None)]


def test_a_bodys_head_tells_the_kind_of_the_name_behind_it() -> None:
    assert named_in("Huyện ủy Quan Sơn, Đồn Biên phòng Na Mèo") == [("Quan Sơn", "huyện"), ("Na Mèo", None)]


def test_a_country_is_found_by_its_full_name() -> None:
    assert named_in("nước Cộng hòa Dân chủ Nhân dân Lào") == [("Cộng hòa Dân chủ Nhân dân Lào", None)]


@pytest.mark.parametrize(
    "text",
    [
        "ông Nguyễn Thái Bình", "bà Trần Hà Giang", "Hợp tác xã Đông Vinh", "đường Điện Biên Phủ", "đường Hà Giang",
        "sông Đồng Nai", "Chủ tịch Hồ Chí Minh", "đường mòn Hồ Chí Minh", "Thái Bình Dương", "an ninh xã hội",
        "ông Đức, bà Nga và anh Mỹ", "Mùa này", "hòa bình", "xã. Đông Vinh",
    ],
)  # fmt: skip
def test_what_bears_a_places_name_and_is_none_is_left_alone(text: str) -> None:
    assert named_in(text) == []
