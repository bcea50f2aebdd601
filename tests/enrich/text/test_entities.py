import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.article import Basis, EntityMention
from services.enrich.text.clean import clean
from services.enrich.text.entities import find_entities
from services.enrich.text.gazetteer import provinces
from services.enrich.text.span import Span
from tests.factories import an_article

NAMES = sorted({unit.name for unit in provinces()})


def names_in(text: str) -> list[tuple[str, str]]:
    return [(mention.text, mention.name) for mention in find_entities(clean(an_article(text))).entities]


def test_a_province_is_found_with_its_place_its_key_and_its_reason() -> None:
    article = clean(an_article("Tin mưa\n\nMưa ở tỉnh Cao Bằng."))
    span = Span(15, 28)
    assert find_entities(article).entities == (
        EntityMention(
            span=span, text="tỉnh Cao Bằng", type="LOCATION", name="Cao Bằng", key="vn-province:04@2008-08-01",
            basis=Basis(
                method="entities.province", version="1", confidence=0.95, evidence=(span,),
                reason="a province's name behind its type",
            ),
        ),
    )  # fmt: skip


def test_which_of_two_units_of_one_name_is_meant_is_left_open() -> None:
    (mention,) = find_entities(clean(an_article("Tin Vĩnh Long"))).entities
    assert (mention.name, mention.key, mention.basis.confidence) == ("Vĩnh Long", None, 0.7)


@pytest.mark.parametrize("name", NAMES)
def test_every_province_is_found_by_its_name(name: str) -> None:
    assert names_in(f"Tin từ {name}, hôm nay") == [(name, name)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Hoà Bình", "Hòa Bình"), ("Thanh Hoá", "Thanh Hóa"), ("tỉnh Khánh Hoà", "Khánh Hòa"), ("TP.HCM", "Hồ Chí Minh"),
        ("TP HCM", "Hồ Chí Minh"), ("TPHCM", "Hồ Chí Minh"), ("TP. HCM", "Hồ Chí Minh"), ("HÀ NỘI", "Hà Nội"),
        ("TP Hà Nội", "Hà Nội"), ("TP. Đà Nẵng", "Đà Nẵng"), ("thành phố Huế", "Huế"), ("Tỉnh Sơn La", "Sơn La"),
    ],
)  # fmt: skip
def test_a_province_is_known_however_it_is_spelt(written: str, name: str) -> None:
    assert names_in(f"Tin {written} hôm nay") == [(written, name)]


@pytest.mark.parametrize(
    "text",
    ["đi hà nội", "huyện Thái Nguyên", "thành phố Thanh Hóa", "phường Hà Nam", "Hà Nộii", "xã Hoà Bình", "An giang"],
)
def test_what_bears_a_provinces_name_and_is_none_is_left_alone(text: str) -> None:
    assert names_in(f"Tin {text} hôm nay") == []


def test_a_longer_name_is_not_taken_for_a_shorter_one() -> None:
    assert names_in("Tin Bà Rịa - Vũng Tàu hôm nay") == [("Bà Rịa - Vũng Tàu", "Bà Rịa - Vũng Tàu")]


def test_a_foreign_letter_before_a_name_does_not_move_it() -> None:
    """İ has two characters in small letters."""
    assert names_in("Đoàn İzmir và İnönü thăm tỉnh Cao Bằng hôm qua") == [("tỉnh Cao Bằng", "Cao Bằng")]


words = st.sampled_from([*NAMES, "mưa lũ", "tỉnh", "Hoà", "TP.HCM", "\n", ",", "España", "khoẻ"])


@given(st.lists(words, min_size=1, max_size=12), st.sampled_from(["NFC", "NFD"]))
def test_a_names_place_is_where_it_stands_in_the_filed_text(parts: list[str], form: str) -> None:
    filed = unicodedata.normalize(form, "Tin " + " ".join(parts))  # type: ignore[arg-type]
    article = find_entities(clean(an_article(filed)))
    for mention in article.entities:
        assert unicodedata.normalize("NFC", mention.span.of(article.filed)) == mention.text
        assert mention.basis.evidence == (mention.span,)


@given(st.lists(st.text(max_size=5) | words, max_size=12).map(" ".join))
def test_whatever_the_text_finding_names_raises_nothing(text: str) -> None:
    find_entities(clean(an_article("Tin " + text)))
