"""The lists in data/, read once."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """A province or a city of that rank, by its code at the General Statistics Office and the days it was valid."""

    code: str
    name: str
    kind: Literal["tỉnh", "thành phố"]
    valid_from: str
    valid_to: str

    @property
    def key(self) -> str:
        """Codes are used again, so that the key of a unit has the day from which it is valid."""
        return f"vn-province:{self.code}@{self.valid_from}"


@cache
def provinces() -> tuple[Province, ...]:
    """Every province of the lists; a name can stand there twice, before and after 1 July 2025."""
    with (files(__package__) / "data" / "provinces.tsv").open(encoding="utf-8") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return tuple(Province(**row) for row in rows)  # type: ignore[arg-type]  # the file's head names the fields; a test reads it whole
