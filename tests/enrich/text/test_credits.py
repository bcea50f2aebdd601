"""Whom bylines and source lines name."""

import pytest

from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from services.enrich.text.credits import find_credits
from tests.factories import an_article

STORY = "Trà Leng có trạm y tế\n\nXã Trà Leng khánh thành trạm y tế mới phục vụ bốn thôn vùng cao.\n\nTrạm có sáu phòng.\n\n"


def credited(end: str) -> Article:
    return find_credits(clean(an_article(STORY + end)))


@pytest.mark.parametrize(
    ("line", "author", "affiliation"),
    [
        ("Hồ Thị Sim", "Hồ Thị Sim", None),
        ("Phạm Văn Tú (Công an xã)", "Phạm Văn Tú", "Công an xã"),
        ("Minh Ngọc – Thu Hà", "Minh Ngọc – Thu Hà", None),
        ("Minh Ngọc/TTXVN", "Minh Ngọc", "TTXVN"),
        ("Bài, ảnh: Lê Đình Thảo", "Lê Đình Thảo", None),
        ("Thực hiện: Nhóm phóng viên", "Nhóm phóng viên", None),
        ("PV", "PV", None),
        ("Thu Hạnh (thực hiện)", "Thu Hạnh", None),
        ("N.V.A", "N.V.A", None),
    ],
)
def test_a_byline_names_its_author_and_the_office(line: str, author: str, affiliation: str | None) -> None:
    byline = credited(line).byline
    assert byline is not None
    assert (byline.author, byline.affiliation) == (author, affiliation)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Nguồn: Bản tin Chiều/QTV", "Bản tin Chiều/QTV"),
        ("Theo Báo Quảng Nam", "Báo Quảng Nam"),
        ("(TTXVN)", "TTXVN"),
        ("(Theo Reuters)", "Reuters"),
        ("Hải Yến (theo Reuters)", "Reuters"),
    ],
)
def test_a_source_line_names_the_house(line: str, name: str) -> None:
    source = credited(line).source
    assert source is not None
    assert source.name == name


def test_an_article_that_names_nobody_has_no_credits() -> None:
    article = credited("Bà con rất phấn khởi.")
    assert (article.byline, article.source) == (None, None)


def test_a_credit_points_at_its_line() -> None:
    filed = STORY + "Phạm Văn Tú (Công an xã)"
    byline = find_credits(clean(an_article(filed))).byline
    assert byline is not None
    assert byline.span.of(filed) == "Phạm Văn Tú (Công an xã)"
