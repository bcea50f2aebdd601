"""Each process is killed, and frozen past its time limit, at each spot that matters; nothing is lost or doubled.

The services know nothing of it: `infra.chaos.saboteur` wraps one function and then is the process. What dies is
started again by the supervisor; the newsroom tries again until it is answered and keeps its own ledger.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from infra.chaos import account, saboteur
from infra.chaos.load import a_text, wait_for
from infra.chaos.saboteur import SPOTS
from infra.embedded import process
from infra.stack import Stack

IDLE_TIMEOUT = 1.5
PATIENCE = 30.0
"""Seconds that a busy machine may take; a quiet one needs two or three."""
WORKER_SPOTS = [spot for spot in SPOTS if spot.startswith("worker.")]
INGEST_SPOTS = [spot for spot in SPOTS if spot.startswith("ingest.")]
SWEEP_SPOTS = [spot for spot in SPOTS if spot.startswith("sweep.")]
# Each spot costs a start of a worker, a frozen one seconds until it is given up: some in the short run, all in the long one.
KILLED_IN_SHORT = set(random.Random(1).sample(WORKER_SPOTS, 4)) | {"worker.before_commit", "worker.before_ack"}
FROZEN_IN_SHORT = set(random.Random(2).sample(WORKER_SPOTS, 1)) | {"worker.before_commit"}


def each(spots: list[str], in_short: set[str]) -> list[object]:
    return [pytest.param(spot, marks=() if spot in in_short else pytest.mark.slow) for spot in spots]


@dataclass
class Field:
    """A stack whose processes strike themselves when they are ordered to, and what the newsroom does there."""

    stack: Stack
    orders: Path

    def order(self, spot: str, sign: signal.Signals) -> Path:
        """Let a process strike itself when it next comes to `spot`; the mark that it leaves."""
        # How long the supervisor rests after many deaths is not what is asked here.
        self.stack.children[spot.partition(".")[0]].starts = 0
        return saboteur.order(self.orders, spot, sign)

    def end(self, name: str) -> None:
        """Kill a process; it stays away until `start`."""
        child = self.stack.children[name]
        if child.running is not None and child.pid is not None:
            os.killpg(child.pid, signal.SIGKILL)
            child.running.wait()
        child.start_at = time.monotonic() + 3600

    def start(self, name: str) -> None:
        self.stack.children[name].start_at = 0.0
        self.stack.tend()

    def post(self, http: httpx.Client, text: str, key: str) -> str:
        """Post until it is answered; the id."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.stack.tend()
            try:
                answer = http.post(
                    f"{self.stack.ingest_url}/v1/bulletins", json={"text": text}, headers={"Idempotency-Key": key}
                )
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 202:
                return str(answer.json()["id"])
            assert answer.status_code in (409, 503), answer.text
            time.sleep(0.05)
        raise AssertionError("the newsroom was never answered")

    def states(self, ids: list[str]) -> dict[str, str]:
        with psycopg.connect(self.stack.database_url) as connection:
            rows = connection.execute(
                "SELECT 'bul_' || replace(id::text, '-', ''), status FROM bulletin"
                " WHERE 'bul_' || replace(id::text, '-', '') = ANY(%s)",
                (ids,),
            ).fetchall()
        return dict(rows)

    def all_published(self, ids: list[str], seconds: float) -> bool:
        everything = dict.fromkeys(ids, "published")
        return wait_for(lambda: self.states(ids) == everything, seconds, self.stack.tend)

    def broken_invariants(self) -> dict[str, list[object]]:
        with psycopg.connect(self.stack.database_url, autocommit=True) as connection:
            return account.check(connection)


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    folder = tmp_path_factory.mktemp("matrix")
    orders = folder / "orders"
    orders.mkdir()

    def ready_to_strike(kind: str, *module: str) -> tuple[str, ...]:
        return ("-m", "infra.chaos.saboteur", "strike", kind, str(orders), "--", *module)

    stack = Stack(
        home=folder / "home",
        usual_ports=False,
        concurrency=1,
        environment={"BANTIN_CLAIM_IDLE_TIMEOUT": str(IDLE_TIMEOUT)},
        postgres_options={"fsync": "off"},
        worker_command=ready_to_strike("worker", "services.enrich", "worker"),
        sweep_command=ready_to_strike("sweep", "services.enrich", "sweep"),
        ingest_command=ready_to_strike("ingest", "services.ingest"),
    )
    stack.start()
    try:
        yield Field(stack, orders)
    finally:
        stack.stop()


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5) as client:
        yield client


def some_texts(name: str, count: int = 3) -> list[str]:
    return [a_text(f"{name}-{number}") for number in range(count)]


def keys(texts: list[str]) -> list[str]:
    return [f"key-{abs(hash(text)):x}" for text in texts]


@pytest.mark.parametrize("spot", each(WORKER_SPOTS, KILLED_IN_SHORT))
def test_a_worker_killed_at_any_spot_loses_and_doubles_nothing(field: Field, http: httpx.Client, spot: str) -> None:
    mark = field.order(spot, signal.SIGKILL)
    texts = some_texts(f"killed-{spot}")
    ids = [field.post(http, text, key) for text, key in zip(texts, keys(texts), strict=True)]
    assert wait_for(mark.exists, PATIENCE, field.stack.tend), "the worker never came to the spot"
    assert field.all_published(ids, PATIENCE)
    assert field.broken_invariants() == {}


@pytest.mark.parametrize("spot", each(WORKER_SPOTS, FROZEN_IN_SHORT))
def test_a_worker_frozen_past_its_time_limit_is_replaced_and_cannot_commit_when_it_wakes(
    field: Field, http: httpx.Client, spot: str
) -> None:
    mark = field.order(spot, signal.SIGSTOP)
    worker = field.stack.children["worker"]
    assert wait_for(lambda: worker.pid is not None, PATIENCE, field.stack.tend)
    frozen = worker.pid
    assert frozen is not None
    texts = some_texts(f"frozen-{spot}")
    ids = [field.post(http, text, key) for text, key in zip(texts, keys(texts), strict=True)]
    assert wait_for(mark.exists, PATIENCE, field.stack.tend), "the worker never came to the spot"
    spare = process.start(
        [sys.executable, "-m", "services.enrich", "worker", "--concurrency", "1"],
        death_signal=signal.SIGKILL,
        log=field.stack.log_of("spare"),
        env={
            "DATABASE_URL": field.stack.database_url,
            "REDIS_URL": field.stack.broker_url,
            **field.stack.environment,
        },
    )
    try:
        assert field.all_published(ids, PATIENCE)
        os.killpg(frozen, signal.SIGCONT)
        # The zombie finds its connection gone; whatever it still does must change nothing.
        time.sleep(1.0)
        assert field.all_published(ids, 1)
        assert field.broken_invariants() == {}
    finally:
        os.killpg(spare.pid, signal.SIGKILL)
        spare.wait()
        field.end("worker")
        field.start("worker")


@pytest.mark.parametrize("spot", INGEST_SPOTS)
def test_ingest_killed_at_any_spot_loses_no_accepted_bulletin_and_a_second_try_makes_no_second_row(
    field: Field, http: httpx.Client, spot: str
) -> None:
    mark = field.order(spot, signal.SIGKILL)
    texts = some_texts(f"door-{spot}")
    ids = [field.post(http, text, key) for text, key in zip(texts, keys(texts), strict=True)]
    assert wait_for(mark.exists, PATIENCE, field.stack.tend), "ingest never came to the spot"
    assert field.all_published(ids, PATIENCE)
    with psycopg.connect(field.stack.database_url) as connection:
        rows = connection.execute("SELECT count(*) FROM bulletin WHERE idem_key = ANY(%s)", (keys(texts),)).fetchone()
    assert rows == (len(texts),)
    assert field.broken_invariants() == {}


@pytest.mark.parametrize("deed", ["kill", "stop"])
@pytest.mark.parametrize("spot", SWEEP_SPOTS)
def test_a_sweep_struck_between_its_mark_and_its_bell_only_costs_time(
    field: Field, http: httpx.Client, spot: str, deed: str
) -> None:
    if deed == "stop" and spot == "sweep.after_bell":
        pytest.skip("a sweep that has rung may sleep as long as it likes")
    field.end("worker")
    field.end("sweep")
    texts = some_texts(f"sweep-{spot}-{deed}")
    ids = [field.post(http, text, key) for text, key in zip(texts, keys(texts), strict=True)]
    broker = redis.Redis.from_url(field.stack.broker_url)
    # The bells of ingest come within a breath; then all are lost.
    assert wait_for(lambda: bool(broker.keys("bantin:*")), 5)
    time.sleep(0.2)
    broker.flushall()
    mark = field.order(spot, signal.SIGKILL if deed == "kill" else signal.SIGSTOP)
    field.start("sweep")
    struck = field.stack.children["sweep"].pid
    assert wait_for(mark.exists, PATIENCE, field.stack.tend), "the sweep never came to the spot"
    field.start("worker")
    if deed == "stop":
        assert struck is not None
        time.sleep(2.0)
        os.killpg(struck, signal.SIGCONT)
    assert field.all_published(ids, PATIENCE)
    assert field.broken_invariants() == {}


def test_after_flushall_the_work_goes_on_within_three_seconds(field: Field, http: httpx.Client) -> None:
    warm = field.post(http, a_text("warm"), "key-warm")
    assert field.all_published([warm], PATIENCE)
    texts = some_texts("flushed", 40)
    broker = redis.Redis.from_url(field.stack.broker_url)
    ids = []
    for text, key in zip(texts, keys(texts), strict=True):
        ids.append(field.post(http, text, key))
        broker.flushall()
    assert field.all_published(ids, 3)
    assert field.broken_invariants() == {}


def test_with_the_broker_gone_for_good_everything_is_still_finished(field: Field, http: httpx.Client) -> None:
    assert field.stack.valkey is not None
    field.stack.valkey.kill()
    try:
        texts = some_texts("brokerless", 10)
        ids = [field.post(http, text, key) for text, key in zip(texts, keys(texts), strict=True)]
        assert field.all_published(ids, PATIENCE)
    finally:
        field.stack.valkey.start()
    later = field.post(http, a_text("after the broker came back"), "key-later")
    assert field.all_published([later], PATIENCE)
    # The sweep did the work only while nobody else could; the worker has found its broker again.
    assert wait_for(lambda: not worked_by_sweep(field, http), 15, field.stack.tend)
    assert field.broken_invariants() == {}


def worked_by_sweep(field: Field, http: httpx.Client) -> bool:
    """Post one more; was it the sweep that made its article?"""
    token = f"who works {time.monotonic()}"
    id = field.post(http, a_text(token), f"key-{token.replace(' ', '-')}")
    assert field.all_published([id], PATIENCE)
    with psycopg.connect(field.stack.database_url) as connection:
        row = connection.execute(
            "SELECT worker FROM attempt WHERE 'bul_' || replace(bulletin_id::text, '-', '') = %s", (id,)
        ).fetchone()
    assert row is not None
    return str(row[0]).endswith(f":{field.stack.children['sweep'].pid}")
