import json
import tomllib
from pathlib import Path

import pytest

from services.enrich.commands.training import UnusableMaterial, fit, held_back, read, score_of, train
from services.enrich.text.span import Span
from tests.servers import ROOT

OURS = ROOT / "data/training/bulletins.jsonl"
CONFIG = ROOT / "data/training/training.toml"


def a_file(folder: Path, count: int = 24) -> Path:
    """Some of our bulletins."""
    path = folder / "some.jsonl"
    path.write_text("".join(OURS.read_text(encoding="utf-8").splitlines(keepends=True)[:count]), encoding="utf-8")
    return path


def test_every_name_of_our_bulletins_is_the_text_at_its_place() -> None:
    rows = [json.loads(line) for line in OURS.read_text(encoding="utf-8").splitlines()]
    wrong = [
        name for row in rows for name in row["entities"] if row["text"][name["start"] : name["end"]] != name["text"]
    ]
    assert (len(rows) >= 300, wrong) == (True, [])


def test_the_same_material_gives_the_same_bytes(tmp_path: Path) -> None:
    data = a_file(tmp_path)
    for name in ("one", "two"):
        assert train([data], tmp_path / name, CONFIG, score=False) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_weights_know_the_names_they_were_trained_on(tmp_path: Path) -> None:
    material = list(read(a_file(tmp_path)))
    weights = fit(material, tomllib.loads(CONFIG.read_text(encoding="utf-8"))["crf"])
    assert score_of(weights, material)["all"].f1 > 95


def test_the_same_bulletins_are_held_back_every_time() -> None:
    ids = [f"own-{number}" for number in range(200)]
    back = [id for id in ids if held_back(id, 5)]
    assert 20 < len(back) < 60
    assert back == [id for id in ids if held_back(id, 5)]


def test_names_of_other_types_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    names = [{"start": 0, "end": 2, "type": "PERSON"}, {"start": 3, "end": 5, "type": "PROGRAMME"}]
    path.write_text(json.dumps({"id": "1", "text": "An OCOP", "entities": names}), encoding="utf-8")
    (one,) = read(path)
    assert one.names == (("PERSON", Span(0, 2)),)


@pytest.mark.parametrize("line", ["{", "{}", '{"id": 1, "text": "a", "entities": [{}]}'])
def test_what_is_no_annotated_bulletin_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(UnusableMaterial, match="line 1"):
        list(read(path))
