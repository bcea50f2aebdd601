"""Whatever the text: no exception, places that point back, and days written in full always found."""

import time
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.dates import find_dates
from services.enrich.text.dates.lexicon import lexicon
from tests.enrich.text.dates.reading import an_article_of

DAYS = st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31))
WRITTEN = st.one_of(
    st.builds(lambda day: (day, day.isoformat()), DAYS),
    st.builds(lambda day, sign: (day, f"{day.day}{sign}{day.month}{sign}{day.year}"), DAYS, st.sampled_from("/.-")),
    st.builds(lambda day: (day, f"ngày {day.day} tháng {day.month} năm {day.year}"), DAYS),
    st.builds(lambda day: (day, f"ngày {day.day:02}/{day.month:02}/{day.year}"), DAYS),
)
NOISE = st.sampled_from(["mưa", "Lễ hội", "nước lũ", "(chợ ấy)", "Hoà Bình:"])
WORDS = st.sampled_from(
    [*lexicon().values["pod"], *lexicon().values["weekday"], *lexicon().values["shift"], *lexicon().values["mod"], *lexicon().units,
     *lexicon().values["holiday"], "ngày", "mùng", "tết", "từ", "đến", "-", "–", "và", ",", "(", ")", "/", ".", "30", "2", "12/3", "29/2",
     "2024", "20h", "7:30", "âm lịch", "nhuận", "thế kỷ", "xix", "hằng", "mỗi", "cùng", "đó", "nữa", "cách đây", "tcn", "99999", "0"]
)  # fmt: skip


@given(st.lists(NOISE | WRITTEN, min_size=1, max_size=6), st.sampled_from(["NFC", "NFD"]), st.none() | DAYS)
def test_every_day_written_in_full_is_found_at_its_place(
    parts: list[str | tuple[date, str]], form: str, published: date | None
) -> None:
    phrases = [part if isinstance(part, str) else part[1] for part in parts]
    filed = unicodedata.normalize(form, "Tin " + " chợ ".join(phrases))  # type: ignore[arg-type]
    article = find_dates(an_article_of(("headline", filed), published=published))
    assert [found.value for found in article.dates] == [
        part[0].isoformat() for part in parts if not isinstance(part, str)
    ]
    for found in article.dates:
        assert unicodedata.normalize("NFC", found.span.of(article.filed)) == found.text


@given(st.lists(WORDS, max_size=25), st.none() | st.dates(), st.sampled_from([" ", "", "  "]))
def test_no_row_of_the_words_of_dates_breaks_it(words: list[str], published: date | None, gap: str) -> None:
    text = gap.join(words) or "x"
    article = find_dates(an_article_of(("lead", text), ("paragraph", text), published=published))
    for found in article.dates:
        assert found.span.of(article.filed) == found.text
        assert found.value
        assert 0 < found.basis.confidence <= 1


@given(st.text(min_size=1), st.none() | st.dates())
def test_no_text_breaks_it(text: str, published: date | None) -> None:
    article = find_dates(an_article_of(("lead", text), published=published))
    spans = [found.span for found in article.dates]
    assert spans == sorted(spans, key=lambda span: span.start)


@pytest.mark.parametrize(
    "part", ["1/1 ", "sáng ", "ngày 1, ", "20h-", "thứ hai ", "1, ", "2020-", "(", "TP.Ha", "X ", "từ ngày 1 đến "]
)
def test_ten_times_the_text_takes_about_ten_times_as_long(part: str) -> None:
    def seconds(length: int) -> float:
        article = an_article_of(("paragraph", (part * length)[:length]), published=date(2025, 1, 1))
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            find_dates(article)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(20_000) < 40 * seconds(2_000) + 0.05
