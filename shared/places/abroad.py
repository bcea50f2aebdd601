"""Countries and first-level units abroad, by their ISO 3166 codes."""

from dataclasses import dataclass
from functools import cache

from shared.places.words import Kind, key, rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign:
    """A country ("LA"), or a first-level unit of one ("LA-HO"), with the name it has in Vietnamese."""

    code: str
    name: str


@cache
def _names() -> dict[str, tuple[Foreign, bool]]:
    names: dict[str, tuple[Foreign, bool]] = {}
    for row in rows("abroad.tsv"):
        shy = {key(name) for name in row["shy"].split("; ") if name}
        place = Foreign(code=row["code"], name=row["name"])
        for name in (row["name"], *row["also"].split("; ")):
            if name:
                names[key(name)] = place, key(name) in shy
    return names


def abroad(name: str, kind: Kind | None = None) -> Foreign | None:
    """The country or unit of a name, a key; None if there is none. "Tỉnh Viêng Chăn" is another than Viêng Chăn."""
    found = (kind and _names().get(f"{kind.name} {name}")) or _names().get(name)
    return found[0] if found else None


def is_shy(name: str) -> bool:
    """Is the name also a person's, a unit's at home or a plain word?"""
    return name in _names() and _names()[name][1]


@cache
def first_words() -> frozenset[str]:
    """The words that the names begin with."""
    return frozenset(name.split()[0] for name in _names())


@cache
def full_names_begin() -> frozenset[str]:
    """The words that full names begin with, those that have small letters in them: "Cộng hòa Dân chủ Nhân dân Lào"."""
    written = (name for row in rows("abroad.tsv") for name in (row["name"], *row["also"].split("; ")))
    return frozenset(key(name).split()[0] for name in written if any(word[0].islower() for word in name.split()))
