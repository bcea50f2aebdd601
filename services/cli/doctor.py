"""`bantin doctor`: is everything well?"""

from typing import Annotated

import typer

from services.cli import show
from services.cli.home import addresses


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")] = False,
) -> None:
    """Look whether everything is well: Python, disk, database, broker, services, clocks."""
    # All drivers at once are slow to import, and nobody else who asks for help needs them.
    from services.cli.health import examine

    findings = examine(addresses())
    if as_json:
        show.document([finding.document() for finding in findings])
    else:
        for finding in findings:
            sign = "[green]ok [/]" if finding.well else "[red]bad[/]"
            show.console.print(f"{sign} {finding.name:<10} ", end="")
            show.console.print(finding.detail, markup=False)
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)
