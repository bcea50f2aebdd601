"""`bantin keys make|list|revoke|rotate`: who may ask for what; only PostgreSQL must run."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from services.cli import show
from services.cli.home import ROOT, addresses

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Keys: who may post, read and operate.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]
Id = Annotated[str, typer.Argument(help="A key's public id, as `bantin keys list` has it.")]


@app.command()
def make(
    label: Annotated[str, typer.Option(help="Who holds it; keys of one label are one client.")],
    scope: Annotated[
        list[str], typer.Option(help="post, read, embargo, operate:view, operate or operate:admin; may be repeated.")
    ],
    source: Annotated[str, typer.Option(help="The only source for which it may post.")] = "",
    expires: Annotated[str, typer.Option(help="After how long it ends: 90d, 12h; by default never.")] = "",
    per_minute: Annotated[
        int, typer.Option(help="Requests a minute; by default as BANTIN_RATE_LIMIT says.", min=0)
    ] = 0,
    as_json: Json = False,
) -> None:
    """Make a key, and print it: this once, for only its hash is kept."""
    wanted = [f"--label={label}", *(f"--scope={one}" for one in scope), f"--per-minute={per_minute}"]
    wanted += [f"--source={source}"] if source else []
    wanted += [f"--expires={expires}"] if expires else []
    _do("make", *wanted, as_json=as_json)


@app.command(name="list")
def list_keys(as_json: Json = False) -> None:
    """List all keys, never the keys themselves: what each may, whose it is, when it was last used."""
    _do("list", as_json=as_json)


@app.command()
def revoke(id: Id, as_json: Json = False) -> None:
    """Take a key back for good. It is refused everywhere within five seconds."""
    _do("revoke", id, as_json=as_json)


@app.command()
def rotate(
    id: Id, grace: Annotated[str, typer.Option(help="How long the old one goes on.")] = "24h", as_json: Json = False
) -> None:
    """Make a key that takes the place of another, with all that it may; the old one ends a while later."""
    _do("rotate", id, f"--grace={grace}", as_json=as_json)


def _do(*words: str, as_json: bool) -> None:
    """Have it done by the process that knows keys; end as it ends."""
    where = addresses()
    if not where["database_url"]:
        show.fail("no database: set DATABASE_URL, or start `bantin run`", 2)
    command = [sys.executable, "-m", "shared.access", *words, *(["--json"] if as_json else [])]
    environment = {**os.environ, "DATABASE_URL": where["database_url"]}
    raise typer.Exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)
