"""Real stalls on a real stack under a real Prometheus with the shipped rules: each is told within a minute.

Long: each takes the minute. The dashboards' queries are asked here too, once there are figures to answer with.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from infra.chaos.saboteur import DIE
from infra.embedded import process
from infra.stack import Stack
from tests.factories import a_text
from tests.infra import monitoring
from tests.infra.monitoring import Prometheus, started_prometheus
from tests.servers import ROOT, answers, wait_until

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not monitoring.is_here(), reason=monitoring.MISSING),
]

A_MINUTE = 60.0
AN_HOUR = 3600.0
A_WHILE = 150.0
"""Seconds in which what was mended is told no more: the longest span that a rule of stalls looks back, and some."""


@dataclass
class Watched:
    """A stack that is posted to all the time, and the Prometheus that watches it."""

    stack: Stack
    prometheus: Prometheus
    going_on: bool = True

    def post(self, text: str) -> int:
        """Post one bulletin; the status of the answer, 0 if there is none."""
        try:
            answer = httpx.post(f"{self.stack.ingest_url}/v1/bulletins", json={"text": text}, timeout=10)
        except httpx.TransportError:
            return 0
        return answer.status_code

    def keep_posting(self) -> None:
        """A newsroom, until it is told to stop."""
        while self.going_on:
            self.post(a_text())
            time.sleep(0.5)

    def tells(self, alert: str, *, begun: float) -> float:
        """Seconds from `begun` until the alert fires; fails after a minute."""
        wait_until(
            lambda: self.stack.tend() or alert in self.prometheus.firing(), A_MINUTE - (time.monotonic() - begun)
        )
        return time.monotonic() - begun

    def is_well(self, *, patience: float = A_WHILE) -> None:
        """Nothing fires, or soon no more; but what looks back for minutes may."""
        slow = {"BantinWorkerDeaths", "BantinQuarantineGrows"}
        wait_until(lambda: self.stack.tend() or not self.prometheus.firing() - slow, patience)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own; needs the right to mount one."""
    folder = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", folder]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here: it needs root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, disk: Path) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    (folder / "home").mkdir()
    (folder / "home/postgres").symlink_to(disk)
    ports = {job: process.free_port() for job in ("worker", "sweep")}
    worker = ("-m", "infra.chaos.saboteur", "poison", "-", str(folder), "--", "services.enrich", "worker")
    stack = Stack(
        home=folder / "home",
        usual_ports=False,
        with_desk=True,
        concurrency=1,
        worker_command=(*worker, "--metrics-port", str(ports["worker"])),
        sweep_command=("-m", "services.enrich", "sweep", "--metrics-port", str(ports["sweep"])),
        postgres_options={"fsync": "off", "full_page_writes": "off"},
    )
    stack.start()
    try:
        urls = {"ingest": stack.ingest_url, "api": stack.api_url, "ops": stack.ops_url}
        for url in urls.values():
            with httpx.Client(base_url=url) as http:
                wait_until(lambda: stack.tend() or answers(http, "/readyz"), 60)
        targets = {job: url.removeprefix("http://") for job, url in urls.items()}
        targets |= {job: f"127.0.0.1:{port}" for job, port in ports.items()}
        with started_prometheus(folder, targets) as prometheus:
            house = Watched(stack, prometheus)
            newsroom = threading.Thread(target=house.keep_posting)
            newsroom.start()
            try:
                wait_until(lambda: stack.tend() or len(prometheus.ask("up == 1")) == len(targets), 60)
                house.is_well()
                yield house
            finally:
                house.going_on = False
                newsroom.join()
    finally:
        stack.stop()


@pytest.mark.timeout(AN_HOUR + 400)
def test_an_hour_of_normal_load_is_told_of_by_no_alert(watched: Watched) -> None:
    until, fired = time.monotonic() + AN_HOUR, set[str]()
    while time.monotonic() < until:
        watched.stack.tend()
        fired |= watched.prometheus.firing()
        time.sleep(5)
    assert fired == set()
    assert watched.prometheus.ask("sum(increase(bantin_bulletins_accepted_total[50m]))")


def group_of(watched: Watched, name: str) -> int:
    pid = watched.stack.children[name].pid
    assert pid is not None
    return os.getpgid(pid)


def test_a_dashboard_asks_nothing_that_has_no_answer(watched: Watched) -> None:
    queries = [
        (f"{path.stem}: {panel['title']}", target["expr"])
        for path in sorted((ROOT / "infra/grafana/dashboards").glob("*.json"))
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    ]
    # What is counted from its first event on has no series before.
    assert watched.post(" ") == 422
    unanswered = queries

    def all_answered() -> bool:
        nonlocal unanswered
        watched.stack.tend()
        unanswered = [(title, expr) for title, expr in unanswered if not watched.prometheus.ask(expr)]
        return not unanswered

    with contextlib.suppress(AssertionError):
        wait_until(all_answered, 60)
    assert (unanswered, len(queries) > 35) == ([], True)


def test_a_frozen_worker_is_told_within_a_minute(watched: Watched) -> None:
    group = group_of(watched, "worker")
    os.killpg(group, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        watched.tells("BantinNoWorkers", begun=begun)
        watched.tells("BantinWorkerSilent", begun=begun)
    finally:
        os.killpg(group, signal.SIGCONT)
    watched.is_well()


def test_a_lost_broker_is_told_within_a_minute(watched: Watched) -> None:
    valkey = watched.stack.valkey
    assert valkey is not None
    valkey.kill()
    begun = time.monotonic()
    try:
        watched.tells("BantinBrokerAway", begun=begun)
    finally:
        valkey.start()
    watched.is_well()


def test_a_bulletin_that_kills_its_workers_is_told_within_a_minute(watched: Watched) -> None:
    begun = time.monotonic()
    assert watched.post(f"Tin độc {DIE}\n\nBản tin này giết người đọc nó.") == 202
    watched.tells("BantinWorkerDeaths", begun=begun)
    watched.is_well()
    wait_until(lambda: watched.stack.tend() or "BantinQuarantineGrows" in watched.prometheus.firing(), A_MINUTE)


def administer(watched: Watched, *statements: str) -> None:
    with psycopg.connect(
        watched.stack.database_url, autocommit=True, options="-c default_transaction_read_only=off"
    ) as db:
        for statement in statements:
            db.execute(statement)


def test_a_database_that_takes_no_writes_is_told_within_a_minute(watched: Watched) -> None:
    administer(watched, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    begun = time.monotonic()
    try:
        watched.tells("BantinDatabaseReadOnly", begun=begun)
    finally:
        administer(watched, "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
    watched.is_well()


def test_a_full_disk_is_told_within_a_minute(watched: Watched, disk: Path) -> None:
    """The disk that PostgreSQL lies on is full; the newsroom goes on sending what needs room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(1 << 16)):
            pass
    begun = time.monotonic()
    senders = ThreadPoolExecutor(4)

    def is_told() -> bool:
        senders.submit(watched.post, f"Tin dài\n\n{random.Random().randbytes(9_000).hex()}")
        time.sleep(0.2)
        watched.stack.tend()
        return bool(watched.prometheus.firing() & {"BantinDoorShut", "BantinDatabaseDown"})

    try:
        wait_until(is_told, A_MINUTE - (time.monotonic() - begun))
    finally:
        senders.shutdown(cancel_futures=True)
        filler.unlink()
    restart_if_dead(watched)
    watched.is_well()


def restart_if_dead(watched: Watched) -> None:
    """A server that met a full disk while it wrote its log has ended; somebody starts it once there is room."""
    postgres = watched.stack.postgres
    assert postgres is not None
    if postgres.pid is None:
        postgres.start()
