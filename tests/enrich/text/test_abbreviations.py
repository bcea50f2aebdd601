"""Short forms: what the text itself explains, and what everyone knows."""

import pytest

from services.enrich.text.abbreviations import find_abbreviations, lexicon
from services.enrich.text.clean import clean
from tests.factories import an_article


def table(text: str) -> dict[str, tuple[str, str]]:
    article = find_abbreviations(clean(an_article("Tin ngắn\n" + text)))
    return {one.short: (one.long, one.origin) for one in article.abbreviations}


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("bảo đảm an ninh, trật tự (ANTT) trên địa bàn", "ANTT", "an ninh, trật tự"),
        ("Chủ tịch Hội đồng Nhân dân (HĐND) tỉnh", "HĐND", "Hội đồng Nhân dân"),
        (
            "phòng cháy, chữa cháy và cứu nạn, cứu hộ (PCCC&CNCH)",
            "PCCC&CNCH",
            "phòng cháy, chữa cháy và cứu nạn, cứu hộ",
        ),
        ("các khu dân cư kiểu mẫu (KDCKM) của xã", "KDCKM", "khu dân cư kiểu mẫu"),
        ("ANVH (an ninh văn hoá) là", "ANVH", "an ninh văn hoá"),
        ("dự án đường ven biển (gọi tắt là ĐVB)", "ĐVB", "đường ven biển"),
        ("Tổ chức Y tế Thế giới (WHO) khuyến cáo", "WHO", "Tổ chức Y tế Thế giới"),
    ],
)
def test_a_short_form_in_brackets_stands_for_the_words_whose_letters_it_is(text: str, short: str, long: str) -> None:
    assert table(text)[short] == (long, "text")


@pytest.mark.parametrize(
    "text",
    ["ông Trần Văn Ba (QNTV) cho biết", "xã Đông Du (XYZW)", "đường dài (ĐNB) qua núi", "trong quý (I)", "giải A (B)"],
)
def test_a_bracket_whose_letters_the_words_do_not_spell_explains_nothing(text: str) -> None:
    assert table(text) == {}


def test_a_well_known_short_form_comes_from_the_lexicon_with_its_source() -> None:
    (found,) = find_abbreviations(clean(an_article("UBND tỉnh họp"))).abbreviations
    assert (found.short, found.long, found.origin) == ("UBND", "Ủy ban nhân dân", "lexicon")
    assert found.basis.reason == lexicon()["UBND"][1]


def test_what_the_text_explains_goes_before_what_everyone_knows() -> None:
    assert table("cán bộ cơ sở (CBCS) khác với CBCS công an") == {"CBCS": ("cán bộ cơ sở", "text")}


def test_an_abbreviation_rests_on_both_its_forms() -> None:
    filed = "Họp về an ninh, trật tự (ANTT)"
    (found,) = find_abbreviations(clean(an_article(filed))).abbreviations
    assert [span.of(filed) for span in found.basis.evidence] == ["an ninh, trật tự", "ANTT"]


def test_every_entry_of_the_lexicon_has_a_source() -> None:
    assert all(long and source for long, source in lexicon().values())
