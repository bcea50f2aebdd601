"""By what an article is found is told by its parts: what says nothing of it is left out."""

from services.enrich import pipeline
from services.enrich.text.clean import clean
from services.enrich.text.lexemes import find_lexemes, parts_of
from shared.orthography.lexemes import BODY, LEAD, TITLE, Part
from tests.factories import an_article


def test_headline_and_lead_are_told_from_the_body_and_contacts_are_left_out() -> None:
    blocks = [("headline", "Mở lớp"), ("lead", "Sáng nay"), ("paragraph", "Xã mở lớp."), ("tail", "Hotline: 1900")]
    assert parts_of(blocks) == [Part(TITLE, "Mở lớp"), Part(LEAD, "Sáng nay"), Part(BODY, "Xã mở lớp.")]


def test_an_article_is_found_by_its_words_and_its_places() -> None:
    article = pipeline.understand(an_article("Mưa ở tỉnh Cà Mau\n\nSáng 5/9/2025, sông dâng."))
    assert "'mưa':1A '/t mưa':1A '~mua':1A" in article.lexemes
    assert article.place_terms == (
        "current 96", "province 96", "valid 96", "written cà mau", "written tỉnh cà mau",
    )  # fmt: skip


def test_an_article_without_places_has_no_terms() -> None:
    assert find_lexemes(clean(an_article("Tin\n\nMưa to."))).place_terms == ()
