import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services.enrich.family import FamilyCollector
from tests.servers import ROOT

COUNT = "from shared.metrics import ATTEMPTS, CLAIM_SIZE; ATTEMPTS.labels('published').inc({}); CLAIM_SIZE.observe(3)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def a_process_counts(folder: Path, count: int) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", COUNT.format(count)], cwd=ROOT, env=environment, check=True)


def told(collector: FamilyCollector) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(collector)
    lines = generate_latest(registry).decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_a_workers_figures_are_those_of_all_its_processes_and_of_those_that_died(folder: Path) -> None:
    collector = FamilyCollector(folder)
    totals, files = [], []
    for count in (2, 3, 5):
        a_process_counts(folder, count)
        figures = told(collector)
        totals.append((figures['bantin_attempts_total{outcome="published"}'], figures["bantin_claim_size_count"]))
        files.append(len(list(folder.glob("*.db"))))
    assert (totals, len(set(files))) == ([(2, 1), (5, 2), (10, 3)], 1), "the dead leave no files behind"


def test_buckets_of_the_dead_are_added_once(folder: Path) -> None:
    collector = FamilyCollector(folder)
    for _ in range(3):
        a_process_counts(folder, 1)
        told(collector)
    figures = told(collector)
    assert [figures[f'bantin_claim_size_bucket{{le="{le}"}}'] for le in ("2.0", "5.0", "+Inf")] == [0, 3, 3]
