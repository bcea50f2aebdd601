"""`bantin queue|workers|quarantine|ledger|history|top`: the operator's desk in the terminal; only PostgreSQL must run."""

import getpass
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.cli import measured, show
from services.cli.home import ROOT, addresses

quarantine = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Bulletins that failed: look at them, let them run again, give them up.",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]
Signature = Annotated[str, typer.Option(help="Those of a group of `bantin quarantine list`.")]
Bulletins = Annotated[list[str] | None, typer.Argument(help="Bulletins, bul_….")]
ErrorClass = Annotated[str, typer.Option(help="Those of a class of error.")]
Everything = Annotated[bool, typer.Option("--all", help="All.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]
Actor = Annotated[str, typer.Option(help="Who; by default you. It is kept.")]
Stage = Annotated[str, typer.Option(help="Those that failed in a stage.")]
Rate = Annotated[float, typer.Option(help="So many a second, by the desk itself, piece by piece; 0: at once.", min=0)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing; tell how many are meant.")]


def told(*words: str) -> dict[str, Any]:
    """A document of the desk, from a process of its own."""
    where = addresses()
    if not where["database_url"]:
        show.fail("no database: set DATABASE_URL, or start `bantin run`", 2)
    command = [sys.executable, "-m", "services.ops.tell", *words]
    environment = {**os.environ, "DATABASE_URL": where["database_url"]}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["the desk said nothing"])[-1]
        show.fail(last, done.returncode if done.returncode in (2, 3) else 4)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def queue(as_json: Json = False) -> None:
    """Say what waits, for how long, and how fast it goes."""
    found = told("queues")
    show.document(found) if as_json else show.console.print(_queues(found))


def workers(as_json: Json = False) -> None:
    """Say who works, with what in hand. Exit code 1 if a process is silent or stalled, or none is there."""
    found = told("workers")
    show.document(found) if as_json else show.console.print(_workers(found))
    raise typer.Exit(
        not found["processes"] or any(one["health"] in ("silent", "stalled") for one in found["processes"])
    )


def ledger(as_json: Json = False) -> None:
    """Account for every accepted bulletin. Exit code 1 if it does not balance."""
    found = told("ledger")
    show.document(found) if as_json else show.console.print(_ledger(found))
    raise typer.Exit(not found["balanced"])


def history(id: Annotated[str, typer.Argument(help="bul_… or art_…")], as_json: Json = False) -> None:
    """Tell a bulletin's whole life on one line of time."""
    found = told("history", id)
    show.document(found) if as_json else show.console.print(_history(found))


def top(
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.2)] = 2.0,
    count: Annotated[int, typer.Option(help="Stop after so many looks; 0: never.", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Show queues, latency, workers and quarantine, again and again."""
    looks = 0
    with Live(console=show.console, auto_refresh=False) as live:
        while True:
            found = told("all")
            parts = [_queues(found["queues"]), measured.probes(found["probes"]), measured.latency(found["latency"])]
            parts += [_workers(found["workers"]), _groups(found), _jobs(found["jobs"])]
            show.document(found) if as_json else live.update(Group(*parts), refresh=True)
            looks += 1
            if looks == count:
                return
            time.sleep(every)


@quarantine.command("list")
def list_groups(signature: Signature = "", as_json: Json = False) -> None:
    """List what went wrong, by kind; with --signature, each bulletin of a kind with its error."""
    found = told("held", f"--signature={signature}") if signature else told("groups")
    if as_json:
        show.document(found)
    elif signature:
        for one in found["bulletins"]:
            show.console.print(Panel(Text(one["last_error"] or ""), title=one["id"], title_align="left"))
    else:
        show.console.print(_groups(found))


def _repairer(what: str) -> Callable[..., None]:
    def repair(
        bulletins: Bulletins = None,
        signature: Signature = "",
        error_class: ErrorClass = "",
        stage: Stage = "",
        everything: Everything = False,
        rate: Rate = 0.0,
        reason: Reason = "",
        actor: Actor = "",
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        which = _which(bulletins, signature, error_class, stage, everything=everything)
        pace = [f"--rate={rate}"] if rate else []
        _repair(what, [*which, *pace], reason=reason, actor=actor, dry_run=dry_run, as_json=as_json)

    return repair


for _what, _help in (
    ("replay", "Let quarantined bulletins run again, each alone, its tries counted anew."),
    ("discard", "Give quarantined bulletins up: they are rejected; their bytes stay."),
):
    quarantine.command(_what, help=_help)(_repairer(_what))


@quarantine.command("jobs")
def list_jobs(as_json: Json = False) -> None:
    """List long repairs, newest first, with how far each has come."""
    found = told("jobs")
    show.document(found) if as_json else show.console.print(_jobs(found["jobs"]))


def _steerer(what: str) -> Callable[..., None]:
    def steer(
        job: Annotated[int, typer.Argument(help="Its number, of `bantin quarantine jobs`.")],
        reason: Reason = "",
        actor: Actor = "",
        as_json: Json = False,
    ) -> None:
        found = told(what, str(job), *who(reason, actor))
        show.document(found) if as_json else show.console.print(_jobs([found]))

    return steer


for _what, _help in (
    ("stop", "Stop a long repair."),
    ("continue", "Let a long repair go on from where it was stopped."),
):
    quarantine.command(_what, help=_help)(_steerer(_what))


def who(reason: str, actor: str) -> list[str]:
    """The words that say who asks and why; without a why it ends here."""
    if not reason:
        show.fail("say why: --reason", 2)
    return [f"--reason={reason}", f"--actor={actor or getpass.getuser()}"]


def _which(bulletins: list[str] | None, signature: str, error_class: str, stage: str, *, everything: bool) -> list[str]:
    words = [f"--bulletin={one}" for one in bulletins or []]
    words += [f"--signature={signature}"] if signature else []
    words += [f"--error-class={error_class}"] if error_class else []
    words += [f"--stage={stage}"] if stage else []
    if not words and not everything:
        show.fail("say which: bulletins, --signature, --error-class, --stage, or --all", 2)
    return words


def _repair(what: str, which: list[str], *, reason: str, actor: str, dry_run: bool, as_json: bool) -> None:
    if not reason and not dry_run:
        show.fail("say why: --reason", 2)
    words = [*which, f"--reason={reason}", f"--actor={actor or getpass.getuser()}"]
    found = told(what, *words, *(["--dry-run"] if dry_run else []))
    if as_json:
        show.document(found)
    elif "rate" in found:
        show.console.print(f"job {found['id']} has begun: {found['matched']} bulletins, {found['rate']:g} a second")
    else:
        done = "would be" if dry_run else "were"
        verb = {"replay": "let run again", "discard": "given up"}[what]
        show.console.print(f"{found['matched'] if dry_run else found['changed']} {done} {verb}")


def _queues(found: dict[str, Any]) -> Group:
    table = _table("queue", "waiting", "in work", "to be retried", "oldest waits")
    for one in found["queues"]:
        counts = (str(one[name]) for name in ("waiting", "in_work", "retrying"))
        name = one["priority"] + (" [bold red]paused[/]" if one["paused"] else "")
        name += f" (at most {one['max_concurrency']} at once)" if one["max_concurrency"] else ""
        table.add_row(name, *counts, _seconds(one["oldest_age_seconds"]))
    rates = _table("a minute", *(f"{rate['minutes']} min" for rate in found["rates"]))
    for name in ("accepted", "finished"):
        rates.add_row(name, *(f"{rate[f'{name}_per_minute']:.1f}" for rate in found["rates"]))
    drained = _seconds(found["seconds_to_drain"]) if found["seconds_to_drain"] is not None else "never, at this rate"
    held = [
        Text(f"{one['queue']}: {_set(one)} by {one['actor']}: {one['reason']}", style="yellow")
        for one in found["settings"]
    ]
    return Group(table, rates, *held, Text(f"drained in {drained}; {found['quarantined']} quarantined\n"))


def _set(setting: dict[str, Any]) -> str:
    limited = f"limited to {setting['most']}" if setting["most"] else ""
    return " and ".join(word for word in ("paused" if setting["paused"] else "", limited) if word)


def _jobs(found: list[dict[str, Any]]) -> Group:
    if not found:
        return Group()
    table = _table("job", "what", "state", "done", "rate", "left", "who and why")
    for job in found:
        left = _seconds(job["seconds_left"]) if job["seconds_left"] is not None else "–"
        done = f"{job['done']}/{job['matched']}"
        asked = Text(f"{job['actor']}: {job['reason']}")
        table.add_row(str(job["id"]), job["action"], job["state"], done, f"{job['rate']:g}/s", left, asked)
    return Group(table)


def _workers(found: dict[str, Any]) -> Group:
    at = datetime.fromisoformat(found["at"])
    table = _table("process", "role", "version", "seen ago", "progress ago", "memory", "health")
    for one in found["processes"]:
        ages = (
            _seconds((at - datetime.fromisoformat(one[name])).total_seconds()) for name in ("seen_at", "progress_at")
        )
        colour = {"well": "", "replaced": "dim"}.get(one["health"], "bold red")
        memory = f"{one['memory_bytes'] / 1_048_576:.0f} MiB" if one["memory_bytes"] else "–"
        table.add_row(one["worker"], one["role"], one["pipeline"], *ages, memory, one["health"], style=colour)
    hands = _table("child", "in hand", "for", "finished last minute", "failed last minute", "deaths in a day")
    for one in found["hands"]:
        held = _seconds(one["seconds"]) if one["seconds"] is not None else "–"
        done = (str(one[name]) for name in ("finished_last_minute", "failed_last_minute", "deaths_last_day"))
        hands.add_row(one["worker"], str(one["in_hand"]), held, *done)
    if not found["processes"]:
        return Group(Text("nobody works here\n", style="bold red"))
    deaths = [Text(f"died on {one['bulletin']}: {one['worker']}", style="red") for one in found["deaths"][:5]]
    reading = [Text(_reading(one)) for one in found["hands"] if one["bulletin"]]
    return Group(table, hands, *reading, *deaths, Text(""))


def _reading(hand: dict[str, Any]) -> str:
    """A line of its own: a column as wide as an id leaves no room for others."""
    stage = f", in {hand['stage']} for {_seconds(hand['stage_seconds'])}" if hand["stage"] else ""
    return f"{hand['worker']} is at {hand['bulletin']}{stage}"


def _groups(found: dict[str, Any]) -> Group:
    if not found["groups"]:
        return Group(Text("no bulletin is quarantined"))
    table = _table("signature", "bulletins", "stage", "first seen", "last seen", "error")
    for one in found["groups"]:
        seen = (one[name][:19].replace("T", " ") for name in ("first_seen", "last_seen"))
        table.add_row(
            one["signature"],
            str(one["bulletins"]),
            one["stage"] or "–",
            *seen,
            Text(f"{one['error_class']}\n{one['said'] or ''}"),
        )
    return Group(table)


def _ledger(found: dict[str, Any]) -> Group:
    table = _table("state", "bulletins")
    for state, count in found["states"].items():
        table.add_row(state, str(count))
    table.add_row("accepted", str(found["accepted"]), style="bold")
    table.add_row("probes, not counted above", str(found["probes"]), style="dim")
    if found["balanced"]:
        return Group(table, Text("balanced", style="green"))
    broken = [Text(f"{one['rule']}: {', '.join(one['bulletins'])}", style="bold red") for one in found["broken"]]
    return Group(table, *broken)


def _history(found: dict[str, Any]) -> Group:
    table = _table("at", "what", "detail")
    for event in found["events"]:
        detail = "  ".join(f"{name}={value}" for name, value in event["detail"].items())
        table.add_row(event["at"][:23].replace("T", " "), event["what"], Text(detail))
    head = f"{found['bulletin']} is {found['state']}"
    head += f", article {found['article']}" if found["article"] else ""
    head += f", repeats {found['duplicate_of']}" if found["duplicate_of"] else ""
    return Group(Text(head, style="bold"), table, Text(found["last_error"] or ""))


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"
