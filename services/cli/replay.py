"""`bantin replay`: what this engine would say of what was published before."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from services.cli import show
from services.cli.home import ROOT, addresses


def replay(
    pipeline: Annotated[
        str, typer.Option(help="Articles made by this version; by default by any other than this engine's.")
    ] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(help="source=NAME, since=TIME, before=TIME or article=ID; may be given again: all must hold."),
    ] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Write nothing: only tell what would change.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Write what changes; begun again it goes on.")] = False,
    rate: Annotated[float, typer.Option(help="At most so many changed articles a second.", min=0.01)] = 20.0,
    jobs: Annotated[int, typer.Option(help="Processes; 0: one for each core.", min=0)] = 1,
    examples: Annotated[int, typer.Option(help="Examples of each field.", min=0)] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")] = False,
) -> None:
    """Read what was published before with the engine of today: which articles would change, and in what."""
    if shadow == apply:
        show.fail("either --shadow or --apply", 2)
    raise typer.Exit(
        _replay(
            made_by=pipeline,
            where=where or [],
            jobs=jobs,
            examples=examples,
            as_json=as_json,
            rate=rate if apply else None,
        )
    )


def _replay(
    *, made_by: str, where: Sequence[str], jobs: int, examples: int, as_json: bool, rate: float | None = None
) -> int:
    """Have it done in a process of the workshop, and tell what came out; the exit code. With a rate it is written."""
    where_all_is = addresses()
    if not where_all_is["database_url"]:
        show.fail("no database: set DATABASE_URL, or start `bantin run`", 2)
    command = [sys.executable, "-m", "services.enrich", "replay", f"--jobs={jobs}", f"--examples={examples}"]
    command += [f"--pipeline={made_by}"] if made_by else []
    command += [f"--where={condition}" for condition in where]
    command += ["--apply", f"--rate={rate}"] if rate else []
    environment = {**os.environ, "DATABASE_URL": where_all_is["database_url"]}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        told = _watch(process)
    if process.returncode:
        # A condition that is none is wrong use; whatever else it is, the last line says it.
        code = 2 if told.startswith("bantin: --where") else 4 if told.startswith("bantin: another replay") else 1
        show.fail(told.removeprefix("bantin: ") or "the replay ended and said nothing", code)
    report = json.loads(told)
    if as_json:
        show.document(report)
    else:
        _tell(report)
    return 0


def _watch(process: "subprocess.Popen[str]") -> str:
    """Show how far it has come; what it wrote in the end."""
    assert process.stdout is not None
    assert process.stderr is not None
    last = ""
    columns = (TextColumn("reading again"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=show.aside, transient=True) as progress:
        task = progress.add_task("", total=None)
        for line in process.stderr:
            last = line.strip() or last
            done, _, total = last.partition(" of ")
            if done.isdigit() and total.isdigit():
                progress.update(task, completed=int(done), total=int(total))
    return process.stdout.read().strip() or last


def _tell(report: dict[str, Any]) -> None:
    made_by = ", ".join(f"{version} ({count})" for version, count in report["made_by"].items()) or "–"
    show.console.print(f"{report['articles']} articles made by {made_by}, read again by {report['pipeline']}")
    if "applied" in report:
        show.console.print(
            f"{report['applied']} went over, {report['kept_back']} are kept by a person's decision,"
            f" {report['gone_on']} were revised meanwhile, {report['unreadable']} can be read no more"
        )
    else:
        show.console.print(f"{report['changed']} would change, {report['unreadable']} can be read no more")
    if not report["fields"]:
        return
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("field", "articles", "gone", "new", "for example"):
        table.add_column(heading, overflow="fold")
    for name, field in report["fields"].items():
        counts = (str(field["articles"]), str(field["gone"]), str(field["new"]))
        for number, example in enumerate(field["examples"]):
            told = f"{example['article']}\n- {_short(example['was'])}\n+ {_short(example['now'])}"
            table.add_row(*((name, *counts) if not number else ("",) * 4), Text(told))
    show.console.print(table)


def _short(entries: Sequence[Any]) -> str:
    text = ", ".join(
        str(entry.get("text") or entry.get("name") or " ".join(str(value) for value in entry.values() if value))
        if isinstance(entry, dict)
        else str(entry)
        for entry in entries
    )
    return text if len(text) <= 160 else f"{text[:159]}…"
