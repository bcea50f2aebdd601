"""A source is held against its own habit: hours, weekdays and all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.ops.documents.habits import HOUR, oddity, shares

NOW = datetime(2025, 9, 29, 3, 20, tzinfo=UTC)
THIS_HOUR = NOW.replace(minute=0)


def history(per_hour: Callable[[datetime], int], days: int = 30, until: datetime = THIS_HOUR) -> dict[datetime, int]:
    """What came in each whole hour until then."""
    return {(hour := until - HOUR * back): per_hour(hour) for back in range(1, days * 24 + 1)}


def with_last(counts: dict[datetime, int], hours: int, per_hour: int) -> dict[datetime, int]:
    return counts | {THIS_HOUR - HOUR * back: per_hour for back in range(1, hours + 1)}


def by_day(hour: datetime) -> int:
    """Twelve an hour from six in the morning to ten at night in Hà Nội, none at night."""
    return 12 if 6 <= (hour + timedelta(hours=7)).hour < 22 else 0


def test_a_source_that_is_as_usual_is_not_odd() -> None:
    assert oddity("báo", history(by_day), now=NOW) is None


def test_a_night_without_news_is_no_silence() -> None:
    night = THIS_HOUR.replace(hour=19)
    assert oddity("báo", history(by_day, until=night), now=night) is None


@pytest.mark.parametrize(("usual", "silent", "hours"), [(20, 1, 1), (4, 6, 6), (1, 24, 24)])
def test_the_more_a_source_sends_the_sooner_it_is_missed(usual: int, silent: int, hours: int) -> None:
    odd = oddity("báo", with_last(history(lambda _: usual), silent, 0), now=NOW)
    assert odd is not None
    assert (odd.what, odd.hours, odd.came, odd.usual, odd.least, odd.most) == (
        "quiet", hours, 0, usual * hours, usual * hours, usual * hours,
    )  # fmt: skip
    assert odd.last == THIS_HOUR - HOUR * (silent + 1)


def test_a_flood_is_loud_and_some_more_is_not() -> None:
    assert oddity("báo", with_last(history(lambda _: 10), 1, 15), now=NOW) is None
    odd = oddity("báo", with_last(history(lambda _: 10), 1, 60), now=NOW)
    assert odd is not None
    assert (odd.what, odd.came, odd.usual, odd.days) == ("loud", 60, 10, 28)


def test_who_varies_is_given_more() -> None:
    def now_and_then(hour: datetime) -> int:
        return 60 if hour.toordinal() % 3 == 0 else 5

    assert oddity("báo", with_last(history(now_and_then), 1, 60), now=NOW) is None


def test_a_new_source_has_no_habit() -> None:
    assert oddity("báo", with_last(history(lambda _: 20, days=5), 3, 0), now=NOW) is None
    assert oddity("báo", {}, now=NOW) is None


def test_a_share_that_doubles_has_drifted() -> None:
    before = [{"dates": 980, "dates_refused": 20}] * 5
    same, more = ({"dates": 100 - refused, "dates_refused": refused} for refused in (3, 12))
    assert not shares(same, before)["dates_refused"].drifted
    found = shares(more, before)["dates_refused"]
    assert (found.drifted, found.part, found.whole, found.share, found.usual) == (True, 12, 100, 0.12, 0.02)


def test_of_little_nothing_is_concluded() -> None:
    assert not shares({"places": 10, "places_open": 10}, [{"places": 1000, "places_open": 1}])["places_open"].drifted
    assert not shares({"places": 100, "places_open": 90}, [])["places_open"].drifted
    assert shares({}, [])["unread"].share is None
