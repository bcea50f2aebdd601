"""The making of the map: what is another spelling, and what another name."""

import pytest

from infra.places.history import Resolution, Resolutions, _is_spelling
from infra.places.sources import plain

WAVE = ("2022-06-01", "2025-07-01")
KNOWN = Resolutions(
    [
        Resolution("1", "2023-04-10", ("38",), frozenset({"hậu hiền"})),
        Resolution("2", "2025-01-01", ("38",), frozenset()),
        Resolution("3", "2025-01-01", ("40",), frozenset({"vinh"})),
    ]
)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Quí Quân", "Quý Quân", True), ("Xà Phìn", "Sà Phìn", True), ("Phan Rang-Tháp Chàm", "Phan Rang - Tháp Chàm", True),
        ("Lương Thành", "Sơn Thành", False), ("Đại Đồng", "Đại Sơn", False), ("Đông Vinh", "Đông Quang", False),
        ("1", "2", False),
    ],
)  # fmt: skip
def test_a_name_spelt_in_another_way_is_told_from_another_name(old: str, new: str, *, same: bool) -> None:
    assert _is_spelling(old, new) is same


@pytest.mark.parametrize(
    ("province", "names", "number"),
    [("38", ["Hậu Hiền"], "1"), ("38", ["Đông Vinh"], "2"), ("40", ["Vinh"], "3"), ("40", ["Nghi Lộc"], None)],
)
def test_a_unit_changed_by_the_resolution_that_names_it_else_by_that_of_its_province(
    province: str, names: list[str], number: str | None
) -> None:
    found = KNOWN.pick(province, WAVE, names)
    assert (found and found.number) == number


def test_a_plain_name_has_neither_tones_nor_blanks() -> None:
    assert plain("Thị trấn Đạ Tẻh") == "thitrandateh"
