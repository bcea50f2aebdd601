import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.names.syllables import LONGEST, sentences


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("Ông An nói. Bà Bình nghe.", ["Ông An nói.", "Bà Bình nghe."]),
        ("Cháu N. V. T. ở TP. Huế.", ["Cháu N. V. T. ở TP. Huế."]),
        ("Giá 7.500 đồng/kg", ["Giá 7.500 đồng/kg"]),
        ("Dòng một\nDòng hai", ["Dòng một", "Dòng hai"]),
    ],
)
def test_a_text_is_cut_where_sentences_end(text: str, split: list[str]) -> None:
    assert [text[one.starts[0] : one.ends[-1]] for one in sentences(text)] == split


@given(st.text())
def test_every_character_but_blanks_is_in_one_token(text: str) -> None:
    found = list(sentences(text))
    places = [
        place for one in found for start, end in zip(one.starts, one.ends, strict=True) for place in range(start, end)
    ]
    assert places == [place for place, character in enumerate(text) if not character.isspace()]
    assert all(len(one) <= LONGEST for one in found)
