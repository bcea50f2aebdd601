from datetime import date

import pytest

from services.enrich.text.dates.lunar import FIRST_YEAR, LAST_YEAR, LunarDay, lunar_day
from tests.enrich.text.dates.reading import mentions


def test_a_lunar_day_is_the_solar_day_it_falls_on() -> None:
    assert lunar_day(2025, 1, 15) == LunarDay(year=2025, month=1, day=15, leap=False, solar=date(2025, 2, 12), asked=15)


@pytest.mark.parametrize(
    ("year", "tet"),
    [(1985, date(1985, 1, 21)), (2007, date(2007, 2, 17)), (2024, date(2024, 2, 10)), (2025, date(2025, 1, 29)), (2026, date(2026, 2, 17))],
)  # fmt: skip
def test_tet_is_on_the_day_of_the_printed_calendars(year: int, tet: date) -> None:
    found = lunar_day(year, 1, 1)
    assert found is not None
    assert found.solar == tet


def test_a_year_without_the_thirtieth_has_its_eve_on_the_twenty_ninth() -> None:
    (eve,) = mentions("Tối 30 Tết, cả nhà gói bánh.", date(2026, 2, 10))
    assert (eve.value, eve.lunar, eve.calendar) == ("2026-02-16TEV", "2025-12-30", "lunar")
    assert eve.basis.reason.startswith("that lunar month has no 30th day, so its eve")


def test_a_leap_month_is_marked() -> None:
    (day,) = mentions("Giỗ họ ngày 10 tháng 6 nhuận.", date(2025, 8, 1))
    assert (day.value, day.lunar) == ("2025-08-03", "2025-L06-10")


def test_a_leap_month_that_the_year_does_not_have_is_none() -> None:
    assert lunar_day(2024, 6, 15, leap=True) is None


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1, 0, 9999])
def test_beyond_the_printed_calendars_no_lunar_day_is_given(year: int) -> None:
    assert lunar_day(year, 1, 1) is None
