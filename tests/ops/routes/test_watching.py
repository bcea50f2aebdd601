"""What the operator's desk says, and that it says what SQL says."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.enrich.workbench import Workbench
from services.ops.documents.queues import seconds_to_drain
from shared.ids import BULLETIN, written
from tests.factories import TEXT, a_text, some_bulletins
from tests.ops.conftest import BAD
from tests.servers import Service, wait_until


def test_what_waits_is_counted_by_priority_and_kind(ops: Service) -> None:
    now = datetime.now(UTC)
    some_bulletins(ops.database, [a_text() for _ in range(3)], received_at=now - timedelta(seconds=90))
    some_bulletins(ops.database, [a_text()], priority=0)
    held, later = some_bulletins(ops.database, [a_text(), a_text()])
    ops.database.run(
        "INSERT INTO attempt (bulletin_id, number, worker, pipeline, started_at) VALUES (%(id)s, 1, 'h:1', 'p', now())",
        id=held,
    )
    ops.database.run("UPDATE bulletin SET run_at = now() + interval '1 h' WHERE id = %(id)s", id=later)
    told = ops.http.get("/ops/v1/queues").json()
    flash, normal = told["queues"]
    assert (flash["priority"], flash["waiting"], flash["in_work"], flash["retrying"]) == ("flash", 1, 0, 0)
    assert (normal["priority"], normal["waiting"], normal["in_work"], normal["retrying"]) == ("normal", 3, 1, 1)
    assert 89 < normal["oldest_age_seconds"] < 120
    assert datetime.fromisoformat(normal["next_try_at"]) > now + timedelta(minutes=50)
    assert told["seconds_to_drain"] is None


def test_rates_count_what_came_and_what_was_done(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [a_text() for _ in range(4)], received_at=datetime.now(UTC))
    bench.enrich([])
    some_bulletins(ops.database, [a_text()], received_at=datetime.now(UTC))
    one, five, sixty = ops.http.get("/ops/v1/queues").json()["rates"]
    assert (one["accepted_per_minute"], one["finished_per_minute"]) == (5, 4)
    assert (five["accepted_per_minute"], sixty["finished_per_minute"]) == (1, 4 / 60)


@pytest.mark.parametrize(
    ("waiting", "accepted", "finished", "seconds"),
    [(0, 9.0, 0.0, 0.0), (60, 0.0, 30.0, 120.0), (60, 10.0, 40.0, 120.0), (60, 30.0, 30.0, None), (1, 0.0, 0.0, None)],
)
def test_the_time_to_drain(waiting: int, accepted: float, finished: float, seconds: float | None) -> None:
    assert seconds_to_drain(waiting, [{"minutes": 1, "accepted": accepted, "finished": finished}]) == seconds


@pytest.mark.parametrize(
    ("seen", "progress", "waits", "health"),
    [(1, 1, 0, "well"), (1, 300, 0, "well"), (1, 300, 60, "stalled"), (1, 5, 60, "well"), (60, 1, 0, "silent")],
)
def test_a_worker_is_well_silent_or_stalled(ops: Service, seen: int, progress: int, waits: int, health: str) -> None:
    now = datetime.now(UTC)
    ops.database.run(
        "INSERT INTO worker_heartbeat VALUES ('host:7', 'worker', 'p', %(seen)s, %(seen)s, %(progress)s)",
        seen=now - timedelta(seconds=seen),
        progress=now - timedelta(seconds=progress),
    )
    if waits:
        some_bulletins(ops.database, [a_text()], received_at=now - timedelta(seconds=waits))
    (process,) = ops.http.get("/ops/v1/workers").json()["processes"]
    assert (process["host"], process["pid"], process["health"]) == ("host", 7, health)


def test_what_each_child_has_in_hand_and_has_done(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [a_text() for _ in range(3)])
    some_bulletins(ops.database, [f"{BAD} một"])
    bench.enrich([])
    (held,) = some_bulletins(ops.database, [a_text()])
    ops.database.run(
        "INSERT INTO attempt (bulletin_id, number, worker, pipeline, started_at)"
        " VALUES (%(id)s, 1, 'host:8', 'p', now() - interval '3 s')",
        id=held,
    )
    told = {hand["worker"]: hand for hand in ops.http.get("/ops/v1/workers").json()["hands"]}
    assert (told[bench.worker]["finished_last_minute"], told[bench.worker]["failed_last_minute"]) == (3, 1)
    assert (told["host:8"]["in_hand"], told["host:8"]["bulletin"]) == (1, written(BULLETIN, held))
    assert 3 <= told["host:8"]["seconds"] < 60


def test_the_stage_of_what_takes_long_is_told(ops: Service) -> None:
    ids = some_bulletins(ops.database, [a_text(), a_text()])
    for id in ids:
        ops.database.run(
            "INSERT INTO attempt (bulletin_id, number, worker, pipeline, started_at) VALUES (%(id)s, 1, 'host:8', 'p', now())",
            id=id,
        )
    slow = max(ids)
    ops.database.run("INSERT INTO worker_heartbeat VALUES ('host:7', 'worker', 'p', now(), now(), now(), NULL, '{8}')")
    ops.database.run(
        "INSERT INTO worker_hand VALUES ('host:8', %(read)s, 1, now(), %(slow)s, 'find_dates', now() - interval '4 s')",
        read=min(ids), slow=slow,
    )  # fmt: skip
    (hand,) = ops.http.get("/ops/v1/workers").json()["hands"]
    assert (hand["bulletin"], hand["stage"], int(hand["stage_seconds"])) == (written(BULLETIN, slow), "find_dates", 4)
    # The page is drawn every two seconds at most.
    wait_until(lambda: "find_dates <small>" in ops.http.get("/?lang=en").text)
    assert f'href="/bulletins/{written(BULLETIN, slow)}?lang=en"' in ops.http.get("/?lang=en").text
    # What an earlier bulletin was slow in is not told of a later one.
    ops.database.run("UPDATE attempt SET ended_at = now(), outcome = 'published' WHERE bulletin_id = %(id)s", id=slow)
    (hand,) = ops.http.get("/ops/v1/workers").json()["hands"]
    assert (hand["bulletin"], hand["stage"], hand["stage_seconds"]) == (written(BULLETIN, min(ids)), None, None)


def test_the_ledger_balances(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [TEXT, TEXT, f"{BAD} hai", a_text()])
    bench.enrich([])
    some_bulletins(ops.database, [a_text()])
    told = ops.http.get("/ops/v1/ledger").json()
    assert told["accepted"] == 5
    assert {state: count for state, count in told["states"].items() if count} == {
        "published": 2, "duplicate": 1, "quarantined": 1, "queued": 1,
    }  # fmt: skip
    assert told["balanced"]


def test_a_ledger_that_does_not_balance_names_the_bulletins(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [a_text()])
    (lost,) = some_bulletins(ops.database, [a_text()])
    bench.enrich([])
    ops.database.run("DELETE FROM article_version WHERE bulletin_id = %(id)s", id=lost)
    told = ops.http.get("/ops/v1/ledger").json()
    assert not told["balanced"]
    assert told["broken"] == [{"rule": "published without an article", "bulletins": [written(BULLETIN, lost)]}]


def test_a_life_is_told_in_the_order_of_time(ops: Service, bench: Workbench) -> None:
    (id,) = some_bulletins(ops.database, [a_text()], source="báo An", received_at=datetime.now(UTC))
    bench.enrich([])
    told = ops.http.get(f"/ops/v1/bulletins/{written(BULLETIN, id)}/history").json()
    assert told["state"] == "published"
    assert [event["what"] for event in told["events"]] == [
        "accepted", "attempt began", "attempt ended", "closed", "version", "article.published",
    ]  # fmt: skip
    accepted, began, ended, *_ = (event["detail"] for event in told["events"])
    assert accepted["source"] == "báo An"
    assert began["worker"] == bench.worker
    assert ended["outcome"] == "published"
    assert set(ended["stage_ms"]) >= {"clean", "find_dates"}
    assert ops.http.get(f"/ops/v1/bulletins/{told['article']}/history").json() == told


def test_a_duplicate_tells_what_it_repeats(ops: Service, bench: Workbench) -> None:
    _, second = some_bulletins(ops.database, [TEXT, TEXT])
    bench.enrich([])
    told = ops.http.get(f"/ops/v1/bulletins/{written(BULLETIN, second)}/history").json()
    assert told["duplicate_of"].startswith("art_")
    assert "told a duplicate" in [event["what"] for event in told["events"]]


@pytest.mark.parametrize("id", [written(BULLETIN, UUID(int=7)), "bul_7", "nothing"])
def test_nobody_s_life_is_a_problem(ops: Service, id: str) -> None:
    answer = ops.http.get(f"/ops/v1/bulletins/{id}/history")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_bulletin")
