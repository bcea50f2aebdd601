import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.article import Note
from services.enrich.text.mending import Mended, mend
from services.enrich.text.span import Edit, OffsetMap, Span, edited
from tests.enrich.text.test_clean import texts
from tests.factories import TEXT
from tests.shared.orthography.encoders import encode

VNI = encode(TEXT, "vni").decode("latin-1")


def test_a_text_that_is_well_is_handed_back_as_it_is() -> None:
    assert mend(TEXT) == Mended(text=TEXT, offsets=OffsetMap(), notes=())


@pytest.mark.parametrize("charset", ["tcvn3", "vni", "viscii"])
def test_letters_of_an_old_font_become_letters(charset: str) -> None:
    assert mend(encode(TEXT, charset).decode("latin-1")).text == TEXT


def test_a_reader_is_told_which_lines_were_read_anew() -> None:
    assert mend(f"Ảnh lũ đầu mùa\n{VNI}").notes == (
        Note(
            code="mended_encoding",
            detail="read as Windows-1252; as VNI-Windows: 100% of 29 marked words are Vietnamese syllables",
            spans=(Span(15, 15 + len(VNI)),),
        ),
    )


def test_a_word_that_was_read_anew_leads_to_what_was_filed() -> None:
    mended = mend(VNI)
    start = mended.text.index("khánh thành")
    assert mended.offsets.filed(start, start + 11).of(VNI) == "khaùnh thaønh"


@pytest.mark.parametrize(
    ("filed", "text"),
    [
        ("Ðà Nẵng đón khách", "Đà Nẵng đón khách"),
        ("ÐẠI HỘI ÐẢNG BỘ XÃ, HÐND", "ĐẠI HỘI ĐẢNG BỘ XÃ, HĐND"),
        ("Nước ðã rút ở Ɖông Hòa, ɖê vững", "Nước đã rút ở Đông Hòa, đê vững"),
        ("Ðắk Lắk và Ðạ Tẻh được mùa", "Đắk Lắk và Đạ Tẻh được mùa"),
        ("Bà Guðrún từ Seyðisfjörður đến Huế thăm làng gốm cổ", None),
        ("Þórður býr í Reykjavík. Ðetta er íslenska.", None),
    ],
)
def test_what_looks_like_d_is_our_d_where_the_word_is_ours(filed: str, text: str | None) -> None:
    assert mend(filed).text == (text or filed)


def test_a_reader_is_told_of_every_letter_that_was_mended() -> None:
    assert mend("Ðà Nẵng, xã ðó").notes == (
        Note(code="mended_letters", detail="Ð for Đ, ð for đ", spans=(Span(0, 1), Span(12, 13))),
    )


@pytest.mark.parametrize(
    ("filed", "text"),
    [
        ("\ufeffTin\u200b vui\u2060", "Tin vui"),
        ("nước\xadngoài", "nướcngoài"),
        ("5\xa0km,\u202f3\u2003m\u3000sâu", "5 km, 3 m sâu"),
        ("\u200eTin\u202c\u2069", "Tin"),
        ("a\x1ab\x1bc\x7fd\x80e\x9f", "abcde"),
        ("một\r\nhai\u2028ba\x85bốn\x0bnăm\x0csáu\tbảy", "một\r\nhai\u2028ba\x85bốn\x0bnăm\x0csáu\tbảy"),
        ("👩\u200d🌾 và 🏳️\u200d🌈, nhưng a\u200db", "👩\u200d🌾 và 🏳️\u200d🌈, nhưng ab"),
        ("Ho\u0300a e\u0302\u0323", "Hòa ệ"),
        ("e\u200b\u0301", "é"),
        ("“hoà” – thuỷ… 1.000 ½", "“hoà” – thuỷ… 1.000 ½"),
    ],
)
def test_what_cannot_be_seen_goes_and_what_can_be_seen_stays(filed: str, text: str) -> None:
    assert mend(filed).text == text


def test_a_mended_text_leads_on_through_the_map_that_it_was_handed() -> None:
    filed = "<p>Ho\u0300a\xa0<b>Bình</b></p>"
    edits = [Edit(0, 3, ""), Edit(8, 11, ""), Edit(15, 23, "")]
    mended = mend(edited(filed, edits), OffsetMap.of(edits))
    assert mended.text == "Hòa Bình"
    assert [mended.offsets.filed(*place).of(filed) for place in [(0, 3), (3, 4), (4, 8)]] == [
        "Ho\u0300a",
        "\xa0",
        "Bình",
    ]


PIECES = ["Ðà Nẵng ", "a\u200b", "\xa0", "e\u0302\u0323", "\xad", "\n", "thành ", "🏳️\u200d🌈", "\ufeff", "ð", TEXT[:70]]


@given(st.lists(st.sampled_from([*PIECES, VNI[:90]]), max_size=12).map("".join) | texts | st.text())
def test_every_character_leads_to_what_it_was_made_of(filed: str) -> None:
    mended = mend(filed)
    places = [mended.offsets.filed(index, index + 1) for index in range(len(mended.text))]
    assert unicodedata.is_normalized("NFC", mended.text)
    assert all(0 <= span.start < span.end <= len(filed) for span in places)
    assert all(before.start <= after.start for before, after in pairwise(places))
    if not mended.notes:
        kept = zip(mended.text, places, strict=True)
        assert all(
            character == " " or character in unicodedata.normalize("NFC", _visible(span.of(filed)))
            for character, span in kept
        )


def _visible(part: str) -> str:
    return "".join(character for character in part if character not in "\u200b\xad\ufeff\u200d\u2060\x00\x7f") or part


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | texts)
def test_what_is_mended_stays_mended(filed: str) -> None:
    once = mend(filed).text
    assert mend(once).text == once
