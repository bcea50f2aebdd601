"""The administrative map's addresses. They need no database: the map is part of the program."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.search.places import day_in_hanoi
from shared.contracts.bulletin import Day
from shared.contracts.place import ResolutionOut, UnitOut
from shared.errors import InvalidParameter, NotFound
from shared.http import json_response, problem_answers
from shared.places.told import resolution_document, unit_document
from shared.places.units import forms, unit_on

router = APIRouter(prefix="/v1/places", tags=["places"])


class NoSuchPlace(NotFound):
    """There is, or was, no unit of this code on the day."""

    code = "no_such_place"


class Asked(BaseModel):
    """What may be asked of the map; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=200, description='"xã Đông Vinh", "Hải Hòa", "TP. Vinh, Nghệ An".')
    near: str | None = Field(None, max_length=200, description="A district or province in which it lies.")
    at: Day | None = Field(None, description="The day whose map counts; by default today, in Hà Nội.")


class AskedOfOne(BaseModel):
    """What may be asked of a unit."""

    model_config = ConfigDict(extra="forbid")

    at: Day | None = Field(None, description="A day on which it was there; by default its newest form is shown.")


@router.get(
    "/resolve",
    response_model=ResolutionOut,
    summary="What a place's name means on a day",
    responses=problem_answers(InvalidParameter),
)
def resolve_place(asked: Annotated[Asked, Query()]) -> Response:
    """The units that a place as written can mean: one, or candidates where the name leaves it open."""
    return json_response(resolution_document(asked.text, asked.near, (asked.at or day_in_hanoi()).isoformat()))


@router.get(
    "/{code}",
    response_model=UnitOut,
    summary="A unit of the map",
    responses=problem_answers(InvalidParameter, NoSuchPlace),
)
def get_place(
    code: Annotated[str, Path(description="A code of the statistics office: 2, 3 or 5 digits.")],
    asked: Annotated[AskedOfOne, Query()],
) -> Response:
    """The unit that had the code on the day, with its predecessors, its successors and the units of today."""
    known = forms(code)
    if not known:
        raise NoSuchPlace(f"no unit had the code {code}")
    unit = unit_on(code, asked.at.isoformat()) if asked.at else known[-1]
    if unit is None:
        told = ", ".join(f"{one.kind} {one.name} from {one.since} to {one.until or 'today'}" for one in known)
        raise NoSuchPlace(f"no unit had the code {code} on {asked.at}; it was {told}")
    return json_response(unit_document(unit, (asked.at or day_in_hanoi()).isoformat()))
