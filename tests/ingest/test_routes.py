"""The front door over the wire."""

import base64
import hashlib
import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from shared.contracts.bulletin import BatchReceipt, Receipt
from shared.contracts.problem import MEDIA_TYPE, Problem
from shared.ids import BULLETIN, new_id, written
from tests.factories import TEXT, a_bulletin, a_json, a_text
from tests.servers import Servers, Service, wait_until
from tests.shared.orthography.encoders import encode

JSON = {"Content-Type": "application/json"}
PLAIN = {"Content-Type": "text/plain"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def post(service: Service, content: Any, headers: dict[str, str] = PLAIN, **more: str | bytes) -> httpx.Response:
    """`more`: headers by their names in Python's spelling."""
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return service.http.post("/v1/bulletins", content=content, headers={**headers, **named})


def post_batch(service: Service, content: bytes, **more: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return service.http.post("/v1/bulletins:batch", content=content, headers={**NDJSON, **named})


def problem(answer: httpx.Response) -> Problem:
    assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
    told = Problem.model_validate(answer.json())
    assert (told.status, told.type) == (answer.status_code, f"urn:bantin:problem:{told.code}")
    assert told.title
    assert told.detail
    assert told.request_id == answer.headers["x-request-id"]
    return told


def assert_refused(service: Service, answer: httpx.Response, status: int, code: str) -> Problem:
    told = problem(answer)
    assert (told.status, told.code) == (status, code)
    assert (service.database.count("bulletin"), service.database.count("raw_object")) == (0, 0)
    return told


REFUSALS = {
    "no JSON": (b"Tin", JSON, 400, "malformed_json"),
    "cut JSON": (a_json()[:-2], JSON, 400, "malformed_json"),
    "nothing as JSON": (b"", JSON, 400, "malformed_json"),
    "JSON that is no UTF-8": ('{"text": "Tin \xff"}'.encode("latin-1"), JSON, 400, "malformed_json"),
    "a lone surrogate": (b'{"text": "Tin \\ud83d"}', JSON, 400, "malformed_json"),
    "JSON nested without end": (b"[" * 100_000, JSON, 400, "malformed_json"),
    "no object": (b'["Tin"]', JSON, 422, "invalid_bulletin"),
    "an unknown field": (a_json(title="Tin"), JSON, 422, "invalid_bulletin"),
    "no text": (b'{"source": "b"}', JSON, 422, "invalid_bulletin"),
    "a number as text": (b'{"text": 1}', JSON, 422, "invalid_bulletin"),
    "an unknown priority": (a_json(priority="urgent"), JSON, 422, "invalid_bulletin"),
    "an empty source": (a_json(source=""), JSON, 422, "invalid_bulletin"),
    "a source with a line end": (a_json(source="a\nb"), JSON, 422, "invalid_bulletin"),
    "a source without end": (a_json(source="a" * 201), JSON, 422, "invalid_bulletin"),
    "NUL in JSON": (b'{"text": "Tin\\u0000"}', JSON, 422, "undecodable"),
    "no bytes": (b"", PLAIN, 422, "empty_text"),
    "blanks": (" \r\n\t\xa0\u200b\ufeff".encode(), PLAIN, 422, "empty_text"),
    "blanks as JSON": (a_json(text=" \n"), JSON, 422, "empty_text"),
    "bytes that are no text": (b"Tin \xff", PLAIN, 422, "undecodable"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", PLAIN, 422, "undecodable"),
    "a charset of elsewhere": (b"Tin", {"Content-Type": "text/plain; charset=koi8-r"}, 415, "unsupported_charset"),
    "another kind of body": (b"Tin", {"Content-Type": "text/html"}, 415, "unsupported_media_type"),
    "an unnamed kind of body": (b"Tin", {"Content-Type": ""}, 415, "unsupported_media_type"),
    "two MB": (b"a" * 2_000_000, PLAIN, 413, "body_too_large"),
    "a form that is none": (b"Tin", {"Content-Type": "multipart/form-data; boundary=x"}, 400, "malformed_form"),
    "a form without a boundary": (b"Tin", {"Content-Type": "multipart/form-data"}, 400, "malformed_form"),
    "a form cut off": (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nTin',
        {"Content-Type": "multipart/form-data; boundary=x"}, 400, "malformed_form",
    ),
    "a form without files": (
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nTin\r\n--x--\r\n',
        {"Content-Type": "multipart/form-data; boundary=x"}, 400, "malformed_form",
    ),
    "an unknown priority in a header": (b"Tin", PLAIN | {"Bulletin-Priority": "urgent"}, 400, "invalid_parameter"),
    "a key with a blank": (b"Tin", PLAIN | {"Idempotency-Key": "a b"}, 400, "invalid_parameter"),
    "a key without end": (b"Tin", PLAIN | {"Idempotency-Key": "a" * 256}, 400, "invalid_parameter"),
    "a source without end in a header": (b"Tin", PLAIN | {"Bulletin-Source": "a" * 201}, 400, "invalid_parameter"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused_hears_why_and_leaves_nothing_behind(ingest: Service, case: str) -> None:
    content, headers, status, code = REFUSALS[case]
    assert_refused(ingest, post(ingest, content, headers), status, code)


def test_the_first_byte_that_is_no_text_is_named(ingest: Service) -> None:
    told = problem(post(ingest, "Lũ về ".encode() + b"\xff"))
    assert [fault.pointer for fault in told.errors] == ["byte:9"]


def test_every_fault_of_a_json_is_named_by_its_place(ingest: Service) -> None:
    told = problem(post(ingest, b'{"text": 1, "title": "x"}', JSON))
    assert {fault.pointer for fault in told.errors} == {"/text", "/title"}


def test_a_bulletin_that_was_taken_in_can_be_seen_by_all_at_once(ingest: Service) -> None:
    """202 comes after the commit."""
    answer = post(ingest, TEXT.encode(), Bulletin_Source="báo-Vĩnh".encode(), Bulletin_External_Id="7")
    told = answer.json()
    with psycopg.connect(ingest.database.url) as connection:
        rows = connection.execute("SELECT status, source, external_id, priority FROM bulletin").fetchall()
    assert answer.status_code == 202
    assert told == {
        "id": told["id"], "state": "queued", "received_at": told["received_at"], "href": f"/v1/bulletins/{told['id']}",
    }  # fmt: skip
    assert (answer.headers["location"], rows) == (told["href"], [("queued", "báo-Vĩnh", "7", 5)])
    datetime.fromisoformat(told["received_at"])


def test_the_receipt_of_a_bulletin_is_whole(ingest: Service) -> None:
    accepted = post(ingest, a_json(source="báo", priority="flash"), JSON).json()
    answer = ingest.http.get(accepted["href"])
    raw = a_json(source="báo", priority="flash")
    assert answer.json() == {
        "id": accepted["id"], "state": "queued", "received_at": accepted["received_at"], "closed_at": None,
        "priority": "flash", "source": "báo", "published": None, "external_id": None, "charset": "utf-8",
        "charset_reason": "JSON is UTF-8", "sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw), "attempts": 0, "next_try_at": None, "failure": None, "duplicate_of": None, "article": None,
        "revision": 1, "embargo_until": None, "pub_status": None,
    }  # fmt: skip
    Receipt.model_validate(answer.json())
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("raw", "media_type", "answered"),
    [
        (TEXT.encode(), "text/plain", "text/plain; charset=utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/plain; charset=windows-1258", "text/plain; charset=utf-8"),
        (TEXT.encode("utf-16"), "text/plain", "text/plain; charset=utf-16"),
        (TEXT.encode("utf-16-le"), "text/plain; charset=UTF-16LE", "text/plain; charset=utf-16le"),
        ("Tin va\u0300o".encode("cp1258"), "text/plain; charset=windows-1258", "text/plain; charset=windows-1258"),
        (encode(TEXT, "vni"), "text/plain", "text/plain; charset=x-viet-vni"),
        (encode(TEXT, "viscii"), "text/plain; charset=viscii", "text/plain; charset=viscii"),
        (TEXT.encode().decode("latin-1").encode(), "text/plain", "text/plain; charset=utf-8"),
        (a_json(), "application/json", "application/json"),
    ],
)
def test_the_bytes_come_back_as_they_were_received(ingest: Service, raw: bytes, media_type: str, answered: str) -> None:
    accepted = post(ingest, raw, {"Content-Type": media_type}).json()
    answer = ingest.http.get(f"{accepted['href']}/raw")
    digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
    assert (answer.content, answer.headers["content-type"]) == (raw, answered)
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


def test_the_bell_is_rung_in_the_queue_of_the_priority(ingest: Service, broker: Servers) -> None:
    flash = post(ingest, b"Tin nhanh", Bulletin_Priority="flash").json()["id"]
    normal = post(ingest, b"Tin").json()["id"]

    def rung(queue: str) -> list[str]:
        return [written(BULLETIN, id) for bell in broker.rung(queue) for id in bell]

    wait_until(lambda: flash in rung("flash") and normal in rung("normal"))
    assert (normal in rung("flash"), flash in rung("normal")) == (False, False)


def test_a_form_may_hold_two_files(ingest: Service) -> None:
    files = [
        ("file", ("một.txt", b"Tin m\xf4t", "text/plain; charset=windows-1258")),
        ("file", ("hai.json", a_json(), "application/json")),
    ]
    answer = ingest.http.post("/v1/bulletins", files=files)
    told = BatchReceipt.model_validate(answer.json())
    assert (answer.status_code, told.accepted, told.refused) == (202, 2, 0)
    charsets = "SELECT media_type, charset FROM bulletin ORDER BY received_at"
    assert ingest.database.rows(charsets) == [("text/plain", "cp1258"), ("application/json", "utf-8")]


def test_a_form_sent_again_with_its_key_is_the_same_request(ingest: Service) -> None:
    """Though its boundary is another each time."""
    files = [("file", ("a.txt", b"Tin", "text/plain"))]
    key = {"Idempotency-Key": uuid4().hex}
    answers = [ingest.http.post("/v1/bulletins", files=files, headers=key).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert ingest.database.count("bulletin") == 1


def test_the_receipt_says_why_the_bytes_are_read_so(ingest: Service) -> None:
    receipts = [
        ingest.http.get(post(ingest, encode(TEXT, "tcvn3"), {"Content-Type": kind}).json()["href"]).json()
        for kind in ("text/plain", "text/plain; charset=x-viet-tcvn3")
    ]
    assert [(receipt["charset"], receipt["charset_reason"]) for receipt in receipts] == [
        ("x-viet-tcvn3", "recognised as TCVN3 (ABC): 100% of 29 marked words are Vietnamese syllables"),
        ("x-viet-tcvn3", "declared as x-viet-tcvn3"),
    ]


def test_a_key_that_comes_again_finds_its_bulletin(ingest: Service) -> None:
    first, again = (post(ingest, TEXT.encode(), Idempotency_Key="k-1") for _ in range(2))
    assert again.json() == first.json()
    assert (first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")) == (None, "true")
    assert ingest.database.count("bulletin") == 1


def test_a_key_may_stand_in_quotes(ingest: Service) -> None:
    ids = [post(ingest, TEXT.encode(), Idempotency_Key=key).json()["id"] for key in ("k-1", '"k-1"')]
    assert ids[0] == ids[1]


def test_a_key_of_another_request_is_refused(ingest: Service) -> None:
    post(ingest, TEXT.encode(), Idempotency_Key="k-1")
    told = problem(post(ingest, b"Tin", Idempotency_Key="k-1"))
    assert (told.status, told.code, ingest.database.count("bulletin")) == (422, "idempotency_key_reused", 1)


def test_the_same_text_without_a_key_is_another_bulletin(ingest: Service) -> None:
    ids = {post(ingest, TEXT.encode()).json()["id"] for _ in range(2)}
    assert (len(ids), ingest.database.count("bulletin"), ingest.database.count("raw_object")) == (2, 2, 1)


def test_ten_at_once_with_one_key_make_one_bulletin(ingest: Service) -> None:
    def send(_: int) -> httpx.Response:
        while (answer := post(ingest, TEXT.encode(), Idempotency_Key="k-10")).status_code == 409:
            assert problem(answer).code == "idempotency_key_in_use"
        return answer

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert ingest.database.count("bulletin") == 1


def test_one_bad_line_spoils_no_other(ingest: Service) -> None:
    lines = [a_json(text="Tin một"), b'{"text": 2}', b"", a_json(text="Tin ba"), b"{"]
    answer = post_batch(ingest, b"\n".join(lines))
    told = BatchReceipt.model_validate(answer.json())
    assert (answer.status_code, told.accepted, told.refused) == (202, 2, 2)
    assert [(r.line, r.status, r.problem and r.problem.code) for r in told.results] == [
        (1, 202, None), (2, 422, "invalid_bulletin"), (4, 202, None), (5, 400, "malformed_json"),
    ]  # fmt: skip
    ids = [written(BULLETIN, row[0]) for row in ingest.database.rows("SELECT id FROM bulletin ORDER BY received_at")]
    assert ids == [result.bulletin for result in told.results if result.bulletin]


def test_a_batch_of_bad_lines_alone_is_refused_line_by_line(ingest: Service) -> None:
    answer = post_batch(ingest, b"{}\n{}\n")
    assert (answer.status_code, answer.json()["accepted"], answer.json()["refused"]) == (422, 0, 2)


def test_a_batch_sent_again_with_its_key_gets_the_same_ids_line_by_line(ingest: Service) -> None:
    lines = b"\n".join(a_json(text=a_text()) for _ in range(300))
    first, again = (post_batch(ingest, lines, Idempotency_Key="k-b").json() for _ in range(2))
    assert [line["bulletin"] for line in again["results"]] == [line["bulletin"] for line in first["results"]]
    assert ingest.database.count("bulletin") == 300


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"", 422, "empty_batch"), (b"\n \n\r\n", 422, "empty_batch"), (b"{}\n" * 100_000, 413, "batch_too_long"),
     (b"\n" * 100_000, 413, "batch_too_long"), (b"{}\n" * 5_001, 413, "batch_too_long")],
)  # fmt: skip
def test_a_batch_of_no_lines_or_too_many_is_refused_whole(
    ingest: Service, content: bytes, status: int, code: str
) -> None:
    assert_refused(ingest, post_batch(ingest, content), status, code)


def test_a_batch_of_another_kind_is_refused(ingest: Service) -> None:
    answer = ingest.http.post("/v1/bulletins:batch", content=b"{}", headers=JSON)
    assert_refused(ingest, answer, 415, "unsupported_media_type")


def test_a_line_longer_than_a_bulletin_may_be_is_refused_by_itself(ingest: Service) -> None:
    told = post_batch(ingest, a_json(text="a" * 1_100_000) + b"\n" + a_json()).json()
    assert [line["problem"] and line["problem"]["code"] for line in told["results"]] == ["bulletin_too_long", None]


def raw_connection(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=5)


def head(length: int) -> bytes:
    return f"POST /v1/bulletins HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n".encode()


def test_a_body_that_never_ends_is_given_up(ingest: Service) -> None:
    with raw_connection(ingest) as client:
        client.sendall(head(1000) + b"Tin")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body_too_slow" in answer
    assert ingest.database.count("bulletin") == 0


def test_a_sender_that_hangs_up_in_the_middle_leaves_nothing_behind(ingest: Service) -> None:
    with raw_connection(ingest) as client:
        client.sendall(head(1000) + b"Tin")
    assert post(ingest, b"Tin").status_code == 202
    assert ingest.database.count("bulletin") == 1


def test_a_body_in_pieces_of_unknown_length_is_taken(ingest: Service) -> None:
    def pieces() -> Any:
        yield from (TEXT[:9].encode(), TEXT[9:].encode())

    id = post(ingest, pieces()).json()["id"]
    assert ingest.http.get(f"/v1/bulletins/{id}/raw").content == TEXT.encode()


def test_a_body_in_pieces_that_grows_too_large_is_cut(ingest: Service) -> None:
    def pieces() -> Any:
        for _ in range(40):
            yield b"a" * 100_000

    try:
        answer = post(ingest, pieces())
    except httpx.TransportError:  # the door closed while the rest was still on its way
        assert ingest.database.count("bulletin") == 0
    else:
        assert_refused(ingest, answer, 413, "body_too_large")


def test_two_hundred_silent_connections_hinder_nobody_and_are_cut(ingest: Service) -> None:
    silent = [raw_connection(ingest) for _ in range(200)]
    try:
        began = time.monotonic()
        assert post(ingest, b"Tin").status_code == 202
        assert time.monotonic() - began < 1
        for client in silent:
            assert client.recv(1) == b""
        assert time.monotonic() - began < 4
    finally:
        for client in silent:
            client.close()


def test_a_connection_may_wait_between_two_requests_longer_than_for_a_head(ingest: Service) -> None:
    """What is cut is a head that does not end, no connection that is kept alive."""
    patient = http.client.HTTPConnection("127.0.0.1", ingest.port, timeout=5)
    told = []
    for rest in (0.0, 1.2):
        time.sleep(rest)
        patient.request("GET", "/livez")
        told.append(patient.getresponse().read())
        connection = patient.sock
    assert (told, patient.sock is connection) == ([b'{"status":"alive"}'] * 2, True)
    patient.close()


@pytest.mark.parametrize(
    "id", ["bul_" + "0" * 32, "bul_1", "art_" + "0" * 32, "0" * 32, "bul_" + "x" * 32, "%00", "bul_" + "0" * 5000]
)
def test_a_bulletin_that_is_not_there_is_not_found(ingest: Service, id: str) -> None:
    for path in (f"/v1/bulletins/{id}", f"/v1/bulletins/{id}/raw"):
        told = problem(ingest.http.get(path))
        assert (told.status, told.code) == (404, "no_such_bulletin")


def test_an_address_that_is_not_there_is_not_found(ingest: Service) -> None:
    assert problem(ingest.http.get("/v1/nothing")).code == "not_found"


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/v1/bulletins"), ("PUT", f"/v1/bulletins/{'0' * 8}")])
def test_a_method_that_an_address_does_not_take_is_refused(ingest: Service, method: str, path: str) -> None:
    answer = ingest.http.request(method, path)
    told = problem(answer)
    assert (told.status, told.code, bool(answer.headers["allow"])) == (405, "method_not_allowed", True)


def test_while_the_oldest_has_waited_too_long_only_flash_comes_in(ingest: Service) -> None:
    old = datetime.now().astimezone() - timedelta(minutes=10)
    a_bulletin(ingest.database, received_at=old)
    refused = wait_until(lambda: (a := post(ingest, b"Tin")).status_code == 429 and a)
    assert problem(refused).code == "queue_too_old"
    assert 1 <= int(refused.headers["retry-after"]) <= 120
    assert post(ingest, b"Tin nhanh", Bulletin_Priority="flash").status_code == 202
    batch = post_batch(ingest, a_json() + b"\n" + a_json(priority="flash")).json()
    assert [line["status"] for line in batch["results"]] == [429, 202]
    ingest.database.clear()
    wait_until(lambda: post(ingest, b"Tin").status_code == 202)


def test_waiting_for_the_article_ends_when_the_time_is_over(ingest: Service) -> None:
    answer = post(ingest, b"Tin", Prefer="wait=1")
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=1")


def test_every_answer_bears_the_id_of_its_request(ingest: Service) -> None:
    given = ingest.http.get("/livez", headers={"X-Request-Id": "toa-soan_17.b"}).headers["x-request-id"]
    made = ingest.http.get("/livez", headers={"X-Request-Id": "no good!"}).headers["x-request-id"]
    assert (given, len(made)) == ("toa-soan_17.b", 16)
    post(ingest, b"Tin", X_Request_Id="toasoan18")
    assert ingest.database.value("SELECT request_id FROM bulletin") == "toasoan18"


def test_health_is_answered(ingest: Service) -> None:
    assert ingest.http.get("/livez").json() == {"status": "alive"}
    assert ingest.http.get("/readyz").json() == {"status": "ready"}


def test_metrics_count_what_was_taken_in_and_what_was_refused(ingest: Service) -> None:
    def counted(line: str) -> float:
        lines = ingest.http.get("/metrics").text.splitlines()
        return next((float(found.split()[-1]) for found in lines if found.startswith(line)), 0.0)

    names = (
        'bantin_bulletins_accepted_total{media_type="text/plain"}',
        'bantin_bulletins_rejected_total{reason="empty_text"}',
    )
    before = [counted(name) for name in names]
    post(ingest, b"Tin")
    post(ingest, b" ")
    assert [counted(name) - earlier for name, earlier in zip(names, before, strict=True)] == [1.0, 1.0]


def test_an_unknown_path_makes_no_metric_of_its_own(ingest: Service) -> None:
    ingest.http.get(f"/{new_id().hex}")
    assert 'route="unknown"' in ingest.http.get("/metrics").text


def test_the_description_is_openapi_3_1_and_its_examples_are_true(ingest: Service) -> None:
    described = ingest.http.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    examples = [
        example["value"]
        for path in described["paths"].values()
        for operation in path.values()
        for answer in operation["responses"].values()
        for example in answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}).values()
    ]
    assert len(examples) > 10
    for example in examples:
        Problem.model_validate(example, strict=True)
    example = described["paths"]["/v1/bulletins"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert post(ingest, json.dumps(example), JSON).status_code == 202


def test_every_refusal_of_a_bulletin_is_described(ingest: Service) -> None:
    described = ingest.http.get("/openapi.json").json()["paths"]["/v1/bulletins"]["post"]["responses"]
    codes = {
        code
        for answer in described.values()
        for code in answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
    }
    assert {code for *_, code in REFUSALS.values()} - codes == set()


def test_accepting_locks_nothing_that_readers_need(ingest: Service) -> None:
    """Neither table locks nor LISTEN and NOTIFY, which would put all commits in one line."""
    post(ingest, b"Tin")
    with psycopg.connect(ingest.database.url) as connection:
        connection.execute("LOCK bulletin IN ROW EXCLUSIVE MODE; LOCK raw_object IN ROW EXCLUSIVE MODE")
        assert post(ingest, b"Tin hai").status_code == 202
    assert (
        ingest.database.rows(
            "SELECT query FROM pg_stat_activity WHERE query ILIKE '%%NOTIFY%%' AND pid <> pg_backend_pid()"
        )
        == []
    )


def test_the_day_of_publication_is_kept_from_the_json_or_the_header(ingest: Service) -> None:
    in_json = post(ingest, a_json(published="2025-09-05"), JSON).json()["id"]
    in_header = post(ingest, b"Tin", Bulletin_Published="2025-09-06").json()["id"]
    told = [ingest.http.get(f"/v1/bulletins/{id}").json()["published"] for id in (in_json, in_header)]
    assert told == ["2025-09-05", "2025-09-06"]


def test_a_day_that_no_calendar_has_is_refused(ingest: Service) -> None:
    assert_refused(ingest, post(ingest, b"Tin", Bulletin_Published="2025-02-30"), 400, "invalid_parameter")
    assert_refused(ingest, post(ingest, a_json(published="today"), JSON), 422, "invalid_bulletin")
