"""How what an expression leaves open is found: the year, the week, the day that it counts from."""

from datetime import date

import pytest

from services.enrich.text.article import Basis, DateMention, Item
from services.enrich.text.dates import VERSION, find_dates
from services.enrich.text.span import Span
from tests.enrich.text.dates.reading import NEAR_NEW_YEAR, an_article_of, mentions, times


def test_a_mention_says_what_it_is_where_it_is_and_why() -> None:
    assert mentions("Họp lúc 8h ngày 3/11 ở Vinh") == (
        DateMention(
            span=Span(8, 20), text="8h ngày 3/11", type="TIME", value="2025-11-03T08:00", calendar="solar", granularity="hour",
            modifier=None, written=("month", "day", "hour"), inferred=("year",), lunar=None,
            basis=Basis(
                method="dates.day_month", version=VERSION, confidence=0.765, evidence=(Span(8, 20),),
                reason="the nearest up to the publication 2025-12-29",
            ),
        ),
    )  # fmt: skip


def test_a_year_found_in_the_text_is_evidence() -> None:
    (day, month) = mentions("Ngày 4/6, tòa xử vụ án xảy ra tháng 2/2024", None)
    assert (day.value, day.basis.evidence) == ("2024-06-04", (day.span, month.span))
    assert day.basis.reason == "year 2024 from 'tháng 2/2024'"


@pytest.mark.parametrize(
    ("sentence", "published", "expected"),
    [
        ("Ngày 30/12, xã họp.", date(2026, 1, 2), "Ngày 30/12 = 2025-12-30"),
        ("Ngày 30/12, xã họp.", date(2025, 12, 29), "Ngày 30/12 = 2025-12-30"),
        ("Ngày 20/1, xã đã họp.", date(2025, 12, 29), "Ngày 20/1 = 2025-01-20"),
        ("Ngày 20/1, xã sẽ họp.", date(2025, 12, 29), "Ngày 20/1 = 2026-01-20"),
        ("Thứ Ba, ngày 20/1, xã họp.", date(2025, 12, 29), "Thứ Ba, ngày 20/1 = 2026-01-20"),
        ("Thứ Hai, ngày 20/1, xã họp.", date(2025, 12, 29), "Thứ Hai, ngày 20/1 = 2025-01-20"),
        ("Ngày 29/2, xã họp.", date(2025, 12, 29), "Ngày 29/2 = 2024-02-29"),
        ("Tháng 12, giá giảm.", date(2026, 1, 6), "Tháng 12 = 2025-12"),
        ("Quý IV, giá giảm.", date(2026, 1, 6), "Quý IV = 2025-Q4"),
        ("Từ 30/12 đến 2/1, chợ nghỉ.", date(2026, 1, 6), "30/12 đến 2/1 = 2025-12-30/2026-01-02"),
    ],
)
def test_the_year_is_the_one_that_the_sentence_looks_to(sentence: str, published: date, expected: str) -> None:
    assert times(sentence, published) == [expected]


def test_a_weekday_that_does_not_agree_casts_doubt() -> None:
    (day,) = mentions("Thứ Hai, ngày 30/12/2025, xã họp.")
    assert (day.value, day.basis.reason) == ("2025-12-30", "the weekday does not agree")
    assert day.basis.confidence < 0.7


def test_a_sentence_that_begins_with_a_year_is_about_that_year() -> None:
    assert times("Năm 1968, ngày 31/1, quân ta nổ súng. Ngày 27/12, hội cựu chiến binh họp.") == [
        "Năm 1968 = 1968", "ngày 31/1 = 1968-01-31", "Ngày 27/12 = 2025-12-27",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "ngày 31/4",
        "ngày 30/2/2024",
        "29/2/2023",
        "ngày 31 tháng 6",
        "ngày 0 tháng 4 năm 2000",
        "tháng 13",
        "32/13/2020",
    ],
)
def test_a_day_that_no_calendar_has_is_refused(sentence: str) -> None:
    assert times(f"Đoàn về {sentence}.") == []


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    assert times("từ ngày 5/9/2025 đến ngày 1/9/2025") == []


def test_without_any_hint_the_year_stays_open() -> None:
    assert times("Sáng 29/12, mưa. Hôm qua nắng. Tuần trước rét.", None) == [
        "Sáng 29/12 = XXXX-12-29TMO", "Hôm qua = XXXX-XX-XX", "Tuần trước = XXXX-WXX",
    ]  # fmt: skip


def test_the_day_before_is_the_one_of_this_article_of_a_digest() -> None:
    article = an_article_of(
        ("paragraph", "Ngày 3/3, tàu vào."), ("paragraph", "Cùng ngày, mưa."), published=NEAR_NEW_YEAR
    )
    items = (Item(span=Span(0, 18), title="Một"), Item(span=Span(19, 34), title="Hai"))
    whole = [mention.value for mention in find_dates(article).dates]
    split = [mention.value for mention in find_dates(article.evolve(items=items)).dates]
    assert (whole, split) == (["2025-03-03", "2025-03-03"], ["2025-03-03", "2025-12-29"])


def test_a_coming_day_is_of_this_year_where_the_text_names_this_year_and_not_the_last() -> None:
    plans = "Năm học 2025-2026, trường tuyển 105 em."
    assert times(f"{plans} Kết quả công bố ngày 30/5.", date(2025, 4, 9))[1:] == ["ngày 30/5 = 2025-05-30"]
    assert times("Kết quả công bố ngày 30/5.", date(2025, 4, 9)) == ["ngày 30/5 = 2024-05-30"]


def test_a_date_never_reaches_into_the_next_block() -> None:
    article = an_article_of(("headline", "Họp ngày 3"), ("paragraph", "tháng 3 năm 2024"), published=NEAR_NEW_YEAR)
    assert [mention.text for mention in find_dates(article).dates] == ["ngày 3", "tháng 3 năm 2024"]


@pytest.mark.parametrize(
    ("expression", "modifier"),
    [
        ("hơn 3 năm", "MORE_THAN"),
        ("gần 3 năm", "LESS_THAN"),
        ("khoảng 3 năm", "APPROX"),
        ("ít nhất 3 năm", "EQUAL_OR_MORE"),
    ],
)
def test_words_before_an_amount_say_how_sure_it_is(expression: str, modifier: str) -> None:
    (found,) = mentions(f"Ông ở đó {expression}.")
    assert (found.text, found.type, found.modifier) == ("3 năm", "DURATION", modifier)
