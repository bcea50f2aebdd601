"""What the benchmarks share: a stack of their own, a lean client, texts, processor time, and how results are told.

`python benchmarks/measure.py` is the client's process: it reads what to do as JSON from standard input.
"""

import asyncio
import gzip
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import uvloop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from infra.embedded import process  # noqa: E402  # after the path is set
from infra.stack import Stack  # noqa: E402

HERE = Path(__file__).resolve().parent
NEWS = ROOT.parent / "shared" / "news" / "articles.jsonl.gz"
IDLE = ("-c", "import time; time.sleep(1e9)")
"""A process that does nothing, in the place of the sweep: no bell is rung but by the benchmark."""
NUMBER = "#" * 12
"""Stands in a request body for a number that never comes twice."""
_TICK = 1000 / os.sysconf("SC_CLK_TCK")


# The stack


@contextmanager
def a_stack(**options: Any) -> Iterator[Stack]:
    """Everything in a temporary folder, durable as by default; back-pressure is out of the way."""
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        environment = {"BANTIN_MAX_WAITING_AGE": "86400", "BANTIN_LOG_LEVEL": "WARNING"}
        environment |= options.pop("environment", {})
        # Ended by a signal, it takes everything down as well.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        stack = Stack(home=Path(folder), usual_ports=False, environment=environment, **options)
        try:
            stack.start()
            for url in (stack.ingest_url, stack.api_url):
                until(lambda url=url: is_ready(url), 60)
            yield stack
        finally:
            stack.stop()


def is_ready(url: str) -> bool:
    """Does the service say so?"""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def a_process(stack: Stack, name: str, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """One more process of ours, on the servers of the stack."""
    started = process.start(
        [sys.executable, *command],
        death_signal=signal.SIGTERM,
        log=stack.log_of(name),
        env={
            "DATABASE_URL": stack.database_url,
            "REDIS_URL": stack.broker_url,
            "BANTIN_ANONYMOUS": "post,read,operate:admin",
            **stack.environment,
            **environment,
        },
        cwd=ROOT,
    )
    try:
        yield started
    finally:
        process.stop(started, signal.SIGTERM, 25, signal.SIGKILL)


def until(true: Callable[[], bool], seconds: float, pause: float = 0.05) -> None:
    """Wait until it is so. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {true}")
        time.sleep(pause)


def ask(url: str, question: str, **values: Any) -> Any:
    """One value out of the database."""
    with psycopg.connect(url) as connection:
        row = connection.execute(question, values).fetchone()
    return row[0] if row else None


def queued(stack: Stack) -> int:
    """Bulletins that are not finished."""
    return int(ask(stack.database_url, "SELECT count(*) FROM bulletin WHERE status = 'queued'"))


# Processor time


def cpu_ms(pids: Sequence[int]) -> float:
    """The processor time of these processes so far; of those that are gone, none."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks * _TICK


def children(pid: int) -> list[int]:
    """The child processes of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# Texts


def texts(count: int, *, news: bool = True) -> tuple[list[str], str]:
    """Different texts of some 2,600 characters, and where they come from."""
    pool, origin = _news() if news and NEWS.exists() else _varied_samples()
    chance = random.Random(7)
    chosen = [pool[index % len(pool)] for index in range(count)]
    chance.shuffle(chosen)
    # So that none is a duplicate, within a run and over all rounds.
    return [f"{text}\n\nMã tin {time.time_ns():x}-{index}" for index, text in enumerate(chosen)], origin


@cache
def _news() -> tuple[list[str], str]:
    found = []
    with gzip.open(NEWS, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            text = "\n\n".join(part for part in (article["title"], article.get("lead"), article["body"]) if part)
            if 1_900 <= len(text) <= 3_300:
                found.append(text)
            if len(found) == 3_000:
                break
    return found, "news articles"


@cache
def _varied_samples() -> tuple[list[str], str]:
    samples = [path.read_text().split("\n\n") for path in sorted((ROOT / "samples").glob("*.txt"))]
    chance = random.Random(3)
    made = []
    for number in range(600):
        text = chance.choice(samples)[0]
        while len(text) < 2_500:
            paragraph = chance.choice(chance.choice(samples)[1:])
            text += "\n\n" + paragraph.replace("2025", str(2020 + number % 7))
        made.append(text)
    return made, "varied samples"


def json_body(text: str) -> str:
    """A bulletin as the newsroom posts it."""
    return json.dumps({"text": text}, ensure_ascii=False)


def post_backlog(stack: Stack, filed: Sequence[str]) -> None:
    """Post bulletins in batches of 500."""
    for start in range(0, len(filed), 500):
        body = "\n".join(json_body(text) for text in filed[start : start + 500]).encode()
        request = urllib.request.Request(
            f"{stack.ingest_url}/v1/bulletins:batch", body, {"Content-Type": "application/x-ndjson"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        if told["refused"]:
            raise RuntimeError(f"{told['refused']} bulletins were refused")


# The client


@dataclass(kw_only=True, slots=True)
class Requests:
    """What clients ask, each again and again over a connection that it keeps, for some seconds.

    With `rate`, so many requests a second are begun, by all of them together.
    """

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    clients: int = 1
    seconds: float = 3.0
    rate: float = 0.0
    expect: int = 200


def hammer(requests: Requests) -> dict[str, Any]:
    """Have a process of its own ask, so that nobody shares its processor with the client; rate and latencies."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(asdict(requests)).encode(), capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@contextmanager
def hammering(requests: Requests) -> Iterator[None]:
    """The same beside something else."""
    client = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert client.stdin
    client.stdin.write(json.dumps(asdict(requests)).encode())
    client.stdin.close()
    try:
        yield
    finally:
        client.terminate()
        client.wait()


class _Client(asyncio.Protocol):
    """One connection: writes a ready-made request, waits for the whole answer, writes the next."""

    def __init__(self, crowd: "_Crowd") -> None:
        self._crowd = crowd
        self._received = b""
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.ask()

    def ask(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._crowd.next_request())

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(rest) < int(size or 0):
            return
        self._received = b""
        self._crowd.answered(self, int(head[9:12]), time.perf_counter() - self._sent_at)

    def connection_lost(self, _: Exception | None) -> None:
        self._crowd.lost()


class _Crowd:
    """All connections, and what they have measured."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._latencies: list[float] = []
        self._wrong: dict[int, int] = {}
        self._number = time.time_ns() // 1_000 % 10**9 * 1_000
        address = urlsplit(requests.url)
        self._host, self._port = address.hostname, address.port
        path = address.path + (f"?{address.query}" if address.query else "")
        self._parts = [part.encode() for part in requests.body.split(NUMBER)]
        size = len(requests.body.encode())
        lines = [f"{requests.method} {path} HTTP/1.1", f"Host: {address.netloc}"]
        lines += [f"{name}: {value}" for name, value in requests.headers.items()]
        if requests.body:
            lines.append(f"Content-Length: {size}")
        self._head = "\r\n".join([*lines, "", ""]).encode()

    def next_request(self) -> bytes:
        out = [self._head, self._parts[0]]
        for part in self._parts[1:]:
            self._number += 1
            out += (b"%012d" % self._number, part)
        return b"".join(out)

    def answered(self, client: _Client, status: int, seconds: float) -> None:
        self._latencies.append(seconds)
        if status != self._requests.expect:
            self._wrong[status] = self._wrong.get(status, 0) + 1
        now = time.perf_counter()
        if now >= self._ends_at:
            if not self._done.done():
                self._done.set_result(None)
        elif self._requests.rate:
            pause = self._requests.clients / self._requests.rate
            self._loop.call_later(max(0.0, pause - seconds), client.ask)
        else:
            client.ask()

    def lost(self) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError("the server closed a connection"))

    async def run(self) -> dict[str, Any]:
        started = time.perf_counter()
        self._ends_at = started + self._requests.seconds
        for _ in range(self._requests.clients):
            await self._loop.create_connection(lambda: _Client(self), self._host, self._port)
        await self._done
        seconds = time.perf_counter() - started
        return {
            "requests": len(self._latencies),
            "seconds": seconds,
            "rate": len(self._latencies) / seconds,
            **spread(self._latencies),
            "wrong": self._wrong,
        }


# Telling


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum, in milliseconds."""
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {
        f"{name}_ms": round(ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000, 2)
        for name, part in at.items()
    }


def alternate(rounds: int, ways: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Measure the ways in turn, A B A B, so that what else the machine does meets all alike."""
    figures: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            figures[name].append(way())
        told = {name: round(values[-1], 2) for name, values in figures.items()}
        print(f"  round {number + 1}/{rounds}: {told}", file=sys.stderr)
    return figures


def ratio(figures: Mapping[str, Sequence[float]], way: str, limit: str) -> float:
    """The median over the rounds of one way's figure as a share of another's in the same round."""
    return statistics.median(a / b for a, b in zip(figures[way], figures[limit], strict=True))


def tell(benchmark: str, figures: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """One JSON line on standard output, and a table for people on standard error."""
    load = round(os.getloadavg()[0], 1)
    print(json.dumps({"benchmark": benchmark, **figures, **about, "cores": os.cpu_count(), "load": load}))
    width = max(len(name) for name in figures)
    lines = [f"{name:<{width}}  {value:>12,.2f}" for name, value in figures.items()]
    told = ", ".join(f"{name} {value}" for name, value in about.items())
    print("\n".join([f"\n{benchmark} ({told}; {os.cpu_count()} cores, load {load})", *lines, ""]), file=sys.stderr)


def _serve_as_client() -> None:
    requests = Requests(**json.load(sys.stdin))

    async def run() -> dict[str, Any]:
        return await _Crowd(requests).run()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run())))


if __name__ == "__main__":
    _serve_as_client()
