from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest

from services.ops.gauges import DeskCollector
from shared.database import make_engine
from shared.ids import new_id
from tests.factories import NOON, a_bulletin
from tests.servers import Database


def told(database: Database, *, later: int = 0) -> dict[str, float]:
    engine = make_engine(database.url, "test")
    registry = CollectorRegistry()
    registry.register(DeskCollector(engine, lambda: NOON + timedelta(seconds=later)))
    lines = generate_latest(registry).decode().splitlines()
    engine.dispose()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def a_beat(database: Database, worker: str, *, seen: int, started: int = -3600, progress: int = 0) -> None:
    database.run(
        "INSERT INTO worker_heartbeat VALUES (%(worker)s, 'worker', 'p', %(started)s, %(seen)s, %(progress)s)",
        worker=worker, started=NOON + timedelta(seconds=started), seen=NOON + timedelta(seconds=seen),
        progress=NOON + timedelta(seconds=progress),
    )  # fmt: skip


def workers(figures: dict[str, float]) -> dict[str, float]:
    return {
        name: value
        for name, value in figures.items()
        if name.startswith("bantin_workers") and 'worker"' in name and value
    }


def test_a_database_that_is_well_is_up_and_takes_writes(database: Database) -> None:
    figures = told(database)
    assert (figures["bantin_database_up"], figures["bantin_database_writable"]) == (1, 1)


def test_a_database_set_to_read_only_is_up_and_takes_no_writes(database: Database) -> None:
    name = database.url.rsplit("/", 1)[1]
    database.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    figures = told(database)
    assert (figures["bantin_database_up"], figures["bantin_database_writable"]) == (1, 0)


def test_of_a_database_that_is_away_only_that_is_told() -> None:
    assert told(Database("postgresql://bantin@127.0.0.1:1/nowhere")) == {"bantin_database_up": 0}


def test_a_worker_that_fell_silent_is_missed(database: Database) -> None:
    a_beat(database, "máy-1:10", seen=-2)
    a_beat(database, "máy-2:10", seen=-30)
    assert workers(told(database)) == {
        'bantin_workers{health="well",role="worker"}': 1,
        'bantin_workers{health="silent",role="worker"}': 1,
    }


def test_a_worker_that_was_started_anew_on_its_host_is_not_missed(database: Database) -> None:
    a_beat(database, "máy-1:10", seen=-300)
    a_beat(database, "máy-1:77", seen=-2, started=-290)
    a_beat(database, "máy-2:10", seen=-300)
    assert workers(told(database)) == {
        'bantin_workers{health="well",role="worker"}': 1,
        'bantin_workers{health="silent",role="worker"}': 1,
    }


def test_who_was_started_anew_takes_the_place_of_one_however_late(database: Database) -> None:
    a_beat(database, "máy-1:10", seen=-900)
    a_beat(database, "máy-1:11", seen=-900)
    a_beat(database, "máy-1:77", seen=-2, started=-60)
    assert workers(told(database)) == {
        'bantin_workers{health="well",role="worker"}': 1,
        'bantin_workers{health="silent",role="worker"}': 1,
    }


def test_a_worker_without_progress_while_work_waits_is_stalled(database: Database) -> None:
    a_bulletin(database, run_at=NOON - timedelta(seconds=40))
    a_beat(database, "máy-1:10", seen=-2, progress=-35)
    figures = told(database)
    assert workers(figures) == {'bantin_workers{health="stalled",role="worker"}': 1}
    assert figures["bantin_worker_last_progress_timestamp_seconds"] == NOON.timestamp() - 35


def test_what_breaks_the_ledger_is_counted(database: Database) -> None:
    assert (told(database)["bantin_ledger_imbalance_items"], told(database)["bantin_invariant_violations"]) == (0, 0)
    for _ in range(3):
        a_bulletin(database, status="published", closed_at=NOON)
    figures = told(database)
    assert (figures["bantin_ledger_imbalance_items"], figures["bantin_invariant_violations"]) == (3, 1)


def test_the_account_is_not_made_anew_at_every_scrape(database: Database) -> None:
    now = NOON
    engine = make_engine(database.url, "test")
    collector = DeskCollector(engine, lambda: now)

    def imbalance() -> float:
        metrics = {metric.name: metric.samples[0].value for metric in collector.collect() if metric.samples}
        return metrics["bantin_ledger_imbalance_items"]

    seen = [imbalance()]
    a_bulletin(database, status="published", closed_at=NOON)
    seen.append(imbalance())
    now += timedelta(seconds=50)
    seen.append(imbalance())
    engine.dispose()
    assert seen == [0, 0, 1]


def test_quarantine_and_articles_are_told(database: Database) -> None:
    a_bulletin(database, status="quarantined", closed_at=NOON, error_class="ValueError")
    database.run(
        "INSERT INTO article (id, pub_status, available_at, announced, current_version) VALUES (%(id)s, 'usable', now(), true, 1)",
        id=new_id(),
    )
    figures = told(database)
    assert figures['bantin_articles{pub_status="usable"}'] == 1
    assert figures["bantin_quarantine_oldest_age_seconds"] > 0


def behind(database: Database, name: str, *, position: int, made: int) -> None:
    database.run(
        "INSERT INTO consumer VALUES (%(name)s, '{}', %(position)s, %(made)s, NULL)",
        name=name, position=position, made=NOON + timedelta(seconds=made),
    )  # fmt: skip


def test_each_consumer_s_lag_is_told_in_changes_and_seconds(database: Database) -> None:
    id = new_id()
    database.run(
        "INSERT INTO article (id, pub_status, available_at, announced, current_version) VALUES (%(id)s, 'usable', now(), true, 1)",
        id=id,
    )
    for seq, ago in ((1, 300), (2, 200), (3, 100)):
        database.run(
            "INSERT INTO change (seq, type, article_id, version, at) VALUES (%(seq)s, 'article.published', %(id)s, 1, %(at)s)",
            seq=seq, id=id, at=NOON - timedelta(seconds=ago),
        )  # fmt: skip
    database.run("UPDATE feed_head SET seq = 3")
    behind(database, "web", position=1, made=0)
    behind(database, "lưu trữ", position=3, made=1)
    for number in range(50):
        behind(database, f"đọc {number}", position=2, made=2)
    figures = told(database)
    database.run("UPDATE feed_head SET seq = 0")
    seconds = {name: value for name, value in figures.items() if name.startswith("bantin_consumer_lag_seconds")}
    assert (len(seconds), figures['bantin_consumer_lag_seconds{consumer="other"}']) == (51, 100)
    assert seconds['bantin_consumer_lag_seconds{consumer="web"}'] == 200
    items = {name: figures[f'bantin_consumer_lag_items{{consumer="{name}"}}'] for name in ("web", "lưu trữ", "other")}
    assert items == {"web": 2, "lưu trữ": 0, "other": 1}
