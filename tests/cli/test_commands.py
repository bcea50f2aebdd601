"""The words of the command line, each against services that run."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from infra.embedded import process
from services.enrich.workbench import Workbench
from shared.contracts.ninjs import MEDIA_TYPE as NINJS
from shared.contracts.ninjs import NinjsOut
from shared.migrations import newest
from tests.cli.conftest import Bantin, Done, run_bantin
from tests.factories import TEXT, a_json
from tests.servers import ROOT, Servers, Service

COMMANDS = ("run", "test", "post", "status", "show", "tail", "doctor", "serve", "worker", "sweep", "migrate")


def documents(done: Done) -> list[Any]:
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def bulletin_file(tmp_path: Path) -> Path:
    path = tmp_path / "cầu Vàm Sáng.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_help_names_every_command_and_every_exit_code() -> None:
    done = run_bantin("--help")
    assert done.returncode == 0
    assert [command for command in COMMANDS if f" {command} " not in done.stdout] == []
    assert "0 done, 1 failed, 2 wrong use, 3 not found, 4 try again later" in done.stdout


def test_a_command_does_not_wait_for_what_others_need() -> None:
    told = """if True:
        import sys
        import typer
        from services.cli.main import app
        assert typer.main.get_command(app).commands["queue"].name == "queue"
        print(sorted({"httpx", "psycopg", "services.cli.life", "infra.stack"} & sys.modules.keys()))
    """
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_mistyped_command_is_guessed() -> None:
    done = run_bantin("quarantin")
    assert (done.returncode, "Did you mean 'quarantine'?" in done.stderr) == (2, True)


@pytest.mark.parametrize(("command", "told"), [("run", "--once"), ("post", "--charset"), ("tail", "--since")])
def test_every_command_explains_itself(command: str, told: str) -> None:
    done = run_bantin(command, "--help")
    assert (done.returncode, told in done.stdout) == (0, True)


@pytest.mark.parametrize(
    "words", [["fly"], ["show"], ["post", "no such file"], ["serve", "tea"], ["run", "--api-port", "x"]]
)
def test_wrong_use_ends_with_2(words: list[str]) -> None:
    done = run_bantin(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["status", "bul_" + "0" * 32], ["show", "art_" + "0" * 32], ["status", "what"]])
def test_what_is_not_there_ends_with_3(bantin: Bantin, words: list[str]) -> None:
    done = bantin(*words)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
    assert done.stderr.startswith("bantin: no_such_")


def test_a_service_that_is_not_there_ends_with_4_after_some_seconds() -> None:
    nowhere = f"http://127.0.0.1:{process.free_port()}"
    done = run_bantin("status", "bul_" + "0" * 32, BANTIN_INGEST_URL=nowhere)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith(f"bantin: no answer from {nowhere}/v1/bulletins/")
    assert len(done.stderr.splitlines()) == 1


def test_a_command_that_needs_a_database_says_how_to_name_one(tmp_path: Path) -> None:
    done = run_bantin("worker", BANTIN_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (
        2, "bantin: no database: set DATABASE_URL (and REDIS_URL), or start `bantin run`\n",
    )  # fmt: skip


def test_a_bulletin_is_followed_from_its_file_to_the_feed(
    bantin: Bantin, api_service: Service, workbench: Workbench, bulletin_file: Path
) -> None:
    (posted,) = documents(bantin("post", "--json", str(bulletin_file)))
    assert posted == {"file": str(bulletin_file), "bulletin": posted["bulletin"], "state": "queued"}
    (queued,) = documents(bantin("status", "--json", posted["bulletin"]))
    workbench.enrich([])
    (receipt,) = documents(bantin("status", "--json", posted["bulletin"]))
    (article,) = documents(bantin("show", "--json", posted["bulletin"]))
    (ninjs,) = documents(bantin("show", "--ninjs", posted["bulletin"]))
    told = httpx.get(f"{api_service.url}/v1/articles/{article['id']}", headers={"Accept": NINJS}).json()
    assert set(ninjs) == set(told)
    assert NinjsOut.model_validate(ninjs) == NinjsOut.model_validate(told)
    (change,) = documents(bantin("tail", "--json", "--since", "0", "--count", "1"))
    assert (queued["state"], receipt["state"], receipt["article"]) == ("queued", "published", article)
    assert (article["title"], change["article"], change["seq"]) == ("Khánh thành cầu Vàm Sáng", article["id"], 1)
    told = [
        bantin("status", posted["bulletin"]),
        bantin("show", article["id"]),
        bantin("tail", "--since", "0", "--count", "1"),
    ]
    assert [done.returncode for done in told] == [0, 0, 0]
    assert ["published" in told[0].stdout, *("Khánh thành cầu Vàm Sáng" in done.stdout for done in told[1:])] == [
        True
    ] * 3


def test_a_bulletin_without_an_article_yet_ends_with_3(bantin: Bantin) -> None:
    (posted,) = documents(bantin("post", "--json", stdin=TEXT))
    assert bantin("show", posted["bulletin"]).returncode == 3


def test_posting_can_wait_for_the_article(bantin: Bantin, workbench: Workbench, bulletin_file: Path) -> None:
    done = Event()

    def work() -> None:
        while not done.wait(0.05):
            workbench.enrich([])

    worker = Thread(target=work)
    worker.start()
    try:
        first, second = (documents(bantin("post", "--wait", "--json", str(bulletin_file)))[0] for _ in range(2))
    finally:
        done.set()
        worker.join()
    assert (first["state"], second["state"]) == ("published", "duplicate")
    assert first["article"]["id"] == second["article"]["id"]


def test_who_files_it_may_be_named_in_vietnamese(bantin: Bantin, ingest: Service) -> None:
    done = bantin("post", "--json", "--source", "báo Vĩnh Long", "--priority", "flash", stdin=TEXT)
    assert (done.returncode, done.stderr) == (0, "")
    assert ingest.database.rows("SELECT source, priority FROM bulletin") == [("báo Vĩnh Long", 0)]


def test_a_file_in_an_old_charset_is_posted_as_it_is(bantin: Bantin, ingest: Service, tmp_path: Path) -> None:
    path = tmp_path / "cũ.txt"
    path.write_bytes("Tin cũ\n\nVa\u0300o he\u0300.".encode("cp1258", "replace"))
    assert bantin("post", "--json", "--charset", "windows-1258", str(path)).returncode == 0
    assert ingest.database.rows("SELECT charset, size FROM bulletin") == [("cp1258", path.stat().st_size)]


def test_what_is_refused_is_told_in_a_line_and_ends_with_1(bantin: Bantin, tmp_path: Path) -> None:
    path = tmp_path / "trống.txt"
    path.write_text(" \n")
    done = bantin("post", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"bantin: {path}: empty_text: the bulletin holds no text: nothing was taken in\n"


def test_a_file_of_lines_is_posted_as_a_batch_and_each_refusal_is_told_by_its_line(
    bantin: Bantin, ingest: Service, tmp_path: Path
) -> None:
    path = tmp_path / "nhiều.ndjson"
    path.write_bytes(b"\n".join([*(a_json(text=f"Tin {n}") for n in range(600)), b"{}"]) + b"\n")
    done = bantin("post", str(path))
    assert (done.returncode, ingest.database.count("bulletin")) == (1, 600)
    assert done.stderr.startswith(f"bantin: {path}:601: the JSON is no bulletin: /text")
    assert "600 taken in, 1 refused" in done.stdout.replace("\n", "")


def test_the_doctor_names_what_is_missing_and_ends_with_1(bantin: Bantin) -> None:
    done = bantin("doctor", "--json")
    (findings,) = documents(done)
    assert done.returncode == 1
    assert [(finding["name"], finding["well"]) for finding in findings] == [
        ("python", True), ("disk", True), ("database", True), ("broker", True), ("ingest", True), ("api", True),
        ("workers", False),
    ]  # fmt: skip


def test_the_doctor_warns_of_a_broker_that_may_drop_bells(bantin: Bantin, servers: Servers) -> None:
    servers.redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        (findings,) = documents(bantin("doctor", "--json"))
    finally:
        servers.redis.config_set("maxmemory-policy", "noeviction")
    (broker,) = [finding for finding in findings if finding["name"] == "broker"]
    assert (broker["well"], "set maxmemory-policy noeviction, not allkeys-lru" in broker["detail"]) == (False, True)


def test_commands_say_in_one_line_that_the_database_is_away(tmp_path: Path) -> None:
    port = process.free_port()
    done = run_bantin("queue", BANTIN_HOME=str(tmp_path), DATABASE_URL=f"postgresql://bantin@127.0.0.1:{port}/bantin")
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
    assert f"port {port} failed: Connection refused" in done.stderr


def test_the_doctor_is_content_when_all_is_well(bantin: Bantin, ingest: Service) -> None:
    beat = "INSERT INTO worker_heartbeat VALUES (%(role)s, %(role)s, 'p', %(now)s, %(now)s, %(now)s)"
    for role in ("worker", "sweep"):
        ingest.database.run(beat, role=role, now=datetime.now(UTC))
    done = bantin("doctor")
    assert (done.returncode, "1 worker, 1 sweep" in done.stdout) == (0, True)


def test_the_doctor_survives_when_nothing_is_there(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{process.free_port()}"
    done = run_bantin(
        "doctor", "--json", BANTIN_HOME=str(tmp_path), DATABASE_URL=f"postgresql://bantin@{nowhere}/bantin",
        REDIS_URL=f"redis://{nowhere}/0", BANTIN_INGEST_URL=f"http://{nowhere}", BANTIN_API_URL=f"http://{nowhere}",
    )  # fmt: skip
    (findings,) = documents(done)
    assert (done.returncode, [finding["name"] for finding in findings if finding["well"]]) == (1, ["python", "disk"])


def test_tables_are_migrated_by_hand(bantin: Bantin) -> None:
    done = bantin("migrate")
    assert (done.returncode, done.stdout) == (0, f"tables are at {newest()}\n")
