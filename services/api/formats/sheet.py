"""Articles as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence

from services.api.formats.item import Item
from services.api.formats.table import COLUMNS, Kind, Value

MEDIA_TYPE = "text/csv; charset=utf-8"

# A spreadsheet takes a cell that begins so for a formula, and runs it; the wide forms too.
_FORMULA = tuple("=+-@\t\r＝＋－＠")  # the wide forms are meant
_APART = "; "


def head(*, marked: bool) -> bytes:
    """The first line. `marked` puts the byte order mark before it, without which Excel takes UTF-8 for Windows-1252."""
    return ("\ufeff" if marked else "").encode() + _lines([[column.name for column in COLUMNS]])


def rows(items: Sequence[Item]) -> bytes:
    """A line for each article; moments in UTC, several values in one cell with "; " between them."""
    return _lines([[_cell(column.of(item), column.kind) for column in COLUMNS] for item in items])


def _lines(cells: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(cells)
    return text.getvalue().encode()


def _cell(value: Value, kind: Kind) -> str:
    if kind is Kind.NUMBER:
        return str(value)
    text = _APART.join(value) if isinstance(value, list) else str("" if value is None else value)
    # The apostrophe is what spreadsheets themselves write before text that looks like a formula.
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text
