"""Two people of one name are one only where something but the name says so; what contradicts keeps them apart."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrich.text.identity.rule import Candidate, choose, judge
from services.enrich.text.named import Fact

COLONEL, MAJOR_GENERAL, CAPTAIN = 14, 15, 10
HERE, THERE = "38", "40"


def a_fact(year: int | None = 2024, quarter: int = 1, **told: Any) -> Fact:
    nothing = {"service": "", "rank": 0, "post": "", "body": "", "province": "", "level": 0}
    return Fact(quarter=year and date(year, 3 * quarter - 2, 1), **(nothing | told))


def a_director(year: int | None = 2024, quarter: int = 1, **told: Any) -> Fact:
    police = {
        "service": "police",
        "rank": COLONEL,
        "post": "giám đốc",
        "body": "công an tỉnh x",
        "province": HERE,
        "level": 3,
    }
    return a_fact(year, quarter, **(police | told))


SAME = {
    "the same post in the same body": (a_director(), a_director(2025)),
    "promoted since": (a_director(), a_director(2025, rank=MAJOR_GENERAL)),
    "promoted within the quarter": (a_director(), a_director(rank=MAJOR_GENERAL)),
    "another post in the same body": (a_director(), a_director(2026, post="phó giám đốc")),
    "no rank is said": (a_director(), a_director(rank=0, service="")),
    "moved to another office of the province": (a_director(), a_director(2025, body="công an huyện y@384", level=2)),
    "the one post in the country": (a_fact(2021, post="tổng bí thư"), a_fact(2024, post="tổng bí thư")),
    "the same post, and another beside it": (a_director(), a_director(2024, 2, rank=0)),
}  # fmt: skip
OTHER = {
    "the rank would have fallen": (a_director(2023, rank=MAJOR_GENERAL), a_director(2025)),
    "the rank would have risen too fast": (a_director(2023, rank=CAPTAIN), a_director(2024)),
    "two ranks far from each other at one time": (a_director(), a_director(rank=CAPTAIN)),
    "posts in two provinces (38, 40) at one time": (a_director(), a_director(2024, 2, province=THERE, body="công an tỉnh z")),
    "one serves in the army, the other in the police": (a_director(), a_director(2024, 4, service="army", body="quân khu 4")),
    "a post in a commune and one at the centre at one time": (
        a_fact(post="thứ trưởng", body="bộ y", level=4), a_fact(2025, post="chủ tịch", body="ubnd xã z", level=1, province=HERE),
    ),
}  # fmt: skip
UNKNOWN = {
    "nothing is said of one": (a_director(), None),
    "another province, years later": (a_director(2019), a_director(2024, province=THERE, body="công an tỉnh z")),
    "the same province, but no rank": (a_director(rank=0), a_director(rank=0, body="công an huyện y@384", level=2)),
    "one ministry, which has many people": (
        a_fact(post="cán bộ", body="bộ y", level=4), a_fact(2025, post="vụ trưởng", body="bộ y", level=4),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_who_is_the_same_although_many_bear_the_name(case: str) -> None:
    known, told = SAME[case]
    assert judge([known], [told], frequent=True).answer == "same"
    assert judge([told], [known], frequent=True).answer == "same", "whichever article came first"


@pytest.mark.parametrize("case", OTHER)
@pytest.mark.parametrize("frequent", [True, False])
def test_who_is_another_whoever_bears_the_name(case: str, *, frequent: bool) -> None:
    known, told = OTHER[case]
    for one, other in ((known, told), (told, known)):
        verdict = judge([one], [other], frequent=frequent)
        assert (verdict.answer, sorted(verdict.reason)) == ("other", sorted(case)), verdict.reason


@pytest.mark.parametrize("case", UNKNOWN)
def test_of_whom_nothing_can_be_told_when_the_name_is_frequent(case: str) -> None:
    known, told = UNKNOWN[case]
    facts = [told] if told else []
    assert judge([known], facts, frequent=True).answer == "unknown"
    assert judge([known], facts, frequent=False).answer == "same", "few bear the name, and nothing speaks against it"


def test_who_is_known_by_the_very_post_may_hold_another_elsewhere() -> None:
    known = [a_director(rank=0, service=""), a_director(rank=0, service="", province=THERE, body="đoàn z")]
    assert judge(known, [a_director(2024, 2, rank=0, service="")], frequent=True).answer == "same"


def test_a_post_no_longer_held_contradicts_nothing() -> None:
    former = a_fact(None, post="nguyên giám đốc", body="sở y")
    assert judge([a_director()], [former], frequent=True).answer == "unknown"


ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def test_nobody_is_known_at_first() -> None:
    assert choose([a_director()], [], frequent=False).id is None


def test_the_one_who_fits_is_chosen_among_all_of_the_name() -> None:
    known = [
        Candidate(id=ONE, lead=ONE, facts=(a_director(province=THERE, body="công an tỉnh z"),)),
        Candidate(id=TWO, lead=TWO, facts=(a_director(),)),
    ]
    choice = choose([a_director(2024, 2)], known, frequent=True)
    assert (choice.id, choice.confidence, choice.reason) == (
        TWO,
        0.97,
        "the same post in the same body, công an tỉnh x",
    )


def test_of_two_who_fit_equally_well_none_is_taken() -> None:
    known = [Candidate(id=id, lead=id, facts=(a_director(),)) for id in (ONE, TWO)]
    choice = choose([a_director(2024, 2)], known, frequent=True)
    assert (choice.id, choice.reason) == (None, "kept apart: two known people of this name fit equally well")


def test_a_seldom_name_that_two_bear_says_no_more_who_it_is() -> None:
    one, two = (Candidate(id=id, lead=id, facts=()) for id in (ONE, TWO))
    assert choose([], [one], frequent=False).id == ONE
    assert choose([], [one, two], frequent=False).id is None


def test_who_was_merged_is_found_by_any_of_the_facts_even_by_those_that_contradict_each_other() -> None:
    merged = [
        Candidate(id=ONE, lead=TWO, facts=(a_director(province=THERE, body="công an tỉnh z"),)),
        Candidate(id=TWO, lead=TWO, facts=(a_director(),)),
    ]
    assert choose([a_director(2024, 2)], merged, frequent=True).id == TWO
    assert choose([a_director(2024, 2, province=THERE, body="công an tỉnh z")], merged, frequent=True).id == ONE
