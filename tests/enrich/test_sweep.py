"""The sweep makes up for every lost bell and every dead worker; with a real broker and a real database."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from infra.embedded import process
from services.enrich.sweep import Sweep
from services.enrich.workbench import Workbench
from shared.ids import new_id
from shared.queue import NORMAL, Bell, RedisTower, make_celery
from shared.settings import Settings
from tests.enrich.conftest import MakeBench
from tests.factories import a_bulletin, a_text, some_bulletins
from tests.servers import Database, Servers, wait_until

MakeSweep = Callable[..., Sweep]
LONG_AGO = datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def make_sweep(database: Database, broker: Servers, make_bench: MakeBench) -> Iterator[MakeSweep]:
    bells = []

    def make(**changes: Any) -> Sweep:
        settings = Settings(**({"database_url": database.url, "broker_url": broker.valkey.url} | changes))
        bench = make_bench(chance=lambda: 0.5)
        bells.append(bell := Bell(make_celery(settings)))
        tower = RedisTower(settings.broker_url)
        return Sweep(
            engine=bench.tx_engine,
            bell=bell,
            tower=tower,
            bench=bench,
            settings=settings,
            clock=lambda: datetime.now(UTC),
        )

    yield make
    for bell in bells:
        bell.close()


@pytest.fixture
def sweep(make_sweep: MakeSweep) -> Sweep:
    return make_sweep()


def begin(database: Database, id: UUID, number: int = 1, started_at: datetime | None = None) -> None:
    """An attempt without an end."""
    at = started_at or datetime.now(UTC)
    database.run("INSERT INTO attempt VALUES (%(id)s, %(n)s, 'w', 'p', %(at)s)", id=id, n=number, at=at)


def attempts(database: Database) -> list[Any]:
    return database.rows("SELECT number, outcome FROM attempt ORDER BY bulletin_id, number")


def read(database: Database, id: UUID | None, number: int = 1) -> None:
    """The worker of `begin` notes which bulletin it reads."""
    database.run("INSERT INTO worker_hand VALUES ('w', %(id)s, %(number)s, now()) ON CONFLICT (worker) DO UPDATE"
                 " SET bulletin_id = excluded.bulletin_id, number = excluded.number", id=id, number=id and number)  # fmt: skip


def the_bulletin(database: Database) -> dict[str, Any]:
    return database.documents("SELECT status, suspect, rung_at, error_class, last_error FROM bulletin")[0]


def test_a_lost_bell_is_rung_again(database: Database, broker: Servers, sweep: Sweep) -> None:
    ids = some_bulletins(database, [a_text() for _ in range(3)], rung_at=LONG_AGO)
    sweep.turn()
    (rung,) = broker.rung(NORMAL)
    assert sorted(rung) == sorted(ids)


def test_flash_is_rung_for_in_its_own_queue(database: Database, broker: Servers, sweep: Sweep) -> None:
    id = a_bulletin(database, priority=0, rung_at=LONG_AGO)
    sweep.turn()
    assert (broker.rung("flash"), broker.rung(NORMAL)) == ([[id]], [])


def test_many_are_rung_for_by_batches(database: Database, broker: Servers, make_sweep: MakeSweep) -> None:
    some_bulletins(database, [a_text() for _ in range(7)], rung_at=LONG_AGO)
    make_sweep(batch_size=3).turn()
    assert sorted(len(bell) for bell in broker.rung(NORMAL)) == [1, 3, 3]


def test_what_was_rung_for_a_moment_ago_is_given_its_time(database: Database, broker: Servers, sweep: Sweep) -> None:
    a_bulletin(database, rung_at=datetime.now(UTC))
    sweep.turn()
    assert broker.rung(NORMAL) == []


def test_a_second_turn_does_not_ring_again_at_once(database: Database, broker: Servers, sweep: Sweep) -> None:
    a_bulletin(database, rung_at=LONG_AGO)
    sweep.turn()
    broker.redis.flushall()
    sweep.turn()
    assert broker.rung(NORMAL) == []


def test_while_the_broker_holds_bells_no_other_is_rung(database: Database, broker: Servers, sweep: Sweep) -> None:
    """Whoever comes for those takes what waits."""
    a_bulletin(database, rung_at=LONG_AGO)
    sweep.bell.ring([new_id()], NORMAL)
    sweep.turn()
    assert len(broker.rung(NORMAL)) == 1


def test_what_is_not_due_and_what_is_held_is_not_rung_for(database: Database, broker: Servers, sweep: Sweep) -> None:
    import psycopg

    a_bulletin(database, rung_at=LONG_AGO, run_at=datetime.now(UTC) + timedelta(minutes=1))
    held = a_bulletin(database, rung_at=LONG_AGO)
    with psycopg.connect(database.url) as connection:
        connection.execute("SELECT FROM bulletin WHERE id = %s FOR UPDATE", (held,))
        sweep.turn()
    assert broker.rung(NORMAL) == []


def test_a_suspect_is_rung_for_alone(database: Database, broker: Servers, sweep: Sweep) -> None:
    ids = some_bulletins(database, [a_text() for _ in range(2)], suspect=True, rung_at=None)
    sweep.turn()
    assert sorted(broker.rung("retry")) == sorted([id] for id in ids)


def test_a_suspect_that_was_rung_for_waits_its_turn_while_bells_are_held(
    database: Database, broker: Servers, sweep: Sweep
) -> None:
    a_bulletin(database, suspect=True, rung_at=datetime.now(UTC) - timedelta(seconds=10))
    sweep.bell.ring([new_id()], NORMAL)
    sweep.turn()
    assert broker.rung("retry") == []


def test_a_worker_that_died_is_noted_and_its_bulletin_runs_again_alone(database: Database, sweep: Sweep) -> None:
    begin(database, a_bulletin(database))
    sweep.judge()
    assert attempts(database) == [(1, "died")]
    assert the_bulletin(database) == {
        "status": "queued", "suspect": True, "rung_at": None, "error_class": None, "last_error": None,
    }  # fmt: skip
    assert sweep.bench.enrich_suspect() == 1
    assert attempts(database) == [(1, "died"), (2, "published")]


def test_of_a_batch_only_what_the_dead_worker_was_reading_is_blamed(database: Database, sweep: Sweep) -> None:
    ids = some_bulletins(database, [a_text() for _ in range(3)])
    for id in ids:
        begin(database, id)
    read(database, ids[1])
    sweep.judge()
    told = dict(database.rows("SELECT bulletin_id, outcome FROM attempt"))
    assert [told[id] for id in ids] == ["interrupted", "died", "interrupted"]
    assert database.rows("SELECT id FROM bulletin WHERE suspect") == [(ids[1],)]


def test_a_worker_that_died_while_it_read_none_is_blamed_on_all_of_its_batch(database: Database, sweep: Sweep) -> None:
    for id in some_bulletins(database, [a_text() for _ in range(2)]):
        begin(database, id)
    read(database, None)
    sweep.judge()
    assert [outcome for _, outcome in attempts(database)] == ["died", "died"]


def test_what_was_read_in_an_earlier_batch_is_not_blamed(database: Database, sweep: Sweep) -> None:
    earlier, later = some_bulletins(database, [a_text() for _ in range(2)])
    begin(database, earlier)
    read(database, earlier)
    sweep.judge()
    begin(database, later)
    sweep.judge()
    assert database.rows("SELECT outcome FROM attempt WHERE bulletin_id = %(id)s", id=later) == [("died",)]


def test_who_was_interrupted_three_times_runs_alone(database: Database, sweep: Sweep) -> None:
    neighbour, killer = some_bulletins(database, [a_text() for _ in range(2)])
    suspect = []
    for number in (1, 2, 3):
        begin(database, killer, number)
        begin(database, neighbour, number)
        read(database, killer, number)
        sweep.judge()
        suspect.append(database.value("SELECT suspect FROM bulletin WHERE id = %(id)s", id=neighbour))
    assert suspect == [False, False, True]


def test_a_bulletin_that_killed_three_workers_is_quarantined(database: Database, sweep: Sweep) -> None:
    id = a_bulletin(database)
    for number in (1, 2, 3):
        begin(database, id, number)
        sweep.judge()
    assert attempts(database) == [(1, "died"), (2, "died"), (3, "died")]
    told = the_bulletin(database)
    assert (told["status"], told["error_class"], told["last_error"]) == (
        "quarantined", "WorkerDied", "it killed its worker 3 times",
    )  # fmt: skip


def test_after_the_second_death_it_waits_a_while(database: Database, sweep: Sweep) -> None:
    id = a_bulletin(database)
    for number in (1, 2):
        begin(database, id, number)
        sweep.judge()
    waits = database.value("SELECT extract(epoch FROM run_at - now())::float8 FROM bulletin")
    assert 1.0 < waits <= 2.0


def test_an_attempt_that_the_servers_own_end_cut_short_is_nobodys_death(database: Database, sweep: Sweep) -> None:
    started = database.value("SELECT pg_postmaster_start_time()")
    begin(database, a_bulletin(database), started_at=started - timedelta(seconds=1))
    sweep.judge()
    assert attempts(database) == [(1, "interrupted")]
    assert the_bulletin(database)["status"] == "queued"


def test_what_never_comes_to_an_end_is_quarantined_after_twenty_attempts(database: Database, sweep: Sweep) -> None:
    id = a_bulletin(database)
    old = database.value("SELECT pg_postmaster_start_time()") - timedelta(seconds=1)
    for number in range(1, 21):
        begin(database, id, number, old)
        sweep.judge()
    told = the_bulletin(database)
    assert (told["status"], told["last_error"]) == ("quarantined", "it was begun 20 times and never brought to an end")


def test_a_bulletin_that_is_worked_on_is_not_judged(database: Database, sweep: Sweep) -> None:
    import psycopg

    begin(database, id := a_bulletin(database))
    with psycopg.connect(database.url) as connection:
        connection.execute("SELECT FROM bulletin WHERE id = %s FOR UPDATE", (id,))
        sweep.judge()
    assert attempts(database) == [(1, None)]


def test_without_a_broker_the_sweep_waits_a_little_and_then_does_all_the_work(
    database: Database, make_sweep: MakeSweep
) -> None:
    some_bulletins(database, [a_text() for _ in range(60)])
    a_bulletin(database, suspect=True)
    a_bulletin(database, priority=0)
    sweep = make_sweep(broker_url=f"redis://127.0.0.1:{process.free_port()}/0", broker_patience=10.0)
    sweep.turn()
    assert (database.count("article"), sweep.broker_away_since is not None) == (0, True)
    sweep.broker_away_since = datetime.now(UTC) - timedelta(seconds=11)
    # A turn works for two seconds at most; a busy machine needs several.
    wait_until(lambda: sweep.turn() or not database.value("SELECT count(*) FROM bulletin WHERE status = 'queued'"), 60)
    assert database.rows("SELECT status, count(*) FROM bulletin GROUP BY 1") == [("published", 62)]


def test_a_broker_that_comes_back_is_used_again(database: Database, sweep: Sweep) -> None:
    sweep.broker_away_since = LONG_AGO
    a_bulletin(database, rung_at=LONG_AGO)
    sweep.turn()
    assert (sweep.broker_away_since, database.count("article")) == (None, 0)


def test_the_sweep_says_that_it_is_there_and_forgets_who_is_not(database: Database, sweep: Sweep) -> None:
    database.run("INSERT INTO worker_heartbeat VALUES ('cũ', 'worker', 'p', %(at)s, %(at)s, %(at)s)",
                 at=datetime.now(UTC) - timedelta(hours=2))  # fmt: skip
    sweep.turn()
    assert database.rows("SELECT worker, role FROM worker_heartbeat") == [(sweep.bench.worker, "sweep")]


def test_two_sweeps_ring_once(database: Database, broker: Servers, make_sweep: MakeSweep) -> None:
    a_bulletin(database, rung_at=LONG_AGO)
    for sweep in (make_sweep(), make_sweep()):
        sweep.turn()
    assert len(broker.rung(NORMAL)) == 1


def test_one_turn_can_be_asked_for_by_hand(database: Database, broker: Servers, tmp_path: Path) -> None:
    import signal
    import sys

    a_bulletin(database, rung_at=LONG_AGO)
    turn = process.start(
        [sys.executable, "-m", "services.enrich", "sweep", "--once"], death_signal=signal.SIGKILL, log=tmp_path / "log",
        env={"DATABASE_URL": database.url, "REDIS_URL": broker.valkey.url},
    )  # fmt: skip
    assert (turn.wait(30), len(broker.rung(NORMAL))) == (0, 1)


def test_suspects_are_worked_on_one_at_a_time_after_all_others(database: Database, bench: Workbench) -> None:
    """So they get on however many others come in."""
    some_bulletins(database, [a_text() for _ in range(3)], suspect=True)
    some_bulletins(database, [a_text() for _ in range(2)])
    assert [bench.enrich([]), *(bench.enrich_suspect() for _ in range(3))] == [3, 1, 1, 0]


PAUSE = "INSERT INTO ops_setting VALUES ('normal', %(paused)s, %(most)s, 'Lan', 'lý do', now())"


def test_nothing_that_is_paused_is_rung_for(database: Database, broker: Servers, sweep: Sweep) -> None:
    database.run(PAUSE, paused=True, most=None)
    flash, _, _ = (
        a_bulletin(database, priority=p, rung_at=LONG_AGO, suspect=s) for p, s in ((0, False), (5, False), (5, True))
    )
    sweep.turn()
    assert (broker.rung("flash"), broker.rung(NORMAL), broker.rung("retry")) == ([[flash]], [], [])
    broker.redis.flushall()
    database.run("UPDATE ops_setting SET paused = false")
    sweep.turn()
    assert (len(broker.rung(NORMAL)), len(broker.rung("retry"))) == (1, 1)


def test_where_few_may_work_it_is_rung_for_as_much_as_they_can_take(
    database: Database, broker: Servers, make_sweep: MakeSweep
) -> None:
    database.run(PAUSE, paused=False, most=2)
    some_bulletins(database, [a_text() for _ in range(7)], rung_at=LONG_AGO)
    make_sweep(batch_size=2).turn()
    assert [len(ids) for ids in broker.rung(NORMAL)] == [2, 2]


def test_articles_that_an_older_version_made_are_found_after_some_turns(database: Database, sweep: Sweep) -> None:
    some_bulletins(database, [a_text() for _ in range(30)])
    while sweep.bench.enrich([]):
        pass
    kept = """
    SELECT article_id, at, published_on, provinces, form, facts, vector, pipeline FROM article_search ORDER BY article_id
    """
    before = database.rows(kept)
    database.run("DELETE FROM article_search WHERE article_id IN (SELECT article_id FROM article_search LIMIT 10)")
    database.run(
        "UPDATE article_search SET form = 0, facts = '{}', vector = '' WHERE article_id IN (SELECT id FROM article LIMIT 25)"
    )
    database.run("UPDATE article_search SET pipeline = NULL WHERE article_id IN (SELECT id FROM article OFFSET 26)")
    for _ in range(3):
        sweep.catch_up()
    assert database.rows(kept) == before
    assert sweep.findable_up_to is None, "and then it does not look again"


def test_what_was_erased_is_not_made_findable_again(database: Database, sweep: Sweep) -> None:
    a_bulletin(database)
    sweep.bench.enrich([])
    database.run("DELETE FROM article_search; UPDATE article SET erased_at = now(), pub_status = 'canceled'")
    sweep.catch_up()
    assert database.count("article_search") == 0
