"""Ranks, posts and who is who, of names that are given: what the tagger finds is not at stake here."""

import re

import pytest

from services.enrich.text.article import Person
from services.enrich.text.clean import clean
from services.enrich.text.names.found import Found, NameType
from services.enrich.text.names.people import find_people
from services.enrich.text.names.tagging import passages_of
from tests.factories import an_article

TYPES: dict[str, NameType] = {"P": "PERSON", "O": "ORGANIZATION", "L": "LOCATION"}


def people_in(marked: str) -> tuple[Person, ...]:
    """The people of a paragraph whose names stand as [P:…], [O:…], [L:…]."""
    plain, names, done = "", [], 0
    for match in re.finditer(r"\[([POL]):([^\]]*)\]", marked):
        plain += marked[done : match.start()]
        names.append((len(plain), len(plain) + len(match[2]), TYPES[match[1]]))
        plain += match[2]
        done = match.end()
    blocks = clean(an_article("Tin trong ngày\n\n" + plain + marked[done:])).blocks
    found = [
        Found(block=1, start=a, end=b, text=plain[a:b], type=type, confidence=0.9, method="test", reason="given")
        for a, b, type in names
    ]
    sentences = [(number, passage.sentence) for number, passage in passages_of(blocks)]
    return find_people(blocks, sentences, found, {})


def titles(marked: str) -> list[tuple[str, str | None, list[str]]]:
    return [(one.name, one.rank and one.rank.text, [post.text for post in one.positions]) for one in people_in(marked)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thiếu tướng [P:Tô Văn Bé], Giám đốc [O:Công an tỉnh Lai Châu] đã tới thăm.", [("Tô Văn Bé", "Thiếu tướng", ["Giám đốc Công an tỉnh Lai Châu"])]),
        ("Giám đốc [O:Sở Y tế] [P:Lê Thị Na] nói.", [("Lê Thị Na", None, ["Giám đốc Sở Y tế"])]),
        ("Giám đốc [O:Công an tỉnh], Đại tá [P:Hồ Văn Ba] dự.", [("Hồ Văn Ba", "Đại tá", ["Giám đốc Công an tỉnh"])]),
        ("PGS.TS [P:Bùi Thu Hà] - Viện trưởng [O:Viện Lúa].", [("Bùi Thu Hà", "PGS.TS", ["Viện trưởng Viện Lúa"])]),
        ("Bộ trưởng Ngoại giao [L:Lào] [P:Bounmy Sisavath] đến.", [("Bounmy Sisavath", None, ["Bộ trưởng Ngoại giao Lào"])]),
        ("đồng chí [P:Đỗ Trọng An], Bí thư [O:Tỉnh ủy], Chủ tịch [O:HĐND tỉnh], chủ trì.", [("Đỗ Trọng An", None, ["Bí thư Tỉnh ủy", "Chủ tịch HĐND tỉnh"])]),
        ("Ông [P:Vi Văn Lâm] (Chủ tịch [O:UBND xã Tam Hợp]) cho biết.", [("Vi Văn Lâm", None, ["Chủ tịch UBND xã Tam Hợp"])]),
        ("nguyên Giám đốc [O:Sở Xây dựng] [P:Mai Văn Tư].", [("Mai Văn Tư", None, ["nguyên Giám đốc Sở Xây dựng"])]),
        ("Thủ tướng [P:Đào Duy Kỳ] và Chủ tịch nước [P:Lý Thị Sen] dự.", [("Đào Duy Kỳ", None, ["Thủ tướng"]), ("Lý Thị Sen", None, ["Chủ tịch nước"])]),
    ],
)  # fmt: skip
def test_rank_and_posts_stand_before_or_after_the_name(
    text: str, found: list[tuple[str, str | None, list[str]]]
) -> None:
    assert titles(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Ông [P:Vi Văn Lâm], Giám đốc [O:Sở Y tế] [P:Lê Thị Na] và [P:Bùi Thu Hà] họp.",
        "[P:Vi Văn Lâm] và Giám đốc [O:Sở Y tế] [P:Lê Thị Na] họp.",
        "[P:Vi Văn Lâm], Thượng tá [P:Lê Thị Na] họp.",
    ],
)
def test_what_leads_up_to_the_next_name_is_not_the_first_ones(text: str) -> None:
    assert titles(text)[0] == ("Vi Văn Lâm", None, [])


def test_one_post_is_told_once_by_its_longest_wording() -> None:
    text = "Thứ trưởng [O:Bộ Y tế] [P:Lê Thị Na] đến. Đồng chí Thứ trưởng [P:Lê Thị Na] tặng quà. Thứ trưởng [P:Na] về."
    assert titles(text) == [("Lê Thị Na", None, ["Thứ trưởng Bộ Y tế"])]


def test_a_given_name_that_two_people_bear_is_nobodys() -> None:
    one, other = people_in("Ông [P:Vi Văn Lâm] và ông [P:Hồ Văn Lâm] họp. Ông [P:Lâm] nói.")
    assert (len(one.mentions), len(other.mentions)) == (1, 1)


def test_a_post_alone_is_tied_to_the_one_who_holds_it() -> None:
    (person,) = people_in("Đại tá [P:Hồ Văn Ba], Giám đốc [O:Công an tỉnh] đến. Đồng chí Giám đốc biểu dương đơn vị.")
    filed = "Tin trong ngày\n\nĐại tá Hồ Văn Ba, Giám đốc Công an tỉnh đến. Đồng chí Giám đốc biểu dương đơn vị."
    assert [span.of(filed) for span in person.titles] == ["Giám đốc"]
