"""What a query says, as a tree; every leaf knows its place in the query: half-open, in code points."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

TextField = Literal["title", "lead", "body", "caption", "by"]
NameField = Literal["person", "org", "law", "place", "province", "src"]

TEXT_FIELDS: tuple[str, ...] = get_args(TextField)
NAME_FIELDS: tuple[str, ...] = get_args(NameField)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Words that stand one after the other, folded but with their accents; `prefix`: the last may go on."""

    words: tuple[str, ...]
    start: int
    end: int
    field: TextField | None = None
    prefix: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Someone or something that an article names, or who sent it, as typed."""

    field: NameField
    name: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """Days that an article speaks of, both included; None: open on that side."""

    first: date | None
    last: date | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be so."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """What must all be so; at least two."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Of which one must be so; at least two."""

    parts: tuple["Node", ...]


Leaf: TypeAlias = Words | Named | Dated
Node: TypeAlias = Leaf | Not | And | Or


def leaves(node: Node) -> Iterator[Leaf]:
    """All leaves of a tree, from left to right."""
    if isinstance(node, Not):
        yield from leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def wanted(node: Node) -> Iterator[Leaf]:
    """The leaves that an article may be found by: those behind no minus."""
    if isinstance(node, Not):
        return
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from wanted(part)
    else:
        yield node
