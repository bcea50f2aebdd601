"""A unit of the administrative map on the wire. No field has a default: what goes out is always whole."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts import examples


class UnitBrief(BaseModel):
    """A unit in one form. `valid_to` is the first day on which it was no more, null while it is."""

    code: str = Field(
        description="The code of the statistics office. Codes are used again: `valid_from` tells them apart."
    )
    kind: Literal["tỉnh", "thành phố", "thị xã", "quận", "huyện", "phường", "xã", "thị trấn", "đặc khu"]
    name: str
    valid_from: date = Field(description="2008-08-01 for what the map's oldest list has, however old it is.")
    valid_to: date | None


class UnitOut(UnitBrief):
    """A unit with where it lies, what it was made of and what it is today."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.UNIT_OUT]})

    level: Literal[1, 2, 3] = Field(description="1: provinces and cities of that rank; 2: districts; 3: communes.")
    other_spellings: list[str]
    resolution: str | None = Field(description="The resolution that made it, where the map knows it.")
    lies_in: list[UnitBrief] = Field(description="Its district and province on the day, the nearest first.")
    made_of: list[UnitBrief]
    became: list[UnitBrief] = Field(description="On the day it ended; of a divided unit, that with most of it first.")
    today: list[UnitBrief]
    href: str


class AbroadOut(BaseModel):
    """A country, or a first-level unit of one, by its ISO 3166 code."""

    code: str
    name: str


class ResolutionOut(BaseModel):
    """What a place as written can mean on a day. One candidate is the answer; several are left open."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RESOLUTION_OUT]})

    text: str
    near: str | None
    at: date
    standing: Literal["valid", "gone", "to come"] | None = Field(
        description="Were the candidates there on the day? `gone`: before it; `to come`: only later; null: none is known."
    )
    candidates: list[UnitOut]
    abroad: AbroadOut | None
