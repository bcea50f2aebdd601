from datetime import timedelta
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest

from services.enrich import pipeline
from services.enrich.exporter import QueueCollector
from shared.database import make_engine
from tests.factories import NOON, a_bulletin, some_bulletins
from tests.servers import Database


def test_the_queues_figures_are_those_of_this_moment(database: Database) -> None:
    some_bulletins(database, ["Tin một", "Tin hai"], run_at=NOON - timedelta(seconds=90))
    a_bulletin(database, run_at=NOON + timedelta(seconds=5))
    a_bulletin(database, priority=0, run_at=NOON - timedelta(seconds=3))
    a_bulletin(database, status="quarantined", closed_at=NOON, error_class="WorkerDied")
    database.run("INSERT INTO ops_setting VALUES ('normal', true, NULL, 'Lan', 'lý do', now())")
    engine = make_engine(database.url, "test")
    registry = CollectorRegistry()
    registry.register(QueueCollector(engine, lambda: NOON))
    told = generate_latest(registry).decode().splitlines()
    engine.dispose()
    assert [line for line in told if not line.startswith("#")] == [
        'bantin_queue_items{priority="flash",state="waiting"} 1.0',
        'bantin_queue_items{priority="flash",state="retrying"} 0.0',
        'bantin_queue_items{priority="normal",state="waiting"} 2.0',
        'bantin_queue_items{priority="normal",state="retrying"} 1.0',
        'bantin_queue_oldest_age_seconds{priority="flash"} 3.0',
        'bantin_queue_oldest_age_seconds{priority="normal"} 90.0',
        'bantin_quarantine_items{error_class="WorkerDied"} 1.0',
        'bantin_queue_paused{queue="flash"} 0.0',
        'bantin_queue_paused{queue="normal"} 1.0',
        f'bantin_build_info{{pipeline="{pipeline.version()}",version="{version("bantin")}"}} 1.0',
    ]
