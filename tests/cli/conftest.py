"""The command `bantin` as a person starts it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.enrich import furnishing
from services.enrich.workbench import Workbench
from shared.settings import Settings
from tests.servers import ROOT, Servers, Service, clean_environment

Done = subprocess.CompletedProcess[str]
Bantin = Callable[..., Done]


def run_bantin(*words: str, stdin: str | None = None, **environment: str) -> Done:
    """Run the command in a terminal of 120 columns."""
    return subprocess.run(
        [str(ROOT / ".venv/bin/bantin"), *words],
        input=stdin or "", capture_output=True, text=True, timeout=100, check=False, cwd=ROOT,
        env=clean_environment(COLUMNS="120", NO_COLOR="1", **environment),
    )  # fmt: skip


@pytest.fixture
def bantin(ingest: Service, api_service: Service, servers: Servers, tmp_path: Path) -> Bantin:
    """The command, led to the services that run."""
    where = {
        "BANTIN_HOME": str(tmp_path / "home"), "BANTIN_INGEST_URL": ingest.url, "BANTIN_API_URL": api_service.url,
        "DATABASE_URL": ingest.database.url, "REDIS_URL": servers.valkey.url,
    }  # fmt: skip
    return lambda *words, **more: run_bantin(*words, **(where | more))


@pytest.fixture
def workbench(ingest: Service) -> Iterator[Workbench]:
    """A worker without Celery for the services that run."""
    bench = furnishing.furnish(Settings(database_url=ingest.database.url))
    yield bench
    bench.tx_engine.dispose()
    bench.side_engine.dispose()
