"""`bantin withhold|release|kill|erase`: what people order about an article."""

import getpass
import os
from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import ValidationError

from services.cli import show
from services.cli.client import connect, document, exit_code
from services.cli.processes import become
from shared.client import Bantin, BantinError
from shared.contracts.bulletin import Standing

Id = Annotated[str, typer.Argument(help="An article's id, art_…, or that of a bulletin it was made from, bul_…")]
Reason = Annotated[str, typer.Option(help="Why; it is kept, and not shown to readers.")]
Actor = Annotated[str, typer.Option(help="Who orders it; by default the user of this machine.")]
Note = Annotated[str, typer.Option(help="What readers are told in its place.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def withhold(id: Id, reason: Reason, actor: Actor = "", as_json: Json = False) -> None:
    """Hide an article until it is released."""
    _order(lambda client: client.withhold(id, actor=_who(actor), reason=reason), as_json=as_json)


def release(id: Id, reason: Reason, actor: Actor = "", as_json: Json = False) -> None:
    """Show an article again that was withheld."""
    _order(lambda client: client.release(id, actor=_who(actor), reason=reason), as_json=as_json)


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
    _order(
        lambda client: client.kill(
            id, actor=_who(actor), reason=reason, note=note or None, with_duplicates=with_duplicates
        ),
        as_json=as_json,
    )


def erase(id: Id, reason: Reason, actor: Actor = "", note: Note = "") -> None:
    """Remove the words of an article for good, of all its versions and duplicates; hashes and who did it stay.

    Needs DATABASE_URL, or a `bantin run` of this folder: no service does this for anybody.
    """
    said = ["--note", note] if note else []
    become("-m", "services.ingest.erase", id, "--reason", reason, "--actor", _who(actor), *said)


def _order(give: Callable[[Bantin], Standing], *, as_json: bool) -> None:
    try:
        with connect() as client:
            standing = give(client)
    except BantinError as error:
        show.fail(str(error), exit_code(error))
    except ValidationError as error:
        show.fail(f"invalid_parameter: {error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}")
    if as_json:
        show.document(document(standing))
        return
    show.console.print(f"{standing.article}  {standing.pub_status}", markup=False)
    if standing.successor:
        show.console.print(f"{standing.successor}  takes its place", markup=False)


def _who(actor: str) -> str:
    return actor or os.environ.get("SUDO_USER") or getpass.getuser()
