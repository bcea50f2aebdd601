"""When the article was published and when its event took place: stated, given, inferred with evidence, or unknown."""

from datetime import date

import pytest

from services.enrich.text.article import UNKNOWN, Article
from services.enrich.text.dates import find_dates
from services.enrich.text.span import Span
from tests.enrich.text.dates.reading import an_article_of

HEADLINE = ("headline", "Xã Pha Đin mở chợ phiên")


def published(article: Article) -> tuple[str | None, str]:
    dating = find_dates(article).published
    return dating.value, dating.status


def test_a_date_line_states_it() -> None:
    article = find_dates(an_article_of(("dateline", "date 2025-11-20"), HEADLINE, ("lead", "Sáng 20/11, chợ mở.")))
    assert (article.published.value, article.published.status) == ("2025-11-20", "stated")
    assert article.published.basis.evidence == (Span(5, 15),)
    assert [mention.value for mention in article.dates] == ["2025-11-20", "2025-11-20TMO"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Ngày đăng: 12/03/2024", "2024-03-12"),
        ("Cập nhật lúc 10:15, 05/11/2025", "2025-11-05"),
        ("Hà Nội, ngày 12 tháng 3 năm 2024", "2024-03-12"),
        ("TP. Hồ Chí Minh, 12/3/2024", "2024-03-12"),
        ("Thứ Ba, 12/03/2024, 08:30 (GMT+7)", "2024-03-12"),
        ("2024-03-12", "2024-03-12"),
        ("Bản tin sáng 12/3/2024", "2024-03-12"),
        ("Điểm tin ngày 12/3/2024", "2024-03-12"),
        ("Báo Lai Châu số ra ngày 12/3/2024", "2024-03-12"),
    ],
)
def test_a_line_of_its_own_states_it(line: str, value: str) -> None:
    body = [("paragraph", f"Đoạn {number}.") for number in range(10)]
    assert published(an_article_of(HEADLINE, ("paragraph", line), *body)) == (value, "stated")
    assert published(an_article_of(HEADLINE, *body, ("paragraph", line))) == (value, "stated")


def test_a_date_in_the_middle_of_a_sentence_states_nothing() -> None:
    assert published(an_article_of(HEADLINE, ("paragraph", "Bà Lò Thị Sen ký giấy ngày 12/3/2019 ở huyện."))) != (
        "2019-03-12",
        "stated",
    )


def test_what_the_newsroom_gave_counts_more() -> None:
    article = an_article_of(("dateline", "12/3/2024"), HEADLINE, published=date(2024, 3, 13))
    assert published(article) == ("2024-03-13", "given")


def test_the_leads_day_and_the_texts_year_make_it() -> None:
    article = find_dates(
        an_article_of(
            HEADLINE, ("lead", "Sáng ngày 9/4, chợ mở."), ("paragraph", "Trong những tháng đầu năm 2024, xã làm đường.")
        )
    )
    lead, year = (mention.span for mention in article.dates)
    assert (article.published.value, article.published.status) == ("2024-04-09", "inferred")
    assert article.published.basis.evidence == (lead, year)
    assert article.published.basis.reason == "day and month from the lead, year 2024 from 'những tháng đầu năm 2024'"
    assert [mention.value for mention in article.dates] == ["2024-04-09TMO", "2024"]


@pytest.mark.parametrize(
    ("lead", "paragraph", "day"),
    [
        ("Sáng 5/9, tuyến xe khai trương.", "Xe chạy thử đến hết tháng 12/2025.", "2025-09-05"),
        ("Sáng 5/9, tuyến xe khai trương.", "Hợp đồng ký tháng 12/2025.", "2026-09-05"),
        ("Sáng 20/11, cầu khởi công.", "Cầu sẽ khánh thành tháng 3/2026.", "2025-11-20"),
        ("Sáng 20/11, xã họp dân.", "Xã bàn kế hoạch năm 2026.", "2025-11-20"),
        ("Sáng 12/3, xã họp dân.", "Vụ cháy xảy ra tháng 11/2024.", "2025-03-12"),
        ("Sáng 12/3, xã họp dân.", "Mục tiêu đến năm 2030 là có cầu.", None),
    ],
)
def test_a_year_in_the_text_tells_the_year_by_what_it_is_about(lead: str, paragraph: str, day: str | None) -> None:
    article = an_article_of(HEADLINE, ("lead", lead), ("paragraph", paragraph))
    assert published(article)[0] == day


def test_a_birth_year_is_no_evidence() -> None:
    article = an_article_of(HEADLINE, ("lead", "Sáng 9/4, ông Lò Văn Ún (sinh năm 1961) mở chợ."))
    assert (find_dates(article).published, find_dates(article).dates[0].value) == (UNKNOWN, "XXXX-04-09TMO")


def test_nothing_makes_it_today() -> None:
    assert find_dates(an_article_of(HEADLINE, ("lead", "Hôm nay, chợ mở."))).published == UNKNOWN


@pytest.mark.parametrize(
    ("lead", "value", "status"),
    [
        ("Sáng 20/11/2025, chợ mở.", "2025-11-20TMO", "stated"),
        ("Sáng 20/11, chợ mở.", "2025-11-20TMO", "inferred"),
        ("Lúc 8h hôm qua, chợ mở.", "2025-12-28T08:00", "inferred"),
        ("Chợ mở mỗi tuần.", None, "unknown"),
    ],
)
def test_the_event_took_place_when_the_lead_says(lead: str, value: str | None, status: str) -> None:
    event = find_dates(an_article_of(HEADLINE, ("lead", lead), published=date(2025, 12, 29))).event
    assert (event.value, event.status) == (value, status)


def test_an_article_without_blocks_has_no_dates() -> None:
    article = find_dates(an_article_of())
    assert (article.dates, article.published, article.event) == ((), UNKNOWN, UNKNOWN)
