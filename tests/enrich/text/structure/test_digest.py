"""Several articles in one bulletin: cut apart where that is certain, told of where it is not."""

from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from tests.factories import an_article

ONE = "Sáng nay, thuỷ điện Sông Vàng đóng cửa xả sau ba ngày điều tiết nước."
TWO = "Trường tiểu học Bản Cáp đón hai trăm học sinh trở lại lớp sau mưa lũ."


def read(text: str) -> Article:
    return clean(an_article(text))


def titles(text: str) -> list[str]:
    return [item.title for item in read(text).items]


def test_articles_between_lines_of_stars_are_cut_apart() -> None:
    text = f"Sông Vàng đóng cửa xả\n\n{ONE}\n\n* * *\n\nBản Cáp mở lại trường\n\n{TWO}"
    assert titles(text) == ["Sông Vàng đóng cửa xả", "Bản Cáp mở lại trường"]
    assert [block.kind for block in read(text).blocks] == ["headline", "lead", "headline", "lead"]


def test_counted_headlines_are_cut_apart_and_lose_their_numbers() -> None:
    assert titles(f"TIN 1: Sông Vàng đóng cửa xả\n{ONE}\nTIN 2: Bản Cáp mở lại trường\n{TWO}") == [
        "Sông Vàng đóng cửa xả",
        "Bản Cáp mở lại trường",
    ]


def test_numbered_headlines_are_cut_apart_under_the_name_of_a_digest() -> None:
    text = f"Điểm tin sáng 12/10\n\n1. Sông Vàng đóng cửa xả\n{ONE}\n\n2. Bản Cáp mở lại trường\n{TWO}"
    assert titles(text) == ["Sông Vàng đóng cửa xả", "Bản Cáp mở lại trường"]


def test_numbered_subheads_of_one_article_are_left_together() -> None:
    assert (
        titles(f"Báo cáo sau mưa lũ của huyện\n\n1. Tình hình thuỷ điện\n{ONE}\n\n2. Tình hình trường lớp\n{TWO}") == []
    )


def test_the_span_of_an_article_of_a_digest_holds_all_its_parts() -> None:
    text = f"Sông Vàng đóng cửa xả\n\n{ONE}\n\n-----\n\nBản Cáp mở lại trường\n\n{TWO}"
    assert [item.span.of(text) for item in read(text).items] == [
        f"Sông Vàng đóng cửa xả\n\n{ONE}",
        f"Bản Cáp mở lại trường\n\n{TWO}",
    ]


def test_what_may_be_a_second_article_is_told_and_left_where_it_is() -> None:
    text = f"Sông Vàng đóng cửa xả\n\n{ONE}\n\nBản Cáp mở lại trường\n\nLai Châu, 12/10 – {TWO}"
    article = read(text)
    assert (article.items, [note.code for note in article.notes]) == ((), ["several_articles"])
    assert [span.of(text) for span in article.notes[0].spans] == ["Bản Cáp mở lại trường"]
