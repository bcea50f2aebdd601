"""How fast a backlog becomes articles: batches, one task a bulletin, and the stages alone in a plain loop."""

import argparse
import os
import signal
import statistics
import time
from uuid import UUID

import psycopg
import redis
from measure import HERE, IDLE, a_process, a_stack, ask, children, cpu_ms, post_backlog, queued, tell, texts, until

from infra.stack import Stack
from services.enrich import pipeline
from services.enrich.text.article import Article
from shared.ids import new_id
from shared.queue import NORMAL, Bell, make_celery
from shared.settings import Settings

_BATCH = Settings().batch_size
_WORKER = ("-m", "services.enrich", "worker")
_THIN = (str(HERE / "thin.py"),)
_FOR_WARMTH = 200
"""Bulletins beside those that are counted, for the children's first tasks."""


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bulletins", type=int, default=3_000)
    args = parser.parse_args()
    figures: dict[str, list[float]] = {}

    def note(**told: float) -> None:
        for name, value in told.items():
            figures.setdefault(name, []).append(value)

    few = max(100, args.bulletins // 4)
    with a_stack(workers=0, sweep_command=IDLE) as stack:
        _preload(stack, 1_000)
        _drain(stack, _WORKER, concurrency=2, batch=_BATCH)  # warm: files, pages, plans
        for _ in range(args.rounds):
            rate, cpu = plain_loop(texts(min(1_500, args.bulletins))[0])
            note(plain=rate, plain_cpu=cpu)
            for name, count, concurrency, batch, command in (
                ("batches", args.bulletins, 2, _BATCH, _WORKER),
                ("single", few, 2, 1, _WORKER),
                ("one_child", args.bulletins, 1, _BATCH, _WORKER),
                ("thin_batches", args.bulletins, 2, _BATCH, _THIN),
                ("thin_single", few, 2, 1, _THIN),
            ):
                _preload(stack, count + _FOR_WARMTH)
                rate, worker_cpu, server_cpu = _drain(stack, command, concurrency=concurrency, batch=batch)
                note(**{name: rate, f"{name}_cpu": worker_cpu, f"{name}_server_cpu": server_cpu})
    _tell(figures, args.bulletins, args.rounds)


def _tell(figures: dict[str, list[float]], bulletins: int, rounds: int) -> None:
    def middle(name: str) -> float:
        return statistics.median(figures[name])

    def ratio(way: str, limit: str) -> float:
        return statistics.median(a / b for a, b in zip(figures[way], figures[limit], strict=True))

    def beside_the_stages(way: str) -> list[float]:
        parts = (figures[f"{way}_cpu"], figures[f"{way}_server_cpu"], figures["plain_cpu"])
        return [worker + server - stages for worker, server, stages in zip(*parts, strict=True)]

    costs = zip(beside_the_stages("single"), beside_the_stages("batches"), strict=True)
    sample, origin = texts(1_000)
    told = {
        f"batches of {_BATCH}, two children (a second)": middle("batches"),
        "one task a bulletin, two children (a second)": middle("single"),
        f"batches of {_BATCH}, one child (a second)": middle("one_child"),
        "stages in a plain loop (a second)": middle("plain"),
        "batches: worker CPU-ms a bulletin": middle("batches_cpu"),
        "batches: PostgreSQL CPU-ms a bulletin": middle("batches_server_cpu"),
        "one task: worker CPU-ms a bulletin": middle("single_cpu"),
        "one task: PostgreSQL CPU-ms a bulletin": middle("single_server_cpu"),
        "one child: worker CPU-ms a bulletin": middle("one_child_cpu"),
        "plain loop: CPU-ms a bulletin": middle("plain_cpu"),
        "thin stages, batches (a second)": middle("thin_batches"),
        "thin stages, one task a bulletin (a second)": middle("thin_single"),
        "batches / one task a bulletin": ratio("batches", "single"),
        "thin stages: batches / one task a bulletin": ratio("thin_batches", "thin_single"),
        "CPU beside the stages: one task a bulletin / batches": statistics.median(a / b for a, b in costs),
        "per core: plain loop CPU / worker CPU": ratio("plain_cpu", "batches_cpu"),
        "one child / plain loop (time)": ratio("one_child", "plain"),
    }
    characters = round(statistics.mean(len(text) for text in sample))
    tell("pipeline", told, {"texts": origin, "characters": characters, "bulletins": bulletins, "rounds": rounds})


def plain_loop(filed: list[str]) -> tuple[float, float]:
    """The stages over the texts, in this process: a second, and CPU-ms each."""
    ids = [new_id() for _ in filed]
    started, cpu = time.perf_counter(), time.process_time()
    for id, text in zip(ids, filed, strict=True):
        pipeline.read(Article(id=id, filed=text), pipeline.STAGES, time.perf_counter)
    seconds, used = time.perf_counter() - started, time.process_time() - cpu
    return len(filed) / seconds, used * 1000 / len(filed)


def _preload(stack: Stack, count: int) -> None:
    post_backlog(stack, texts(count)[0])
    # The bells that ingest rang for them are taken away once no more come.
    client = redis.Redis.from_url(stack.broker_url)
    before = -1
    while (now := int(client.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))) != before:
        before = now
        time.sleep(0.3)
    client.flushall()


def _drain(stack: Stack, command: tuple[str, ...], *, concurrency: int, batch: int) -> tuple[float, float, float]:
    """Have real Celery workers finish what waits: bulletins a second, and CPU-ms each of children and PostgreSQL."""
    command += ("--concurrency", str(concurrency))
    with a_process(stack, "worker", *command, BANTIN_BATCH_SIZE=str(batch), BANTIN_LOG_LEVEL="INFO") as worker:
        log = stack.log_of("worker")
        until(lambda: b" ready." in log.read_bytes(), 60)
        _warm(stack, concurrency, batch)
        with psycopg.connect(stack.database_url) as connection:
            rows = connection.execute("SELECT id FROM bulletin WHERE status = 'queued' ORDER BY id").fetchall()
        ids = [row[0] for row in rows]
        # Frozen while it is rung for, so that all bells are there when the clock starts.
        os.killpg(worker.pid, signal.SIGSTOP)
        _ring(stack, ids, batch)
        pids, server = children(worker.pid), _server_processes(stack)
        before, server_before = cpu_ms(pids), cpu_ms(server)
        began = ask(stack.database_url, "SELECT extract(epoch FROM clock_timestamp())::float8")
        os.killpg(worker.pid, signal.SIGCONT)
        until(lambda: queued(stack) == 0, 300, 0.2)
        used, server_used = cpu_ms(pids) - before, cpu_ms(server) - server_before
        ended = ask(stack.database_url, "SELECT extract(epoch FROM max(closed_at))::float8 FROM bulletin")
        log.unlink()
    return len(ids) / (ended - began), used / len(ids), server_used / len(ids)


def _warm(stack: Stack, concurrency: int, batch: int) -> None:
    """Have every child connect and prepare its statements, on a few of the bulletins."""
    with psycopg.connect(stack.database_url) as connection:
        limit = 4 * concurrency
        rows = connection.execute("SELECT id FROM bulletin WHERE status = 'queued' ORDER BY id LIMIT %s", (limit,))
        ids = [row[0] for row in rows]
    done = len(ids) if batch == 1 else batch * concurrency
    waiting = queued(stack)
    _ring(stack, ids, 1)
    until(lambda: queued(stack) <= max(0, waiting - done), 60)
    time.sleep(0.5)


def _ring(stack: Stack, ids: list[UUID], batch: int) -> None:
    bell = Bell(make_celery(Settings(broker_url=stack.broker_url)))
    for start in range(0, len(ids), batch):
        bell.ring(ids[start : start + batch], NORMAL)
    bell.close()


def _server_processes(stack: Stack) -> list[int]:
    """PostgreSQL's own processes and its backends; the one that asks is among them and does little."""
    assert stack.postgres is not None
    assert stack.postgres.pid is not None
    return children(stack.postgres.pid)


if __name__ == "__main__":
    main()
