"""The words of the pages, in Vietnamese and English, and how days, times and shares are written in each."""

import re
import tomllib
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("vi", "en")
_VIETNAM = timezone(timedelta(hours=7))
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(.+))?")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_YEAR = re.compile(r"\d{4}")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PART_OF_DAY = {
    "MO": ("sáng", "morning of"),
    "MI": ("trưa", "noon of"),
    "AF": ("chiều", "afternoon of"),
    "EV": ("tối", "evening of"),
    "NI": ("đêm", "night of"),
    "DT": ("ban ngày", "day of"),
}


_NO_DAY = {
    "PAST_REF": ("trước đây", "in the past"),
    "PRESENT_REF": ("hiện nay", "at present"),
    "FUTURE_REF": ("sắp tới", "in the future"),
}


@cache
def words(language: str) -> dict[str, str]:
    """The words of a language, by key."""
    told = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
    return {key: forms[language] for key, forms in told.items()}


def day(value: Any, language: str) -> str:
    """A TIMEX3 value or a date as people write it; what has no plain form stays as it is."""
    text = str(value)
    if text in _NO_DAY:
        return _NO_DAY[text][LANGUAGES.index(language)]
    if "/" in text:
        return " – ".join(day(part, language) for part in text.split("/") if part)
    if found := _DAY.fullmatch(text):
        year, month, date, time = found.groups()
        told = f"{int(date)}/{int(month)}/{year}"
        if language == "en":
            told = f"{int(date)} {_english(month)} {year}"
        return f"{_part(time, language)} {told}" if time else told
    if found := _MONTH.fullmatch(text):
        return f"{_english(found[2])} {found[1]}" if language == "en" else f"tháng {int(found[2])}/{found[1]}"
    if found := _QUARTER.fullmatch(text):
        return f"Q{found[2]} {found[1]}" if language == "en" else f"quý {found[2]}/{found[1]}"
    return f"năm {text}" if _YEAR.fullmatch(text) and language == "vi" else text


def _english(month: str) -> str:
    return _ENGLISH_MONTHS[int(month) - 1] if 1 <= int(month) <= 12 else month


def _part(time: str, language: str) -> str:
    known = _PART_OF_DAY.get(time)
    return known[LANGUAGES.index(language)] if known else time


def moment(at: datetime | str, language: str) -> str:
    """A moment to the minute, by the clocks of Việt Nam."""
    at = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(_VIETNAM)
    return f"{at:%H:%M}, {day(at.date().isoformat(), language)}"


def share(value: float, language: str) -> str:
    """How sure a thing is, in hundredths."""
    return f"{value * 100:.0f}\N{NO-BREAK SPACE}%" if language == "vi" else f"{value * 100:.0f}%"


def months(first: Any, last: Any, language: str) -> str:
    """From the first to the last day; one day, if they are the same; a dash where neither is known."""
    if first is None:
        return "–"
    if last is None or first == last:
        return day(first, language)
    return f"{day(first, language)} – {day(last, language)}"


def iso(at: datetime | str) -> str:
    """A moment as machines read it."""
    return at if isinstance(at, str) else at.isoformat()
