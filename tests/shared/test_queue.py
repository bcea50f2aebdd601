import socket
from collections.abc import Iterator
from pathlib import Path

import fakeredis
import pytest

from infra.embedded import process
from infra.embedded.valkey import Valkey
from shared.ids import new_id
from shared.queue import FLASH, KEY_PREFIX, NORMAL, QUEUES, RETRY, Bell, BrokerAway, RedisTower, make_celery
from shared.settings import Settings
from tests.servers import Servers, wait_until

CONF = make_celery(Settings()).conf
OPTIONS = CONF.broker_transport_options


@pytest.fixture
def bell(broker: Servers) -> Iterator[Bell]:
    bell = Bell(make_celery(Settings(broker_url=broker.valkey.url)))
    yield bell
    bell.close()


@pytest.mark.parametrize("queue", QUEUES)
def test_a_bell_carries_its_ids_in_its_queue(broker: Servers, bell: Bell, queue: str) -> None:
    ids = [new_id(), new_id()]
    bell.ring(ids, queue)
    assert broker.rung(queue) == [ids]


def test_the_tower_counts_the_bells_of_all_queues(broker: Servers, bell: Bell) -> None:
    tower = RedisTower(broker.valkey.url)
    for queue in (FLASH, NORMAL, NORMAL, RETRY):
        bell.ring([new_id()], queue)
    counted = tower.waiting()
    broker.redis.flushall()
    assert (counted, tower.waiting()) == (4, 0)


def test_the_tower_counts_in_a_fake_as_in_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = fakeredis.FakeRedis()
    tower = RedisTower("redis://nowhere.invalid")
    monkeypatch.setattr(tower, "_client", fake)
    fake.lpush(KEY_PREFIX + NORMAL, "một", "hai")
    fake.lpush("of somebody else", "ba")
    assert tower.waiting() == 2


def test_a_broker_that_is_away_is_said_and_its_return_is_noticed(tmp_path: Path) -> None:
    valkey = Valkey(folder=tmp_path, port=process.free_port(), persist=False)
    valkey.start()
    bell, tower = Bell(make_celery(Settings(broker_url=valkey.url))), RedisTower(valkey.url)
    try:
        bell.ring([new_id()], NORMAL)
        valkey.kill()
        with pytest.raises(BrokerAway):
            bell.ring([new_id()], NORMAL)
        with pytest.raises(BrokerAway):
            tower.waiting()
        valkey.start()
        bell.ring([new_id()], NORMAL)
        assert tower.waiting() == 1
    finally:
        bell.close()
        valkey.stop()


def test_a_broker_that_never_answers_is_away_within_seconds() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        tower = RedisTower(f"redis://127.0.0.1:{mute.getsockname()[1]}")
        with pytest.raises(BrokerAway):
            tower.waiting()


def test_a_flushed_broker_can_be_rung_at_once(broker: Servers, bell: Bell) -> None:
    bell.ring([new_id()], NORMAL)
    broker.redis.flushall()
    bell.ring([new_id()], NORMAL)
    wait_until(lambda: broker.redis.llen(KEY_PREFIX + NORMAL) == 1)


def test_a_bell_is_taken_off_only_when_its_work_is_done() -> None:
    assert (CONF.task_acks_late, CONF.task_reject_on_worker_lost) == (True, True)


def test_a_bell_whose_work_fails_or_runs_out_of_time_is_not_rung_for_ever() -> None:
    """The row is the queue: the sweep rings again where it is due."""
    assert (CONF.task_acks_on_failure_or_timeout, CONF.task_acks_on_failure, CONF.task_acks_on_timeout) == (
        True, True, True,
    )  # fmt: skip


def test_no_result_is_kept_in_the_broker() -> None:
    assert (CONF.task_ignore_result, CONF.result_backend) == (True, None)


def test_a_worker_holds_no_bell_that_it_does_not_work_on() -> None:
    assert CONF.worker_prefetch_multiplier == 1


def test_work_goes_on_when_the_broker_is_lost_in_the_middle_of_it() -> None:
    assert CONF.worker_cancel_long_running_tasks_on_connection_loss is False


def test_a_task_that_no_signal_reaches_is_ended_and_no_other_is_cut_in_the_middle() -> None:
    """The time of each bulletin is limited by itself; Celery's soft limit would strike whichever is in hand."""
    assert (CONF.task_soft_time_limit, CONF.task_time_limit) == (None, 20)


def test_a_bell_that_cannot_be_rung_is_not_tried_again_by_celery() -> None:
    """Ringing twice is the sweep's business; a request must not wait for the broker."""
    assert CONF.task_publish_retry is False


def test_there_are_three_queues_and_flash_is_looked_into_first() -> None:
    assert [queue.name for queue in CONF.task_queues] == ["flash", "normal", "retry"]
    assert (CONF.task_default_queue, OPTIONS["queue_order_strategy"]) == ("normal", "priority")


def test_a_worker_waits_for_its_broker_as_long_as_it_takes() -> None:
    assert (CONF.broker_connection_retry_on_startup, CONF.broker_connection_max_retries) == (True, None)


def test_a_worker_that_is_stopped_may_finish_what_it_has_in_hand() -> None:
    assert CONF.worker_soft_shutdown_timeout == 15


def test_a_child_is_replaced_before_it_grows_fat() -> None:
    assert (CONF.worker_max_tasks_per_child, CONF.worker_max_memory_per_child) == (20_000, 400_000)


def test_operators_can_ask_a_worker_but_no_events_are_sent() -> None:
    assert (CONF.worker_enable_remote_control, CONF.worker_send_task_events) == (True, False)


def test_celery_leaves_our_log_alone() -> None:
    assert CONF.worker_hijack_root_logger is False


def test_only_json_goes_over_the_wire() -> None:
    assert (CONF.task_serializer, CONF.accept_content) == ("json", ["json"])


def test_a_bell_that_a_dead_worker_held_comes_back_later_than_any_task_lasts() -> None:
    assert OPTIONS["visibility_timeout"] > CONF.task_time_limit
    assert (OPTIONS["visibility_timeout"], OPTIONS["unacked_restore_interval"], OPTIONS["unacked_restore_throttle"]) == (
        300, 10, 1,
    )  # fmt: skip


def test_a_broker_that_fell_silent_is_noticed() -> None:
    names = ("socket_timeout", "socket_connect_timeout", "socket_keepalive", "health_check_interval")
    assert [OPTIONS[name] for name in names] == [5, 5, True, 10]


def test_our_keys_in_a_shared_broker_bear_our_name() -> None:
    assert OPTIONS["global_keyprefix"] == KEY_PREFIX == "bantin:"
