"""`bantin export`, and `bantin tail` that goes on where it ended."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from services.enrich.workbench import Workbench
from tests.cli.conftest import Bantin
from tests.factories import a_text, some_bulletins
from tests.servers import Service


@pytest.fixture
def published(ingest: Service, workbench: Workbench) -> int:
    some_bulletins(ingest.database, [a_text(place=place) for place in ("Lào Cai", "Vĩnh Long", "Lào Cai")])
    while workbench.enrich([]):
        pass
    return 3


def test_everything_is_written_and_the_feed_goes_on_from_there(bantin: Bantin, published: int) -> None:
    done = bantin("export")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, published)
    assert f"bantin tail --since {published}" in done.stderr.replace("\n", " ")
    chosen = bantin("export", "--format", "ninjs", "--filter", "province=15")
    assert len([json.loads(line) for line in chosen.stdout.splitlines()]) == 2


def test_a_file_is_written_whole_or_left_as_it_was(bantin: Bantin, published: int, tmp_path: Path) -> None:
    out = tmp_path / "tin.parquet"
    assert bantin("export", "--format", "parquet", "--out", str(out)).returncode == 0
    assert pq.read_table(out).num_rows == published
    before = out.read_bytes()
    refused = bantin("export", "--format", "parquet", "--filter", "province=Narnia", "--out", str(out))
    assert (refused.returncode, refused.stderr.startswith("bantin: unknown_unit")) == (1, True)
    assert (out.read_bytes(), list(tmp_path.glob("*.part"))) == (before, [])


def test_wrong_use_of_export_ends_with_2(bantin: Bantin) -> None:
    for words in (["--format", "tea"], ["--filter", "province"]):
        assert bantin("export", *words).returncode == 2


def test_tail_goes_on_where_it_ended(bantin: Bantin, published: int, tmp_path: Path) -> None:
    kept = tmp_path / "seq"
    kept.write_text("0\n")
    first = bantin("tail", "--json", "--resume", str(kept), "--count", "2")
    second = bantin("tail", "--json", "--resume", str(kept), "--count", "1")
    told = [json.loads(line)["seq"] for line in (first.stdout + second.stdout).splitlines()]
    assert (told, kept.read_text()) == ([1, 2, 3], "3\n")
