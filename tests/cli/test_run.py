"""`bantin run`: everything on one machine, on a folder that keeps its data."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import run_bantin

FIRST = "Mở lớp học bơi ở Cồn Phụng\n\nSáng 12/6/2025, tỉnh Vĩnh Long mở lớp học bơi cho 120 trẻ em Cồn Phụng.\n"
SECOND = "Trạm bơm Gò Nổi chạy thử\n\nNgày 3 tháng 7 năm 2025, trạm bơm Gò Nổi, tỉnh Tây Ninh, chạy thử đợt một.\n"


@pytest.fixture
def taken_ports() -> Iterator[tuple[int, int]]:
    """8001 and 8002, in other hands."""
    with contextlib.ExitStack() as held:
        for port in (8001, 8002):
            holder = held.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):  # somebody holds it already
                holder.bind(("127.0.0.1", port))
                holder.listen()
        yield 8001, 8002


def test_bulletins_become_articles_and_a_second_run_knows_them(tmp_path: Path, taken_ports: tuple[int, int]) -> None:
    files = [tmp_path / "lớp học bơi.txt", tmp_path / "trạm bơm.txt"]
    for path, text in zip(files, (FIRST, SECOND), strict=True):
        path.write_text(text, encoding="utf-8")
    words = ("run", "--once", "--json", *map(str, files))
    first, second = (run_bantin(*words, BANTIN_HOME=str(tmp_path / "home")) for _ in range(2))
    told = [{each["file"]: each for each in map(json.loads, done.stdout.splitlines())} for done in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert [set(outcomes) for outcomes in told] == [set(map(str, files))] * 2
    assert [{each["state"] for each in outcomes.values()} for outcomes in told] == [{"published"}, {"duplicate"}]
    for path in map(str, files):
        first_told, then_told = (outcomes[path]["article"] for outcomes in told)
        assert [[one["kind"] for one in each.pop("relations")] for each in (first_told, then_told)] == [[], ["exact"]]
        assert first_told == then_told
    article = told[0][str(files[0])]["article"]
    assert (article["title"], [date["value"] for date in article["dates"]]) == (
        "Mở lớp học bơi ở Cồn Phụng",
        ["2025-06-12TMO"],
    )
    for port, name in zip(taken_ports, ("ingest", "api"), strict=True):
        assert f"port {port} is taken: {name} takes" in first.stderr


def test_a_port_that_cannot_be_had_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        done = run_bantin("run", "--once", "--ingest-port", port, BANTIN_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr.splitlines()[-1]
        == f"bantin: port {port} for ingest is refused: Address already in use; choose another"
    )
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    done = run_bantin("run", "--once", BANTIN_HOME=str(tmp_path), DATABASE_URL="postgresql://bantin@127.0.0.1:9/bantin")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("bantin: the database does not answer: ")
