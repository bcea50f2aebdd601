import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.enrich.text.article import Article, Basis, Block, UnreadableBulletin
from services.enrich.text.clean import VERSION, clean
from services.enrich.text.span import OffsetMap, Span
from tests.factories import an_article

texts = st.text(
    st.sampled_from(
        "aăâđeêioôơuưy AĂÂĐ\n\r\t.,0179\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b\ufeff\xa0\u200b\x85"
    )
)


def words(text: str) -> str:
    """The letters and figures of a text, without their marks."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFD", text)))


def blocks_of(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in clean(an_article(text)).blocks]


def test_each_part_has_its_place_its_text_and_the_rule_that_says_so() -> None:
    article = an_article("Lúa chín sớm\n\n  Mùa gặt đã về.\t\n")
    headline = Basis(method="structure.first_line", version=VERSION, confidence=0.9, reason="the first line")
    lead = Basis(method="structure.lead", version=VERSION, confidence=0.85, reason="the first paragraph of the body")
    assert clean(article) == article.evolve(
        blocks=(
            Block(kind="headline", span=Span(0, 12), text="Lúa chín sớm", offsets=OffsetMap(0), basis=headline),
            Block(kind="lead", span=Span(16, 30), text="Mùa gặt đã về.", offsets=OffsetMap(16), basis=lead),
        )
    )


def test_the_title_is_the_headline() -> None:
    assert clean(an_article("\ufeff\n Lúa chín sớm \n\nMùa gặt.")).title == "Lúa chín sớm"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1e", "\n\n\r\n"])
def test_a_line_ends_with_whatever_old_systems_end_it(end: str) -> None:
    assert blocks_of(f"Lúa chín{end}Mùa gặt{end}") == [("headline", "Lúa chín"), ("lead", "Mùa gặt")]


@pytest.mark.parametrize("blank", ["\ufeff", "\u200b", "\xad", "\x1a", "\xa0", "\u3000", "\u2009", "\u202f", "\t "])
def test_blanks_around_a_line_are_no_part_of_it(blank: str) -> None:
    assert blocks_of(f"{blank}Lúa chín{blank}\n{blank}\n") == [("headline", "Lúa chín")]


def test_letters_and_marks_that_stand_apart_become_letters() -> None:
    filed = unicodedata.normalize("NFD", "Chữ Việt")
    (block,) = clean(an_article(filed)).blocks
    assert (block.text, block.span) == ("Chữ Việt", Span(0, len(filed)))
    assert [block.offsets.filed(i, i + 1) for i in (0, 2, 6)] == [Span(0, 1), Span(2, 5), Span(8, 11)]


@pytest.mark.parametrize("text", ["", " ", "\n\n\r\n", "\ufeff", "\xa0\u3000\t", "\x1a"])
def test_a_text_of_blanks_alone_can_never_be_read(text: str) -> None:
    with pytest.raises(UnreadableBulletin):
        clean(an_article(text))


@given(st.text() | texts)
@example("\u0301a\u0301")
@example("e\u0302\u0323 \u1112\u1161\u11ab")
def test_a_blocks_text_has_the_letters_and_figures_of_its_place(text: str) -> None:
    try:
        article = clean(an_article(text))
    except UnreadableBulletin:
        return
    for block in article.blocks:
        assert words(block.span.of(article.filed)) == words(block.text)


@given(st.text(min_size=1) | texts)
def test_every_character_of_a_block_knows_where_it_came_from(text: str) -> None:
    try:
        article = clean(an_article(text))
    except UnreadableBulletin:
        return
    for block in article.blocks:
        places = [block.offsets.filed(index, index + 1) for index in range(len(block.text))]
        assert places == sorted(places, key=lambda span: (span.start, span.end))
        assert (places[0].start, places[-1].end) == (block.span.start, block.span.end)


@given(st.text() | texts)
def test_no_letter_and_no_figure_is_lost(text: str) -> None:
    try:
        article: Article = clean(an_article(text))
    except UnreadableBulletin:
        return
    assert "".join(words(block.span.of(text)) for block in article.blocks) == words(text)


@given(st.text() | texts)
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    try:
        once = [block.text for block in clean(an_article(text)).blocks]
    except UnreadableBulletin:
        return
    assert [block.text for block in clean(an_article("\n".join(once))).blocks] == once
