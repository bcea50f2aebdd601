"""Operators pause, resume and limit queues; every worker heeds it at its next claim, and nobody else notices."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.enrich.records import gate
from services.enrich.workbench import Workbench
from shared.contracts.states import Priority
from shared.database import transaction
from tests.factories import a_text, some_bulletins
from tests.ops.conftest import state_of
from tests.servers import Service

WHO = {"actor": "Lan", "reason": "bản mới đọc sai ngày"}


def steer(ops: Service, method: str, path: str, expect: int = 200, **asked: Any) -> dict[str, Any]:
    answer = ops.http.request(method, f"/ops/v1/queues/{path}", json={**WHO, **asked})
    assert answer.status_code == expect, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("queue", "left"), [("all", ["flash", "normal"]), ("normal", ["normal"]), ("flash", ["flash"])]
)
def test_nobody_begins_anything_of_a_paused_queue(ops: Service, bench: Workbench, queue: str, left: list[str]) -> None:
    flash, normal = (some_bulletins(ops.database, [a_text()], priority=priority)[0] for priority in (0, 5))
    steer(ops, "PUT", f"{queue}/pause")
    bench.enrich([normal, flash])
    waiting = [name for name, id in (("flash", flash), ("normal", normal)) if state_of(ops.database, id) == "queued"]
    assert waiting == left
    steer(ops, "PUT", f"{queue}/resume")
    bench.enrich([])
    assert [state_of(ops.database, id) for id in (flash, normal)] == ["published", "published"]


def test_suspects_of_a_paused_queue_wait_too(ops: Service, bench: Workbench) -> None:
    (id,) = some_bulletins(ops.database, [a_text()], suspect=True)
    steer(ops, "PUT", "normal/pause")
    assert bench.enrich([id]) == 0
    assert bench.enrich_suspect() == 0


def test_a_pause_is_shown_with_who_and_why_and_kept(ops: Service) -> None:
    steer(ops, "PUT", "normal/pause")
    flash, normal = ops.http.get("/ops/v1/queues").json()["queues"]
    assert (flash["paused"], normal["paused"]) == (False, True)
    one = ops.http.get("/ops/v1/queues/normal").json()
    assert (one["paused"], one["actor"], one["reason"]) == (True, "Lan", "bản mới đọc sai ngày")
    (action,) = ops.http.get("/ops/v1/actions").json()["actions"]
    assert (action["action"], action["filter"], action["actor"]) == ("pause", {"queue": "normal"}, "Lan")
    page = ops.http.get("/?lang=vi").text
    assert "tạm dừng" in page
    assert "bản mới đọc sai ngày" in page


def test_all_that_is_resumed_leaves_what_was_paused_by_itself(ops: Service) -> None:
    steer(ops, "PUT", "flash/pause")
    steer(ops, "PUT", "all/pause")
    assert ops.http.get("/ops/v1/queues/all").json()["paused"]
    steer(ops, "PUT", "all/resume")
    assert [one["paused"] for one in ops.http.get("/ops/v1/queues").json()["queues"]] == [True, False]


def test_no_more_transactions_than_the_limit_work_at_once(ops: Service, bench: Workbench) -> None:
    steer(ops, "PATCH", "normal", max_concurrency=2)
    with transaction(bench.tx_engine) as first, transaction(bench.side_engine) as autocommitting:
        assert gate.enter(first, "normal") == (Priority.FLASH, Priority.NORMAL)
        autocommitting.exec_driver_sql("SELECT pg_advisory_lock(7263103, 2)")
        with transaction(bench.tx_engine) as third:
            assert gate.enter(third, "normal") == (Priority.FLASH, Priority.FLASH), "flash bulletins pass"
        autocommitting.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        with transaction(bench.tx_engine) as third:
            assert gate.enter(third, "normal") == (Priority.FLASH, Priority.NORMAL)
    steer(ops, "PATCH", "normal", max_concurrency=None)
    assert ops.http.get("/ops/v1/queues").json()["settings"] == []


def test_a_limit_of_one_lets_one_hand_work_after_the_other(ops: Service, bench: Workbench) -> None:
    steer(ops, "PATCH", "all", max_concurrency=1)
    ids = some_bulletins(ops.database, [a_text() for _ in range(6)])
    threads = [threading.Thread(target=bench.enrich, args=([id],)) for id in ids[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.enrich([])
    assert {state_of(ops.database, id) for id in ids} == {"published"}


def test_what_an_operator_holds_back_stalls_no_worker(ops: Service) -> None:
    ops.database.run(
        "INSERT INTO worker_heartbeat VALUES ('host:7', 'worker', 'p', now(), now(), now() - interval '1 h')"
    )
    some_bulletins(ops.database, [a_text()], received_at=datetime.now(UTC) - timedelta(minutes=1))
    assert ops.http.get("/ops/v1/workers").json()["processes"][0]["health"] == "stalled"
    steer(ops, "PUT", "all/pause")
    assert ops.http.get("/ops/v1/workers").json()["processes"][0]["health"] == "well"


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("PUT", "slow/pause", {}),
        ("PUT", "all/pause", {"reason": ""}),
        ("PATCH", "all", {"max_concurrency": 0}),
        ("PATCH", "all", {}),
    ],
)
def test_what_makes_no_sense_is_refused(ops: Service, method: str, path: str, asked: dict[str, Any]) -> None:
    assert steer(ops, method, path, 400, **asked)["code"] == "invalid_parameter"
    assert ops.http.get("/ops/v1/actions").json()["actions"] == []


def test_a_queue_is_steered_by_its_form(ops: Service) -> None:
    form = {"queue": "normal", "action": "limit", "most": "3", **WHO}
    answer = ops.http.post("/queues?lang=vi", data=form)
    assert answer.status_code == 303
    assert ops.http.get("/ops/v1/queues/normal").json()["max_concurrency"] == 3
    answer = ops.http.post("/queues", data=form, headers={"origin": "https://elsewhere.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_request")
    assert ops.http.post("/queues", data={**form, "most": "nhiều"}).status_code == 400
