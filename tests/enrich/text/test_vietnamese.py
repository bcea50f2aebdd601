import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.enrich.text.span import Edit, OffsetMap, Span
from services.enrich.text.vietnamese import compose, fold, fold_tone_place
from shared.orthography.tones import _MOVED
from tests.enrich.text.test_clean import texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"), ("Hoà Bình", "HÒA BÌNH"), ("khoẻ", "khỏe"), ("thuý", "thúy"), ("Thuỷ", "thủy"), ("doạ", "dọa"),
        ("luỹ", "lũy"), ("“Tin”", '"Tin"'), ("2020–2025", "2020-2025"), ("vân vân…", "vân vân..."),
        ("hai  ba\n\tbốn", "hai ba bốn"), ("mềm\xadmại", "mềmmại"), ("\ufeffTin", "tin"), ("ĐẮK LẮK", "Đắk Lắk"),
    ],
)  # fmt: skip
def test_habits_of_writing_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "word",
    ["quý", "quỳ", "quỷ", "quỹ", "quỵ", "hoàn", "thuyền", "hoạch", "huýt", "loét", "hòa", "toán", "quà", "quẻ", "già",
     "giá", "giữ", "huỳnh", "khuỷu", "thuở", "ngoài", "khoáng", "mùa", "bìa", "nghĩa", "mía", "của", "oan", "xoèn"],
)  # fmt: skip
def test_a_tone_that_has_one_place_keeps_it(word: str) -> None:
    assert (fold(word), fold_tone_place(word)) == (word, word)


@pytest.mark.parametrize(
    "word", ["españa", "núñez", "noël", "zoé", "citroën", "bjoà", "bouý", "aloé", "josé", "hawaií"]
)
def test_a_foreign_word_keeps_its_marks(word: str) -> None:
    assert (fold(word), fold_tone_place(word)) == (word, word)


@pytest.mark.parametrize(
    ("one", "other"),
    [(onset + second, onset + first) for onset in ("", "h", "kh", "ngh", "th") for second, first in _MOVED.items()],
)
def test_every_open_pair_has_one_folded_form(one: str, other: str) -> None:
    assert (fold(one), fold(one.upper()), fold_tone_place(one)) == (other, other, other)


@pytest.mark.parametrize(
    ("one", "other"), [("má", "mạ"), ("dân", "dần"), ("Đà", "Da"), ("tin 1", "tin 2"), ("a b", "ab")]
)
def test_what_says_something_else_stays_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text() | texts | st.text(alphabet="qhoòóàáeèuùyỳý \u0301"))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(unicodedata.normalize("NFC", text))
    assert fold(once) == once


@given(st.text() | texts)
@example("İzmir")
def test_the_text_with_its_tones_moved_is_as_long_as_before(text: str) -> None:
    """Offsets into the one are offsets into the other."""
    text = unicodedata.normalize("NFC", text)
    assert len(fold_tone_place(text)) == len(text)


@given(st.text() | texts, st.integers(0, 1000))
def test_composing_gives_nfc_and_the_way_back(text: str, base: int) -> None:
    composed, offsets = compose(text, base)
    assert composed == unicodedata.normalize("NFC", text)
    for index in range(len(composed)):
        span = offsets.filed(index, index + 1)
        part = text[span.start - base : span.end - base]
        assert composed[index] in unicodedata.normalize("NFC", part)


def test_what_is_composed_leads_on_to_the_text_below() -> None:
    below = OffsetMap.of([Edit(0, 3, "")])
    assert compose("Hoa\u0300", under=below) == ("Hoà", OffsetMap.of([Edit(2, 4, "à")], under=below))
    assert compose("Hoa\u0300", under=below)[1].filed(2, 3) == Span(5, 7)


def test_nothing_but_marks_and_hangul_is_ever_composed_with_what_stands_before() -> None:
    """compose() cuts the text before everything else; this holds it against the tables of this Python."""
    joined = set()
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            whole = unicodedata.normalize("NFC", chr(code))
            if whole == chr(code):
                joined.add(int(parts[1], 16))
    others = {code for code in joined if unicodedata.category(chr(code))[0] != "M"}
    assert {hex(code) for code in others if code not in range(0x1160, 0x1200)} == set()
