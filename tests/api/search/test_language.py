"""What people type, and the tree that it is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.search.language import MOST_DEPTH, MOST_LEAVES, BadQuery, read
from services.api.search.tree import And, Dated, Named, Node, Not, Or, Words, leaves


def told(node: Node | None) -> str:  # noqa: PLR0911  # one for each kind of node
    """A tree as a line: what it means, without places."""
    match node:
        case None:
            return ""
        case Words():
            return (f"{node.field}:" if node.field else "") + "+".join(node.words) + ("*" if node.prefix else "")
        case Named():
            return f"{node.field}={node.name}"
        case Dated():
            return f"{node.first}..{node.last}"
        case Not():
            return f"-{told(node.part)}"
        case And():
            return "(" + " ".join(told(part) for part in node.parts) + ")"
        case Or():
            return "(" + " | ".join(told(part) for part in node.parts) + ")"


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("cầu", "cầu"),
        ("cầu Vàm Sáng", "(cầu vàm sáng)"),
        ("cầu AND Vàm", "(cầu vàm)"),
        ('"cầu Vàm Sáng"', "cầu+vàm+sáng"),
        ("“cầu Vàm”", "cầu+vàm"),
        ("cầu OR phà", "(cầu | phà)"),
        ("cầu or phà", "(cầu or phà)"),
        ("cầu Vàm OR phà", "((cầu vàm) | phà)"),
        ("cầu (Vàm OR phà)", "(cầu (vàm | phà))"),
        ("cầu -phà", "(cầu -phà)"),
        ('-"cầu phao"', "-cầu+phao"),
        ("-(phà OR đò)", "-(phà | đò)"),
        ("100/2019/NĐ-CP", "100+2019+nđ+cp"),
        ("hoà thuý", "(hòa thúy)"),
        ("khánh*", "khánh*"),
        ("title:cầu", "title:cầu"),
        ('title:"cầu Vàm" sáng', "(title:cầu+vàm sáng)"),
        ("title: cầu", "title:cầu"),
        ("tin: cầu", "(tin cầu)"),
        ("title:(cầu OR phà)", "(title:cầu | title:phà)"),
        ("-caption:ảnh", "-caption:ảnh"),
        ('person:"Trần Quốc Tỏ" law:12', "(person=Trần Quốc Tỏ law=12)"),
        ("src:bao-vinh-long", "src=bao-vinh-long"),
        ("date:[2024-03-01 TO 2024-03-31]", "2024-03-01..2024-03-31"),
        ("date:[2024-03 TO *]", "2024-03-01..None"),
        ("date:2024-02", "2024-02-01..2024-02-29"),
        ("date:2024", "2024-01-01..2024-12-31"),
        ("date:2024-3-7", "2024-03-07..2024-03-07"),
        ("Ảnh:cầu", "ảnh+cầu"),
        ("lúc 10:30", "(lúc 10+30)"),
        ("cầu & phà - đò", "(cầu phà đò)"),
        ("", ""),
        (" – ", ""),
    ],
)
def test_what_is_typed_means_this(query: str, meaning: str) -> None:
    assert told(read(query)) == meaning


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ('cầu "Vàm Sáng', 4), ('""', 0), ("(cầu", 0), ("cầu)", 3), ("()", 1), ("cầu OR", 6), ("OR cầu", 0),
        ("cầu OR OR phà", 7), ("tile:cầu", 0), ("cầu title:", 10), ("title:)", 6), ("date:hôm nay", 5),
        ("date:2024-13", 5), ("date:[2024-03-01]", 5), ("date:[2024-03-02 TO 2024-03-01]", 5), ("[2024 TO 2025]", 0),
        ("a*", 1), ("*", 0), ("kh*nh", 2), ('person:""', 7), ("person:-", 7), ("(" * (MOST_DEPTH + 1) + "a", MOST_DEPTH),
        ("a " * (MOST_LEAVES + 1), 2 * MOST_LEAVES),
    ],
)  # fmt: skip
def test_an_error_says_where_it_is(query: str, at: int) -> None:
    with pytest.raises(BadQuery) as caught:
        read(query)
    (fault,) = caught.value.errors
    assert fault.pointer == f"query/q:{at}", fault.detail


@given(st.text(alphabet=st.sampled_from('ab đấ"()-:*[]OR TOtitle date 2024'), max_size=40) | st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_and_every_leaf_knows_its_place(query: str) -> None:
    try:
        node = read(query)
    except BadQuery as error:
        ends = [(int(fault.pointer.rpartition(":")[2]), len(query)) for fault in error.errors]
    else:
        ends = [(leaf.start, leaf.end) for leaf in leaves(node)] if node else []
    assert all(0 <= start <= end <= len(query) for start, end in ends)


def test_a_leaf_is_where_it_was_typed() -> None:
    query = 'cầu -title:"Vàm  Sáng" date:2024'
    node = read(query)
    assert node is not None
    assert [query[leaf.start : leaf.end] for leaf in leaves(node)] == ["cầu", '"Vàm  Sáng"', "date:2024"]


def test_a_range_keeps_its_days() -> None:
    assert read("date:[* TO 2025-09-05]") == Dated(first=None, last=date(2025, 9, 5), start=0, end=22)
