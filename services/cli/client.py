"""The client as the commands use it, and how what goes wrong ends them."""

import os
from typing import Any

from pydantic import BaseModel

from services.cli.home import addresses
from shared.client import Bantin, BantinError, Gone, Missing, NoAnswer, Patience, Refused, TryLater

FAILED, USAGE, NOT_FOUND, TEMPORARY = 1, 2, 3, 4

_PATIENCE = 5.0
"""Seconds a command tries again while a service does not answer."""


def connect(ingest_url: str = "", api_url: str = "", patience: float = _PATIENCE) -> Bantin:
    """A client of the services at these addresses, else of those that the environment names or that run here."""
    where = addresses()
    # As BANTIN_KEY, never as a word of the command line: `ps` shows those to everybody.
    key = os.environ.get("BANTIN_KEY") or None
    return Bantin(
        ingest_url or where["ingest_url"], api_url or where["api_url"], key=key, patience=Patience(seconds=patience)
    )


def exit_code(error: BantinError) -> int:
    """The exit code that says what went wrong."""
    if isinstance(error, NoAnswer | TryLater):
        return TEMPORARY
    return NOT_FOUND if isinstance(error, Missing) else FAILED


def problem_of(error: BantinError) -> dict[str, Any]:
    """What went wrong, as a document: the service's problem, or that there was no answer."""
    if isinstance(error, Refused):
        return document(error.problem)
    return {"code": "no_answer", "detail": str(error)}


def is_hidden(error: BantinError) -> bool:
    """Is it an article that may not be read, or not any more?"""
    return isinstance(error, Gone) or (isinstance(error, Refused) and error.problem.status in (403, 404))


def document(model: BaseModel) -> dict[str, Any]:
    """What a service told, as plain values."""
    return model.model_dump(mode="json")
