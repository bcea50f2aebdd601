"""`bantin places`: the administrative map, without any server."""

from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from services.cli import show
from shared.places.told import resolution_document

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Look things up in the administrative map. Needs no server."
)


@app.callback()
def places() -> None:
    """Look things up in the administrative map. Needs no server."""


@app.command()
def resolve(
    text: Annotated[str, typer.Argument(help='The place as written: "xã Đông Vinh (thành phố Thanh Hóa)".')],
    at: Annotated[str, typer.Option(help="The day whose map counts: 2024-03-12; by default today.")] = "",
    near: Annotated[str, typer.Option(help="A district or province in which it lies.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")] = False,
) -> None:
    """Say which unit a place's name means on a day: one, or the candidates. Exit code 3 if none bears the name."""
    try:
        day = date.fromisoformat(at) if at else date.today()  # noqa: DTZ011  # the day of whoever asks
    except ValueError:
        show.fail(f"--at is {at!r}: a day such as 2024-03-12 is wanted", 2)
    found = resolution_document(text, near or None, day.isoformat())
    if not found["candidates"] and not found["abroad"]:
        show.fail(f"no unit bears the name {text!r}", 3)
    if as_json:
        show.document(found)
    elif found["abroad"]:
        show.console.print(f"{found['abroad']['code']}  {found['abroad']['name']}", markup=False)
    else:
        _tell(found["candidates"], found["standing"])


def _tell(units: list[dict[str, object]], standing: str | None) -> None:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("code", "unit", "lies in", "valid", "today"):
        table.add_column(heading, overflow="fold")
    for unit in units:
        valid = f"{unit['valid_from']} – {unit['valid_to'] or ''}"
        table.add_row(str(unit["code"]), _name(unit), _names(unit["lies_in"]), valid, _names(unit["today"]))
    show.console.print(table)
    if standing in ("gone", "to come"):
        show.note("no unit of that name was there on the day; these were before" if standing == "gone" else
                  "no unit of that name was there on the day; these came later")  # fmt: skip


def _names(units: object) -> str:
    assert isinstance(units, list)
    return ", ".join(f"{_name(unit)} ({unit['code']})" for unit in units)


def _name(unit: dict[str, object]) -> str:
    return f"{unit['kind']} {unit['name']}"
