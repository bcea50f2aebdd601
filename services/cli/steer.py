"""`bantin pause|resume|limit|latency|sources`: hold work back, and see how it goes; only PostgreSQL must run."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from services.cli import measured, show
from services.cli.desk import Actor, Json, Reason, told, who


class Queue(StrEnum):
    """A queue of bulletins, or all of them."""

    ALL = "all"
    FLASH = "flash"
    NORMAL = "normal"


Which = Annotated[Queue, typer.Argument(help="all, flash or normal.")]


def pause(queue: Which = Queue.ALL, reason: Reason = "", actor: Actor = "", as_json: Json = False) -> None:
    """Let nobody begin anything of a queue; what is in hand is finished, and bulletins are still taken in."""
    _say(told("pause", f"--queue={queue}", *who(reason, actor)), as_json=as_json)


def resume(queue: Which = Queue.ALL, reason: Reason = "", actor: Actor = "", as_json: Json = False) -> None:
    """Let work on a queue go on."""
    _say(told("resume", f"--queue={queue}", *who(reason, actor)), as_json=as_json)


def limit(
    most: Annotated[int, typer.Argument(help="Transactions at once, in all workers together; 0: no limit.", min=0)],
    queue: Which = Queue.ALL,
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Let no more than so many transactions work on a queue at once."""
    _say(told("limit", f"--queue={queue}", f"--most={most}", *who(reason, actor)), as_json=as_json)


def latency(
    minutes: Annotated[int, typer.Option(help="Of the last minutes.", min=1, max=1440)] = 60, as_json: Json = False
) -> None:
    """Say how long each stage took, and from accepted to readable."""
    found = told("latency", f"--minutes={minutes}")
    show.document(found) if as_json else show.console.print(measured.latency(found))


def sources(
    drift: Annotated[bool, typer.Option("--drift", help="What is found less than before, instead.")] = False,
    days: Annotated[int, typer.Option(help="Days for --drift.", min=1, max=90)] = 14,
    as_json: Json = False,
) -> None:
    """Say who sends, and who has gone quiet or loud. Exit code 1 if one has."""
    found = told("drift", f"--days={days}") if drift else told("sources")
    if as_json:
        show.document(found)
    else:
        show.console.print(measured.drift(found) if drift else measured.sources(found))
    raise typer.Exit(not drift and any(one["oddity"] for one in found["sources"]))


def _say(setting: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(setting)
        return
    limited = f", at most {setting['most']} at once" if setting["most"] else ""
    show.console.print(f"{setting['queue']}: {'paused' if setting['paused'] else 'not paused'}{limited}")
