"""What a child of a worker is at can be read beside it, whatever it is stuck in."""

import os
import signal
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from uuid import UUID

import pytest

from services.enrich.slates import CLOSING, AtWork, Slates
from services.enrich.watchdog import Watchdog
from shared.database import make_engine
from tests.servers import Database

TIN = UUID(int=7)


def stopped_in_a_stage(slates: Slates) -> None:
    slate = slates.of(3)
    slate.take_up(TIN)
    slate.at("find_dates")
    os.kill(os.getpid(), signal.SIGSTOP)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_that_is_stopped_still_says_where() -> None:
    seconds = 100.0
    slates = Slates(lambda: seconds)
    child = get_context("fork").Process(target=stopped_in_a_stage, args=(slates,))
    child.start()
    assert child.pid is not None
    os.waitpid(child.pid, os.WUNTRACED)
    at_once, seconds = slates.slow(1.0), 102.5
    later = slates.slow(1.0)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    expected = AtWork(process=child.pid, bulletin=TIN, stage="find_dates", seconds=2.5, stage_seconds=2.5)
    assert (at_once, later) == ([], [expected])


def test_the_whole_bulletin_is_slow_though_each_stage_is_quick() -> None:
    seconds = 0.0
    slates = Slates(lambda: seconds)
    slate = slates.of(0)
    slate.take_up(TIN)
    for stage in ("clean", "fingerprint", "find_places"):
        slate.at(stage)
        seconds += 0.5
    assert [(one.stage, one.seconds, one.stage_seconds) for one in slates.slow(1.0)] == [("find_places", 1.5, 0.5)]
    slate.take_up(TIN, CLOSING)
    assert slates.slow(1.0) == []
    seconds += 2
    assert [(one.stage, one.seconds) for one in slates.slow(1.0)] == [(CLOSING, 2)]
    slate.wipe()
    assert slates.slow(1.0) == []


def test_a_successor_begins_with_a_wiped_slate() -> None:
    seconds = 0.0
    slates = Slates(lambda: seconds)
    slates.of(1).take_up(TIN, "clean")
    seconds = 60.0
    before, _, after = slates.slow(1.0), slates.of(1), slates.slow(1.0)
    assert (len(before), after) == (1, [])


def test_more_children_than_slates_write_for_themselves() -> None:
    seconds = 0.0
    slates = Slates(lambda: seconds)
    for child in (-1, 100_000):
        slates.of(child).take_up(TIN, "clean")
    seconds = 60.0
    assert slates.slow(1.0) == []


def test_the_watchdog_tells_what_is_slow_and_when_it_is_over(database: Database) -> None:
    seconds = 0.0
    told: list[list[dict[str, object]]] = []
    slates = Slates(lambda: seconds)
    engine = make_engine(database.url, "test")
    watchdog = Watchdog(engine, "máy:1", lambda: datetime.now(UTC), deaf_after=40, slates=slates)
    slate = slates.of(0)
    for passed, stage in ((0.5, "clean"), (3.0, "clean"), (1.0, "find_dates"), (0.0, "")):
        slate.take_up(TIN) if stage == "clean" and not told else None
        slate.at(stage) if stage else slate.wipe()
        seconds += passed
        watchdog._tell_slow()
        told.append(database.documents("SELECT worker, bulletin_id, stage_of, stage FROM worker_hand"))
    engine.dispose()
    child = {"worker": f"máy:{os.getpid()}", "bulletin_id": None}
    assert told == [
        [],
        [{**child, "stage_of": TIN, "stage": "clean"}],
        [{**child, "stage_of": TIN, "stage": "find_dates"}],
        [{**child, "stage_of": None, "stage": None}],
    ]


def test_what_is_told_of_stages_leaves_the_blame_as_it_is(database: Database) -> None:
    seconds = 0.0
    slates = Slates(lambda: seconds)
    worker, read = f"máy:{os.getpid()}", UUID(int=8)
    database.run("INSERT INTO worker_hand VALUES (%(worker)s, %(read)s, 1, now())", worker=worker, read=read)
    slates.of(0).take_up(TIN, "clean")
    seconds += timedelta(seconds=2).total_seconds()
    engine = make_engine(database.url, "test")
    Watchdog(engine, "máy:1", lambda: datetime.now(UTC), deaf_after=40, slates=slates)._tell_slow()
    engine.dispose()
    assert database.documents("SELECT bulletin_id, number, stage FROM worker_hand") == [
        {"bulletin_id": read, "number": 1, "stage": "clean"}
    ]
