"""The embedded servers come back after whatever kill, with everything that was committed."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from infra.embedded import process
from infra.embedded.postgres import Postgres
from infra.embedded.process import ServerError
from infra.embedded.valkey import Valkey
from infra.stack import AlreadyRunning, Stack
from tests.servers import ROOT, wait_until

# The power stays on: only processes are killed here.
OPTIONS = {"fsync": "off"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster of this module, with one table."""
    folder = tmp_path_factory.mktemp("postgres")
    server = a_server(folder)
    server.start()
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE word (word text)")
    server.stop()
    return folder


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = a_server(folder)
    yield server
    server.stop()


def a_server(folder: Path) -> Postgres:
    return Postgres(folder=folder, port=process.free_port(), options=OPTIONS)


def write(server: Postgres, word: str) -> None:
    with psycopg.connect(server.url()) as connection:
        connection.execute("INSERT INTO word VALUES (%s)", (word,))


def has(server: Postgres, word: str) -> bool:
    with psycopg.connect(server.url()) as connection:
        return bool(connection.execute("SELECT FROM word WHERE word = %s", (word,)).fetchall())


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_what_was_committed_is_there_after_a_kill(postgres: Postgres) -> None:
    postgres.start()
    write(postgres, "giết")
    postgres.kill()
    assert postgres.pid is None
    postgres.start()
    assert has(postgres, "giết")


def test_a_stale_lock_file_with_the_number_of_another_process_is_no_hindrance(postgres: Postgres) -> None:
    postgres.start()
    write(postgres, "khoá cũ")
    postgres.kill()
    other = subprocess.Popen(["sleep", "60"])
    try:
        lock = postgres.data / "postmaster.pid"
        lock.write_text("\n".join([str(other.pid), *lock.read_text().splitlines()[1:]]) + "\n")
        postgres.start()
        assert (has(postgres, "khoá cũ"), other.poll()) == (True, None)
    finally:
        other.kill()
        other.wait()


def test_a_server_that_an_earlier_run_left_behind_is_ended(folder: Path, postgres: Postgres) -> None:
    orphan = a_server(folder)
    orphan.start()
    write(orphan, "mồ côi")
    pid = orphan.pid
    postgres.start()
    orphan.stop()
    assert pid is not None
    assert (has(postgres, "mồ côi"), is_gone(pid)) == (True, True)


def test_the_server_of_a_killed_supervisor_ends_and_the_next_run_starts(folder: Path, postgres: Postgres) -> None:
    program = (
        "import sys, time; from pathlib import Path; from infra.embedded.postgres import Postgres\n"
        f"server = Postgres(folder=Path({str(folder)!r}), port={process.free_port()}, options={OPTIONS!r})\n"
        "server.start(); print(server.pid, flush=True); time.sleep(60)\n"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout
    pid = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    postgres.start()
    wait_until(lambda: is_gone(pid))
    write(postgres, "kế tiếp")
    assert has(postgres, "kế tiếp")


def test_a_cluster_can_be_made_where_only_its_owner_may_enter(closed_folder: Path) -> None:
    server = a_server(closed_folder / "sâu" / "hơn")
    server.start()
    try:
        with psycopg.connect(server.url()) as connection:
            told = connection.execute("SELECT lower('ĐẮK'), current_setting('server_encoding')").fetchone()
        assert told == ("đắk", "UTF8")
        assert (closed_folder.stat().st_mode & 0o777, closed_folder.stat().st_uid) == (0o700, os.getuid())
    finally:
        server.stop()


def test_a_cluster_half_made_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "PG_VERSION").write_text("18\n")
    server = a_server(tmp_path)
    server.start()
    server.stop()
    assert not (tmp_path / "data.new").exists()


def test_a_server_that_cannot_start_says_why_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.embedded.postgres._EXIT_PATIENCE", 0.5)
    server = Postgres(folder=folder, port=process.free_port(), options={"shared_buffers": "much"})
    with pytest.raises(ServerError, match=r"PostgreSQL does not start: .*shared_buffers.* \(all of it in ") as error:
        server.start()
    assert "\n" not in str(error.value)


def test_a_package_that_is_missing_is_named_in_one_line() -> None:
    with pytest.raises(ServerError) as error:
        process.package_file("bantin_missing_servers")
    assert str(error.value) == (
        "the package bantin_missing_servers is not installed: run ./bantin once, or set DATABASE_URL and REDIS_URL"
    )


def test_valkey_keeps_its_bells_over_a_clean_stop_and_starts_after_a_kill(tmp_path: Path) -> None:
    valkey = Valkey(folder=tmp_path, port=process.free_port())
    valkey.start()
    try:
        client = redis.Redis.from_url(valkey.url)
        client.rpush("bantin:normal", "một")
        valkey.stop()
        valkey.start()
        kept = client.llen("bantin:normal")
        valkey.kill()
        valkey.start()
        assert (kept, client.ping(), client.config_get("maxmemory-policy")) == (
            1,
            True,
            {"maxmemory-policy": "noeviction"},
        )
        client.close()
    finally:
        valkey.stop()


def test_a_port_that_is_free_is_taken_and_one_that_is_not_is_left() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert (process.is_free(taken), process.free_port(taken) != taken) == (False, True)
    assert process.free_port(taken) == taken


def test_two_never_run_on_one_folder_and_the_second_leaves_the_first_in_peace(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    second = Stack(home=tmp_path)
    with (tmp_path / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunning):
            second.start()
        second.stop()
    assert (tmp_path / "run.json").exists()


def test_a_process_that_does_not_end_when_asked_is_told_to(tmp_path: Path) -> None:
    deaf = process.start(
        [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"],
        death_signal=signal.SIGKILL, log=tmp_path / "log",
    )  # fmt: skip
    wait_until((tmp_path / "log").read_text)
    process.stop(deaf, signal.SIGTERM, 0.2, signal.SIGKILL)
    assert deaf.returncode == -signal.SIGKILL
