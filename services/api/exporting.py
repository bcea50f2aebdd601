"""An export on its way out: batch by batch from one snapshot of the database, in constant memory."""

import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, Select

from services.api.formats import sheet
from services.api.formats.item import Item
from services.api.formats.ninjs import extended, ninjs
from services.api.formats.parquet import MEDIA_TYPE as PARQUET
from services.api.formats.parquet import ParquetFile
from shared.database import AnyRow
from shared.reading import every_row, relations_of_each

_AT_ONCE = 200
"""Articles that are in memory at the same time."""


class Writer(Protocol):
    """Puts articles into a format, some at a time."""

    def head(self) -> bytes:
        """What stands before all articles."""

    def rows(self, items: Sequence[Item]) -> bytes:
        """Some articles."""

    def end(self) -> bytes:
        """What stands behind all of them."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A document a line."""

    made: Callable[[Item], Any]

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def rows(self, items: Sequence[Item]) -> bytes:
        """A line for each."""
        return b"".join(orjson.dumps(self.made(item)) + b"\n" for item in items)

    def end(self) -> bytes:
        """Nothing."""
        return b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """CSV."""

    marked: bool

    def head(self) -> bytes:
        """The names of the columns."""
        return sheet.head(marked=self.marked)

    def rows(self, items: Sequence[Item]) -> bytes:
        """A line for each."""
        return sheet.rows(items)

    def end(self) -> bytes:
        """Nothing."""
        return b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """A format of exports: its media type, the ending of its files, and who writes it.

    `related` says that it tells what articles are to each other, `packed` that it is compressed in itself.
    """

    media_type: str
    ending: str
    writer: Callable[[], Writer]
    related: bool = False
    packed: bool = False


FORMATS = {
    "ndjson": Format(
        media_type="application/x-ndjson",
        ending="ndjson",
        writer=lambda: Lines(lambda item: item.article),
        related=True,
    ),
    "ninjs": Format(media_type="application/x-ndjson", ending="ninjs.ndjson", writer=lambda: Lines(ninjs)),
    "ninjs-bantin": Format(
        media_type="application/x-ndjson",
        ending="ninjs.ndjson",
        writer=lambda: Lines(extended),
        related=True,
    ),
    "csv": Format(media_type=sheet.MEDIA_TYPE, ending="csv", writer=lambda: Sheet(marked=False)),
    "csv-excel": Format(media_type=sheet.MEDIA_TYPE, ending="csv", writer=lambda: Sheet(marked=True)),
    "parquet": Format(media_type=PARQUET, ending="parquet", writer=ParquetFile, packed=True),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What is exported: all that `chosen` names, as the transaction of `tx` sees it. Whoever has it closes it."""

    tx: Connection
    head_seq: int
    chosen: Select[Any]
    format: Format
    item_of: Callable[[AnyRow, Sequence[AnyRow]], Item]
    kept: ExitStack

    def pieces(self) -> Generator[bytes, None, None]:
        """The bytes of the export, about as many at a time as some hundred articles have."""
        writer = self.format.writer()
        yield writer.head()
        for rows in every_row(self.tx, self.chosen, at_once=_AT_ONCE):
            relations = relations_of_each(self.tx, rows) if self.format.related else {}
            yield writer.rows([self.item_of(row, relations.get(row.article_id, [])) for row in rows])
        yield writer.end()

    def close(self) -> None:
        """Let the transaction go, and the place among the exports."""
        self.kept.close()


def gzipped(pieces: Iterator[bytes]) -> Generator[bytes, None, None]:
    """The pieces as one gzip stream; each is flushed, so that a reader has whole articles without waiting for more."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for piece in pieces:
        if piece:
            yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
