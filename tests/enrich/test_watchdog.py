from datetime import UTC, datetime, timedelta

import pytest

from services.enrich import pipeline
from services.enrich.records import repository, workers
from services.enrich.slates import Slates
from services.enrich.watchdog import Watchdog
from shared.database import make_engine, transaction
from tests.factories import NOON, a_bulletin
from tests.servers import Database


@pytest.mark.parametrize(
    ("seconds", "work_waits", "deaf"), [(39, True, False), (41, True, True), (41, False, False), (3600, False, False)]
)
def test_a_worker_is_deaf_when_work_waits_and_nothing_comes_in(seconds: int, work_waits: bool, deaf: bool) -> None:
    now = NOON
    watchdog = Watchdog(None, "w", lambda: now, deaf_after=40, slates=Slates())  # type: ignore[arg-type]  # it is not asked to look
    now += timedelta(seconds=seconds)
    assert watchdog.is_deaf(work_waits=work_waits, now=now) is deaf


def test_a_task_that_comes_in_shows_that_it_hears() -> None:
    now = NOON
    watchdog = Watchdog(None, "w", lambda: now, deaf_after=40, slates=Slates())  # type: ignore[arg-type]
    now += timedelta(seconds=30)
    watchdog.progress()
    now += timedelta(seconds=30)
    assert watchdog.is_deaf(work_waits=True, now=now) is False


def test_every_look_is_a_beat(database: Database) -> None:
    a_bulletin(database)
    engine = make_engine(database.url, "test")
    watchdog = Watchdog(engine, "máy:1", lambda: datetime.now(UTC), deaf_after=40, slates=Slates())
    watchdog._look()
    (beat,) = database.documents("SELECT worker, role, pipeline, seen_at FROM worker_heartbeat")
    with transaction(engine) as tx:
        heard = [workers.heard_from(tx, host=host, since=beat["seen_at"]) for host in ("máy", "má", "khác")]
    engine.dispose()
    assert (beat["worker"], beat["role"], beat["pipeline"]) == ("máy:1", "worker", pipeline.version())
    assert heard == [True, False, False]


def test_work_waits_only_when_it_has_waited_all_that_time(database: Database) -> None:
    a_bulletin(database, run_at=NOON)
    engine = make_engine(database.url, "test")
    with transaction(engine) as tx:
        waits = [repository.work_waits(tx, since=NOON + timedelta(seconds=s)) for s in (-1, 0, 1)]
    engine.dispose()
    assert waits == [False, True, True]
