"""Who follows under a name: the position that is acknowledged, and how far behind it is."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.contracts.follower import ConsumerChanges, ConsumerOut
from tests.api.conftest import Publish
from tests.servers import Service

HREF = "/v1/consumers/luu-tru"


def put(api: Service, status: int = 200, **told: Any) -> ConsumerOut:
    answer = api.http.put(HREF, **({"json": told} if told else {}))
    assert answer.status_code == status, answer.text
    return ConsumerOut.model_validate(answer.json())


def post(api: Service, what: str, seq: int) -> ConsumerOut:
    answer = api.http.post(f"{HREF}:{what}", json={"seq": seq})
    assert answer.status_code == 200, answer.text
    return ConsumerOut.model_validate(answer.json())


def changes(api: Service, query: str = "") -> ConsumerChanges:
    answer = api.http.get(f"{HREF}/changes{query}")
    assert answer.status_code == 200, answer.text
    return ConsumerChanges.model_validate(answer.json())


def seqs(piece: ConsumerChanges) -> list[int]:
    return [change.seq for change in piece.changes]


def test_a_consumer_goes_on_behind_what_it_has_acknowledged(api: Service, publish: Publish) -> None:
    publish(3)
    put(api, 201, since=0)
    assert (seqs(changes(api, "?limit=2")), seqs(changes(api, "?limit=2"))) == ([1, 2], [1, 2])
    assert post(api, "ack", 2).position == 2
    piece = changes(api)
    assert (seqs(piece), piece.last_seq, piece.next, piece.consumer) == ([3], 3, f"{HREF}/changes", "luu-tru")


def test_a_consumer_that_is_put_again_keeps_its_position(api: Service, publish: Publish) -> None:
    publish(2)
    assert put(api, 201).position == 2, "by default it begins with what comes"
    publish(1)
    again = put(api, 200, filter={"type": ["article.killed"]}, since="now")
    assert (again.position, again.filter.type) == (2, ["article.killed"])


def test_its_lag_is_seen(api: Service, publish: Publish) -> None:
    put(api, 201, since=0)
    publish(2)
    time.sleep(0.05)
    consumer = put(api)
    assert (consumer.position, consumer.head_seq, consumer.lag.entries) == (0, 2, 2)
    assert 0.05 <= consumer.lag.seconds < 60
    after = post(api, "ack", 2)
    assert (after.lag.entries, after.lag.seconds) == (0, 0)
    assert after.acked_at is not None


def test_who_has_not_passed_a_position_is_found(api: Service, publish: Publish) -> None:
    publish(3)
    for name, since in (("a", 1), ("b", 3), ("c", 0)):
        assert api.http.put(f"/v1/consumers/{name}", json={"since": since}).status_code == 201
    found = api.http.get("/v1/consumers?behind=3").json()["data"]
    assert [one["name"] for one in found] == ["a", "c"]
    assert [one["name"] for one in api.http.get("/v1/consumers").json()["data"]] == ["a", "b", "c"]


def test_an_acknowledgement_that_comes_late_changes_nothing_and_seek_leads_back(api: Service, publish: Publish) -> None:
    publish(3)
    put(api, 201, since=0)
    post(api, "ack", 3)
    assert post(api, "ack", 1).position == 3
    assert post(api, "seek", 1).position == 1
    assert seqs(changes(api)) == [2, 3]


def test_what_is_not_told_yet_cannot_be_acknowledged(api: Service, publish: Publish) -> None:
    publish(1)
    put(api, 201, since=0)
    for what in ("ack", "seek"):
        answer = api.http.post(f"{HREF}:{what}", json={"seq": 2})
        assert (answer.status_code, answer.json()["code"]) == (409, "position_ahead")
    assert put(api).position == 0


def test_its_filter_leaves_out_and_its_position_moves_on_all_the_same(api: Service, publish: Publish) -> None:
    put(api, 201, filter={"type": ["article.killed"]})
    publish(3)
    piece = changes(api)
    assert (piece.changes, piece.last_seq) == ([], 3)
    assert post(api, "ack", piece.last_seq).lag.entries == 0


def test_a_consumer_may_wait(api: Service, publish: Publish) -> None:
    put(api, 201)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(changes, api, "?wait=15")
        time.sleep(0.2)
        publish(1)
        assert seqs(waiting.result(timeout=10)) == [1]


def test_a_consumer_is_forgotten(api: Service) -> None:
    put(api, 201)
    assert api.http.delete(HREF).status_code == 204
    answers = [
        api.http.get(HREF), api.http.delete(HREF), api.http.get(f"{HREF}/changes"),
        api.http.post(f"{HREF}:ack", json={"seq": 0}), api.http.post(f"{HREF}:seek", json={"seq": 0}),
    ]  # fmt: skip
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "no_such_consumer")}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/consumers/l%C6%B0u", {}), ("PUT", "/v1/consumers/.a", {}), ("PUT", "/v1/consumers/" + "a" * 65, {}),
        ("PUT", HREF, {"since": -1}), ("PUT", HREF, {"since": "later"}), ("PUT", HREF, {"position": 1}),
        ("PUT", HREF, {"filter": {"types": []}}), ("PUT", HREF, {"filter": {"entity": ["Thử"]}}),
        ("POST", HREF + ":ack", {}), ("POST", HREF + ":ack", {"seq": -1}), ("POST", HREF + ":ack", {"seq": 2**63}),
        ("GET", HREF + "/changes?since=1", None), ("GET", "/v1/consumers?lag=1", None),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(api: Service, method: str, path: str, body: Any) -> None:
    answer = api.http.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
