"""The guarantee under fire: a short run here, as long as one likes with `bantin chaos`."""

from pathlib import Path

import pytest

from infra.chaos import harness
from infra.chaos.collisions import Collisions
from infra.chaos.harness import Plan


def test_nothing_is_lost_or_doubled_while_everything_is_killed(tmp_path: Path) -> None:
    account = harness.run(Plan(kills=10, bulletins=240, seed=7), tmp_path, print)
    assert account["right"], account
    assert account["drained"], account
    assert account["accepted"] == 240


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_naive_design_loses_bulletins_in_the_same_harness(tmp_path: Path) -> None:
    account = harness.run(Plan(kills=20, bulletins=1000, seed=7, naive=True), tmp_path, print)
    assert account["lost"] + account["unfinished"] > 0, account


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_bulletins_that_meet_in_eight_hands_end_as_one_original_and_its_duplicates(tmp_path: Path) -> None:
    account = harness.collide(Collisions(groups=30, seed=7), tmp_path, print)
    assert account["right"], account
    assert (account["collisions"], account["wrong"]) == (210, 0)
