"""`bantin train`: the tagger of names, trained in a process of the workshop."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from services.cli.home import ROOT


def train(
    data: Annotated[
        list[Path],
        typer.Option(help="A file of annotated bulletins, or a folder of them; may be given again.", exists=True),
    ] = [ROOT / "data" / "training"],  # noqa: B006  # typer reads it, no one writes it
    out: Annotated[
        Path | None, typer.Option(help="Where the weights go; by default where the workers read them.")
    ] = None,
    score: Annotated[bool, typer.Option("--score", help="Hold a fifth back, score on it, write no weights.")] = False,
) -> None:
    """Train the tagger of names. The same data give the same weights, byte for byte."""
    command = [
        sys.executable,
        "-m",
        "services.enrich",
        "train",
        "--config",
        str(ROOT / "data" / "training" / "training.toml"),
    ]
    command += ["--data", *(str(path.absolute()) for path in data)]
    command += ["--out", str(out.absolute())] if out else []
    command += ["--score"] if score else []
    raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)
