"""How the names of places are written: words of kind, other names, and the form by which names are compared."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shared.orthography.tones import fold_tone_place

_WORD = re.compile(r"[^\W_]+(?:['.][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of unit a word before a name says it is, and on which levels there are such."""

    name: str
    levels: frozenset[int]


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a list in data/."""
    with (files(__package__) / "data" / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")


@cache
def kinds() -> dict[str, Kind]:
    """The kinds by what is written, in small letters."""
    return {
        row["written"]: Kind(row["kind"], frozenset(int(level) for level in row["levels"].split()))
        for row in rows("kinds.tsv")
    }


@cache
def other_names() -> dict[str, str]:
    """What a place is called beside its name; both as `key` gives them."""
    return {row["written"]: row["name"] for row in rows("other_names.tsv")}


def key(name: str) -> str:
    """The name by which places are compared: no case, no dashes, one tone place, no zeros before a number.

    "Bà Rịa – Vũng Tàu" and "Bà Rịa-Vũng Tàu" have one key, so have "Phường 02" and "phường 2".
    """
    words = _WORD.findall(fold_tone_place(name.replace("’", "'")))
    return " ".join(word.lstrip("0") if word.isdigit() else word for word in words)


def kind_and_name(written: str) -> tuple[Kind | None, str]:
    """The word of kind that a text begins with, if it does, and the key of the rest.

    >>> kind_and_name("TP. Thanh Hoá")
    (Kind(name='thành phố', levels=frozenset({1, 2})), 'thanh hóa')
    """
    text = " ".join(fold_tone_place(written).split())
    for word in sorted(kinds(), key=len, reverse=True):
        rest = text.removeprefix(word)
        if rest != text and rest and (rest[0] == " " or word.endswith(".")):
            return kinds()[word], key(rest)
    return None, key(text)
