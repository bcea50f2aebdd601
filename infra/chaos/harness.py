"""Chaos: everything is killed, again and again, while bulletins come in; then the account is drawn."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from infra.chaos import account, collisions, faults
from infra.chaos.collisions import Collisions
from infra.chaos.faults import FAULTS, Trouble
from infra.chaos.load import Kind, Newsroom, Reader, wait_for
from infra.stack import Stack

Say = Callable[[str], None]

_SHARES: dict[Kind, float] = {
    "plain": 0.93,
    "duplicate": 0.05,
    "flaky": 0.008,
    "raise": 0.006,
    "die": 0.004,
    "hang": 0.0006,
    "stuck": 0.0002,
}
_HARMLESS: dict[Kind, float] = {"plain": 0.95, "duplicate": 0.05}
DRAIN = 120.0
"""Seconds after the last fault within which everything must be finished."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to happen. The same seed makes the same texts and the same faults, at the same intervals."""

    kills: int
    bulletins: int
    seed: int
    rate: float = 40.0
    naive: bool = False


def run(plan: Plan, home: Path, say: Say) -> dict[str, Any]:
    """Do as planned; the account."""
    with _stack(home, naive=plan.naive) as stack:
        # The control knows no retry and no quarantine; it is to lose honest bulletins.
        shares = _HARMLESS if plan.naive else _SHARES
        newsroom = Newsroom(
            stack.ingest_url,
            seed=plan.seed,
            rate=plan.rate,
            most=plan.bulletins,
            shares=shares,
            keyed=0.0 if plan.naive else 0.2,
        )
        reader = Reader(stack.api_url)
        trouble = Trouble(stack=stack, chance=random.Random(plan.seed))
        newsroom.start()
        reader.start()
        started = time.monotonic()
        done = _make_trouble(plan, trouble, newsroom, say)
        say(f"{plan.kills} faults made in {time.monotonic() - started:.0f} s; letting it finish")
        trouble.end()
        wait_for(lambda: newsroom.done, 600, trouble.tend)
        newsroom.stop(trouble.tend)
        last = time.monotonic()
        drained = wait_for(lambda: _queued(stack) == 0, 30 if plan.naive else DRAIN, trouble.tend)
        seconds = time.monotonic() - last
        reader.stop()
        found = account.settle(stack.database_url, newsroom.ledger.accepted(), reader.seen, reader.faults)
    told = found.document() | {"faults": dict(done), "drained": drained, "drain_seconds": round(seconds, 1)}
    return told | {"seed": plan.seed, "design": "naive" if plan.naive else "bantin"}


def collide(plan: Collisions, home: Path, say: Say) -> dict[str, Any]:
    """Let eight worker processes meet the same bulletins at the same instants; the account. Nobody is killed."""
    stack = Stack(
        home=home,
        usual_ports=False,
        workers=2,
        concurrency=collisions.HANDS // 2,
        # One bulletin a batch: so those of a group are in different hands.
        environment={"BANTIN_MAX_WAITING_AGE": "3600", "BANTIN_BATCH_SIZE": "1", "PYTHONHASHSEED": "0"},
    )
    with _started(stack):
        return collisions.run(plan, stack, say)


def recoveries(home: Path, say: Say, seed: int) -> list[dict[str, Any]]:
    """Each fault alone, under a light load: how long until everything posted around it was finished."""
    told = []
    with _stack(home) as stack:
        for name in FAULTS:
            newsroom = Newsroom(stack.ingest_url, seed=seed, rate=20, most=10_000, shares=_HARMLESS)
            trouble = Trouble(stack=stack, chance=random.Random(seed))
            newsroom.start()
            wait_for(lambda: False, 2.0, trouble.tend)
            struck = time.time()
            FAULTS[name][1](trouble)
            wait_for(lambda: False, 3.0, trouble.tend)
            newsroom.stop(trouble.tend)
            # What is frozen stays so: the others must finish its work.
            finished = wait_for(lambda: _queued(stack) == 0, 60, trouble.tend)
            seconds = _longest_wait(stack, struck)
            trouble.end()
            wait_for(lambda: False, 3.0, trouble.tend)
            say(f"{name}: everything finished within {seconds:.1f} s")
            told.append({"fault": name, "finished": finished, "seconds": round(seconds, 2)})
            seed += 1
    return told


def _make_trouble(plan: Plan, trouble: Trouble, newsroom: Newsroom, say: Say) -> Counter[str]:
    done: Counter[str] = Counter()
    chance = random.Random(plan.seed + 1)
    for number in range(plan.kills):
        # Spread over the time that the posting takes.
        pause = plan.bulletins / plan.rate / max(1, plan.kills)
        wait_for(lambda: newsroom.done, chance.uniform(0.3, 1.7) * pause, trouble.tend)
        name = faults.pick(chance)
        FAULTS[name][1](trouble)
        done[name] += 1
        if (number + 1) % 20 == 0:
            say(f"{number + 1} faults, {len(newsroom.ledger.accepted())} accepted, {_queued(trouble.stack)} queued")
    return done


@contextmanager
def _stack(home: Path, *, naive: bool = False) -> Iterator[Stack]:
    marks = home / "marks"
    marks.mkdir(parents=True, exist_ok=True)
    poisoned = ("-m", "infra.chaos.saboteur", "poison", "-", str(marks), "--", "services.enrich")
    stack = Stack(
        home=home,
        usual_ports=False,
        workers=2,
        concurrency=1,
        environment={"BANTIN_MAX_WAITING_AGE": "3600", "PYTHONHASHSEED": "0"},
        worker_command=(*poisoned, "worker"),
        sweep_command=(*poisoned, "sweep"),
    )
    if naive:
        stack.worker_command = ("-m", "infra.chaos.saboteur", "naive", "-", "-", "--", "services.enrich", "worker")
        stack.sweep_command = ("-c", "import time; time.sleep(1e6)")
        stack.environment["BANTIN_BATCH_SIZE"] = "1"
    with _started(stack):
        yield stack


@contextmanager
def _started(stack: Stack) -> Iterator[None]:
    stack.start()
    try:
        if not wait_for(lambda: _readable(stack), 60, stack.tend):
            raise RuntimeError(f"the stack does not start: see {stack.home / 'log'}")
        yield
    finally:
        stack.stop()


def _readable(stack: Stack) -> bool:
    try:
        return all(httpx.get(f"{url}/readyz").is_success for url in (stack.ingest_url, stack.api_url))
    except httpx.TransportError:
        return False


def _queued(stack: Stack) -> int:
    try:
        with psycopg.connect(stack.database_url, connect_timeout=3) as connection:
            row = connection.execute("SELECT count(*) FROM bulletin WHERE status = 'queued'").fetchone()
            return row[0] if row else -1
    except psycopg.OperationalError:
        return -1


def _longest_wait(stack: Stack, struck: float) -> float:
    """The longest time from acceptance, or from the fault if that came later, to the end of a bulletin."""
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(
            "SELECT max(extract(epoch FROM closed_at) - greatest(extract(epoch FROM received_at), %(struck)s))::float8"
            " FROM bulletin WHERE closed_at > to_timestamp(%(struck)s)",
            {"struck": struck},
        ).fetchone()
    return row[0] if row and row[0] else 0.0
