"""`bantin explain`: needs no server, says where each value stands and why."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import run_bantin
from tests.factories import TEXT

FIELDS = [
    "id", "title", "published", "event", "blocks", "items", "byline", "source", "abbreviations", "known_abbreviations",
    "slips", "notes", "dates", "entities", "people", "references", "places",
]  # fmt: skip


@pytest.fixture
def bulletin_file(tmp_path: Path) -> Path:
    path = tmp_path / "cầu Vàm Sáng.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def answers(*lines: object, jobs: int = 1) -> list[dict[str, Any]]:
    told = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = run_bantin("explain", "--jsonl", "--jobs", str(jobs), stdin=told)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_file_is_shown_with_its_parts_values_places_and_reasons(bulletin_file: Path) -> None:
    done = run_bantin("explain", str(bulletin_file))
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("Khánh thành cầu Vàm Sáng", "headline", "Sáng 5/9/2025", "2025-09-05TMO", "0:24", "the first line"):
        assert told in done.stdout


def test_as_json_a_file_is_one_document_with_its_text_and_its_charset(bulletin_file: Path) -> None:
    bulletin_file.write_bytes(TEXT.encode("utf-16"))
    (found,) = map(json.loads, run_bantin("explain", "--json", str(bulletin_file)).stdout.splitlines())
    assert (found["text"], found["charset"], found["title"]) == (TEXT, "utf-16", "Khánh thành cầu Vàm Sáng")


def test_lines_are_answered_in_order_with_all_their_fields() -> None:
    lines = [{"id": number, "text": f"Tin số {number}", "published": None} for number in range(100)]
    found = answers(*lines, jobs=2)
    assert [one["id"] for one in found] == list(range(100))
    assert list(found[0]) == FIELDS
    assert found == answers(*lines)


def test_the_day_of_publication_is_taken_from_the_line() -> None:
    (found,) = answers({"id": "a", "text": "Sáng 29/12, xã Trà Leng họp.", "published": "2025-12-30"})
    assert (found["published"]["value"], found["published"]["basis"]) == ("2025-12-30", "given")
    assert [date["value"] for date in found["dates"]] == ["2025-12-29TMO"]


def test_a_line_that_is_no_bulletin_is_told_and_the_others_are_answered() -> None:
    told = '{"id": 1, "text": "Tin một"}\nno json\n{"id": 3}\n{"id": 4, "text": "Tin", "published": "hôm qua"}\n{"id": 5, "text": "Tin năm"}\n'
    done = run_bantin("explain", "--jsonl", stdin=told)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [("error" in one, one["id"]) for one in found] == [
        (False, 1),
        (True, None),
        (True, None),
        (True, None),
        (False, 5),
    ]
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == [" line 2", " line 3", " line 4"]


def test_a_text_of_blanks_is_answered_with_its_error() -> None:
    assert answers({"id": 1, "text": " \n"}) == [{"id": 1, "title": None, "error": "the text holds nothing but blanks"}]


@pytest.mark.parametrize("words", [["explain"], ["explain", "no such file"], ["explain", "--jsonl", "--jobs", "-1"]])
def test_wrong_use_ends_with_2(words: list[str]) -> None:
    done = run_bantin(*words)
    assert (done.returncode, done.stdout) == (2, "")


def test_people_are_shown_with_rank_and_posts_and_papers_with_their_number(bulletin_file: Path) -> None:
    bulletin_file.write_text(
        "Ra quân\n\nĐại tá Lò Văn Khảm, Giám đốc Công an tỉnh Lào Cai, phát động thi đua theo Nghị định 15/2020/NĐ-CP.\n",
        encoding="utf-8",
    )
    shown = " ".join(run_bantin("explain", str(bulletin_file)).stdout.split())
    assert re.search(r"who 16:27 Lò Văn Khảm Đại tá; Giám đốc", shown)
    assert re.search(r"reference \d+:\d+ Nghị định", shown)


def test_bytes_that_are_no_text_are_told_in_one_line(bulletin_file: Path) -> None:
    bulletin_file.write_bytes(b"Tin \xff\xfe\x00 xa")
    done = run_bantin("explain", str(bulletin_file))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
