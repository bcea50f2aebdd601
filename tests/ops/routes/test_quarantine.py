"""Quarantined bulletins are found by what went wrong, and repaired with one request; who did it and why is kept."""

from typing import Any
from uuid import UUID

import pytest

from services.enrich.workbench import Workbench
from shared.ids import BULLETIN, new_id, written
from tests.factories import a_text, some_bulletins
from tests.ops.conftest import BAD, attempts_of
from tests.servers import Service

WHO = {"actor": "Lan", "reason": "lỗi đã sửa"}


def some_quarantined(ops: Service, bench: Workbench, *endings: str) -> list[UUID]:
    ids = some_bulletins(ops.database, [f"{BAD} {ending}" for ending in endings])
    bench.enrich([])
    return ids


def state_of(ops: Service, id: UUID) -> str:
    return str(ops.database.rows("SELECT status FROM bulletin WHERE id = %(id)s", id=id)[0][0])


def repair(ops: Service, action: str, expect: int = 200, **asked: Any) -> dict[str, Any]:
    answer = ops.http.post(f"/ops/v1/quarantine:{action}", json={**WHO, **asked})
    assert answer.status_code == expect, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_failures_of_one_kind_form_one_group_whatever_they_quote_and_count(ops: Service, bench: Workbench) -> None:
    newest = max(some_quarantined(ops, bench, "một", "hai ba", "bốn năm sáu"))
    some_bulletins(ops.database, ["  \n "])
    bench.enrich([])
    blank, group = ops.http.get("/ops/v1/quarantine").json()["groups"]
    assert (group["error_class"], group["bulletins"], group["newest"]) == ("ValueError", 3, written(BULLETIN, newest))
    assert "cannot read" in group["said"]
    assert (blank["error_class"], blank["bulletins"]) == ("UnreadableBulletin", 1)
    page = ops.http.get("/ops/v1/quarantine/bulletins", params={"signature": group["signature"], "limit": 2}).json()
    rest = ops.http.get(
        "/ops/v1/quarantine/bulletins", params={"signature": group["signature"], "after": page["next"]}
    ).json()
    assert [len(page["bulletins"]), len(rest["bulletins"]), rest["next"]] == [2, 1, None]
    assert "Traceback" in page["bulletins"][0]["last_error"]


def test_a_dry_run_counts_and_changes_nothing(ops: Service, bench: Workbench) -> None:
    (id,) = some_quarantined(ops, bench, "một")
    assert repair(ops, "replay", everything=True, dry_run=True) == {"matched": 1, "changed": 0, "actions": []}
    assert state_of(ops, id) == "quarantined"
    assert ops.http.get("/ops/v1/actions").json() == {"actions": []}


def test_one_bulletin_is_let_run_again(ops: Service, bench: Workbench) -> None:
    one, other = some_quarantined(ops, bench, "một", "hai")
    assert repair(ops, "replay", bulletins=[written(BULLETIN, one)])["changed"] == 1
    assert (state_of(ops, one), state_of(ops, other)) == ("queued", "quarantined")


def test_its_tries_are_counted_anew(ops: Service, bench: Workbench) -> None:
    (id,) = some_quarantined(ops, bench, "một")
    ops.database.run(
        "INSERT INTO attempt (bulletin_id, number, worker, pipeline, started_at, ended_at, outcome)"
        " SELECT %(id)s, n, 'h:1', 'p', now(), now(), 'retry' FROM generate_series(2, 9) AS n",
        id=id,
    )
    repair(ops, "replay", bulletins=[written(BULLETIN, id)])
    patient = Workbench(
        **{name: getattr(bench, name) for name in Workbench.__dataclass_fields__ if name != "settings"},
        settings=bench.settings.model_copy(update={"max_tries": 2}),
    )
    assert patient.enrich_suspect() == 1
    assert (state_of(ops, id), attempts_of(ops.database, id)[-1]) == ("queued", "retry")


def test_a_group_is_let_run_again_once_its_cause_is_mended(ops: Service, bench: Workbench) -> None:
    ids = some_quarantined(ops, bench, "một", "hai ba")
    (group,) = ops.http.get("/ops/v1/quarantine").json()["groups"]
    assert repair(ops, "replay", signature=group["signature"])["changed"] == 2
    mended = Workbench(
        **{name: getattr(bench, name) for name in Workbench.__dataclass_fields__ if name != "stages"},
        stages=list(bench.stages)[1:],
    )
    while mended.enrich_suspect():
        pass
    assert {state_of(ops, id) for id in ids} == {"published"}


def test_what_is_given_up_is_rejected_and_its_bytes_stay(ops: Service, bench: Workbench) -> None:
    (id,) = some_quarantined(ops, bench, "một")
    repair(ops, "discard", error_class="ValueError")
    assert state_of(ops, id) == "rejected"
    assert ops.database.rows("SELECT count(*) FROM raw_object") == [(1,)]
    assert ops.http.get("/ops/v1/ledger").json()["balanced"]


def test_who_did_it_and_why_is_kept_and_shown_in_the_bulletin_s_life(ops: Service, bench: Workbench) -> None:
    (id,) = some_quarantined(ops, bench, "một")
    told = repair(ops, "discard", everything=True)
    (action,) = ops.http.get("/ops/v1/actions").json()["actions"]
    assert [action["id"]] == told["actions"]
    assert (action["actor"], action["action"], action["reason"], action["bulletins"]) == (
        "Lan",
        "discard",
        WHO["reason"],
        1,
    )
    events = ops.http.get(f"/ops/v1/bulletins/{written(BULLETIN, id)}/history").json()["events"]
    assert [event["detail"]["actor"] for event in events if event["what"] == "operator: discard"] == ["Lan"]


def test_only_what_is_quarantined_is_touched(ops: Service, bench: Workbench) -> None:
    (id,) = some_bulletins(ops.database, [a_text()])
    assert repair(ops, "discard", bulletins=[written(BULLETIN, id)])["changed"] == 0
    bench.enrich([])
    assert repair(ops, "replay", bulletins=[written(BULLETIN, id)])["changed"] == 0
    assert state_of(ops, id) == "published"


def test_many_are_done_piece_by_piece(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [a_text() for _ in range(1_100)])
    ops.database.run(
        "UPDATE bulletin SET status = 'quarantined', closed_at = now(), error_class = 'X', last_error = 'x'"
    )
    told = repair(ops, "replay", error_class="X")
    assert (told["matched"], told["changed"], len(told["actions"])) == (1_100, 1_100, 3)


@pytest.mark.parametrize(
    "asked",
    [{}, {"bulletins": ["7"]}, {"everything": True, "actor": ""}, {"everything": True, "reason": None}, {"all": True}],
)
def test_a_request_that_does_not_say_which_who_or_why_is_refused(ops: Service, asked: dict[str, Any]) -> None:
    assert repair(ops, "replay", expect=400, **asked)["code"] == "invalid_parameter"


def test_an_unknown_bulletin_changes_nothing(ops: Service) -> None:
    assert repair(ops, "replay", bulletins=[written(BULLETIN, new_id())])["changed"] == 0
