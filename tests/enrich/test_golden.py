"""The golden bulletins: what is posted, and the whole article that it must become, written down from the text."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest

from services.enrich.commands.explain import explain_bytes
from tests.servers import ROOT

GOLDEN = ROOT / "tests/golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json"))


@cache
def expected(name: str) -> dict[str, Any]:
    """What the bulletin must become."""
    article: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return article


def posted(name: str) -> bytes:
    """The bulletin's bytes; between its name and .txt its file may say how they are encoded."""
    (path,) = GOLDEN.glob(f"{name}.*txt")
    return path.read_bytes()


@cache
def read(name: str) -> dict[str, Any]:
    """What the bulletin becomes."""
    given = expected(name)["given"]
    return explain_bytes(posted(name), given=date.fromisoformat(given) if given else None)


def pick(values: dict[str, Any] | None, *names: str) -> dict[str, Any] | None:
    return values and {name: values[name] for name in names}


def rows(values: list[dict[str, Any]], *names: str) -> list[list[Any]]:
    return [[value[name] for name in names] for value in values]


def blocks(name: str) -> Any:
    """All blocks; of a long bulletin how many there are of each kind, and those at its ends."""
    found, wanted = rows(read(name)["blocks"], "kind", "text"), expected(name)["blocks"]
    if isinstance(wanted, list):
        return found
    kinds = [kind for kind, _ in found]
    count = {kind: kinds.count(kind) for kind in kinds}
    return {"count": count, "first": found[: len(wanted["first"])], "last": found[-len(wanted["last"]) :]}


def event(name: str) -> Any:
    """Null stands for a bulletin that tells of no single event: what is found there is not examined."""
    return expected(name)["event"] and pick(read(name)["event"], "value", "basis")


def dates(name: str) -> Any:
    """Vague expressions may be found or not."""
    optional = expected(name)["optional_dates"]
    return [row for row in rows(read(name)["dates"], "text", "type", "value", "mod") if row[0] not in optional]


FIELDS: dict[str, Callable[[str], Any]] = {
    "title": lambda name: read(name)["title"],
    "published": lambda name: pick(read(name)["published"], "value", "basis"),
    "event": event,
    "blocks": blocks,
    "items": lambda name: [item["title"] for item in read(name)["items"]],
    "byline": lambda name: pick(read(name)["byline"], "author", "affiliation"),
    "source": lambda name: pick(read(name)["source"], "name"),
    "abbreviations": lambda name: read(name)["abbreviations"],
    "slips": lambda name: rows(read(name)["slips"], "kind", "text", "suggestion"),
    "dates": dates,
    "notes": lambda name: [note["code"] for note in read(name)["notes"]],
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_golden_bulletin_becomes_the_article_written_beside_it(name: str, field: str) -> None:
    wanted = expected(name)
    assert FIELDS[field](name) == wanted[field], f"{field} of {name}, which shows {wanted['about']}"


def test_every_golden_bulletin_has_its_article_and_every_article_its_bulletin() -> None:
    assert sorted(path.name.partition(".")[0] for path in GOLDEN.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_dates_text_stands_in_the_block_where_it_was_found(name: str) -> None:
    found = read(name)
    strays = [
        mention["text"]
        for mention in found["dates"]
        if not any(
            block["start"] <= mention["start"] and mention["end"] <= block["end"] and mention["text"] in block["text"]
            for block in found["blocks"]
        )
    ]
    assert strays == []
