"""The examples of a description as they were written: FastAPI leaves out of them what is null, so that they fit no schema."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel


def write_whole(document: dict[str, Any], routes: Iterable[object]) -> None:
    """Put the examples of models and of routes into a description anew; it is changed in place."""
    schemas = document.get("components", {}).get("schemas", {})
    for model in _heirs(BaseModel):
        extra = model.model_config.get("json_schema_extra")
        if model.__name__ in schemas and isinstance(extra, dict) and "examples" in extra:
            schemas[model.__name__]["examples"] = extra["examples"]
    for route in each_route(routes):
        for method in (route.methods or ()) if route.include_in_schema else ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            assert operation is not None, (
                f"{method} {route.path_format} is described elsewhere: has its router a prefix of its own?"
            )
            _write(operation["responses"], route.responses)


def each_route(routes: Iterable[object]) -> Iterator[APIRoute]:
    """The routes, those of included routers too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from each_route(included.routes)


def _heirs(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for heir in model.__subclasses__():
        yield heir
        yield from _heirs(heir)


def _write(described: dict[str, Any], written: dict[int | str, dict[str, Any]]) -> None:
    for status, answer in written.items():
        for kind, media in answer.get("content", {}).items():
            there = described[str(status)]["content"][kind]
            there |= {name: deepcopy(media[name]) for name in ("example", "examples") if name in media}
