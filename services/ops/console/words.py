"""The words of the pages, in Vietnamese and English, and how times are written."""

import tomllib
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

LANGUAGES = ("vi", "en")
_VIETNAM = timezone(timedelta(hours=7))


@cache
def words(language: str) -> dict[str, str]:
    """The words of a language, by key."""
    told = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
    return {key: forms[language] for key, forms in told.items()}


def duration(seconds: float | None) -> str:
    """A length of time with its two greatest units: "3 s", "2 min 5 s", "1 h 20 min", "4 d 3 h"."""
    if seconds is None:
        return "∞"
    seconds = max(0.0, seconds)
    whole = int(seconds)
    if whole < 10 and seconds != whole:
        return f"{seconds:.1f} s"
    for size, unit, smaller, small in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def ago(at: datetime, now: datetime) -> str:
    """How long ago that was."""
    return duration((now - at).total_seconds())


def moment(at: datetime) -> str:
    """A moment to the tenth of a second, by the clocks of Việt Nam."""
    at = at.astimezone(_VIETNAM)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 100_000}{at:%z}"


def milliseconds(value: float | None) -> str:
    """A length of time in its own unit, with two figures: "0.4 ms", "38 ms", "1.2 s", "3.5 min"; "–" if there is none."""
    if value is None:
        return "–"
    for size, unit in ((60_000, "min"), (1_000, "s")):
        if value >= size:
            return f"{value / size:.2g} {unit}" if value < 10 * size else f"{value / size:.0f} {unit}"
    return f"{value:.2g} ms" if value < 10 else f"{value:.0f} ms"


def bytes_of(value: int | None) -> str:
    """An amount of memory in MiB, "–" if it is not known."""
    return "–" if value is None else f"{value / 1_048_576:.0f} MiB"


def share(value: float | None) -> str:
    """A share in per cent, "–" if there is no whole."""
    return "–" if value is None else f"{value:.1%}"
