"""What counts as a time, how far it reaches, and what it says: the sentences of conventions.toml."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from tests.enrich.text.dates.reading import times

GROUPS = tomllib.loads((Path(__file__).parent / "conventions.toml").read_text(encoding="utf-8"))["group"]
CASES = [(group.get("published"), sentence, expected) for group in GROUPS for sentence, expected in group["cases"]]


@pytest.mark.parametrize(("published", "sentence", "expected"), CASES)
def test_a_sentence_gives_its_times(published: date | None, sentence: str, expected: str) -> None:
    assert " | ".join(times(sentence, published)) == expected


def test_no_sentence_stands_there_twice() -> None:
    sentences = [(published, sentence) for published, sentence, _ in CASES]
    assert len(set(sentences)) == len(sentences)
