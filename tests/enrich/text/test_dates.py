import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.article import Article, Basis, DateMention
from services.enrich.text.clean import clean
from services.enrich.text.dates import RULES, find_dates
from services.enrich.text.span import Span
from tests.factories import an_article

days = st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31))
written_days = st.one_of(
    st.builds(lambda day: (day, day.isoformat()), days),
    st.builds(lambda day, sign: (day, f"{day.day}{sign}{day.month}{sign}{day.year}"), days, st.sampled_from("/.-")),
    st.builds(lambda day: (day, f"ngày {day.day} tháng {day.month} năm {day.year}"), days),
    st.builds(lambda day: (day, f"ngày {day.day:02}/{day.month:02}/{day.year}"), days),
)
words = st.sampled_from(["mưa", "Lễ hội", "nước lũ", "quý hai", "(hôm ấy)", "\n", "Hoà Bình:"])


def dates_in(text: str) -> list[tuple[str, str]]:
    return [(mention.value, mention.text) for mention in find_dates(clean(an_article(text))).dates]


def test_a_day_in_full_is_found_with_its_place_and_its_reason() -> None:
    article = clean(an_article("Tin mưa\n\nSáng 5/9/2025, mưa."))
    span = Span(14, 22)
    basis = Basis(method="dates.numeric", version="1", confidence=0.97, evidence=(span,))
    assert find_dates(article).dates == (
        DateMention(
            span=span, text="5/9/2025", type="DATE", value="2025-09-05", calendar="solar", granularity="day",
            modifier=None, basis=basis,
        ),
    )  # fmt: skip


EXAMPLES = [(rule.name, phrase, value) for rule in RULES for phrase, value in rule.examples]
COUNTER_EXAMPLES = [(rule.name, phrase) for rule in RULES for phrase in rule.counter_examples]


@pytest.mark.parametrize(("name", "phrase", "value"), EXAMPLES)
def test_a_rule_finds_its_examples(name: str, phrase: str, value: str) -> None:
    mentions = find_dates(clean(an_article(phrase))).dates
    assert [(mention.basis.method, mention.value) for mention in mentions] == [(name, value)]


@pytest.mark.parametrize(("name", "phrase"), COUNTER_EXAMPLES)
def test_a_rule_leaves_its_counter_examples_alone(name: str, phrase: str) -> None:
    mentions = find_dates(clean(an_article(phrase))).dates
    assert [mention.text for mention in mentions if mention.basis.method == name] == []


def test_every_rule_shows_both_what_it_finds_and_what_it_leaves() -> None:
    assert [rule.name for rule in RULES if not rule.examples or not rule.counter_examples] == []


def test_days_stand_in_the_order_of_the_text() -> None:
    text = "Từ ngày 2 tháng 9 năm 2024 đến 5/9/2024\nrồi 2024-09-01"
    assert [value for value, _ in dates_in(text)] == ["2024-09-02", "2024-09-05", "2024-09-01"]


def test_a_day_that_no_calendar_has_is_no_date() -> None:
    assert dates_in("Tin 31/11/2024, 30/2/2024, 2023-02-29, ngày 32 tháng 1 năm 2024") == []


def test_the_day_stands_before_the_month_always() -> None:
    assert dates_in("Tin 3/2/2024") == [("2024-02-03", "3/2/2024")]


@given(st.lists(words | written_days, min_size=1, max_size=8), st.sampled_from(["NFC", "NFD"]))
def test_every_day_written_in_full_is_found_at_its_place(parts: list[str | tuple[date, str]], form: str) -> None:
    phrases = [part if isinstance(part, str) else part[1] for part in parts]
    filed = unicodedata.normalize(form, "Tin , " + " , ".join(phrases))  # type: ignore[arg-type]
    found = find_dates(clean(an_article(filed)))
    assert [mention.value for mention in found.dates] == [p[0].isoformat() for p in parts if not isinstance(p, str)]
    assert_spans_point_at_their_texts(found)


@given(st.text(alphabet="0123456789/-. ngàythámnăm\u0300\n"))
def test_whatever_the_text_finding_days_raises_nothing(text: str) -> None:
    assert_spans_point_at_their_texts(find_dates(clean(an_article("Tin\n" + text))))


def assert_spans_point_at_their_texts(article: Article) -> None:
    for mention in (*article.dates, *article.entities):
        assert unicodedata.normalize("NFC", mention.span.of(article.filed)) == mention.text
        assert mention.basis.evidence == (mention.span,)
