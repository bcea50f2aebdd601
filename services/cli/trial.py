"""`bantin chaos`: the guarantee, put to the test."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import show

if TYPE_CHECKING:
    from infra.chaos.harness import Plan


def chaos(
    kills: Annotated[int, typer.Option(help="Faults to make.", min=0)] = 60,
    bulletins: Annotated[int, typer.Option(help="Bulletins to post meanwhile.", min=1)] = 3000,
    rate: Annotated[float, typer.Option(help="Bulletins to post a second.", min=0.1)] = 40.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same texts and faults.")] = 1,
    naive: Annotated[bool, typer.Option("--naive", help="The control: a naive design, which must lose some.")] = False,
    each: Annotated[bool, typer.Option("--each", help="Each fault alone: how long until all goes on.")] = False,
    collisions: Annotated[
        int, typer.Option(help="Kill nothing: let as many bulletins meet another in eight hands at once.", min=0)
    ] = 0,
    home: Annotated[Path | None, typer.Option(help="A folder to keep; by default a temporary one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")] = False,
) -> None:
    """Kill everything again and again under load, in a stack of its own, and draw up the account."""
    if collisions:
        raise typer.Exit(_collide(collisions, seed, home=home, as_json=as_json))
    # What drives the servers is slow to import, and who asks for help needs none of it.
    from infra.chaos.harness import Plan

    plan = Plan(kills=kills, bulletins=bulletins, rate=rate, seed=seed, naive=naive)
    raise typer.Exit(_trial(plan, each=each, home=home, as_json=as_json))


def _trial(plan: "Plan", *, each: bool, home: Path | None, as_json: bool) -> int:
    """Run it; the exit code: 0 if nothing was lost, doubled or left (with `naive`: 0 if something was)."""
    from infra.chaos import harness

    with tempfile.TemporaryDirectory(prefix="bantin-chaos-") as scratch:
        folder = home or Path(scratch)
        if each:
            return _tell_recoveries(harness.recoveries(folder, show.note, plan.seed), as_json=as_json)
        account = harness.run(plan, folder, show.note)
    _tell(account, as_json=as_json)
    return 0 if account["right"] != plan.naive else 1


def _collide(collisions: int, seed: int, *, home: Path | None, as_json: bool) -> int:
    """Let the same bulletins meet in many hands; the exit code: 0 if all ended as one original and its duplicates."""
    from infra.chaos import harness
    from infra.chaos.collisions import HANDS, Collisions

    groups = -(-collisions // (HANDS - 1))
    with tempfile.TemporaryDirectory(prefix="bantin-chaos-") as scratch:
        account = harness.collide(Collisions(groups=groups, seed=seed), home or Path(scratch), show.note)
    _tell(account, as_json=as_json)
    return 0 if account["right"] else 1


def _tell(account: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(account)
        return
    for name, value in account.items():
        show.console.print(f"{name:<18} {value}", markup=False)


def _tell_recoveries(recoveries: list[dict[str, Any]], *, as_json: bool) -> int:
    for recovery in recoveries:
        if as_json:
            show.document(recovery)
        else:
            show.console.print(f"{recovery['fault']:<26} {recovery['seconds']:>6.2f} s", markup=False)
    return 0 if all(recovery["finished"] for recovery in recoveries) else 1
