"""What is true of every address stands in each service's OpenAPI description: who may ask, and what may be answered."""

from collections.abc import Callable
from typing import Any

from shared.access.rules import Rules, needed
from shared.contracts.problem import MEDIA_TYPE
from shared.errors import (
    KeyMissing,
    KeyRefused,
    NotAllowed,
    RateLimited,
)

Answers = Callable[..., dict[int | str, dict[str, Any]]]
"""OpenAPI's account of problems, as `shared.http.problem_answers` gives it."""

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_METHODS = ("get", "put", "post", "delete", "patch")
_LIMIT = {
    "RateLimit-Policy": {"description": "How much the key may ask for.", "schema": {"type": "string"}},
    "RateLimit": {"description": "How much of that is left, and when it is whole again.", "schema": {"type": "string"}},
}


def complete(document: dict[str, Any], rules: Rules, answers: Answers) -> None:
    """Add to a description what the routes themselves do not know: it is changed in place."""
    document.setdefault("components", {})["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key of `bantin keys make`: `bnt_…`."}
    }
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                _complete(operations[method], needed(rules, method.upper(), path), answers)
    # FastAPI describes its own 422; ours is a problem of 400.
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"].get("schemas", {}).pop(name, None)


def _complete(operation: dict[str, Any], scopes: tuple[str, ...], answers: Answers) -> None:
    found: dict[str, Any] = operation["responses"]
    if "HTTPValidationError" in str(found.get("422", {}).get("content")):
        del found["422"]
    if scopes:
        operation["security"] = [{"key": []}]
        told = f"Needs a key that may `{'` or `'.join(scopes)}`."
        operation["description"] = f"{operation.get('description', '').strip()}\n\n{told}".strip()
        _add(found, answers(KeyMissing, KeyRefused, NotAllowed, RateLimited))
    for answer in found.values():
        _type(answer.get("content", {}))
        headers = answer.setdefault("headers", {})
        headers["X-Request-Id"] = {"schema": {"type": "string"}, "description": "The request's id; the log has it too."}
        if scopes:
            headers |= _LIMIT


def _add(found: dict[str, Any], more: dict[int | str, dict[str, Any]]) -> None:
    """Add answers to those of an operation; of one status the examples stand side by side."""
    for status, answer in more.items():
        there = found.get(str(status))
        if there is None:
            found[str(status)] = _wired(answer)
            continue
        there["description"] = f"{there.get('description', '')} {answer['description']}".strip()
        for media_type, content in answer["content"].items():
            examples = there.setdefault("content", {}).setdefault(media_type, {}).setdefault("examples", {})
            examples |= content["examples"]


def _type(content: dict[str, Any]) -> None:
    """FastAPI describes a problem as plain JSON; it has a media type of its own."""
    if MEDIA_TYPE in content:
        content[MEDIA_TYPE]["schema"] = _PROBLEM
        if content.get("application/json", {}).get("schema") == _PROBLEM:
            del content["application/json"]


def _wired(answer: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's `model` as the reference that the description holds."""
    return {name: value for name, value in answer.items() if name != "model"}
