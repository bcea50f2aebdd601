"""How the pages write times, and that no page lacks a word."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.ops.console import words as module
from services.ops.console.words import LANGUAGES, ago, duration, moment, words

TEMPLATES = (Path(module.__file__).parent / "templates").glob("*.html")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"), (0.25, "0.2 s"), (9.96, "10.0 s"), (59.9, "59 s"), (60, "1 min"), (125, "2 min 5 s"),
        (4800, "1 h 20 min"), (7200, "2 h"), (356_400, "4 d 3 h"), (-3, "0 s"), (None, "∞"),
    ],
)  # fmt: skip
def test_a_length_of_time(seconds: float | None, told: str) -> None:
    assert duration(seconds) == told


def test_a_moment_and_how_long_ago_it_was() -> None:
    at = datetime(2026, 3, 1, 8, 5, 9, 870_000, UTC)
    assert moment(at) == "2026-03-01 15:05:09.8+0700"
    assert ago(at, at + timedelta(seconds=61)) == "1 min 1 s"


def test_every_word_of_every_page_is_there_in_every_language() -> None:
    used = {word for page in TEMPLATES for word in re.findall(r"\bw\.(\w+)", page.read_text(encoding="utf-8"))} - {
        "get"
    }
    for language in LANGUAGES:
        assert used <= set(words(language))
