"""Articles as Apache Parquet: rows go in by the thousand, a file comes out piece by piece.

Plain values, pages of version 1, compressed by gzip: what every reader can read. docs/decisions/0023 says why it is
written here. The numbers of fields and enumerations are those of parquet.thrift.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

from services.api.formats.item import Item
from services.api.formats.table import COLUMNS, Column, Kind, Value
from services.api.formats.thrift import (
    Field,
    encoded,
    i32,
    i32s,
    i64,
    string,
    strings,
    structs,
    truth,
    varint,
)
from services.api.formats.thrift import struct as struct_field

MEDIA_TYPE = "application/vnd.apache.parquet"
MAGIC = b"PAR1"

_INT32, _INT64, _BYTE_ARRAY = 1, 2, 6
_REQUIRED, _OPTIONAL, _REPEATED = 0, 1, 2
_PLAIN, _RLE = 0, 3
_GZIP = 2
_DATA_PAGE = 0
_UTF8, _LIST, _TIMESTAMP_MICROS = 0, 3, 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PHYSICAL = {Kind.TEXT: _BYTE_ARRAY, Kind.TEXTS: _BYTE_ARRAY, Kind.NUMBER: _INT32, Kind.MOMENT: _INT64}


_GROUP = 2_000
"""Rows in a group: few enough to be held in memory, many enough that the last pages stay short."""


@dataclass(slots=True)
class ParquetFile:
    """A file that is being written. Kept are the rows of one group, and of those before what the last pages say of them."""

    group: int = _GROUP
    _written: int = 0
    _rows: int = 0
    _groups: list[tuple[Field, ...]] = field(default_factory=list)
    _kept: list[list[Value]] = field(default_factory=lambda: [[] for _ in COLUMNS])

    def head(self) -> bytes:
        """The first bytes."""
        return self._told(MAGIC)

    def rows(self, items: Sequence[Item]) -> bytes:
        """Some rows; nothing until a group of them is full."""
        for column, values in zip(COLUMNS, self._kept, strict=True):
            values.extend(column.of(item) for item in items)
        return self._flush() if len(self._kept[0]) >= self.group else b""

    def _flush(self) -> bytes:
        """The rows that are kept, as one group."""
        count = len(self._kept[0])
        if not count:
            return b""
        chunks, pages, size = [], [], 0
        for column, values in zip(COLUMNS, self._kept, strict=True):
            start = self._written
            page, raw_size = _page(column.kind, values)
            size += raw_size
            chunks.append((i64(2, start), struct_field(3, _chunk(column, values, start, len(page), raw_size))))
            pages.append(self._told(page))
            values.clear()
        self._rows += count
        self._groups.append((structs(1, chunks), i64(2, size), i64(3, count)))
        return b"".join(pages)

    def end(self) -> bytes:
        """The rows that are left, and what is where."""
        rest = self._flush()
        footer = encoded(
            (
                i32(1, 1),
                structs(2, _schema()),
                i64(3, self._rows),
                structs(4, self._groups),
                string(6, "bantin version 1"),
            )
        )
        return rest + self._told(footer + struct.pack("<I", len(footer)) + MAGIC)

    def _told(self, piece: bytes) -> bytes:
        self._written += len(piece)
        return piece


def _schema() -> list[tuple[Field, ...]]:
    """The tree of columns, from its root on; a list has a group around it and one around each element."""
    elements: list[tuple[Field, ...]] = [(string(4, "article"), i32(5, len(COLUMNS)))]
    for column in COLUMNS:
        name, kind = string(4, column.name), i32(1, _PHYSICAL[column.kind])
        match column.kind:
            case Kind.TEXT:
                elements.append((kind, i32(3, _OPTIONAL), name, i32(6, _UTF8), _is_text()))
            case Kind.NUMBER:
                elements.append((kind, i32(3, _REQUIRED), name))
            case Kind.MOMENT:
                elements.append((kind, i32(3, _REQUIRED), name, i32(6, _TIMESTAMP_MICROS), _is_moment()))
            case Kind.TEXTS:
                elements.append(
                    (i32(3, _REQUIRED), name, i32(5, 1), i32(6, _LIST), struct_field(10, (struct_field(3, ()),)))
                )
                elements.append((i32(3, _REPEATED), string(4, "list"), i32(5, 1)))
                elements.append((kind, i32(3, _REQUIRED), string(4, "element"), i32(6, _UTF8), _is_text()))
    return elements


def _is_text() -> Field:
    return struct_field(10, (struct_field(1, ()),))


def _is_moment() -> Field:
    """A timestamp in UTC, in microseconds."""
    return struct_field(10, (struct_field(8, (truth(1, value=True), struct_field(2, (struct_field(2, ()),)))),))


def _chunk(column: Column, values: Sequence[Value], start: int, size: int, raw_size: int) -> tuple[Field, ...]:
    path = [column.name, "list", "element"] if column.kind is Kind.TEXTS else [column.name]
    count = sum(_entries(value) for value in values)
    return (
        i32(1, _PHYSICAL[column.kind]), i32s(2, [_PLAIN, _RLE]), strings(3, path), i32(4, _GZIP), i64(5, count),
        i64(6, raw_size), i64(7, size), i64(9, start),
    )  # fmt: skip


def _entries(value: Value) -> int:
    """How many entries a value makes in its page: an empty list, and nothing, are one too."""
    return max(1, len(value)) if isinstance(value, list) else 1


def _page(kind: Kind, values: Sequence[Value]) -> tuple[bytes, int]:
    """The one page of a column in a group of rows, with its header; and how long both are when not compressed."""
    data = _levels(kind, values) + b"".join(_plain(value) for value in values)
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(data) + packer.flush()
    count = sum(_entries(value) for value in values)
    about = struct_field(5, (i32(1, count), i32(2, _PLAIN), i32(3, _RLE), i32(4, _RLE)))
    header = encoded((i32(1, _DATA_PAGE), i32(2, len(data)), i32(3, len(packed)), about))
    return header + packed, len(header) + len(data)


def _levels(kind: Kind, values: Sequence[Value]) -> bytes:
    """Which entries begin a new row (for lists), and which are there."""
    if kind is Kind.TEXT:
        return _runs(int(value is not None) for value in values)
    if kind is Kind.TEXTS:
        lists = [value for value in values if isinstance(value, list)]
        begins = _runs(int(place > 0) for value in lists for place in range(_entries(value)))
        return begins + _runs(int(bool(value)) for value in lists for _ in range(_entries(value)))
    return b""


def _runs(levels: Iterable[int]) -> bytes:
    """Levels of one bit as runs of the same value, with their length before them."""
    runs = b"".join(varint(sum(1 for _ in run) << 1) + bytes([level]) for level, run in groupby(levels))
    return struct.pack("<I", len(runs)) + runs


def _plain(value: Value) -> bytes:
    match value:
        case None:
            return b""
        case datetime():
            return struct.pack("<q", (value - _EPOCH) // timedelta(microseconds=1))
        case int():
            return struct.pack("<i", value)
        case list():
            return b"".join(_plain(one) for one in value)
        case _:
            raw = value.encode()
            return struct.pack("<I", len(raw)) + raw
