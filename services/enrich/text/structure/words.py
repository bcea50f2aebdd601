"""What newsrooms write above, below and between the parts of a bulletin: `data/structure.toml`, compiled."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words() -> dict[str, Any]:
    """The tables of the data file."""
    return tomllib.loads((files("services.enrich.text") / "data" / "structure.toml").read_text("utf-8"))


@cache
def pattern(table: str, name: str) -> re.Pattern[str]:
    """A pattern of the data file, to be met by folded text."""
    return re.compile(words()[table][name])


@cache
def names(table: str, name: str) -> frozenset[str]:
    """A list of the data file."""
    return frozenset(words()[table][name])
