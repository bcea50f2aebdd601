"""What the operator's desk costs: its first page, the life of one bulletin, and being watched, with many that wait.

    python benchmarks/desk.py [--queued 100000] [--archive 0] [--quarantined 0]

Fills a scratch database with rows by SQL, serves the desk on it as it is served, and asks. Times are medians of several asks,
and stand beside that of `SELECT 1` by the same way. What watching costs is told as a ratio: bulletins closed a second by one
workbench with a stream of events open, and without, in turns.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg

from infra.embedded import process
from infra.embedded.postgres import Postgres
from services.enrich import furnishing, pipeline
from shared.settings import Settings
from tests.factories import a_text, some_bulletins
from tests.servers import Database, started_service

_ROUNDS = 4
_BATCH = 400
"""Bulletins of one round of work."""

# All have the same bytes: what is measured here does not read them.
_QUEUED = """
INSERT INTO raw_object VALUES ('\\x00', 'tin', 3, now()) ON CONFLICT DO NOTHING;
INSERT INTO bulletin (id, source, priority, media_type, charset, raw_sha256, size, request_id, received_at, run_at, rung_at,
                      status, closed_at)
SELECT uuidv7(-(n * interval '30 ms')), 'nguồn ' || n %% 50, CASE WHEN n %% 100 = 0 THEN 0 ELSE 5 END, 'text/plain', 'utf-8',
       '\\x00', 3, '', now() - n * interval '30 ms', now() - n * interval '30 ms', now(),
       '{status}', CASE WHEN '{status}' = 'queued' THEN NULL ELSE now() - n * interval '30 ms' END
FROM generate_series(1, {count}) AS n
"""
_ATTEMPTS = """
INSERT INTO attempt SELECT id, 1, 'host:' || substr(id::text, 36), 'p', received_at, closed_at, 'published', NULL, NULL,
    '{"clean": 1.5, "find_dates": 4.2}', NULL
FROM bulletin WHERE status = 'published'
"""
# Twelve kinds of failures, each with a trace, on the newest bulletins of all.
_QUARANTINED = """
INSERT INTO bulletin (id, source, priority, media_type, charset, raw_sha256, size, request_id, received_at, run_at, rung_at,
                      status, closed_at, error_class, error_stage, last_error)
SELECT uuidv7(-(n * interval '30 ms')), 'nguồn ' || n % 50, 5, 'text/plain', 'utf-8', '\\x00', 3, '',
       now() - n * interval '30 ms', now(), now(), 'quarantined', now() - n * interval '30 ms',
       'Fault' || n % 4, 'find_dates', repeat('  File "stage.py", line 7, in find' || chr(10), 9)
           || 'Fault: the ' || substr('abcdefghijkl', 1 + n % 12, 1) || ' of ' || n || ' is wrong'
FROM generate_series(1, {count}) AS n
"""
_COUNTS = """
SELECT count(*) FILTER (WHERE priority = 0), count(*) FILTER (WHERE priority = 5) FROM bulletin
WHERE status = 'queued' AND run_at <= now()
"""


def fill(database: Database, *, queued: int, archive: int, quarantined: int = 0) -> None:
    """Bulletins that wait, and others that are finished, spread over the past."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        # The rule of how states follow one another looks at updates; what is filled in here is born finished.
        connection.execute(_QUEUED.format(status="published", count=archive).replace("%%", "%"))
        connection.execute(_QUEUED.format(status="queued", count=queued).replace("%%", "%"))
        connection.execute(_QUARANTINED.format(count=quarantined))
        connection.execute(_ATTEMPTS)
        connection.execute("VACUUM ANALYZE")


def median_ms(ask: Callable[[], object], times: int = 7) -> float:
    """The median time of an ask."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def throughput(database: Database, settings: Settings) -> float:
    """Bulletins closed a second by one workbench."""
    bench = furnishing.furnish(settings)
    ids = some_bulletins(database, [a_text() for _ in range(_BATCH)])
    began, done = time.perf_counter(), 0
    for start in range(0, len(ids), settings.batch_size):
        done += bench.enrich(ids[start : start + settings.batch_size])
    seconds = time.perf_counter() - began
    bench.tx_engine.dispose()
    bench.side_engine.dispose()
    return done / seconds


@contextmanager
def watched(url: str) -> Iterator[None]:
    """Somebody follows the desk's events meanwhile, as a browser does: in a process of its own, for it costs the desk's
    machine nothing."""
    browser = subprocess.Popen([sys.executable, "-c", _BROWSER, f"{url}/events?lang=vi"], stdout=subprocess.PIPE)
    assert browser.stdout is not None
    browser.stdout.readline()
    try:
        yield
    finally:
        browser.kill()
        browser.wait()


_BROWSER = """
import sys, urllib.request
while True:
    for line in urllib.request.urlopen(sys.argv[1]):
        if line.startswith(b"event"):
            print("drawn", flush=True)
"""


def cost_of_watching(database: Database, url: str) -> tuple[float, float]:
    """The medians of what is closed a second unwatched and watched, in turns."""
    settings = Settings(database_url=database.url)
    # Flash bulletins would come before those that are rung for, and between them.
    database.run("UPDATE bulletin SET run_at = now() + interval '1 day' WHERE status = 'queued' AND priority = 0")
    pipeline.warm_up()
    throughput(database, settings)
    rates: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(2 * _ROUNDS):
        look = turn % 2 == 1
        with watched(url) if look else nullcontext():
            rates[look].append(throughput(database, settings))
    return statistics.median(rates[False]), statistics.median(rates[True])


def report(database: Database, folder: Path, *, watching: bool) -> None:
    """Ask the desk and tell what it took."""
    with started_service("ops", folder, database) as desk, psycopg.connect(database.url) as connection:
        # It looks back over the last hour when it starts; whoever looks a moment later finds that done.
        time.sleep(3)
        began = time.perf_counter()
        page = desk.http.get("/")
        first = (time.perf_counter() - began) * 1000
        flash, normal = connection.execute(_COUNTS).fetchone() or (0, 0)
        told = {one["priority"]: one["waiting"] for one in desk.http.get("/ops/v1/queues").json()["queues"]}
        baseline = median_ms(lambda: connection.execute("SELECT 1").fetchone())
        id = connection.execute("SELECT id FROM bulletin ORDER BY id LIMIT 1 OFFSET 1000").fetchone()
        assert id is not None
        life = f"/ops/v1/bulletins/bul_{id[0].hex}/history"
        print(f"exact against SQL: {told == {'flash': flash, 'normal': normal}} (page {page.status_code})")
        print(f"SELECT 1: {baseline:.2f} ms")
        print(f"first page, first time {first:.0f} ms, then {median_ms(lambda: desk.http.get('/')):.0f} ms")
        for path in (
            "/livez",
            life,
            "/ops/v1/queues",
            "/ops/v1/workers",
            "/ops/v1/quarantine",
            "/ops/v1/latency",
            "/ops/v1/sources",
            "/sources",
        ):
            name = path.replace(id[0].hex, "…")
            print(f"{name}: {median_ms(lambda path=path: desk.http.get(path)):.1f} ms")
        if watching:
            without, with_it = cost_of_watching(database, desk.url)
            print(f"closed a second {without:.1f}, watched {with_it:.1f}: watching costs {1 - with_it / without:.1%}")


def main() -> None:
    """Read the command line, fill, ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queued", type=int, default=100_000)
    parser.add_argument("--archive", type=int, default=0)
    parser.add_argument("--quarantined", type=int, default=0)
    parser.add_argument("--no-watching", action="store_true")
    args = parser.parse_args()
    from alembic import command

    from shared.migrations import migrate

    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(folder=Path(folder) / "postgres", port=process.free_port(), options={})
        postgres.start()
        try:
            command.upgrade(migrate.config(postgres.url("bantin")), "head")
            database = Database(postgres.url("bantin"))
            fill(database, queued=args.queued, archive=args.archive, quarantined=args.quarantined)
            report(database, Path(folder), watching=not args.no_watching)
        finally:
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
