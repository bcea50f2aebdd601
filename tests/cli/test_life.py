"""The words of the command line that take an article through its life."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.enrich.workbench import Workbench
from tests.cli.conftest import Bantin
from tests.factories import TEXT


@pytest.fixture
def bulletin_file(tmp_path: Path) -> Path:
    path = tmp_path / "cầu.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_an_article_is_withheld_released_killed_and_erased(
    bantin: Bantin, workbench: Workbench, bulletin_file: Path
) -> None:
    bulletin = bantin("post", str(bulletin_file)).stdout.split()[0]
    workbench.enrich([])
    withheld = json.loads(bantin("withhold", bulletin, "--reason", "kiểm tra", "--json").stdout)
    assert withheld["pub_status"] == "withheld"
    id = withheld["article"]
    assert bantin("show", id).stderr.startswith("bantin: article_withheld")
    assert bantin("release", id, "--reason", "đúng", "--actor", "an").stdout == f"{id}  usable\n"
    assert bantin("kill", id, "--reason", "sai", "--note", "Xin rút tin.").stdout == f"{id}  canceled\n"
    assert bantin("show", id).stderr == "bantin: article_killed: Xin rút tin.\n"
    assert bantin("erase", id, "--reason", "quyết định 12", "--actor", "phap-che").stdout == f"{id} erased\n"
    told = bantin("tail", "--since", "0", "--count", "5")
    assert told.returncode == 0
    assert [line.split()[1] for line in told.stdout.splitlines()] == [
        "article.published", "article.withheld", "article.released", "article.killed", "article.erased",
    ]  # fmt: skip
    assert "(article_erased)" in told.stdout


def test_what_is_not_there_ends_with_3(bantin: Bantin) -> None:
    for what in ("withhold", "release", "kill", "erase"):
        assert bantin(what, "art_" + "0" * 32, "--reason", "x").returncode == 3


def test_an_order_needs_a_reason(bantin: Bantin) -> None:
    for what in ("withhold", "release", "kill", "erase"):
        assert bantin(what, "art_" + "0" * 32).returncode == 2


def test_a_bulletin_is_posted_under_an_embargo(bantin: Bantin, workbench: Workbench, bulletin_file: Path) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    bulletin = bantin("post", "--embargo", until, str(bulletin_file)).stdout.split()[0]
    workbench.enrich([])
    assert "embargoed" in bantin("status", bulletin).stdout
    assert bantin("show", bulletin).returncode == 3
    refused = bantin("post", "--embargo", "17:00", str(bulletin_file))
    assert (refused.returncode, "with its offset" in refused.stderr) == (1, True)
