"""Without a key nothing is shown and nothing done; with one, what it allows."""

import json
import time

import httpx
import pytest

from shared.logging import _dumps
from tests.access.conftest import Guarded
from tests.servers import wait_until

TEXT = {"text": "Khánh thành cầu Vàm Sáng\n\nSáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu Vàm Sáng."}
NO_ID = "0" * 32


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def every_route(guarded: Guarded) -> list[tuple[str, str, str]]:
    """Service, method and address of everything that the services describe, filled in with ids that nobody has."""
    found = []
    for service in ("ingest", "api", "ops"):
        document = getattr(guarded, service).http.get("/openapi.json").json()
        for path, operations in document["paths"].items():
            filled = path.replace("{id}", f"art_{NO_ID}").replace("{number}", "1").replace("{code}", "38")
            filled = filled.replace("{source}", "bao").replace("{external_id}", "1")
            found += [(service, method.upper(), filled) for method in operations]
    return found


OPEN = {"/livez", "/readyz", "/metrics"}


def test_no_route_answers_somebody_without_a_key(guarded: Guarded) -> None:
    asked = every_route(guarded)
    assert len(asked) > 30
    for service, method, path in asked:
        answer = getattr(guarded, service).http.request(method, path)
        if path in OPEN:
            assert answer.status_code == 200, path
        else:
            assert code(answer) == (401, "key_missing"), f"{service} {method} {path}"
            assert answer.headers["www-authenticate"] == 'Bearer realm="bantin"'


def test_no_route_answers_a_key_that_allows_something_else(guarded: Guarded) -> None:
    mine = {"ingest": guarded.key("read"), "api": guarded.key("post"), "ops": guarded.key("read", "post")}
    for service, method, path in every_route(guarded):
        if path not in OPEN:
            answer = getattr(guarded, service).http.request(method, path, headers=mine[service])
            assert code(answer) == (403, "not_allowed"), f"{service} {method} {path}"
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "given", ["Bearer bnt_x", "Bearer", "Basic YTpi", "bnt_", "Bearer bnt_0011223344556677_" + "a" * 43]
)
def test_what_is_no_key_of_ours_is_refused(guarded: Guarded, given: str) -> None:
    answer = guarded.api.http.get("/v1/articles", headers={"Authorization": given})
    assert code(answer) == (401, "key_refused")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_new_key_works_at_once_and_a_revoked_one_ends_within_five_seconds(guarded: Guarded) -> None:
    told = guarded.keys("make", "--label=bàn đọc", "--scope=read")
    held = {"Authorization": f"Bearer {told['key']}"}
    assert guarded.api.http.get("/v1/articles", headers=held).status_code == 200
    guarded.keys("revoke", told["id"])
    began = time.monotonic()
    wait_until(lambda: guarded.api.http.get("/v1/articles", headers=held).status_code == 401, 5)
    assert time.monotonic() - began < 5


def test_an_expired_key_is_refused(guarded: Guarded) -> None:
    held = guarded.key("read", expires="0s")
    assert code(guarded.api.http.get("/v1/articles", headers=held)) == (401, "key_refused")


def test_a_key_that_takes_the_place_of_another_is_the_same_client(guarded: Guarded) -> None:
    old = guarded.keys("make", "--label=Báo Vĩnh Long", "--scope=post")
    new = guarded.keys("rotate", old["id"], "--grace=1h")
    assert (new["label"], new["scopes"], new["replaces"]) == (old["label"], old["scopes"], old["id"])
    ids = {
        guarded.ingest.http.post(
            "/v1/bulletins", json=TEXT, headers={"Authorization": f"Bearer {key['key']}", "Idempotency-Key": "một"[:1]}
        ).json()["id"]
        for key in (old, new)
    }
    assert len(ids) == 1, "what was sent with the old key and is sent again with the new one is taken in once"


def test_two_clients_may_use_the_same_idempotency_key(guarded: Guarded) -> None:
    ids = {
        guarded.ingest.http.post(
            "/v1/bulletins", json=TEXT, headers={**guarded.key("post", label=label), "Idempotency-Key": "1"}
        ).json()["id"]
        for label in ("Báo Cồn Én", "Báo Gò Me")
    }
    assert len(ids) == 2


def test_a_key_of_one_source_posts_for_no_other_and_sees_no_other(guarded: Guarded) -> None:
    held = guarded.key("post", source="bao-go-me")
    post = guarded.ingest.http.post
    own = post("/v1/bulletins", json=TEXT, headers=held).json()["id"]
    assert guarded.ingest.http.get(f"/v1/bulletins/{own}", headers=held).json()["source"] == "bao-go-me"
    assert post("/v1/bulletins", json={**TEXT, "source": "bao-go-me"}, headers=held).status_code == 202
    assert code(post("/v1/bulletins", json={**TEXT, "source": "khac"}, headers=held)) == (403, "foreign_source")
    assert code(post("/v1/bulletins", json=TEXT, headers={**held, "Bulletin-Source": "khac"})) == (
        403,
        "foreign_source",
    )
    lines = "\n".join(json.dumps({**TEXT, "source": source}) for source in ("khac", "bao-go-me"))
    batch = post("/v1/bulletins:batch", content=lines, headers={**held, "Content-Type": "application/x-ndjson"}).json()
    assert [verdict["status"] for verdict in batch["results"]] == [403, 202]
    put = guarded.ingest.http.put
    assert put("/v1/sources/bao-go-me/bulletins/1", json=TEXT, headers=held).status_code == 202
    assert code(put("/v1/sources/khac/bulletins/1", json=TEXT, headers=held)) == (403, "foreign_source")
    other = post("/v1/bulletins", json=TEXT, headers=guarded.key("post")).json()["id"]
    for path in (f"/v1/bulletins/{other}", f"/v1/bulletins/{other}/raw"):
        assert code(guarded.ingest.http.get(path, headers=held)) == (404, "no_such_bulletin")
        assert guarded.ingest.http.get(path, headers=guarded.key("operate:view")).status_code == 200


def test_a_limit_is_told_and_kept(guarded: Guarded) -> None:
    held = guarded.key("read", per_minute="3")
    answers = [guarded.api.http.get("/v1/articles", headers=held) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert answers[0].headers["ratelimit"] == '"default";r=2;t=20'
    assert answers[3].json()["code"] == "rate_limited"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert guarded.api.http.get("/v1/articles", headers=guarded.key("read")).status_code == 200


def test_a_repair_is_kept_under_the_name_of_the_key(guarded: Guarded) -> None:
    asked = {"everything": True, "reason": "thử", "dry_run": True}
    replay = "/ops/v1/quarantine:replay"
    assert guarded.ops.http.post(replay, json=asked, headers=guarded.key("operate", label="Lan")).status_code == 200
    viewer = guarded.key("operate:view")
    assert guarded.ops.http.get("/ops/v1/queues", headers=viewer).status_code == 200
    assert code(guarded.ops.http.post(replay, json=asked, headers=viewer)) == (403, "not_allowed")
    discard = "/ops/v1/quarantine:discard"
    assert code(guarded.ops.http.post(discard, json=asked, headers=guarded.key("operate"))) == (403, "not_allowed")
    assert guarded.ops.http.post(discard, json=asked, headers=guarded.key("operate:admin")).status_code == 200


def test_only_the_hash_of_a_key_is_kept_and_no_log_holds_one(guarded: Guarded) -> None:
    told = guarded.keys("make", "--label=bàn đọc", "--scope=read")
    secret = told["key"].split("_", 2)[2]
    guarded.api.http.get(f"/v1/articles?x={told['key']}", headers={"Authorization": f"Bearer {told['key']}"})
    (row,) = guarded.database.documents("SELECT * FROM api_key WHERE id = %(id)s", id=told["id"])
    assert secret not in str(row)
    assert len(row["hash"]) == 32
    for service in guarded:
        assert secret not in service.log.read_text()
    line = _dumps({"event": "request failed", "error": f"header Bearer {told['key']}"})
    assert secret not in line
    assert told["id"] in line


def test_when_a_key_was_last_used_is_kept_once_a_minute(guarded: Guarded) -> None:
    told = guarded.keys("make", "--label=bàn đọc", "--scope=read")
    held = {"Authorization": f"Bearer {told['key']}"}
    used = "SELECT last_used_at FROM api_key WHERE id = %(id)s"
    assert guarded.database.value(used, id=told["id"]) is None
    guarded.api.http.get("/v1/articles", headers=held)
    first = wait_until(lambda: guarded.database.value(used, id=told["id"]))
    for _ in range(5):
        guarded.api.http.get("/v1/articles", headers=held)
    assert guarded.database.value(used, id=told["id"]) == first
