"""`bantin entities`: who and what articles name; and a person's decisions about it."""

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table

from services.cli import show
from services.cli.client import connect, document, exit_code
from services.cli.home import ROOT, addresses
from shared.client import Bantin, BantinError

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Look entities up; merge them, split articles off, undo that."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the decision.")]
Actor = Annotated[str, typer.Option(help="Who decides; by default whoever is logged in.")]
_Id = Annotated[str, typer.Argument(help="An entity's id, ent_…")]

T = TypeVar("T")

_COMMAND = [sys.executable, "-m", "services.enrich", "entities"]


@app.callback()
def entities() -> None:
    """Look entities up; merge them, split articles off, undo that."""


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="Words of a name, accents optional; none lists all.")] = "",
    type: Annotated[str, typer.Option(help="person, organization, place or document.")] = "",
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=200)] = 20,
    as_json: Json = False,
) -> None:
    """Find entities by name. Exit code 3 if there is none."""
    asked = {"q": words or None, "type": type or None}
    found = _asked(lambda client: [document(one) for one in islice(client.entities(limit, **asked), limit)])
    if not found:
        show.fail(f"no entity is called {words!r}", 3)
    if as_json:
        for one in found:
            show.document(one)
        return
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("id", "type", "name"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "id")
    for one in found:
        table.add_row(one["id"], one["type"], one["name"])
    show.console.print(table)


@app.command(name="show")
def show_entity(id: _Id, as_json: Json = False) -> None:
    """Show an entity: what it is called, rank and posts over time, and what was decided about it."""
    found = _asked(lambda client: document(client.entity(id)))
    if as_json:
        show.document(found)
        return
    show.console.print(f"[bold]{found['type']}[/] ", end="")
    show.console.print(found["name"], markup=False)
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("what", "text", "from", "to", "articles"):
        table.add_column(heading, overflow="fold")
    table.add_row("named", "", _day(found, "first_day"), _day(found, "last_day"), str(found["articles"]))
    for alias in found["aliases"]:
        table.add_row("called", alias, "", "", "")
    for kind, listed in (("rank", found["ranks"]), ("post", found["posts"])):
        for one in listed:
            table.add_row(kind, one["text"], _day(one, "first_day"), _day(one, "last_day"), str(one["articles"]))
    show.console.print(table)


@app.command()
def merge(
    id: _Id,
    into: Annotated[str, typer.Argument(help="The entity that it is.")],
    reason: Reason,
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Decide that two entities are one: ID is INTO from now on, for all articles that come too."""
    _decide(["merge", id, into], reason, actor, as_json=as_json)


@app.command()
def split(
    id: _Id,
    articles: Annotated[list[str], typer.Argument(help="Articles that are about another of that name, art_…")],
    reason: Reason,
    into: Annotated[str, typer.Option(help="That other one; by default a new entity.")] = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Decide that ARTICLES are not about ID but about another entity."""
    _decide(["split", id, *articles, *([f"--into={into}"] if into else [])], reason, actor, as_json=as_json)


@app.command()
def undo(
    decision: Annotated[str, typer.Argument(help="A decision's id, dec_…")],
    reason: Reason,
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Take a merge or a split back. Both decisions are kept."""
    _decide(["undo", decision], reason, actor, as_json=as_json)


@app.command()
def log(id: _Id, as_json: Json = False) -> None:
    """List what was decided about an entity, and by whom."""
    _run(["log", id], as_json=as_json)


def _decide(words: list[str], reason: str, actor: str, *, as_json: bool) -> None:
    _run([*words, f"--reason={reason}", f"--actor={actor or getpass.getuser()}"], as_json=as_json)


def _run(words: list[str], *, as_json: bool) -> None:
    """Have the process that owns the tables decide, and show the decisions."""
    url = addresses()["database_url"]
    if not url:
        show.fail("no database: set DATABASE_URL, or start `bantin run`", 2)
    done = subprocess.run(
        [*_COMMAND, *words], cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    if as_json:
        sys.stdout.write(done.stdout)
    else:
        for line in done.stdout.splitlines():
            _tell(json.loads(line))
    raise typer.Exit(done.returncode)


def _tell(made: dict[str, Any]) -> None:
    """A decision in words."""
    what = {"merge": "is", "split": "is not, in some articles, but", "undo": "is again as it was, as to"}[made["kind"]]
    show.console.print(f"{made['id']}  {made['entity']} {what} {made['into']}", markup=False, soft_wrap=True)
    show.console.print(f"    {made['actor']}, {made['decided_at']}: {made['reason']}", markup=False, soft_wrap=True)


def _asked(ask: Callable[[Bantin], T]) -> T:
    try:
        with connect() as client:
            return ask(client)
    except BantinError as error:
        show.fail(str(error), exit_code(error))


def _day(one: dict[str, Any], name: str) -> str:
    return one[name] or ""
