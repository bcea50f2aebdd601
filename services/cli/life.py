"""`bantin withhold|release|kill|erase`: what people order about an article."""

import getpass
import os
from typing import Annotated, Any

import typer

from services.cli import show
from services.cli.client import Client, ClientError
from services.cli.home import addresses

Id = Annotated[str, typer.Argument(help="An article's id, art_…, or that of a bulletin it was made from, bul_…")]
Reason = Annotated[str, typer.Option(help="Why; it is kept, and not shown to readers.")]
Actor = Annotated[str, typer.Option(help="Who orders it; by default the user of this machine.")]
Note = Annotated[str, typer.Option(help="What readers are told in its place.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def withhold(id: Id, reason: Reason, actor: Actor = "", as_json: Json = False) -> None:
    """Hide an article until it is released."""
    _order("withhold", id, {"reason": reason}, actor, as_json=as_json)


def release(id: Id, reason: Reason, actor: Actor = "", as_json: Json = False) -> None:
    """Show an article again that was withheld."""
    _order("release", id, {"reason": reason}, actor, as_json=as_json)


def kill(
    id: Id,
    reason: Reason,
    actor: Actor = "",
    note: Note = "",
    with_duplicates: Annotated[
        bool, typer.Option("--with-duplicates", help="Take back whatever says the same too; nothing takes its place.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take an article back for good, in all its versions; its note stays in its place."""
    order = {"reason": reason, "note": note or None, "with_duplicates": with_duplicates}
    _order("kill", id, order, actor, as_json=as_json)


def erasing(id: str, reason: str, actor: str, note: str) -> list[str]:
    """The command that erases, for the process that becomes it."""
    said = ["--note", note] if note else []
    return ["-m", "services.ingest.erase", id, "--reason", reason, "--actor", _who(actor), *said]


def _order(what: str, id: str, order: dict[str, Any], actor: str, *, as_json: bool) -> None:
    where = addresses()
    try:
        standing = Client(where["ingest_url"], where["api_url"], 5.0).order(what, id, {"actor": _who(actor), **order})
    except ClientError as error:
        show.fail(str(error), error.code)
    if as_json:
        show.document(standing)
        return
    show.console.print(f"{standing['article']}  {standing['pub_status']}", markup=False)
    if standing["successor"]:
        show.console.print(f"{standing['successor']}  takes its place", markup=False)


def _who(actor: str) -> str:
    return actor or os.environ.get("SUDO_USER") or getpass.getuser()
