import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.clean import clean
from services.enrich.text.duplicates import fingerprint
from tests.factories import TEXT, an_article

syllables = st.sampled_from(["hoà", "hòa", "Đắk", "Lắk", "quý", "thuyền", "mưa", "LŨ", "nước", "\n", "12/3"])
sayings = st.lists(syllables, min_size=1, max_size=12).map(" ".join).map("Tin ".__add__)


def key_of(text: str) -> bytes:
    return fingerprint(clean(an_article(text))).exact_key


@given(sayings)
def test_composed_or_not_a_text_has_one_key(text: str) -> None:
    assert key_of(unicodedata.normalize("NFD", text)) == key_of(unicodedata.normalize("NFC", text))


@given(sayings, sayings)
def test_other_words_have_another_key(one: str, other: str) -> None:
    same = one.casefold().replace("hoà", "hòa").split() == other.casefold().replace("hoà", "hòa").split()
    assert (key_of(one) == key_of(other)) == same


def test_case_blanks_and_line_ends_are_no_difference() -> None:
    assert key_of(TEXT) == key_of("\ufeff" + TEXT.upper().replace("\n\n", "\r\n \r\n") + "\x1a")


def test_a_key_is_sixteen_bytes() -> None:
    assert len(key_of(TEXT)) == 16
