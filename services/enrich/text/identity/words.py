"""The word lists by which entities are told apart, as they are compared: folded, one blank between words. Read once."""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from shared.orthography.search import folded

Lists = dict[str, dict[str, Any]]


@cache
def lists(name: str) -> Lists:
    """The tables of `name`.toml beside this file."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words(name: str, table: str, key: str = "words") -> frozenset[str]:
    """One list, folded."""
    return frozenset(folded(word) for word in lists(name)[table][key])


@lru_cache(maxsize=4096)
def begins_with(name: str, listed: frozenset[str]) -> bool:
    """Is a folded name one of the listed, or does it go on behind one?"""
    return any(name == word or name.startswith(word + " ") for word in listed)


@lru_cache(maxsize=4096)
def holds(name: str, listed: frozenset[str]) -> bool:
    """Does a folded name hold one of the listed as whole words?"""
    return any(f" {word} " in f" {name} " for word in listed)
