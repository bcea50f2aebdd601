"""The words of the command line, and who does each. Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 try again later."""

import os
import sys
from collections import UserDict
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

_DONE_BY = {
    "withhold": "life:withhold",
    "release": "life:release",
    "kill": "life:kill",
    "queue": "desk:queue",
    "workers": "desk:workers",
    "ledger": "desk:ledger",
    "history": "desk:history",
    "top": "desk:top",
    "pause": "steer:pause",
    "resume": "steer:resume",
    "limit": "steer:limit",
    "latency": "steer:latency",
    "sources": "steer:sources",
    "tail": "follow:tail",
    "export": "follow:export",
    "run": "run:run",
    "test": "check:app",
    "post": "post:post",
    "status": "status:status",
    "show": "status:show_article",
    "explain": "explain:explain",
    "dedupe": "dedupe:dedupe",
    "train": "train:train",
    "replay": "replay:replay",
    "doctor": "doctor:doctor",
    "chaos": "trial:chaos",
    "serve": "processes:serve",
    "worker": "processes:worker",
    "sweep": "processes:sweep",
    "deliver": "processes:deliver",
    "erase": "life:erase",
    "migrate": "processes:migrate",
    "places": "places:app",
    "quarantine": "desk:quarantine",
    "entities": "entities:app",
    "keys": "keys:app",
    "relate": "decide:relate",
    "undo": "decide:undo",
    "decisions": "decide:decisions",
    "stories": "decide:stories",
}
"""Each command with its module of this package and its name there: a function, or typer's own for several words."""


class _Commands(UserDict[str, Any]):
    """The commands by their names. One is imported when it is asked for: the others are not worth a second's wait."""

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if isinstance(found, str):
            module, _, attribute = found.partition(":")
            self[name] = found = _made(name, getattr(import_module(f"services.cli.{module}"), attribute))
        return found


def _made(name: str, told: Any) -> Any:
    """The command that typer makes of a function, or of a Typer."""
    if not isinstance(told, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command(name)(told)
        told = app
    command = typer.main.get_command(told)
    command.name = name
    return command


class _Bantin(TyperGroup):
    """All commands; only those that are asked for are made."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        self.commands = _Commands(_DONE_BY)


app = typer.Typer(
    cls=_Bantin, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich",
    help="Turns the raw text a Vietnamese newsroom posts into clean, de-duplicated, dated, entity-linked articles.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 try again later.",
)  # fmt: skip


@app.callback()
def bantin() -> None:
    """All commands: typer makes a group only of what has a callback, or commands of its own."""


def main() -> None:
    """The command `bantin`."""
    try:
        app()
    except BrokenPipeError:
        # Whoever read our output has gone; that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
