"""The dashboards ask for figures that there are; test_stalls.py asks a real Prometheus all of it, once there are answers."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.servers import ROOT

FOLDER = ROOT / "infra/grafana"
BOARDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("dashboards/*.json"))}
QUERIES = [target["expr"] for board in BOARDS.values() for panel in board["panels"] for target in panel["targets"]] + [
    note["expr"] for board in BOARDS.values() for note in board["annotations"]["list"]
]


def test_every_board_is_known_by_its_file_and_its_panels_by_their_numbers() -> None:
    assert {name: board["uid"] for name, board in BOARDS.items()} == {name: name for name in BOARDS}
    for board in BOARDS.values():
        numbers = Counter(panel["id"] for panel in board["panels"])
        assert max(numbers.values()) == 1


def test_every_panel_asks_the_source_that_is_provisioned() -> None:
    provisioned = re.findall(
        r"uid: (\S+)", (FOLDER / "provisioning/datasources/bantin.yml").read_text(encoding="utf-8")
    )
    asked = {
        target["datasource"]["uid"]
        for board in BOARDS.values()
        for panel in board["panels"]
        for target in [panel, *panel["targets"]]
    }
    assert [*asked] == provisioned


def test_no_two_panels_of_a_board_lie_on_each_other() -> None:
    for name, board in BOARDS.items():
        cells: Counter[tuple[int, int]] = Counter()
        for panel in board["panels"]:
            at = panel["gridPos"]
            assert at["x"] + at["w"] <= 24
            cells.update((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"]))
        assert max(cells.values()) == 1, name


def test_every_figure_that_is_asked_for_is_told() -> None:
    metrics = set(re.findall(r"`(bantin_\w+)`", (ROOT / "docs/metrics.md").read_text(encoding="utf-8")))
    recorded = set(
        re.findall(r"record: (\S+)", (ROOT / "infra/prometheus/bantin.rules.yml").read_text(encoding="utf-8"))
    )
    named = {name for query in QUERIES for name in re.findall(r"\bbantin[_:][a-zA-Z0-9_:]+", query)}
    unknown = {name for name in named if re.sub(r"_(bucket|sum|count)$", "", name) not in metrics | recorded}
    assert sorted(unknown) == []


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here: Debian's package prometheus has it")
def test_every_query_can_be_read(tmp_path: Path) -> None:
    rules = [{"record": f"asked:{number}", "expr": query} for number, query in enumerate(QUERIES)]
    path = tmp_path / "asked.yml"
    path.write_text(json.dumps({"groups": [{"name": "asked", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, check=False)
    assert (done.returncode, f"{len(QUERIES)} rules found" in done.stdout) == (0, True), done.stdout + done.stderr
