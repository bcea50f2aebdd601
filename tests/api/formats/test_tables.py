"""Articles as rows: CSV that no spreadsheet runs, Parquet that others read."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.formats import sheet
from services.api.formats.item import Item
from services.api.formats.parquet import ParquetFile
from services.api.formats.table import COLUMNS
from tests.api.formats.items import ARTICLE, MODIFIED, an_item

BRIDGE = an_item()


def read_csv(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def read_parquet(*groups: list[Item], size: int = 50) -> Any:
    file = ParquetFile(size)
    raw = b"".join([file.head(), *(file.rows(group) for group in groups), file.end()])
    return pq.read_table(io.BytesIO(raw))


def renamed(title: str, **changes: Any) -> Item:
    return Item(article={**BRIDGE.article, "title": title, **changes}, modified_at=MODIFIED, base="")


def test_a_line_of_csv_has_a_cell_for_every_column() -> None:
    (row,) = read_csv(sheet.head(marked=False) + sheet.rows([BRIDGE]))
    assert list(row) == [column.name for column in COLUMNS]
    assert (row["id"], row["version"], row["published"]) == (ARTICLE, "1", "2025-09-05")
    assert row["people"] == "Ngô Văn Thử; Phạm Hoà"
    assert row["modified_at"] == "2025-09-06 01:00:00+00:00"
    assert row["body"].endswith("Cầu dài 214 mét, làm theo Nghị định 100/2019/NĐ-CP.")


def test_excel_gets_a_byte_order_mark_and_others_do_not() -> None:
    assert sheet.head(marked=True)[:5] == b"\xef\xbb\xbfid"
    assert sheet.head(marked=False)[:2] == b"id"


@pytest.mark.parametrize("title", ["=1+1", "+84 số", "-5 độ", "@SUM(A1)", "\t=1", " =1", "\n=1", "＝1"])
def test_no_cell_begins_as_a_formula(title: str) -> None:
    (row,) = read_csv(sheet.head(marked=False) + sheet.rows([renamed(title)]))
    assert row["title"] == f"'{title}"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_from_csv(title: str) -> None:
    (row,) = read_csv(sheet.head(marked=False) + sheet.rows([renamed(title)]))
    assert row["title"] in (title, f"'{title}")
    assert not row["title"].startswith(tuple("=+-@\t\r"))


def test_parquet_has_types_and_says_what_nobody_knows() -> None:
    table = read_parquet([BRIDGE, renamed("Tin nhanh", source=None, people=[])])
    assert table.column_names == [column.name for column in COLUMNS]
    first, second = table.to_pylist()
    assert (first["id"], first["version"]) == (ARTICLE, 1)
    assert first["modified_at"] == datetime(2025, 9, 6, 1, 0, tzinfo=UTC)
    assert first["people"] == ["Ngô Văn Thử", "Phạm Hoà"]
    assert (second["title"], second["source"], second["people"]) == ("Tin nhanh", None, [])


def test_parquet_of_nothing_is_a_table_without_rows() -> None:
    table = read_parquet()
    assert (table.num_rows, len(table.column_names)) == (0, len(COLUMNS))


@pytest.mark.parametrize("size", [1, 40, 90, 1_000])
def test_parquet_is_written_in_groups_of_any_size(size: int) -> None:
    titles = [f"Tin {n}" for n in range(7)]
    table = read_parquet(*([renamed(title)] * 40 for title in titles), size=size)
    assert table["title"].to_pylist() == [title for title in titles for _ in range(40)]


@given(st.lists(st.tuples(st.none() | st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.text("aáâ")))))
def test_any_rows_come_back_from_parquet(rows: list[tuple[str | None, list[str]]]) -> None:
    items = [renamed("x", note=note, people=[{"name": name, "entity": None} for name in names]) for note, names in rows]
    table = read_parquet(items)
    assert table["note"].to_pylist() == [note for note, _ in rows]
    assert table["people"].to_pylist() == [list(dict.fromkeys(name for name in names if name)) for _, names in rows]
