"""A real Prometheus with the rules that we ship, on a stack of the test's own."""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from infra.embedded import process
from tests.servers import ROOT, answers, wait_until

SHIPPED = ROOT / "infra/prometheus"
MISSING = "Prometheus is not here: Debian's package prometheus has it"


def is_here() -> bool:
    """Are prometheus and promtool installed?"""
    return bool(shutil.which("prometheus") and shutil.which("promtool"))


class Prometheus:
    """A running server, and short ways to ask it."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=10)

    def ask(self, expr: str) -> list[dict[str, Any]]:
        """The samples of an expression at this moment."""
        answer = self.http.get("/api/v1/query", params={"query": expr}).json()
        assert answer["status"] == "success", f"{expr}: {answer}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """The alerts that fire."""
        return {alert["metric"]["alertname"] for alert in self.ask('ALERTS{alertstate="firing"}')}


@contextmanager
def started_prometheus(folder: Path, targets: Mapping[str, str]) -> Iterator[Prometheus]:
    """Prometheus on our shipped configuration, with `targets` (job to host:port) in place of the containers' names."""
    jobs = "\n".join(
        f'  - job_name: {job}\n    static_configs: [{{targets: ["{target}"]}}]' for job, target in targets.items()
    )
    shipped = (SHIPPED / "prometheus.yml").read_text(encoding="utf-8")
    config = re.sub(r"^scrape_configs:\n.*\Z", f"scrape_configs:\n{jobs}\n", shipped, flags=re.DOTALL | re.MULTILINE)
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    shutil.copy(SHIPPED / "bantin.rules.yml", folder)
    port = process.free_port()
    with (folder / "prometheus.log").open("wb") as log:
        server = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log,
        )  # fmt: skip
    running = Prometheus(f"http://127.0.0.1:{port}")
    try:
        wait_until(lambda: answers(running.http, "/-/ready"), 30)
        yield running
    finally:
        running.http.close()
        process.stop(server, signal.SIGTERM, 10, signal.SIGKILL)
