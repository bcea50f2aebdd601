"""`bantin test`: every check of the code, then every test."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import typer

from services.cli import show
from services.cli.home import ROOT

app = typer.Typer(add_completion=False)

_BIN = Path(sys.executable).parent

_CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
    ("lint-imports", "--no-cache"),
    ("mypy",),
)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Check and test everything; further words go to pytest."""
    raise typer.Exit(_check(context.args))


def _check(pytest_args: Sequence[str]) -> int:
    """Run all; the exit code of the first that fails. Words for pytest skip the other checks."""
    commands = [*_CHECKS, ("pytest",)] if not pytest_args else [("pytest", *pytest_args)]
    for command in commands:
        if not (_BIN / command[0]).exists():
            show.fail(f"{command[0]} is not installed: run ./bantin test, which installs it")
        show.note(" ".join(command))
        started = time.monotonic()
        done = subprocess.run([str(_BIN / command[0]), *command[1:]], cwd=ROOT, check=False)
        if done.returncode:
            show.fail(f"{' '.join(command[:2])} failed", done.returncode)
        show.note(f"{command[0]}: well, {time.monotonic() - started:.1f} s")
    return 0
