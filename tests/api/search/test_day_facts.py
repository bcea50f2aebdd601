"""The facts by which the database's function tells an article's days, held against those that are asked for."""

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.search.day_facts import day_facts
from tests.servers import Servers

Span = tuple[date | None, date | None]

CENTURIES = st.dates(date(1, 1, 1), date(9999, 12, 30))
NOWADAYS = st.dates(date(2019, 11, 1), date(2032, 2, 29))
DAYS = NOWADAYS | CENTURIES
LENGTHS = st.integers(0, 13) | st.integers(0, 900) | st.integers(0, 40_000)


@st.composite
def spans(draw: st.DrawFn, lengths: st.SearchStrategy[int] = LENGTHS, days: st.SearchStrategy[date] = DAYS) -> Span:
    """A first and a last day; rarely open on a side."""
    first = draw(days)
    last = min(date(9999, 12, 30), date.fromordinal(min(first.toordinal() + draw(lengths), date.max.toordinal() - 1)))
    return first, last


OPEN = st.builds(lambda span, left, right: (span[0] if left else None, span[1] if right else None), spans(), st.booleans(), st.booleans())  # fmt: skip


@pytest.fixture(scope="module")
def connection(servers: Servers) -> Iterator[psycopg.Connection]:
    with servers.database() as database, psycopg.connect(database.url, autocommit=True) as connection:
        yield connection


def told_and_met(connection: psycopg.Connection, said: list[Span], asked: Span) -> tuple[set[str], bool]:
    """The facts of an article that speaks of these days, and whether it speaks of those that are asked for."""
    row = connection.execute(
        """
        WITH said AS (
            SELECT range_agg(daterange(first, last, '[]')) AS days FROM unnest(%s::date[], %s::date[]) AS one (first, last)
        )
        SELECT day_facts('e', days), days && daterange(%s, %s, '[]') FROM said
        """,
        [[first for first, _ in said], [last for _, last in said], *asked],
    ).fetchone()
    assert row
    return set(row[0]), row[1]


@given(said=st.lists(st.one_of(spans(), OPEN), min_size=1, max_size=4), asked=st.one_of(spans(), OPEN))
def test_whatever_speaks_of_the_days_asked_for_has_one_of_the_facts_asked_for(
    connection: psycopg.Connection, said: list[Span], asked: Span
) -> None:
    told, met = told_and_met(connection, said, asked)
    assert not met or told & set(day_facts("event", *asked))


@given(said=spans(lengths=st.integers(0, 13), days=NOWADAYS), asked=spans(lengths=st.integers(0, 6), days=NOWADAYS))
def test_of_a_week_the_facts_tell_all_there_is_to_tell(connection: psycopg.Connection, said: Span, asked: Span) -> None:
    told, met = told_and_met(connection, [said], asked)
    assert bool(told & set(day_facts("event", *asked))) == met


def test_the_pieces_are_the_largest_that_fit() -> None:
    assert day_facts("published", date(2026, 11, 29), date(2040, 1, 1)) == [
        "p 2026-11-29", "p 2026-11-30", "p 2026-12", "p 2027", "p 2028", "p 2029", "p 203", "p 2040-01-01",
        "p 202*", "p 2026*", "p 2026-11*", "p 204*", "p 2040*", "p 2040-01*",
    ]  # fmt: skip


def test_an_end_that_would_take_too_many_pieces_is_widened() -> None:
    assert day_facts("published", date(2026, 11, 3), date(2026, 11, 9))[:7] == [
        f"p 2026-11-{day:02}" for day in range(3, 10)
    ]
    assert day_facts("published", date(2026, 11, 3), date(2026, 11, 10)) == ["p 2026-11", "p 202*", "p 2026*"]
    assert day_facts("published", date(2023, 12, 4), date(2025, 8, 26)) == [
        "p 2023-12",
        "p 2024",
        "p 2025",
        "p 202*",
        "p 2023*",
    ]


def test_what_is_open_reaches_beyond_all_years() -> None:
    since = day_facts("mentioned", date(2099, 12, 31), None)
    assert since == ["m +", "m 2099-12-31", "m 209*", "m 2099*", "m 2099-12*"]
    assert day_facts("mentioned", None, date(1900, 1, 1))[:2] == ["m -", "m 1900-01-01"]
    assert day_facts("mentioned", date(1700, 1, 1), date(1750, 1, 1)) == ["m -"]


def test_articles_have_no_facts_of_days_that_they_do_not_tell(connection: psycopg.Connection) -> None:
    asked = "SELECT day_facts(NULL::daterange, '[2026-11-20,2026-11-21)'::daterange, NULL)"
    assert connection.execute(asked).fetchone() == (["e 202", "e 2026", "e 2026-11", "e 2026-11-20"],)
