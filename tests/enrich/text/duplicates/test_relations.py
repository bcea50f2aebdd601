"""What a later bulletin is to an earlier one: relations.toml, each case read, fingerprinted and settled as the workers do."""

import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from services.enrich import pipeline
from services.enrich.text.article import Article, Relation
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import fingerprint
from services.enrich.text.duplicates.comparison import compare
from shared.ids import new_id

DATA = tomllib.loads((Path(__file__).parent / "relations.toml").read_text(encoding="utf-8"))
BASE: str = DATA["base"]["text"].strip()


def read(text: str) -> Article:
    return fingerprint(clean(Article(id=new_id(), filed=text)))


def settled(*texts: str) -> list[Article]:
    return pipeline.settle([read(text) for text in texts], {}, {}, {})


def relation_of(earlier: str, later: str) -> Relation | None:
    relations = settled(earlier, later)[1].relations
    return relations[0] if relations else None


def later_text(case: dict[str, Any]) -> str:
    text: str = case.get("text", BASE).strip()
    for what, by in case.get("edits", []):
        assert what in text
        text = text.replace(what, by, 1) if what else text + by
    if "move" in case:
        paragraphs = text.split("\n\n")
        paragraphs.insert(case["move"][1], paragraphs.pop(case["move"][0]))
        text = "\n\n".join(paragraphs)
    if case.get("bare"):
        text = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return text


@pytest.mark.parametrize("case", DATA["case"], ids=lambda case: case["name"])
def test_what_a_later_bulletin_is_to_an_earlier_one(case: dict[str, Any]) -> None:
    later = later_text(case)
    found = relation_of(BASE, later) if case.get("met", True) else compare(BASE, later)
    kind, reason = (found.kind, found.reason) if found else ("none", "no similar text")
    assert (kind, case.get("told", "") in reason) == (case["relation"], True), reason


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [["Sáng 5/9", "SÁNG 5/9"], ["hoặc", "hoặc "]],
        [["\n\nÔng", "\n\nKhánh thành trạm nước. Ảnh: CTV\n\nÔng"]],
        [["", "\n\nNguồn: TTXVN"]],
        [["", "\n\nKim Sa"]],
    ],
)
def test_captions_and_credits_blanks_and_case_leave_a_text_exactly_the_same(edits: list[list[str]]) -> None:
    found = relation_of(BASE, later_text({"edits": edits}))
    assert found
    assert (found.kind, found.score, found.spans) == ("exact", 1.0, ())


def test_of_a_short_text_the_day_above_it_counts() -> None:
    text = "Biển động nhẹ, sóng cao một mét, tàu thuyền ra khơi bình thường, gió tây nam yếu dần về chiều tối"
    first, second = settled(f"Ngày 5/9/2025\nTin biển\n\n{text}", f"Ngày 6/9/2025\nTin biển\n\n{text}")
    assert (first.duplicate, second.duplicate) == (None, None)


def test_the_differing_words_are_told_by_their_places_in_both_filed_texts() -> None:
    later = BASE.replace("420 hộ dân ở ba", "480  hộ dân ở ba").replace("Xã Trà Lộc", "Xã   Trà Lộc")
    found = relation_of(BASE, later)
    assert found
    assert [(ours.of(later), theirs.of(BASE)) for ours, theirs in found.spans] == [("480", "420")]


def test_in_a_text_with_decomposed_letters_too() -> None:
    later = unicodedata.normalize("NFD", BASE.replace("420 hộ dân ở ba", "480 hộ dân ở ba"))
    found = relation_of(BASE, later)
    assert found
    assert [(ours.of(later), theirs.of(BASE)) for ours, theirs in found.spans] == [("480", "420")]


def test_rows_of_a_table_that_change_places_are_no_other_values() -> None:
    rows = [
        f"Thương lái ở {place} trả {price}.000 đồng một ký, tăng {up}.000 đồng so với tuần trước."
        for place, price, up in (("Cái Bè", 61, 2), ("Gò Công", 64, 1), ("Mỏ Cày", 58, 3), ("Cầu Kè", 66, 2))
    ]
    found = relation_of("Giá heo hơi\n\n" + "\n\n".join(rows), "Giá heo hơi\n\n" + "\n\n".join(reversed(rows)))
    assert found
    assert found.kind == "near"


def test_an_excerpt_is_the_same_and_a_much_longer_text_after_it_is_not() -> None:
    short = "\n\n".join(BASE.split("\n\n")[:4])
    story = BASE + "\n\n" + " ".join(f"Câu chuyện thứ {n} của xóm {n} kể về mùa khô năm {1990 + n}." for n in range(30))
    excerpt, grown = relation_of(BASE, short), relation_of(short, story)
    assert excerpt
    assert excerpt.kind == "near"
    assert grown is None or grown.kind != "near"


def test_the_best_of_several_originals_is_named() -> None:
    other = BASE.replace("420", "385")
    *_, last = settled(BASE, other, other.replace("cho biết", "cho hay"))
    first = settled(BASE)[0]
    assert first.duplicate is None
    assert last.duplicate
    assert last.duplicate.score > compare(BASE, other.replace("cho biết", "cho hay")).score


def test_nothing_is_said_of_a_few_words_but_that_they_are_the_same() -> None:
    assert [article.duplicate is not None for article in settled("Tin một", "Tin hai", "TIN một")] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("unit", ["a ", "mưa lũ ", "12 ", "Nước rút. ", "中文", "\n-"])
def test_a_long_text_of_one_word_takes_no_longer_than_others(unit: str) -> None:
    text = "Tin dài\n\n" + unit * (60_000 // len(unit))
    first, second = settled(text + " hết", text + " hết rồi nhé")
    assert first.duplicate is None
    assert second.relations is not None
