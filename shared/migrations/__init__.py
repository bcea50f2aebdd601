"""The steps from one shape of the tables to the next (Alembic)."""

from functools import cache
from importlib.resources import files


@cache
def newest() -> str:
    """The revision that this code works with: the steps are numbered."""
    names = (entry.name for entry in (files(__package__) / "versions").iterdir())
    return max(name[:4] for name in names if name[:4].isdigit())
