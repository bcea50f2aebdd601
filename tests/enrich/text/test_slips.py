"""Likely slips of the pen: told with what may have been meant, never mended."""

import pytest

from services.enrich.text.clean import clean
from services.enrich.text.slips import find_slips
from tests.factories import an_article


def slips(text: str) -> list[tuple[str, str, str]]:
    found = find_slips(clean(an_article(text))).slips
    return [(slip.kind, slip.text, slip.suggestion) for slip in found]


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("trao quà cho lực lượng ở cơ sở cơ sở.", "cơ sở cơ sở", "cơ sở"),
        ("giúp đỡ các các hộ nghèo", "các các", "các"),
        (
            "nâng cao chất lượng nâng cao chất lượng dạy học",
            "nâng cao chất lượng nâng cao chất lượng",
            "nâng cao chất lượng",
        ),
        ("được được hỗ trợ", "được được", "được"),
    ],
)
def test_words_that_stand_twice_in_a_row_are_told(text: str, written: str, meant: str) -> None:
    assert slips(f"Tin: {text}") == [("doubled_word", written, meant)]


@pytest.mark.parametrize(
    "text",
    [
        "trời xanh xanh", "ngày ngày ra đồng", "ai ai cũng vui", "dần dần hồi phục", "rất nhiều rất nhiều người",
        "nhà nhà thi đua", "đảo Bora Bora", "hàng tỉ hàng tỉ ngôi sao", "xem là là người tốt", "Lý Lý Hùng", "luôn luôn",
    ],
)  # fmt: skip
def test_what_is_rightly_said_twice_is_left_alone(text: str) -> None:
    assert slips(f"Tin: {text}") == []


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("yêu cầu ực lượng công an", "ực lượng", "lực lượng"),
        ("doanh ghiệp gặp khó", "doanh ghiệp", "doanh nghiệp"),
        ("toàn hành phố mất điện", "hành phố", "thành phố"),
    ],
)
def test_a_word_without_its_first_letter_is_told(text: str, written: str, meant: str) -> None:
    assert ("lost_letter", written, meant) in slips(f"Tin: {text}")


@pytest.mark.parametrize(
    "text", ["an ninh được giữ", "ông an tâm", "ác liệt", "ưu tiên", "âm thanh", "ăn năn hối cải", "yên ổn"]
)
def test_a_word_that_begins_with_a_vowel_is_left_alone(text: str) -> None:
    assert slips(f"Tin: {text}") == []


def test_the_text_itself_is_never_changed() -> None:
    filed = "Tin: lực lượng ở cơ sở cơ sở."
    article = find_slips(clean(an_article(filed)))
    assert (article.filed, article.blocks[0].text, article.slips[0].span.of(filed)) == (filed, filed, "cơ sở cơ sở")
