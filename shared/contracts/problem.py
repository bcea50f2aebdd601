"""An error on the wire (RFC 9457)."""

from pydantic import BaseModel

MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """One fault of a request: where (a JSON pointer, a parameter's or a header's name) and what."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """`type` and `code` are stable, `detail` says what to do; docs/problems.md explains every code."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault]
    request_id: str
