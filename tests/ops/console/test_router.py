"""The desk's pages: complete without script, strict about escaping, and closed to forms of other sites."""

import re

from services.enrich.workbench import Workbench
from shared.ids import BULLETIN, written
from tests.factories import a_text, some_bulletins
from tests.ops.conftest import BAD
from tests.servers import Service


def test_the_first_page_shows_queues_workers_and_quarantine(ops: Service, bench: Workbench) -> None:
    some_bulletins(ops.database, [f"{BAD} một"])
    bench.enrich([])
    some_bulletins(ops.database, [a_text() for _ in range(7)])
    page = ops.http.get("/", headers={"accept-language": "vi"}).text
    assert 'data-of="waiting-normal">7<' in page
    assert "ValueError" in page
    assert "Hàng đợi" in page
    assert "Queues" in ops.http.get("/?lang=en").text


def test_a_page_brings_nothing_from_elsewhere_and_runs_no_script_of_its_own(ops: Service) -> None:
    answer = ops.http.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", answer.text)
    for path in ("/static/desk.js", "/static/desk.css"):
        assert ops.http.get(path).status_code == 200


def test_a_bulletin_full_of_scripts_is_text(ops: Service, bench: Workbench) -> None:
    script = "<script>alert('tin')</script><img src=x onerror=alert(1)>"
    (id,) = some_bulletins(ops.database, [f"{BAD} {script}"], source="<b>báo</b>")
    bench.enrich([])
    signature = ops.http.get("/ops/v1/quarantine").json()["groups"][0]["signature"]
    for path in ("/", f"/quarantine/{signature}", f"/bulletins/{written(BULLETIN, id)}"):
        page = ops.http.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>báo" not in page
    assert "&lt;script&gt;alert" in ops.http.get(f"/quarantine/{signature}").text


def test_a_group_is_repaired_by_its_form(ops: Service, bench: Workbench) -> None:
    (id,) = some_bulletins(ops.database, [f"{BAD} một"])
    bench.enrich([])
    signature = ops.http.get("/ops/v1/quarantine").json()["groups"][0]["signature"]
    form = {"signature": signature, "action": "replay", "actor": "Lan", "reason": "thử lại"}
    answer = ops.http.post("/quarantine?lang=vi", data=form)
    assert answer.status_code == 303
    assert "Số bản tin được chạy lại: 1" in ops.http.get(answer.headers["location"]).text
    assert ops.database.rows("SELECT status FROM bulletin WHERE id = %(id)s", id=id) == [("queued",)]


def test_a_form_of_another_site_is_refused(ops: Service, bench: Workbench) -> None:
    (id,) = some_bulletins(ops.database, [f"{BAD} một"])
    bench.enrich([])
    form = {"bulletin": written(BULLETIN, id), "action": "discard", "actor": "Lan", "reason": "x"}
    answer = ops.http.post("/quarantine", data=form, headers={"origin": "https://elsewhere.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_request")
    assert ops.database.rows("SELECT status FROM bulletin WHERE id = %(id)s", id=id) == [("quarantined",)]


def test_a_form_without_a_reason_is_refused(ops: Service) -> None:
    answer = ops.http.post("/quarantine", data={"signature": "x", "action": "replay", "actor": "Lan", "reason": ""})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")


def test_a_life_has_a_page_by_bulletin_and_by_article(ops: Service, bench: Workbench) -> None:
    (id,) = some_bulletins(ops.database, [a_text()])
    bench.enrich([])
    page = ops.http.get("/find", params={"id": f" {written(BULLETIN, id)} "}, follow_redirects=True).text
    article = re.search(r"art_[0-9a-f]{32}", page)
    assert article
    assert "article.published" in page
    assert written(BULLETIN, id) in ops.http.get(f"/bulletins/{article[0]}").text
    assert ops.http.get("/bulletins/bul_0").status_code == 404
