"""Two versions are held against each other: by field, and by span of the filed texts. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.diff import changed_fields, changed_spans
from tests.life.conftest import MENDED, TEXT


def words(before: str, after: str) -> list[tuple[str, str]]:
    spans, _ = changed_spans(before, after)
    return [(before[slice(*old)], after[slice(*new)]) for old, new in spans]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (TEXT, TEXT, []),
        (TEXT, MENDED, [("214", "241")]),
        ("Cầu dài 214 mét.", "Cầu mới dài 214 mét.", [("", "mới ")]),
        ("Cầu mới dài 214 mét.", "Cầu dài 214 mét.", [("mới ", "")]),
        ("", "Tin", [("", "Tin")]),
        ("Tin", "", [("Tin", "")]),
        ("một hai ba", "một HAI ba bốn", [("hai", "HAI"), ("", " bốn")]),
        ("đoạn một\n\nđoạn hai\n", "đoạn một\n\nđoạn giữa\n\nđoạn hai\n", [("", "đoạn giữa\n\n")]),
    ],
)
def test_the_changed_words_are_found(before: str, after: str, changes: list[tuple[str, str]]) -> None:
    assert words(before, after) == changes


@given(st.text("ab \nă", max_size=60), st.text("ab \nă", max_size=60))
def test_put_in_place_of_each_other_the_spans_turn_one_text_into_the_other(before: str, after: str) -> None:
    made, position = "", 0
    for old, new in changed_spans(before, after)[0]:
        assert before[slice(*old)] != after[slice(*new)]
        made += before[position : old[0]] + after[slice(*new)]
        position = old[1]
    assert made + before[position:] == after


@pytest.mark.parametrize("unit", ["a ", "a\n", "ab c\n"])
def test_of_long_texts_of_one_word_not_every_word_is_compared(unit: str) -> None:
    before, after = unit * 20_000, "x\n" + unit * 10_000 + "y\n" + unit * 9_000
    spans, coarse = changed_spans(before, after)
    assert (coarse, len(spans)) == (True, 1)


def test_what_only_stands_elsewhere_or_is_believed_otherwise_has_not_changed() -> None:
    date = {"start": 1, "end": 5, "value": "2025-09-05", "basis": {"method": "a"}}
    before = {"title": "Tin", "dates": [date], "byline": None, "version": 1}
    after = {
        "title": "Tin mới", "dates": [date | {"start": 9, "end": 13, "basis": {"method": "b"}}, date | {"value": "2026"}],
        "byline": {"author": "An", "start": 1}, "version": 2,
    }  # fmt: skip
    assert changed_fields(before, after) == [
        {"field": "title", "removed": ["Tin"], "added": ["Tin mới"]},
        {"field": "dates", "removed": [], "added": [{"value": "2026"}]},
        {"field": "byline", "removed": [], "added": [{"author": "An"}]},
    ]
