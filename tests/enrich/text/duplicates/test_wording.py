from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.duplicates.wording import ROW, fold_letters, places, wording

texts = st.text(st.sampled_from("aăâđĐðêòóỷƯ 1.,/-\n“”中😀&nbsp;"), max_size=60)


def words_of(text: str) -> list[str]:
    return [word.decode() for word in wording(text).words]


def test_words_are_compared_without_accents_case_and_signs() -> None:
    assert words_of("Đường Ủy ban, “Quý” hoà – ỸƯ") == ["duong", "ui", "ban", "qui", "hoa", "iu"]


def test_what_is_typed_for_the_letter_d_with_a_stroke_is_that_letter() -> None:
    assert words_of("Ðà ðường ƉẮK") == words_of("Đà đường ĐẮK")


def test_a_day_is_the_same_whatever_stands_between_its_numbers() -> None:
    assert words_of("12/3/2024") == words_of("12-3-2024") == words_of("12.3.2024") == ["12", "3", "2024"]


def test_what_html_writes_for_a_character_is_no_word() -> None:
    assert words_of("Ủy&nbsp;ban &quot;dân&quot; R&D &#8211; x") == ["ui", "ban", "dan", "r", "d", "x"]


def test_there_is_a_shingle_for_every_three_words_in_a_row() -> None:
    once, twice = wording("một hai ba bốn"), wording("không một hai ba bốn")
    assert len(once.shingles) == 4 - ROW + 1
    assert twice.shingles[1:] == once.shingles


def test_a_text_of_two_words_has_one_shingle() -> None:
    assert len(wording("Tin mới").shingles) == 1
    assert wording("Tin mới").shingles != wording("Tin cũ").shingles


@given(texts)
def test_folded_a_text_is_as_long_as_before_and_every_word_has_its_place(text: str) -> None:
    found = wording(text)
    assert len(fold_letters(text)) == len(text)
    assert [found.bare[start:end] for start, end in places(found)] == list(found.words)
