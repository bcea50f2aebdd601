"""`bantin chaos`: the guarantee, put to the test."""

import tempfile
from pathlib import Path
from typing import Any

from infra.chaos import harness
from infra.chaos.collisions import HANDS, Collisions
from infra.chaos.harness import Plan
from services.cli import show


def trial(kills: int, bulletins: int, seed: int, *, naive: bool, each: bool, home: Path | None, as_json: bool) -> int:
    """Run it; the exit code: 0 if nothing was lost, doubled or left (with `naive`: 0 if something was)."""
    with tempfile.TemporaryDirectory(prefix="bantin-chaos-") as scratch:
        folder = home or Path(scratch)
        if each:
            return _tell_recoveries(harness.recoveries(folder, show.note, seed), as_json=as_json)
        plan = Plan(kills=kills, bulletins=bulletins, seed=seed, naive=naive)
        account = harness.run(plan, folder, show.note)
    _tell(account, as_json=as_json)
    return 0 if account["right"] != naive else 1


def collide(collisions: int, seed: int, *, home: Path | None, as_json: bool) -> int:
    """Let the same bulletins meet in many hands; the exit code: 0 if all ended as one original and its duplicates."""
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
