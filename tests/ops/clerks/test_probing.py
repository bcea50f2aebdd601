"""A synthetic bulletin goes in by the front door, is finished by the workers, and is seen by nobody."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from services.enrich.workbench import Workbench
from services.ops.clerks.probing import Prober
from shared.ids import new_id
from tests.servers import Service, wait_until


def a_prober(bench: Workbench, url: str, *, every: float = 60.0) -> Prober:
    return Prober(
        engine=bench.tx_engine,
        url=url,
        key="",
        every=timedelta(seconds=every),
        clock=lambda: datetime.now(UTC),
        new_id=new_id,
    )


def test_a_probe_is_timed_from_accepted_to_finished(ingest: Service, api: Service, bench: Workbench) -> None:
    prober = a_prober(bench, ingest.url)
    turn = threading.Thread(target=prober.turn)
    turn.start()
    wait_until(lambda: ingest.database.count("bulletin"))
    bench.enrich([])
    turn.join(timeout=10)
    (probe,) = ingest.database.documents("SELECT * FROM probe")
    (bulletin,) = ingest.database.documents("SELECT id, probe, source, status FROM bulletin")
    assert bulletin == {"id": probe["bulletin_id"], "probe": True, "source": "bantin.probe", "status": "published"}
    assert 0 < probe["accepted_seconds"] < 10
    assert 0 < probe["readable_seconds"] < 10
    assert probe["error"] is None
    assert api.http.get("/v1/articles").json()["data"] == []
    assert api.http.get("/v1/changes?since=0").json()["changes"] == []
    article = ingest.database.value("SELECT id FROM article")
    assert api.http.get(f"/v1/articles/art_{article.hex}").status_code == 404
    assert ingest.http.get(f"/v1/bulletins/bul_{bulletin['id'].hex}").json()["article"] is None


def test_the_next_is_sent_when_it_is_time_whoever_sends(ingest: Service, bench: Workbench) -> None:
    ingest.database.run("INSERT INTO probe VALUES (gen_random_uuid(), now() - interval '50 s', 0.1, 0.2, NULL)")
    assert not a_prober(bench, ingest.url).turn()
    assert ingest.database.count("bulletin") == 0


@pytest.mark.parametrize(("status", "error"), [("quarantined", "it ended as quarantined")])
def test_a_probe_that_ends_otherwise_has_failed(ingest: Service, bench: Workbench, status: str, error: str) -> None:
    turn = threading.Thread(target=a_prober(bench, ingest.url).turn)
    turn.start()
    wait_until(lambda: ingest.database.count("bulletin"))
    ingest.database.run("UPDATE bulletin SET status = %(status)s, closed_at = now()", status=status)
    turn.join(timeout=10)
    assert ingest.database.rows("SELECT readable_seconds, error FROM probe") == [(None, error)]


def test_a_front_door_that_does_not_answer_is_a_failed_probe(ingest: Service, bench: Workbench) -> None:
    a_prober(bench, "http://127.0.0.1:9").turn()
    (error,) = ingest.database.rows("SELECT error FROM probe")[0]
    assert "did not answer" in error
