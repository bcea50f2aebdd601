"""A file that is posted, and what becomes of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.client import document, problem_of
from services.cli.home import ROOT
from shared.client import Bantin, BantinError
from shared.client.filing import About
from shared.contracts.bulletin import Receipt
from shared.contracts.states import State

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Bulletins: .json as JSON, all else as text.", exists=True, dir_okay=False, readable=True),
]

_PATIENCE = 300.0
"""Seconds a bulletin may take to be finished."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one file."""

    file: str
    bulletin: str | None
    state: str
    article: dict[str, Any] | None
    problem: dict[str, Any] | None = None

    @property
    def finished(self) -> bool:
        """Did it end as an article, its own or the one it repeats?"""
        return self.state in ("published", "duplicate", "embargoed")

    def document(self) -> dict[str, Any]:
        """The outcome as JSON."""
        told = {"file": self.file, "bulletin": self.bulletin, "state": self.state, "article": self.article}
        return told | ({"problem": self.problem} if self.problem else {})


def post_file(path: Path, client: Bantin, charset: str | None = None, about: About | None = None) -> Outcome:
    """Post one file and wait until it is finished."""
    name = os.path.relpath(path) if path.is_relative_to(ROOT) else str(path)
    try:
        filed = client.post(path.read_bytes(), content_type_of(path, charset), wait=20, **(about or {}))
        receipt = filed.receipt
        if receipt is None or receipt.state == State.QUEUED:
            *_, receipt = client.until_finished(filed.id, _PATIENCE)
        return _outcome(name, receipt, client)
    except BantinError as error:
        return Outcome(file=name, bulletin=None, state="refused", article=None, problem=problem_of(error))


def _outcome(name: str, receipt: Receipt, client: Bantin) -> Outcome:
    """What a receipt says; of a duplicate the article that it repeats."""
    found = client.article(receipt.duplicate_of) if receipt.duplicate_of else receipt.article
    problem = None
    if receipt.failure:
        problem = {"code": receipt.failure.error_class, "detail": receipt.failure.detail}
    if receipt.state == "embargoed":
        problem = {"code": "under_embargo", "detail": f"until {receipt.embargo_until}"}
    article = document(found) if found else None
    return Outcome(file=name, bulletin=receipt.id, state=str(receipt.state), article=article, problem=problem)


def content_type_of(path: Path, charset: str | None) -> str:
    """How a file is posted: JSON by its name, all else as plain text."""
    if path.suffix == ".json":
        return "application/json"
    return f"text/plain; charset={charset}" if charset else "text/plain"
