"""The calendar days of a value."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.period import days_of, united

days = st.tuples(st.dates(), st.integers(0, 400)).map(
    lambda d: (d[0], date.fromordinal(min(d[0].toordinal() + d[1], 3_652_059)))
)


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2024-03-12", "2024-03-12", "2024-03-12"),
        ("2024-03-12TMO", "2024-03-12", "2024-03-12"),
        ("2024-03-12T08:30", "2024-03-12", "2024-03-12"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2025-Q3", "2025-07-01", "2025-09-30"),
        ("2025-H1", "2025-01-01", "2025-06-30"),
        ("2025-W01", "2024-12-30", "2025-01-05"),
        ("2025-W52-WE", "2025-12-27", "2025-12-28"),
        ("2025-W52-3", "2025-12-24", "2025-12-24"),
        ("2025-SU", "2025-04-01", "2025-06-30"),
        ("199", "1990-01-01", "1999-12-31"),
        ("20", "2000-01-01", "2099-12-31"),
        ("2025-09-01/2025-09-05", "2025-09-01", "2025-09-05"),
        ("2020/2025", "2020-01-01", "2025-12-31"),
    ],
)
def test_a_value_covers_its_days(value: str, first: str, last: str) -> None:
    assert days_of(value) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "value",
    [
        "P3D",
        "XXXX-12-29",
        "PAST_REF",
        "T08:30",
        "2023-02-29",
        "2025-13",
        "2025-W54",
        "BC0208",
        "",
        "2025-09-05/2025-09-01",
        "XXXX-WXX-1",
    ],
)
def test_what_names_no_days_of_the_calendar_covers_none(value: str) -> None:
    assert days_of(value) is None


@given(st.lists(days))
def test_united_periods_hold_the_same_days_and_lie_apart(periods: list[tuple[date, date]]) -> None:
    joined = united(periods)
    assert all(any(a <= first and last <= b for a, b in joined) for first, last in periods)
    assert all((other[1] - one[0]).days < -1 for other, one in pairwise(joined))
