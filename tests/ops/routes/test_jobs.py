"""A long repair goes on piece by piece at its pace, can be stopped and continued, and survives whoever does it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.enrich.workbench import Workbench
from services.ops import repairs
from services.ops.records import jobs
from services.ops.records.repairs import Action, Which
from shared.database import transaction
from tests.factories import some_bulletins
from tests.ops.conftest import BAD, MakeBench, attempts_of, state_of
from tests.servers import Database, Service, wait_until

WHO = {"actor": "Lan", "reason": "lỗi đã sửa"}
NOW = datetime(2025, 9, 5, 5, 0, tzinfo=UTC)


def some_quarantined(bench: Workbench, database: Database, count: int) -> list[UUID]:
    ids = some_bulletins(database, [f"{BAD} {number}" for number in range(count)])
    bench.enrich([])
    return ids


def states(database: Database) -> dict[str, int]:
    return dict(database.rows("SELECT status, count(*) FROM bulletin GROUP BY status"))


def test_a_job_is_done_by_the_desk_itself(ops: Service, bench: Workbench) -> None:
    ids = some_quarantined(bench, ops.database, 3)
    asked = {**WHO, "action": "replay", "error_class": "ValueError", "rate": 1000}
    answer = ops.http.post("/ops/v1/jobs", json=asked)
    assert (answer.status_code, answer.json()["matched"], answer.json()["state"]) == (202, 3, "running")
    path = answer.headers["location"]
    done = wait_until(lambda: (job := ops.http.get(path).json())["state"] == "finished" and job)
    assert (done["done"], done["actor"]) == (3, "Lan")
    assert {state_of(ops.database, id) for id in ids} == {"queued"}
    bench.enrich([ids[0]])
    assert attempts_of(ops.database, ids[0]) == ["quarantined", "quarantined"], "it failed anew, its tries counted anew"
    assert ops.http.get(path).json()["done"] == 3
    (action,) = ops.http.get("/ops/v1/actions").json()["actions"]
    assert (action["action"], action["bulletins"]) == ("replay", 3)


def a_job(bench: Workbench, *, rate: float, action: Action = "replay", which: Which | None = None) -> int:
    """A job that no desk takes, for it is due long from now."""
    with transaction(bench.tx_engine) as tx:
        job = jobs.start(tx, action, which or Which(), rate=rate, now=datetime.now(UTC), **WHO)
        tx.exec_driver_sql("UPDATE repair_job SET due_at = 'infinity'")
    return int(job["id"])


def do_piece(bench: Workbench, id: int, database: Database) -> dict[str, Any]:
    """One piece, as if it were due; the job after it."""
    database.run("UPDATE repair_job SET due_at = now() - interval '1 s' WHERE id = %(id)s AND state = 'running'", id=id)
    repairs.do_piece(bench.tx_engine, now=datetime.now(UTC) + timedelta(days=1))
    database.run("UPDATE repair_job SET due_at = 'infinity'")
    with transaction(bench.tx_engine) as tx:
        job = jobs.job(tx, id)
    assert job
    return job


def test_a_second_s_worth_is_done_at_once_and_the_next_is_due_a_second_later(
    database: Database, make_bench: MakeBench
) -> None:
    bench = make_bench(database)
    some_quarantined(bench, database, 5)
    a_job(bench, rate=2)
    database.run("UPDATE repair_job SET due_at = %(now)s", now=NOW)
    assert repairs.do_piece(bench.tx_engine, now=NOW)
    assert states(database) == {"queued": 2, "quarantined": 3}
    assert not repairs.do_piece(bench.tx_engine, now=NOW + timedelta(seconds=0.9))
    assert repairs.do_piece(bench.tx_engine, now=NOW + timedelta(seconds=1))
    assert states(database) == {"queued": 4, "quarantined": 1}


def test_a_job_that_is_stopped_stands_and_goes_on_from_there(database: Database, make_bench: MakeBench) -> None:
    bench = make_bench(database)
    some_quarantined(bench, database, 3)
    id = a_job(bench, rate=2, action="discard")
    assert do_piece(bench, id, database)["done"] == 2
    for state, done in (("stopped", 2), ("running", 3)):
        with transaction(bench.tx_engine) as tx:
            jobs.set_state(tx, id, state, now=NOW, **WHO)
        assert do_piece(bench, id, database)["done"] == done
    assert states(database) == {"rejected": 3}
    assert [row[0] for row in database.rows("SELECT action FROM operator_action ORDER BY id")] == [
        "discard",
        "stop",
        "continue",
    ]


def test_a_piece_is_done_whole_or_not_at_all(
    database: Database, make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench(database)
    some_quarantined(bench, database, 3)
    id = a_job(bench, rate=2)

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_MOVE_ON", "SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(Exception, match="terminat"):
            do_piece(bench, id, database)
    assert states(database) == {"quarantined": 3}
    database.run("UPDATE repair_job SET due_at = 'infinity'")
    assert do_piece(bench, id, database)["done"] == 2
    assert do_piece(bench, id, database)["state"] == "finished"
    assert states(database) == {"queued": 3}


def test_what_fails_again_is_not_taken_a_second_time(database: Database, make_bench: MakeBench) -> None:
    bench = make_bench(database)
    ids = some_quarantined(bench, database, 2)
    id = a_job(bench, rate=1)
    do_piece(bench, id, database)
    database.run("UPDATE bulletin SET run_at = now() - interval '1 s' WHERE status = 'queued'")
    assert bench.enrich([ids[0]]) == 1
    database.run("UPDATE bulletin SET closed_at = now() + interval '1 s' WHERE id = %(id)s", id=ids[0])
    do_piece(bench, id, database)
    assert do_piece(bench, id, database)["state"] == "finished"
    assert [attempts_of(database, one) for one in ids] == [["quarantined", "quarantined"], ["quarantined"]]


def test_a_job_takes_what_failed_in_a_stage(database: Database, make_bench: MakeBench) -> None:
    bench = make_bench(database)
    ids = some_quarantined(bench, database, 2)
    database.run("UPDATE bulletin SET error_stage = 'find_dates' WHERE id = %(id)s", id=ids[1])
    do_piece(bench, a_job(bench, rate=9, which=Which(stage="find_dates")), database)
    assert [state_of(database, one) for one in ids] == ["quarantined", "queued"]


def test_a_job_nobody_asked_for_is_a_problem(ops: Service) -> None:
    assert ops.http.get("/ops/v1/jobs/7").json()["code"] == "no_such_job"
    assert ops.http.post("/ops/v1/jobs/7:stop", json=WHO).json()["code"] == "no_such_job"
    assert ops.http.post("/ops/v1/jobs", json={**WHO, "action": "replay"}).json()["code"] == "invalid_parameter"
    dry = {**WHO, "action": "replay", "everything": True, "dry_run": True}
    assert ops.http.post("/ops/v1/jobs", json=dry).json()["matched"] == 0
    assert ops.http.get("/ops/v1/jobs").json() == {"jobs": []}


def test_the_page_begins_and_stops_a_job(ops: Service, bench: Workbench) -> None:
    some_quarantined(bench, ops.database, 2)
    signature = ops.http.get("/ops/v1/quarantine").json()["groups"][0]["signature"]
    form = {"signature": signature, "action": "replay", "rate": "0.001", **WHO}
    assert ops.http.post("/jobs?lang=vi", data=form).status_code == 303
    id = ops.http.get("/ops/v1/jobs").json()["jobs"][0]["id"]
    assert ops.http.post(f"/jobs/{id}", data={"action": "stop", **WHO}).status_code == 303
    assert ops.http.get(f"/ops/v1/jobs/{id}").json()["state"] == "stopped"
    assert "Việc sửa dài" in ops.http.get("/?lang=vi").text
