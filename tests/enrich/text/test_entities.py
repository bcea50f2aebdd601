import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.abbreviations import find_abbreviations
from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from services.enrich.text.credits import find_credits
from services.enrich.text.entities import find_entities
from tests.factories import an_article

BULLETIN = """Thứ trưởng Bộ Công an Trần Văn Thử làm việc tại Công an Sơn La

Sáng 12/3, Thượng tướng Trần Văn Thử, Ủy viên Trung ương Đảng, Thứ trưởng Bộ Công an đã làm việc với Công an tỉnh Sơn La. \
Cùng dự có đồng chí Lò Thị Mận, Bí thư Tỉnh ủy, Chủ tịch Hội đồng Nhân dân (HĐND) tỉnh Sơn La.

Tại buổi làm việc, ông Thử ghi nhận kết quả thực hiện Đề án 06 và Nghị quyết số 12 của Bộ Chính trị của Công an tỉnh.
"""


def read(text: str) -> Article:
    return find_entities(find_abbreviations(find_credits(clean(an_article(text)))))


def names_in(text: str, *types: str) -> list[str]:
    return [mention.text for mention in read(text).entities if mention.type in types]


def test_people_bodies_places_and_documents_are_found() -> None:
    found = {(mention.type, mention.text) for mention in read(BULLETIN).entities}
    assert found == {
        ("PERSON", "Trần Văn Thử"), ("PERSON", "Lò Thị Mận"), ("PERSON", "Thử"), ("ORGANIZATION", "Bộ Công an"),
        ("ORGANIZATION", "Công an Sơn La"), ("LOCATION", "Sơn La"), ("ORGANIZATION", "Trung ương Đảng"),
        ("ORGANIZATION", "Công an tỉnh Sơn La"), ("LOCATION", "tỉnh Sơn La"), ("ORGANIZATION", "Tỉnh ủy"),
        ("ORGANIZATION", "Hội đồng Nhân dân (HĐND) tỉnh Sơn La"), ("PROGRAMME", "Đề án 06"), ("ORGANIZATION", "Bộ Chính trị"),
        ("LEGAL_DOCUMENT", "Nghị quyết số 12 của Bộ Chính trị"), ("ORGANIZATION", "Công an tỉnh"),
    }  # fmt: skip


def test_people_have_their_rank_and_their_posts_by_their_fullest_name() -> None:
    found = [
        (who.name, who.rank and who.rank.text, [post.text for post in who.positions]) for who in read(BULLETIN).people
    ]
    assert found == [
        ("Trần Văn Thử", "Thượng tướng", ["Thứ trưởng Bộ Công an", "Ủy viên Trung ương Đảng"]),
        ("Lò Thị Mận", None, ["Bí thư Tỉnh ủy", "Chủ tịch Hội đồng Nhân dân tỉnh Sơn La"]),
    ]


def test_a_given_name_belongs_to_the_one_person_who_bears_it() -> None:
    article = read(BULLETIN)
    assert [span.of(article.filed) for span in article.people[0].mentions] == ["Trần Văn Thử", "Trần Văn Thử", "Thử"]


def test_a_short_form_says_which_body_it_stands_for_and_why() -> None:
    (mention,) = (one for one in read(BULLETIN).entities if one.text == "Tỉnh ủy")
    assert mention.name == "Tỉnh ủy Sơn La"
    assert mention.basis.reason.endswith("stands for Tỉnh ủy Sơn La: the only tỉnh among the article's bodies: Sơn La")


def test_a_place_inside_a_bodys_name_has_its_key() -> None:
    mentions = {one.text: one.key for one in read(BULLETIN).entities if one.type == "LOCATION"}
    assert mentions["tỉnh Sơn La"] == "vn-province:14@2008-08-01"


def test_what_the_text_refers_to_is_told_in_its_parts() -> None:
    assert [(one.type, one.kind, one.number, one.issuer) for one in read(BULLETIN).citations] == [
        ("PROGRAMME", "Đề án", "06", None), ("LEGAL_DOCUMENT", "Nghị quyết", "12", "Bộ Chính trị"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "headline", ["CÔNG AN TỈNH SƠN LA BẮT NHÓM TRỘM TRÂU", "Công an tỉnh Sơn La bắt nhóm trộm trâu"]
)
def test_a_headline_in_capitals_names_what_the_same_in_small_letters_names(headline: str) -> None:
    text = f"{headline}\n\nNgày 5/9, Công an tỉnh Sơn La bắt ba người.\n"
    assert [name.lower() for name in names_in(text, "ORGANIZATION")] == ["công an tỉnh sơn la"] * 2


def test_the_author_of_the_byline_is_a_person() -> None:
    text = "Khánh thành cầu Vàm Sáng\n\nSáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu.\n\nPhạm Hoà (Công an tỉnh)"
    assert names_in(text, "PERSON") == ["Phạm Hoà"]


words = st.sampled_from(
    ["Sơn La", "mưa lũ", "tỉnh", "Hoà", "TP.HCM", "\n", ",", "España", "ông", "Trần Văn Thử", "Bộ Công an"]
)


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
