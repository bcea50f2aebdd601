"""`bantin dedupe`: the workers' own decisions on lines of text, in a database that is gone afterwards."""

import os
import subprocess
import sys
from typing import Annotated, NoReturn

import typer

from services.cli import show
from services.cli.home import ROOT

_COMMAND = [sys.executable, "-m", "services.enrich", "dedupe"]


def dedupe(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read {id, title, text} line by line, in order of arrival.")
    ] = False,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Read {id, a: {title, text}, b: {title, text}} line by line.")
    ] = False,
) -> None:
    """Tell which texts of standard input say the same, as the workers do: write JSON, a line for each.

    --jsonl uses a scratch database: on the server of DATABASE_URL, else on a PostgreSQL of its own.
    """
    if jsonl == pairs:
        show.fail("either --jsonl or --pairs, and lines on standard input", 2)
    if pairs:
        _dedupe_pairs()
    raise typer.Exit(_dedupe_lines())


def _dedupe_pairs() -> NoReturn:
    """Be the process that compares pairs of standard input."""
    os.chdir(ROOT)
    os.execv(sys.executable, [*_COMMAND, "--pairs"])  # noqa: S606  # no shell is wanted


def _dedupe_lines() -> int:
    """Decide on the lines of standard input in a scratch database; the exit code."""
    from services.cli.scratch import NoScratch, scratch_database

    try:
        with scratch_database() as url:
            env = {**os.environ, "DATABASE_URL": url}
            command = [sys.executable, "-m", "shared.migrations.migrate"]
            subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
            return subprocess.run([*_COMMAND, "--jsonl"], cwd=ROOT, env=env, check=False).returncode
    except NoScratch as error:
        show.fail(str(error), 1)
