"""`bantin dedupe`: the workers' decisions on lines of text, without a newsroom."""

import json
import os
from typing import Any

import pytest

from tests.cli.conftest import run_bantin
from tests.enrich.text.duplicates.test_relations import BASE
from tests.servers import Servers

HEAD, BODY = BASE.split("\n\n", 1)
NEAR = BODY.replace("nhiều gia đình", "không ít hộ")
REVISED = BODY.replace("420 hộ dân ở ba", "480 hộ dân ở ba")
TOMORROW = BODY.replace("5/9/2025", "6/9/2025")


def answers(form: str, *lines: object, **environment: str) -> list[dict[str, Any]]:
    told = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = run_bantin("dedupe", form, stdin=told, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def a_line(id: object, text: str, title: str = HEAD) -> dict[str, object]:
    return {"id": id, "title": title, "text": text}


def test_lines_join_the_cluster_of_their_original_in_order_of_arrival(servers: Servers) -> None:
    found = answers(
        "--jsonl", a_line("a", BODY), a_line(2, NEAR), a_line("c", REVISED), a_line("d", BODY.upper()), a_line("e", "Tin khác", "Tin"),
        DATABASE_URL=servers.postgres.url("postgres"),
    )  # fmt: skip
    assert [list(one) for one in found] == [["id", "cluster", "relation", "to", "score", "reason"]] * 5
    assert [(one["id"], one["cluster"], one["relation"], one["to"]) for one in found] == [
        ("a", "a", "none", None), (2, "a", "near", "a"), ("c", "c", "revision", "a"), ("d", "a", "exact", "a"), ("e", "e", "none", None),
    ]  # fmt: skip
    assert found[2]["reason"] == "the same bulletin with other facts: 420 → 480"


def test_the_scratch_database_is_gone_afterwards(servers: Servers) -> None:
    answers("--jsonl", a_line(1, BODY), DATABASE_URL=servers.postgres.url("postgres"))
    import psycopg

    with psycopg.connect(servers.postgres.url("postgres")) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_database WHERE datname LIKE 'bantin_dedupe%'"
        ).fetchone() == (0,)


def test_pairs_are_compared_each_by_itself() -> None:
    def pair(id: str, earlier: str, later: str) -> dict[str, object]:
        return {"id": id, "a": {"title": HEAD, "text": earlier}, "b": {"title": HEAD, "text": later}}

    found = answers(
        "--pairs", pair("1", BODY, NEAR), pair("2", BODY, TOMORROW), pair("3", BODY, BODY), pair("4", BODY, " \n")
    )
    assert [list(one) for one in found] == [["id", "dup", "relation", "score", "reason"]] * 4
    assert [(one["id"], one["dup"], one["relation"]) for one in found] == [
        ("1", True, "near"), ("2", False, "none"), ("3", True, "exact"), ("4", False, "none"),
    ]  # fmt: skip
    assert found[1]["reason"] == "the same form with other values: 5/9/2025 → 6/9/2025"


def test_a_line_that_is_none_is_told_and_the_others_are_answered() -> None:
    told = "no json\n" + json.dumps({"id": 2, "a": {"text": BODY}, "b": {"text": NEAR}}) + '\n{"id": 3, "a": {}}\n'
    done = run_bantin("dedupe", "--pairs", stdin=told)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [one.get("dup") for one in found] == [None, True, None]
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == [" line 1", " line 3"]


@pytest.mark.parametrize("words", [["dedupe"], ["dedupe", "--jsonl", "--pairs"]])
def test_wrong_use_ends_with_2(words: list[str]) -> None:
    done = run_bantin(*words)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.slow
def test_without_a_server_one_is_made_for_the_run() -> None:
    assert "DATABASE_URL" not in os.environ
    assert [one["cluster"] for one in answers("--jsonl", a_line(1, BODY), a_line(2, NEAR))] == [1, 1]
