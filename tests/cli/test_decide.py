"""The words of the command line by which people decide on duplicates and stories."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.enrich.workbench import Workbench
from tests.cli.conftest import Bantin
from tests.enrich.text.stories.texts import ANOTHER_BRIDGE, BRIDGE, BRIDGE_TOO
from tests.factories import TEXT

WHY = ("--reason", "đã hỏi toà soạn", "--actor", "le.thi.an")
NOBODY = "art_" + "0" * 32


@pytest.fixture
def publish(bantin: Bantin, workbench: Workbench, tmp_path: Path) -> Callable[[str], str]:
    """Post a text and work on it; the article's id."""

    def file(text: str) -> str:
        path = tmp_path / "tin.txt"
        path.write_text(text, encoding="utf-8")
        bulletin = bantin("post", str(path)).stdout.split()[0]
        workbench.enrich([])
        return str(json.loads(bantin("show", bulletin, "--json").stdout)["id"])

    return file


def test_an_article_is_said_to_be_a_duplicate_and_that_is_undone(bantin: Bantin, publish: Callable[[str], str]) -> None:
    original, other = publish(BRIDGE), publish(TEXT)
    made = json.loads(bantin("relate", other, "--to", original, "--relation", "near", *WHY, "--json").stdout)
    assert (made["kind"], made["article"], made["relation"], made["original"]) == ("relation", other, "near", original)
    assert bantin("show", other).stderr.startswith("bantin: article_merged")
    undone = bantin("undo", made["id"], *WHY)
    assert (undone.returncode, f"{made['id']} holds no more" in undone.stdout) == (0, True)
    assert bantin("show", other).returncode == 0
    listed = bantin("decisions", other).stdout
    assert f"{other} is near to {original} (undone by" in listed
    assert "le.thi.an" in listed


def test_stories_are_split_gathered_and_merged(bantin: Bantin, publish: Callable[[str], str]) -> None:
    first, second, third = (publish(text) for text in (BRIDGE, BRIDGE_TOO, ANOTHER_BRIDGE))
    story = json.loads(bantin("show", first, "--json").stdout)["story"]
    made = json.loads(bantin("stories", "gather", story, third, *WHY, "--json").stdout)
    assert (made["kind"], made["articles"], made["into"]) == ("gather", [third], story)
    made = json.loads(bantin("stories", "split", story, second, third, *WHY, "--json").stdout)
    assert (made["kind"], made["articles"], made["story"]) == ("split", [second, third], story)
    merged = bantin("stories", "merge", made["into"], story, *WHY)
    assert f"{made['into']} is {story}" in merged.stdout
    assert bantin("stories", "undo", merged.stdout.split()[0], *WHY).returncode == 0
    log = [json.loads(line)["kind"] for line in bantin("stories", "log", story, "--json").stdout.splitlines()]
    assert log == ["gather", "split", "merge", "undo"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("relate", NOBODY, "--to", NOBODY, "--relation", "near"), 3, "no_such_article"),
        (("relate", NOBODY, "--to", NOBODY, "--relation", "alike"), 2, "invalid_parameter: relation"),
        (("relate", NOBODY, "--to", "ở đâu", "--relation", "near"), 2, "invalid_parameter: to"),
        (("stories", "merge", "sto_" + "0" * 32, "sto_" + "1" * 32), 3, "unknown_story"),
        (("stories", "split", "sto_" + "0" * 32, "tin"), 2, "invalid_parameter: articles"),
        (("undo", "dec_" + "0" * 32), 3, "no_such_decision"),
    ],
)
def test_what_makes_no_sense_ends_with_2_and_what_is_not_there_with_3(
    bantin: Bantin, words: tuple[str, ...], code: int, told: str
) -> None:
    done = bantin(*words, *WHY)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr


def test_a_decision_needs_a_reason(bantin: Bantin) -> None:
    assert bantin("undo", "dec_" + "0" * 32).returncode == 2
