"""The lunar calendar of Việt Nam: the solar day of a lunar one, and the eve where the thirtieth does not exist."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from vnlunar import get_lunar_date, get_solar_date  # type: ignore[import-untyped]  # it ships no types

FIRST_YEAR, LAST_YEAR = 1801, 2198
"""The years of the printed calendar that the library holds; beyond them it reckons, and we do not follow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LunarDay:
    """A lunar day and the solar day it falls on; `asked` is the day of the text where that one does not exist."""

    year: int
    month: int
    day: int
    leap: bool
    solar: date
    asked: int

    @property
    def text(self) -> str:
        """The lunar day as the text has it: "2025-01-15", in a leap month "2025-L06-10"."""
        return f"{self.year:04}-{'L' if self.leap else ''}{self.month:02}-{self.asked:02}"


@lru_cache(maxsize=4096)
def lunar_day(year: int, month: int, day: int, *, leap: bool = False) -> LunarDay | None:
    """That lunar day; its eve for a thirtieth that the month does not have; None if there is no such month."""
    solar = _solar(year, month, day, leap=leap)
    real = day
    if solar is None and day == 30:
        real, solar = 29, _solar(year, month, 29, leap=leap)
    if solar is None:
        return None
    return LunarDay(year=year, month=month, day=real, leap=leap, solar=solar, asked=day)


def _solar(year: int, month: int, day: int, *, leap: bool) -> date | None:
    """The solar day, if going back from it leads to the same lunar day."""
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= day <= 30:
        return None
    found = get_solar_date(day, month, year, int(leap))
    if not found:
        return None
    back = get_lunar_date(found["day"], found["month"], found["year"])
    if (back["year"], back["month"], back["day"], bool(back["leap"])) != (year, month, day, leap):
        return None
    return date(found["year"], found["month"], found["day"])
