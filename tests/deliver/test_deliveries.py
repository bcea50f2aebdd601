"""What a webhook is sent, when, in which order, and how often."""

import base64
import contextlib
import hashlib
import hmac
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from infra.embedded import process
from services.deliver.schedule import RESTS
from shared.contracts.article import ChangeOut
from tests.deliver.conftest import NETWORKS, OK, Got, Post, Receiver
from tests.servers import ROOT, Database, wait_until


def signed_by(got: Got, secret: str) -> bool:
    """Verified as the specification of standard webhooks says, without a line of ours."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return expected in got.headers["webhook-signature"].split(" ")


def test_a_change_is_sent_signed_and_thin(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    post.publish(1)
    post.work()
    (got,) = receiver.got
    (change,) = post.api.http.get("/v1/changes").json()["changes"]
    assert (got.path, got.headers["webhook-id"], got.headers["content-type"]) == ("/hook", "evt_1", "application/json")
    assert got.document == {"type": "article.published", "timestamp": change["time"], "data": change}
    assert signed_by(got, hook["secret"])
    assert not signed_by(got, "whsec_" + base64.b64encode(b"another secret of 24 bytes or more").decode())
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60
    (delivery,) = post.deliveries(hook)
    assert (delivery["event"], delivery["seq"], delivery["state"], delivery["tries"]) == ("evt_1", 1, "delivered", 1)
    assert [(one["status"], one["error"], one["answer"]) for one in delivery["attempts"]] == [(200, None, "")]
    now = post.get(hook)
    assert (now["position"], now["waiting"], now["enabled"]) == (1, 0, True)


def test_cloud_events_are_sent_structured(post: Post, receiver: Receiver) -> None:
    post.make(receiver.url, format="structured")
    post.publish(1)
    post.work()
    (got,) = receiver.got
    assert got.headers["content-type"] == "application/cloudevents+json"
    (event,) = post.api.http.get("/v1/changes", headers={"Accept": "application/cloudevents-batch+json"}).json()
    assert got.document == event


def test_cloud_events_are_sent_binary(post: Post, receiver: Receiver) -> None:
    post.make(receiver.url, format="binary")
    post.publish(1)
    post.work()
    (got,) = receiver.got
    (event,) = post.api.http.get("/v1/changes", headers={"Accept": "application/cloudevents-batch+json"}).json()
    assert got.headers["content-type"] == event.pop("datacontenttype")
    assert got.document == event.pop("data")
    assert {name[3:]: value for name, value in got.headers.items() if name.startswith("ce-")} == event


def test_a_webhook_is_sent_what_its_filter_wants_and_moves_on_over_the_rest(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url, filter={"type": ["article.revised"]})
    articles = post.publish(2)
    post.revise(*articles)
    post.publish(1)
    post.work()
    assert (sorted(receiver.seqs), post.get(hook)["position"]) == ([3, 4], 5)


def test_a_new_webhook_begins_with_what_comes_or_where_it_is_told_to(post: Post, receiver: Receiver) -> None:
    post.publish(2)
    now = post.make(receiver.url)
    early = post.make(receiver.url, since=1)
    post.publish(1)
    post.work()
    assert {hook["id"]: sorted(one["seq"] for one in post.deliveries(hook)) for hook in (now, early)} == {
        now["id"]: [3], early["id"]: [2, 3],
    }  # fmt: skip


def test_a_failed_delivery_holds_back_later_ones_of_its_article_and_no_others(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    first, second = post.publish(2)
    post.revise(first, second)
    receiver.answer = lambda got: (500, {}, b"kho") if got.seq == 1 else OK
    post.work()
    assert Counter(receiver.seqs) == Counter([1, 2, 4]), "3 waits for 1"
    assert [one["seq"] for one in post.deliveries(hook, "?state=waiting")] == [3, 1]
    receiver.answer = lambda _: OK
    post.clock.pass_(seconds=7)
    post.work()
    assert receiver.seqs[3:] == [1, 3]
    assert [one.headers["webhook-id"] for one in receiver.got].count("evt_1") == 2, "with the same id"


def test_a_delivery_is_tried_again_later_and_later_and_then_given_up(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    (article,) = post.publish(1)
    post.revise(article)
    receiver.answer = lambda got: (500, {}, "bận".encode()) if got.seq == 1 else OK
    post.work()
    for number, rest in enumerate(RESTS, 1):
        assert receiver.seqs == [1] * number
        post.clock.pass_(seconds=rest - 1)
        post.work()
        assert receiver.seqs == [1] * number, "not before its time"
        post.clock.pass_(seconds=0.2 * rest + 2)
        if number < len(RESTS):
            post.work()
    post.database.run("UPDATE webhook SET failing_since = now()")
    post.work()
    assert receiver.seqs == [1] * 10 + [2], "what is given up holds up nothing any more"
    done, given_up = post.deliveries(hook)
    assert (done["state"], given_up["state"], given_up["tries"], len(given_up["attempts"])) == (
        "delivered", "failed", 10, 10,
    )  # fmt: skip
    assert {one["answer"] for one in given_up["attempts"]} == {"bận"}


@pytest.mark.parametrize("as_date", [False, True])
def test_a_receiver_that_asks_for_time_gets_it(post: Post, receiver: Receiver, *, as_date: bool) -> None:
    hook = post.make(receiver.url)
    later = format_datetime(post.clock() + timedelta(seconds=900)) if as_date else "900"
    receiver.answer = lambda _: (503, {"Retry-After": later}, b"")
    post.publish(1)
    post.work()
    post.clock.pass_(seconds=880)
    post.work()
    assert receiver.seqs == [1]
    post.clock.pass_(seconds=40)
    receiver.answer = lambda _: OK
    post.work()
    assert (receiver.seqs, post.deliveries(hook)[0]["state"]) == ([1, 1], "delivered")


def test_a_webhook_that_is_gone_is_disabled_and_loses_nothing(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    receiver.answer = lambda _: (410, {}, b"")
    post.publish(1)
    post.work()
    post.publish(2)
    post.work()
    assert (receiver.seqs, post.get(hook)["disabled"], post.get(hook)["enabled"]) == ([1], "gone", False)
    receiver.answer = lambda _: OK
    answer = post.api.http.patch(hook["href"], json={"enabled": True})
    assert (answer.status_code, answer.json()["disabled"]) == (200, None)
    post.work()
    assert sorted(receiver.seqs) == [1, 1, 2, 3]


def test_a_webhook_that_fails_for_days_is_disabled(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    receiver.answer = lambda _: (500, {}, b"")
    post.publish(1)
    post.work()
    for day in range(1, 6):
        assert (post.get(hook)["disabled"], post.get(hook)["failing_since"] is not None) == (None, True), day
        post.clock.pass_(days=1)
        post.publish(1)
        post.work()
    post.clock.pass_(hours=1)
    post.publish(1)
    post.work()
    assert post.get(hook)["disabled"] == "failing"


def test_one_success_is_no_failure_for_days(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    receiver.answer = lambda got: (500, {}, b"") if got.seq == 1 else OK
    post.publish(1)
    post.work()
    post.clock.pass_(days=4)
    post.publish(1)
    post.work()
    assert post.get(hook)["failing_since"] is not None or receiver.seqs[-1] == 2
    post.clock.pass_(days=4)
    post.work()
    assert post.get(hook)["disabled"] is None


def test_a_redirect_is_a_failure_and_is_not_followed(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    receiver.answer = lambda _: (307, {"Location": receiver.url + "/elsewhere"}, b"")
    post.publish(1)
    post.work()
    assert [one.path for one in receiver.got] == ["/hook"]
    assert post.deliveries(hook)[0]["attempts"][0]["status"] == 307


def test_a_receiver_that_drips_its_answer_is_cut_off_in_time(post: Post) -> None:
    """Each byte comes within the time limit of a read, and the answer never ends."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not ended.wait(0.1):
                connection.sendall(b"a")

    with ThreadPoolExecutor(1) as pool, listener:
        dripping = pool.submit(drip)
        hook = post.make(f"http://127.0.0.1:{listener.getsockname()[1]}/hook")
        post.publish(1)
        post.work()
        ended.set()
        dripping.result(timeout=5)
    (attempt,) = post.deliveries(hook)[0]["attempts"]
    assert attempt["status"] is None
    assert attempt["error"].startswith(("ReadTimeout", "TooSlow"))
    assert 0.9 < attempt["seconds"] < 3


def test_nobody_listening_is_an_attempt_that_failed(post: Post) -> None:
    hook = post.make(f"http://127.0.0.1:{process.free_port()}/hook")
    post.publish(1)
    post.work()
    (delivery,) = post.deliveries(hook)
    assert (delivery["state"], delivery["attempts"][0]["error"].split(":")[0]) == ("waiting", "ConnectError")


def test_two_secrets_sign_while_one_takes_the_place_of_the_other(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    new = post.ask(hook, ":rotate", 200, keep_hours=2)
    post.publish(1)
    post.work()
    assert [signed_by(receiver.got[0], one) for one in (hook["secret"], new["secret"])] == [True, True]
    post.clock.pass_(hours=3)
    post.publish(1)
    post.work()
    assert [signed_by(receiver.got[1], one) for one in (hook["secret"], new["secret"])] == [False, True]


def test_a_test_is_sent_once_also_to_what_is_disabled(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    post.api.http.patch(hook["href"], json={"enabled": False})
    trial = post.ask(hook, ":test")
    post.publish(1)
    receiver.answer = lambda _: (500, {}, b"")
    post.work()
    post.clock.pass_(days=1)
    post.work()
    (got,) = receiver.got
    assert (got.headers["webhook-id"], got.document["type"]) == (trial["event"], "webhook.test")
    assert signed_by(got, hook["secret"])
    assert [(one["id"], one["state"]) for one in post.deliveries(hook)] == [(trial["id"], "failed")]


def test_a_replay_sends_again_with_the_same_ids_in_order_of_each_article(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    (article,) = post.publish(1)
    for _ in range(3):
        post.revise(article)
    post.work()
    assert receiver.seqs == [1, 2, 3, 4]
    post.ask(hook, ":replay?from=3")
    post.work()
    assert receiver.seqs == [1, 2, 3, 4, 3, 4]
    assert [one["seq"] for one in post.deliveries(hook)] == [4, 3, 2, 1], "a delivery has one row"


def test_a_replay_leads_back_and_never_on(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    post.publish(3)
    post.ask(hook, ":replay?from=3")
    post.work()
    assert sorted(receiver.seqs) == [1, 2, 3]
    answer = post.api.http.post(hook["href"] + ":replay?from=4")
    assert (answer.status_code, answer.json()["code"]) == (409, "position_ahead")


def test_one_delivery_is_sent_again(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    post.publish(2)
    post.work()
    one = next(one for one in post.deliveries(hook) if one["seq"] == 1)
    assert post.ask(hook, f"/deliveries/{one['id']}:retry")["state"] == "waiting"
    post.work()
    assert Counter(receiver.seqs) == Counter([1, 2, 1])


def test_old_deliveries_are_forgotten(post: Post, receiver: Receiver) -> None:
    hook = post.make(receiver.url)
    post.publish(1)
    post.work()
    post.clock.pass_(days=29)
    post.work()
    assert len(post.deliveries(hook)) == 1
    post.clock.pass_(days=2)
    post.work()
    assert post.deliveries(hook) == []


def start(database: Database, log: Path, *more: str) -> "subprocess.Popen[bytes]":
    return process.start(
        [sys.executable, "-m", "services.deliver", *more],
        death_signal=signal.SIGKILL, log=log, cwd=ROOT,
        env={"DATABASE_URL": database.url, "BANTIN_WEBHOOK_NETWORKS": NETWORKS},
    )  # fmt: skip


def test_what_is_killed_again_and_again_loses_nothing_and_keeps_the_order(
    post: Post, receiver: Receiver, tmp_path: Path
) -> None:
    """Whatever was being sent at a kill comes a second time with the same id; nothing is missing, and of one article
    nothing overtakes."""
    post.make(receiver.url)
    articles = post.publish(5)
    for _ in range(7):
        post.revise(*articles)
    total = 40
    for kill in range(3):
        deliverer = start(post.database, tmp_path / f"deliver-{kill}.log")
        wanted = min(total, (kill + 1) * 10)
        receiver.answer = lambda _: (time.sleep(0.02), OK)[1]  # type: ignore[func-returns-value]
        wait_until(lambda wanted=wanted: len(set(receiver.seqs)) >= wanted, 30)  # type: ignore[misc]
        deliverer.kill()
        deliverer.wait()
        # As if the time of what it had in hand were over.
        post.database.run("UPDATE webhook_delivery SET in_hand_until = now() WHERE in_hand_until IS NOT NULL")
    receiver.answer = lambda _: OK
    deliverer = start(post.database, tmp_path / "deliver.log")
    wait_until(
        lambda: post.database.value("SELECT count(*) FROM webhook_delivery WHERE state = 'delivered'") == total, 30
    )
    process.stop(deliverer, signal.SIGTERM, 10, signal.SIGKILL)
    assert deliverer.returncode == 0, (tmp_path / "deliver.log").read_text()
    assert set(receiver.seqs) == set(range(1, total + 1))
    again = len(receiver.got) - total
    assert again <= 3 * 4, "no more than was in hand at the kills"
    for article in {one.document["data"]["article"] for one in receiver.got}:
        told = [
            ChangeOut.model_validate(one.document["data"]).seq
            for one in receiver.got
            if one.document["data"]["article"] == article
        ]
        firsts = list(dict.fromkeys(told))
        assert firsts == sorted(firsts)


def test_a_change_is_sent_as_soon_as_it_is_committed(post: Post, receiver: Receiver, tmp_path: Path) -> None:
    port = process.free_port()
    deliverer = start(post.database, tmp_path / "deliver.log", "--metrics-port", str(port))
    hook = post.make(receiver.url)
    post.ask(hook, ":test")
    wait_until(lambda: receiver.got, 20)
    post.publish(1)
    committed = time.monotonic()
    wait_until(lambda: len(receiver.got) == 2)
    assert time.monotonic() - committed < 3, "long before it would look by itself"
    check = [sys.executable, "-m", "services.deliver", "check", "--metrics-port", str(port)]
    assert subprocess.run(check, cwd=ROOT, check=False).returncode == 0
    process.stop(deliverer, signal.SIGTERM, 10, signal.SIGKILL)
    assert deliverer.returncode == 0
    assert subprocess.run(check, cwd=ROOT, check=False).returncode == 1
