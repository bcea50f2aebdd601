"""What was measured is told from PostgreSQL, whether it was added up already or not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.enrich.records import daybook
from services.enrich.workbench import Workbench
from shared.database import transaction
from tests.factories import TEXT, a_text, some_bulletins
from tests.ops.conftest import BAD
from tests.servers import Service


def latency(ops: Service, minutes: int = 60) -> dict[str, dict[str, Any]]:
    told = ops.http.get("/ops/v1/latency", params={"minutes": minutes}).json()
    return {one["measure"]: one for one in told["measures"]}


def add_up(bench: Workbench) -> None:
    with transaction(bench.tx_engine) as tx:
        daybook.add_up(tx)


def test_latency_is_told_by_stage_and_from_accepted_to_readable(ops: Service, bench: Workbench) -> None:
    now = datetime.now(UTC)
    some_bulletins(ops.database, [a_text()], received_at=now - timedelta(seconds=10))
    bench.enrich([])
    add_up(bench)
    some_bulletins(ops.database, [a_text()], received_at=now - timedelta(seconds=1))
    bench.enrich([])
    told = latency(ops)
    assert list(told)[:3] == ["readable", "waiting", "closing"]
    assert set(told) >= {"clean", "find_dates", "find_subjects"}
    assert (told["readable"]["count"], told["clean"]["count"]) == (2, 2)
    assert 900 < told["readable"]["p50_ms"] < 10_000 <= told["readable"]["p99_ms"] < 15_000
    assert sum(bucket["count"] for bucket in told["readable"]["buckets"]) == 2


def test_a_source_that_has_gone_quiet_is_told_with_figures(ops: Service) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = "SELECT %(hour)s - n * interval '1 h', %(source)s, %(count)s, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(%(from)s, 480) n"
    for source, since in (("báo Im", 4), ("báo Đều", 1)):
        ops.database.run(f"INSERT INTO source_hour {rows}", hour=hour, source=source, count=15, **{"from": since})
    told = {one["source"]: one for one in ops.http.get("/ops/v1/sources").json()["sources"]}
    assert told["báo Đều"]["oddity"] is None
    odd = told["báo Im"]["oddity"]
    assert (odd["what"], odd["came"], odd["usual"], odd["hours"]) == ("quiet", 0, 15.0, 1)
    page = ops.http.get("/sources?lang=vi").text
    assert "im hơn lệ thường: 0 / 1 h" in page
    some_bulletins(ops.database, [a_text() for _ in range(15)], source="báo Im")
    told = {one["source"]: one for one in ops.http.get("/ops/v1/sources").json()["sources"]}
    assert (told["báo Im"]["oddity"], told["báo Im"]["waiting"]) == (None, 15), "it is the workers who are quiet"


def test_drift_is_told_by_source_and_day(ops: Service, bench: Workbench) -> None:
    noon = datetime.now(UTC)
    before = "INSERT INTO source_hour VALUES (%(hour)s, 'báo An', 100, 5, 0, 0, 400, 4, 200, 10)"
    for day in range(1, 6):
        hour = (noon - timedelta(days=day)).replace(minute=0, second=0, microsecond=0)
        ops.database.run(before, hour=hour)
    some_bulletins(ops.database, [TEXT, TEXT], source="báo An", received_at=datetime.now(UTC))
    bench.enrich([])
    everyone, one = ops.http.get("/ops/v1/drift?days=7").json()["sources"]
    assert (everyone["source"], one["source"]) == (None, "báo An")
    *earlier, today = one["days"]
    assert [day["shares"]["dates_refused"]["share"] for day in earlier] == [4 / 404] * 5
    assert (today["finished"], today["shares"]["duplicates"]["share"]) == (2, 0.5)
    assert today["shares"]["duplicates"]["usual"] == 0.05
    assert everyone["days"] == one["days"]
    assert ops.http.get("/ops/v1/drift?source=b%C3%A1o%20An").json()["sources"] == [one]
    assert ops.http.get("/sources?lang=en").status_code == 200


def test_probes_have_a_line_of_their_own(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [a_text()], source="bantin.probe", probe=True, received_at=datetime.now(UTC))
    bench.enrich([])
    ledger = ops.http.get("/ops/v1/ledger").json()
    assert (ledger["accepted"], ledger["probes"], ledger["balanced"]) == (0, 1, True)
    assert ops.http.get("/ops/v1/queues").json()["rates"][0] == {
        "minutes": 1, "accepted_per_minute": 0, "finished_per_minute": 0,
    }  # fmt: skip
    ops.database.run("INSERT INTO probe SELECT id, now(), 0.02, 0.4, NULL FROM bulletin")
    ops.database.run("INSERT INTO probe VALUES (gen_random_uuid(), now(), NULL, NULL, 'the front door answered 503')")
    told = ops.http.get("/ops/v1/probes").json()
    assert (told["sent"], told["failed"], round(told["p50_seconds"], 3)) == (2, 1, 0.4)
    assert "p50 400 ms" in ops.http.get("/?lang=en").text


def test_the_stage_that_failed_stands_beside_the_text_and_the_trace(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [f"{BAD} chữ riêng"])
    bench.enrich([])
    (group,) = ops.http.get("/ops/v1/quarantine?stage=a_fragile_stage").json()["groups"]
    assert group["stage"] == "a_fragile_stage"
    assert ops.http.get("/ops/v1/quarantine?stage=clean").json()["groups"] == []
    page = ops.http.get(f"/quarantine/{group['signature']}").text
    assert "a_fragile_stage" in page
    assert "chữ riêng" in page
    assert "chữ riêng" not in ops.log.read_text()


def test_deaths_are_told_with_their_bulletins(ops: Service) -> None:
    (id,) = some_bulletins(ops.database, [a_text()])
    ops.database.run(
        "INSERT INTO attempt (bulletin_id, number, worker, pipeline, started_at, ended_at, outcome)"
        " VALUES (%(id)s, 1, 'host:9', 'p', now(), now(), 'died')",
        id=id,
    )
    (death,) = ops.http.get("/ops/v1/workers").json()["deaths"]
    assert (death["worker"], death["bulletin"]) == ("host:9", f"bul_{id.hex}")


def test_a_life_tells_relations_versions_bytes_and_where_the_logs_are(ops: Service, bench: Workbench) -> None:
    first, second = some_bulletins(ops.database, [TEXT, TEXT], received_at=datetime.now(UTC))
    bench.enrich([])
    ours, theirs = (ops.http.get(f"/ops/v1/bulletins/bul_{id.hex}/history").json() for id in (first, second))
    (relation,) = (event["detail"] for event in ours["events"] if event["what"] == "relation")
    assert (relation["other"], relation["direction"]) == (f"bul_{second.hex}", "from")
    (told,) = (event["detail"] for event in theirs["events"] if event["what"] == "told a duplicate")
    assert (told["other"], told["direction"], told["kind"]) == (ours["article"], "to", "exact")
    (version,) = (event["detail"] for event in ours["events"] if event["what"] == "version")
    assert (version["version"], version["bulletin"]) == (1, f"bul_{first.hex}")
    assert (ours["bytes"]["size"], ours["bytes"]["kept"]) == (len(TEXT.encode()), True)
    assert ours["logs"] == [{"of": "bulletin", "id": first.hex, "url": ""}]


def test_the_figures_come_as_events_while_somebody_looks(ops: Service) -> None:
    with ops.http.stream("GET", "/events?lang=en") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        text = ""
        for line in lines:
            text += line + "\n"
            if line.startswith("data:") and "</section>" in line and "actions" in text:
                break
    assert "event: figures" in text
    assert "Queues" in text
    assert "<html" not in text


def test_followers_that_are_behind_are_told(ops: Service, bench: Workbench) -> None:
    (id,) = some_bulletins(ops.database, [a_text()], received_at=datetime.now(UTC))
    bench.enrich([])
    ops.database.run("INSERT INTO consumer VALUES ('web', '{}', 0, now() - interval '1 h', NULL)")
    ops.database.run(
        "INSERT INTO webhook (id, url, filter, format, secret, position, failing_since, created_at)"
        " VALUES (gen_random_uuid(), 'https://nhan.example/bi-mat?k=1', '{}', 'plain', 'whsec_x', 1, now(), now())"
    )
    ops.database.run(
        "INSERT INTO webhook_delivery (webhook_id, seq, article_id, tries, next_try_at, made_at)"
        " SELECT webhook.id, seq, article_id, 2, now(), now() FROM webhook, change"
    )
    (consumer,) = ops.http.get("/ops/v1/consumers").json()["consumers"]
    assert (consumer["name"], consumer["lag"], consumer["acked_at"]) == ("web", 1, None)
    (webhook,) = ops.http.get("/ops/v1/webhooks").json()["webhooks"]
    assert (webhook["host"], webhook["lag"], webhook["waiting"], webhook["retried"]) == ("nhan.example", 0, 1, 1)
    page = ops.http.get("/?lang=en").text
    assert "nhan.example" in page
    assert "bi-mat" not in page
    told = ops.http.get(f"/ops/v1/bulletins/bul_{id.hex}/history").json()["events"]
    (delivery,) = (event["detail"] for event in told if event["what"] == "delivery")
    assert (delivery["seq"], delivery["state"], delivery["tries"]) == (1, "waiting", 2)
