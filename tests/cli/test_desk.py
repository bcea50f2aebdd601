"""The operator's desk in the terminal."""

import json

from services.enrich.workbench import Workbench
from shared.ids import BULLETIN, written
from tests.cli.conftest import Bantin
from tests.factories import a_text, some_bulletins
from tests.servers import Service


def a_quarantined_one(ingest: Service) -> str:
    (id,) = some_bulletins(ingest.database, [a_text()])
    ingest.database.run(
        "UPDATE bulletin SET status = 'quarantined', closed_at = now(), error_class = 'ValueError', last_error = %(said)s"
        " WHERE id = %(id)s",
        id=id,
        said="Traceback\nValueError: cannot read 'x' at 7",
    )
    return written(BULLETIN, id)


def test_the_queue_is_shown_and_told(ingest: Service, bantin: Bantin) -> None:
    some_bulletins(ingest.database, [a_text() for _ in range(3)])
    assert [one["waiting"] for one in json.loads(bantin("queue", "--json").stdout)["queues"]] == [0, 3]
    shown = bantin("queue")
    assert shown.returncode == 0
    assert "oldest waits" in shown.stdout


def test_nobody_at_work_ends_with_1(bantin: Bantin) -> None:
    done = bantin("workers")
    assert (done.returncode, done.stdout.strip()) == (1, "nobody works here")


def test_the_quarantine_is_listed_and_let_run_again(ingest: Service, bantin: Bantin) -> None:
    id = a_quarantined_one(ingest)
    (group,) = json.loads(bantin("quarantine", "list", "--json").stdout)["groups"]
    assert (group["newest"], group["said"]) == (id, "ValueError: cannot read 'x' at 7")
    assert "Traceback" in bantin("quarantine", "list", "--signature", group["signature"]).stdout
    dry = bantin("quarantine", "replay", "--all", "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, "1 would be let run again\n")
    done = bantin("quarantine", "replay", id, "--reason", "mended", "--actor", "Lan")
    assert (done.returncode, done.stdout) == (0, "1 were let run again\n")
    assert ingest.database.rows("SELECT status FROM bulletin") == [("queued",)]
    assert ingest.database.rows("SELECT actor, reason FROM operator_action") == [("Lan", "mended")]


def test_a_repair_must_say_which_and_why(bantin: Bantin) -> None:
    for words, told in (((), "say which"), (("--all",), "say why"), (("bul_7", "--reason", "x"), "no bulletin's id")):
        done = bantin("quarantine", "discard", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr


def test_the_ledger_ends_with_0_while_it_balances_and_with_1_when_not(
    ingest: Service, bantin: Bantin, workbench: Workbench
) -> None:
    some_bulletins(ingest.database, [a_text()])
    workbench.enrich([])
    assert bantin("ledger").returncode == 0
    ingest.database.run("DELETE FROM article_version")
    done = bantin("ledger")
    assert done.returncode == 1
    assert "published without an article: bul_" in done.stdout


def test_a_life_is_told(ingest: Service, bantin: Bantin, workbench: Workbench) -> None:
    (id,) = some_bulletins(ingest.database, [a_text()])
    workbench.enrich([])
    shown = bantin("history", written(BULLETIN, id))
    assert shown.returncode == 0
    assert "article.published" in shown.stdout
    nobody = bantin("history", "bul_" + "0" * 32)
    assert (nobody.returncode, nobody.stderr) == (3, "bantin: there is no bulletin or article bul_" + "0" * 32 + "\n")


def test_top_shows_all_of_it(bantin: Bantin) -> None:
    done = bantin("top", "--count", "1")
    assert done.returncode == 0
    assert "no bulletin is quarantined" in done.stdout


def test_without_a_database_it_says_so(bantin: Bantin) -> None:
    done = bantin("queue", DATABASE_URL="postgresql://bantin@127.0.0.1:1/none")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (4, "", 1)


def test_a_queue_is_paused_limited_and_resumed(ingest: Service, bantin: Bantin) -> None:
    assert bantin("pause", "normal").returncode == 2, "without a reason"
    done = bantin("pause", "normal", "--reason", "sai ngày", "--actor", "Lan")
    assert (done.returncode, done.stdout) == (0, "normal: paused\n")
    assert "normal: paused by Lan: sai ngày" in bantin("queue").stdout
    assert bantin("limit", "2", "normal", "--reason", "chậm lại").stdout == "normal: paused, at most 2 at once\n"
    told = json.loads(bantin("resume", "normal", "--reason", "đã sửa", "--json").stdout)
    assert (told["queue"], told["paused"], told["most"]) == ("normal", False, 2)
    assert bantin("limit", "0", "normal", "--reason", "xong").stdout == "normal: not paused\n"
    assert [row[0] for row in ingest.database.rows("SELECT action FROM operator_action ORDER BY id")] == [
        "pause", "limit", "resume", "limit",
    ]  # fmt: skip


def test_a_long_repair_is_begun_listed_and_stopped(ingest: Service, bantin: Bantin) -> None:
    a_quarantined_one(ingest)
    a_quarantined_one(ingest)
    begun = bantin("quarantine", "replay", "--all", "--rate", "0.01", "--reason", "đã sửa", "--actor", "Lan")
    assert "2 bulletins, 0.01 a second" in begun.stdout
    (job,) = json.loads(bantin("quarantine", "jobs", "--json").stdout)["jobs"]
    # Where a desk runs it has done the first by now; the second is a hundred seconds away.
    assert (job["state"], job["matched"], job["done"] < 2) == ("running", 2, True)
    assert "stopped" in bantin("quarantine", "stop", str(job["id"]), "--reason", "khoan").stdout
    assert bantin("quarantine", "continue", "999", "--reason", "đi").returncode == 3


def test_what_was_measured_is_shown(ingest: Service, bantin: Bantin, workbench: Workbench) -> None:
    some_bulletins(ingest.database, [a_text()], source="báo An")
    workbench.enrich([])
    measures = json.loads(bantin("latency", "--json").stdout)["measures"]
    assert measures[0]["measure"] == "readable"
    assert "find_dates" in bantin("latency").stdout
    shown = bantin("sources")
    assert (shown.returncode, "báo An" in shown.stdout, "as usual" in shown.stdout) == (0, True, True)
    assert "báo An" in bantin("sources", "--drift").stdout
    assert set(json.loads(bantin("top", "--count", "1", "--json").stdout)) >= {
        "queues",
        "workers",
        "latency",
        "probes",
        "jobs",
    }
