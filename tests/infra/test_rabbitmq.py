"""RabbitMQ in the place of Valkey, by its address alone."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from infra.stack import Stack
from shared.ids import new_id
from shared.queue import FLASH, NORMAL, QUEUES, AmqpTower, Bell, RedisTower, make_celery, tower_of
from shared.settings import Settings, is_amqp
from tests.factories import a_text
from tests.infra import rabbitmq
from tests.infra.rabbitmq import RabbitMQ, started_rabbitmq
from tests.servers import Servers, answers, wait_until

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(500),
    pytest.mark.skipif(not rabbitmq.is_here(), reason=rabbitmq.MISSING),
]


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with started_rabbitmq(tmp_path_factory.mktemp("rabbit")) as running:
        yield running


def test_bells_are_rung_and_counted_in_quorum_queues(rabbit: RabbitMQ) -> None:
    app = make_celery(Settings(broker_url=rabbit.url))
    bell, tower = Bell(app), AmqpTower(app)
    before = tower.waiting()
    for queue in (FLASH, NORMAL, NORMAL):
        bell.ring([new_id()], queue)
    counted = tower.waiting()
    with app.connection_for_write() as connection:
        for queue in app.conf.task_queues:
            # Refused by RabbitMQ if the queue is of another type.
            queue(connection.default_channel).queue_declare()
            queue(connection.default_channel).purge()
    bell.close()
    tower.close()
    assert (before, counted, {queue.queue_arguments["x-queue-type"] for queue in app.conf.task_queues}) == (
        0, 3, {"quorum"},
    )  # fmt: skip


def test_the_settings_are_those_of_the_broker_that_the_address_names() -> None:
    redis, amqp = (make_celery(Settings(broker_url=url)).conf for url in ("redis://x", "amqp://x"))
    assert ("global_keyprefix" in redis.broker_transport_options, amqp.broker_transport_options) == (
        True, {"confirm_publish": True},
    )  # fmt: skip
    assert [queue.name for queue in amqp.task_queues] == list(QUEUES)
    assert (is_amqp("amqps://x"), is_amqp("redis://x")) == (True, False)
    towers = [tower_of(make_celery(Settings(broker_url=url)), url) for url in ("redis://x", "amqp://x")]
    assert [type(tower) for tower in towers] == [RedisTower, AmqpTower]


def test_a_newsroom_notices_nothing_of_the_broker_not_even_its_loss(servers: Servers, tmp_path: Path) -> None:
    folder = tmp_path / "rabbit"
    folder.mkdir()
    with started_rabbitmq(folder) as rabbit, servers.database() as database:
        stack = Stack(home=tmp_path / "home", database_url=database.url, broker_url=rabbit.url, concurrency=1)
        stack.start()
        try:
            with httpx.Client(base_url=stack.ingest_url) as http:
                wait_until(lambda: stack.tend() or answers(http, "/readyz"), 60)

                def post(count: int) -> None:
                    for _ in range(count):
                        assert http.post("/v1/bulletins", json={"text": a_text()}, timeout=20).status_code == 202

                def finished(count: int) -> bool:
                    stack.tend()
                    with psycopg.connect(database.url) as connection:
                        row = connection.execute("SELECT count(*) FROM bulletin WHERE status = 'published'").fetchone()
                    return row == (count,)

                post(10)
                wait_until(lambda: finished(10), 120)
                assert database.count("attempt") == 10
                rabbit.kill()
                post(10)
                wait_until(lambda: finished(20), 120)
                rabbit.start()
                post(10)
                wait_until(lambda: finished(30), 120)
                by = {worker.rpartition(":")[2] for (worker,) in database.rows("SELECT worker FROM attempt")}
                assert str(stack.children["sweep"].pid) in by, "while the broker was away, the sweep did the work"
                assert len(by) > 1, "before and after, the worker did"
        finally:
            stack.stop()
