"""`bantin train`: the tagger of names, trained in a process of the workshop."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from services.cli.home import ROOT


def train(data: Sequence[Path], *, out: Path | None, score: bool) -> int:
    """Train on the files and folders `data`, or score; the exit code."""
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
    return subprocess.run(command, cwd=ROOT, check=False).returncode
