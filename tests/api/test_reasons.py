"""The reasons in the cards are in the reader's language: every one that the rules can give."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.api.pages.reasons import reason, templates
from tests.api.conftest import Publish
from tests.enrich.test_golden import NAMES, read
from tests.servers import ROOT, Service

TEXT = ROOT / "services/enrich/text"
STAGES = [
    *(path for name in ("dates", "places", "names", "duplicates", "stories", "structure") for path in (TEXT / name).glob("*.py")),
    *(TEXT / f"{name}.py" for name in ("entities", "credits", "slips", "abbreviations", "article")),
]  # fmt: skip
# What a reason is made of; other strings of the rules are Vietnamese, patterns, or single words.
_ENGLISH = re.compile(r"[A-Za-z0-9 ,;:.%'→{}-]+")
_WORDS = re.compile(
    r"\b(the|a|of|it|its|in|is|no|on|by|as|to|and|not|alone|left|stands|says|leads|ends|names?|counted|from|with|words)\b"
)
HOLE = "7"
SHOWN = (
    "published",
    "event",
    "dates",
    "people",
    "entities",
    "places",
    "references",
    "byline",
    "source",
    "abbreviations",
    "blocks",
)


def strings(tree: ast.AST) -> Iterator[str]:
    """The strings of a module but for docstrings and what is raised; where a value is put in, a figure."""
    passed_over = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.Raise | ast.Assert) for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed_over.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            passed_over |= {id(value) for value in node.values}
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else HOLE for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def reasons_in(path: Path) -> set[str]:
    found = strings(ast.parse(path.read_text(encoding="utf-8")))
    return {
        one
        for one in found
        if " " in one.strip()
        and _ENGLISH.fullmatch(one)
        and _WORDS.search(one)
        and len(re.findall("[a-z]{2,}", one)) > 1
    }


# The name of a condition, and pieces that are only ever put into another reason: tested whole below.
PIECES = {
    "left figures",
    "; and 7 more",
    "7; stands for 7: 7",
    "day and month from the lead, 7",
    "the first time of the lead; 7",
}
JOINED = {
    "that lunar month has no 7th day, so its eve; 7": "that lunar month has no 30th day, so its eve; nothing says its year"
}


def test_every_reason_in_the_rules_has_a_translation() -> None:
    found = {one for path in STAGES for one in reasons_in(path)}
    assert len(found) > 100
    assert {one for one in found - PIECES if reason(JOINED.get(one, one), "vi").language != "vi"} == set()


def reasons(value: Any) -> Iterator[str]:
    """The reasons in a document; of an abbreviation that everyone knows it is where that is written, and not translated."""
    if isinstance(value, dict):
        if value.get("reason") and value.get("method") != "abbreviations.lexicon":
            yield value["reason"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from reasons(one)


def test_every_reason_that_golden_bulletins_are_read_with_has_a_translation() -> None:
    told = {one for name in NAMES for one in reasons({key: read(name)[key] for key in SHOWN})}
    assert len(told) > 100
    assert {one for one in told if reason(one, "vi").language != "vi"} == set()


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("its kind and name; it lies in tỉnh Lào Cai, which stands behind it",
         "theo loại đơn vị và tên; thuộc tỉnh Lào Cai đứng ngay sau"),
        ("the first time of the lead; counted from the publication 2025-09-05",
         "thời điểm đầu tiên trong câu mở đầu; tính từ ngày đăng 5/9/2025"),
        ("day and month from the lead, year 2025 from 'năm 2025'", "ngày và tháng theo câu mở đầu, năm 2025, theo “năm 2025”"),
        ("the tagger reads it so; stands for Công an tỉnh Lào Cai: the only tỉnh among the article's bodies: Lào Cai",
         "bộ gán nhãn đọc như vậy; chỉ Công an tỉnh Lào Cai: tỉnh duy nhất trong các tổ chức của bài: Lào Cai"),
        ("the same bulletin with other facts: 4/9 → 5/9; 420 → 480; and 3 more",
         "cùng một bản tin, chi tiết khác: 4/9 → 5/9; 420 → 480; và 3 chỗ khác"),
        ("the same bulletin with other facts: 420 → 480", "cùng một bản tin, chi tiết khác: 420 → 480"),
        ("left open; several units bear the name; its province is named",
         "để ngỏ; nhiều đơn vị cùng mang tên này; bài có nhắc đến tỉnh của nơi này"),
    ],
)  # fmt: skip
def test_a_reason_is_translated_with_what_is_put_into_it(english: str, vietnamese: str) -> None:
    assert reason(english, "vi") == (vietnamese, "vi")
    assert reason(english, "en") == (english, "en")


@pytest.mark.parametrize(
    "english", ["a rule of tomorrow", "its name; a rule of tomorrow", "day and month from the lead, x y"]
)
def test_what_has_no_translation_stays_english_as_a_whole(english: str) -> None:
    assert reason(english, "vi") == (english, "en")


def test_each_translation_holds_what_its_reason_holds() -> None:
    for english, vietnamese in templates().items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", vietnamese)), english


def test_the_cards_of_a_vietnamese_page_give_their_reasons_in_vietnamese(api: Service, publish: Publish) -> None:
    publish(["Khánh thành cầu Vàm Sáng\n\nSáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu nối hai bờ kênh Ba Chùa."])
    (listed,) = api.http.get("/v1/articles").json()["data"]
    for language, told in (("vi", "tự cụm từ đã nói đủ"), ("en", "the expression says it all")):
        page = api.http.get(f"/articles/{listed['id']}", headers={"accept-language": language}).text
        assert f"<dd>{told}</dd>" in page
    # A rule that the table does not know.
    api.database.run(
        "UPDATE article_version SET dates = jsonb_set(dates, '{0,basis,reason}', '\"a rule of tomorrow <b>\"')"
    )
    page = api.http.get(f"/articles/{listed['id']}", headers={"accept-language": "vi"}).text
    assert '<dd><span lang="en">a rule of tomorrow &lt;b&gt;</span></dd>' in page
