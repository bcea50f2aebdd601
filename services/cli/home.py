"""Where this installation keeps its data, and where its services are."""

import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
"""The folder of the checkout."""


def home() -> Path:
    """The folder of the data: `BANTIN_HOME`, or .bantin in the checkout."""
    return Path(os.environ.get("BANTIN_HOME") or ROOT / ".bantin").absolute()


def addresses() -> dict[str, str]:
    """Where everything is: from the environment, else from the Bantin that runs here, else the usual ports."""
    try:
        running: dict[str, str] = json.loads((home() / "run.json").read_text())
    except (OSError, ValueError):
        running = {}
    return {
        "ingest_url": os.environ.get("BANTIN_INGEST_URL") or running.get("ingest_url") or "http://127.0.0.1:8001",
        "api_url": os.environ.get("BANTIN_API_URL") or running.get("api_url") or "http://127.0.0.1:8002",
        "database_url": os.environ.get("DATABASE_URL") or running.get("database_url", ""),
        "broker_url": os.environ.get("BROKER_URL") or os.environ.get("REDIS_URL") or running.get("broker_url", ""),
    }
