"""Thrift's compact protocol, as far as the metadata of a Parquet file needs it: writing only."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple


class Type(IntEnum):
    """The types of fields, by their numbers on the wire."""

    TRUE = 1
    FALSE = 2
    I32 = 5
    I64 = 6
    BINARY = 8
    LIST = 9
    STRUCT = 12


class Field(NamedTuple):
    """A field of a struct: its number, its type and its value as bytes."""

    id: int
    type: Type
    value: bytes


def varint(value: int) -> bytes:
    """An unsigned number, seven bits a byte."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _zigzag(value: int) -> bytes:
    return varint(value << 1 ^ value >> 63)


def i32(id: int, value: int) -> Field:
    """A field of 32 bits."""
    return Field(id, Type.I32, _zigzag(value))


def i64(id: int, value: int) -> Field:
    """A field of 64 bits."""
    return Field(id, Type.I64, _zigzag(value))


def truth(id: int, *, value: bool) -> Field:
    """A field that is true or false; the type says which."""
    return Field(id, Type.TRUE if value else Type.FALSE, b"")


def string(id: int, value: str) -> Field:
    """A field of text."""
    return Field(id, Type.BINARY, _binary(value))


def struct(id: int, fields: Sequence[Field]) -> Field:
    """A field that is a struct."""
    return Field(id, Type.STRUCT, encoded(fields))


def structs(id: int, values: Sequence[Sequence[Field]]) -> Field:
    """A field that is a list of structs."""
    return _list(id, Type.STRUCT, [encoded(fields) for fields in values])


def i32s(id: int, values: Sequence[int]) -> Field:
    """A field that is a list of numbers, or of values of an enumeration."""
    return _list(id, Type.I32, [_zigzag(value) for value in values])


def strings(id: int, values: Sequence[str]) -> Field:
    """A field that is a list of texts."""
    return _list(id, Type.BINARY, [_binary(value) for value in values])


def encoded(fields: Sequence[Field]) -> bytes:
    """A struct: its fields in the order of their numbers, and the stop."""
    out, last = bytearray(), 0
    for field in fields:
        assert 0 < field.id - last < 16, "fields are written in order, and close together"
        out.append((field.id - last) << 4 | field.type)
        out += field.value
        last = field.id
    return bytes(out) + b"\0"


def _binary(value: str) -> bytes:
    raw = value.encode()
    return varint(len(raw)) + raw


def _list(id: int, type: Type, values: Sequence[bytes]) -> Field:
    size = len(values)
    head = bytes([size << 4 | type]) if size < 15 else bytes([0xF0 | type]) + varint(size)
    return Field(id, Type.LIST, head + b"".join(values))
