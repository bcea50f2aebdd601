"""`bantin tail` and `bantin export`: the feed as it goes on, and everything up to now."""

import sys
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from services.cli import show
from services.cli.client import connect, document, exit_code, is_hidden
from shared.client import Bantin, BantinError
from shared.client.reading import ExportFormat
from shared.contracts.article import ChangeOut

_FILTER = "A filter of GET /v1/articles, such as province=38; may be given again."


def tail(
    since: Annotated[int | None, typer.Option(help="Begin after this seq; by default with what comes now.")] = None,
    count: Annotated[int, typer.Option(help="Stop after so many changes; 0: never.")] = 0,
    resume: Annotated[
        Path | None,
        typer.Option(help="A file that keeps the last seq shown: begin after it, where it is there.", dir_okay=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")] = False,
) -> None:
    """Follow the feed of changes, also over times when the service is away."""
    try:
        with connect() as client:
            position = _kept(resume) if since is None else since
            if position is None:
                position = client.changes(0, 1).head_seq
            else:
                # Who is not there at all is told of at once; who goes away later is waited for.
                client.changes(position, 1)
            for shown, change in enumerate(client.follow(position), 1):
                _tell(change, client, as_json=as_json)
                if resume:
                    _keep(resume, change.seq)
                if count and shown >= count:
                    return
    except BantinError as error:
        show.fail(str(error), exit_code(error))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _kept(file: Path | None) -> int | None:
    if file is None or not file.exists():
        return None
    told = file.read_text(encoding="utf-8").strip()
    if not told.isdecimal():
        show.fail(f"{file} holds no seq", 2)
    return int(told)


def _keep(file: Path, seq: int) -> None:
    """Half a number would be another number: written aside, then put in its place."""
    aside = file.with_name(f"{file.name}.new")
    aside.write_text(f"{seq}\n", encoding="utf-8")
    aside.replace(file)


def _tell(change: ChangeOut, client: Bantin, *, as_json: bool) -> None:
    if as_json:
        show.document(document(change))
        return
    title = _title(client, change.article)
    show.console.print(f"[dim]{change.seq:>8}[/] {change.type} {change.article}  ", end="")
    show.console.print(title, markup=False)


def _title(client: Bantin, id: str) -> str:
    """An article's title, if it may still be read."""
    try:
        return client.article(id).title
    except BantinError as error:
        if not is_hidden(error):
            raise
        return f"({str(error).partition(':')[0]})"


def export(
    format: Annotated[str, typer.Option(help="ndjson, ninjs, ninjs-bantin, csv, csv-excel or parquet.")] = "ndjson",
    filter: Annotated[list[str] | None, typer.Option(help=_FILTER)] = None,
    out: Annotated[Path | None, typer.Option(help="A file; by default standard output.", dir_okay=False)] = None,
) -> None:
    """Write every article that may be read, as it is now; tell on standard error from which seq the feed goes on."""
    known: dict[str, ExportFormat] = {
        name: name for name in ("ndjson", "ninjs", "ninjs-bantin", "csv", "csv-excel", "parquet")
    }
    if format not in known:
        show.fail(f"--format is {format!r}: {', '.join(known)}", 2)
    wanted = _filters(filter or [])
    try:
        with connect() as client:
            if out is None:
                _write(client, known[format], wanted, sys.stdout.buffer)
                return
            # A file of that name is always whole.
            aside = out.with_name(f"{out.name}.part")
            try:
                with aside.open("wb") as file:
                    _write(client, known[format], wanted, file)
                aside.replace(out)
            finally:
                aside.unlink(missing_ok=True)
    except BantinError as error:
        show.fail(str(error), exit_code(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        show.fail(f"{error.strerror or error}: {error.filename or out}")


def _filters(told: list[str]) -> dict[str, list[str]]:
    wanted: dict[str, list[str]] = {}
    for one in told:
        name, equals, value = one.partition("=")
        if not equals:
            show.fail(f"--filter is {one!r}: NAME=VALUE is wanted", 2)
        wanted.setdefault(name, []).append(value)
    return wanted


def _write(client: Bantin, format: ExportFormat, wanted: dict[str, list[str]], file: BinaryIO) -> None:
    with client.export(format, **wanted) as export:
        file.writelines(export.pieces)
        file.flush()
    show.note(f"as of {export.head_seq}: go on with `bantin tail --since {export.head_seq}`")
