"""`bantin explain`: a text in colour, with every span, its value and its reason."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table
from rich.text import Text

from services.cli import show
from services.cli.home import ROOT

_COMMAND = [sys.executable, "-m", "services.enrich", "explain"]
_BLOCKS = {
    "headline": "bold",
    "lead": "",
    "paragraph": "",
    "subhead": "bold",
    "kicker": "dim bold",
    "dateline": "cyan",
    "caption": "italic yellow",
    "placeholder": "dim yellow",
    "byline": "magenta",
    "source": "magenta",
    "list": "",
    "table": "blue",
    "tail": "dim",
}
_MARKS = {
    "date": "black on green",
    "place": "underline2",
    "entity": "black on bright_cyan",
    "slip": "white on red",
    "abbreviation": "underline",
}


def explain(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Bulletins.", exists=True, dir_okay=False, readable=True)
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read {id, text, published} line by line from standard input, write JSON.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Processes for --jsonl; 0: one for each core.", min=0)] = 1,
    published: Annotated[str, typer.Option(help="The day on which FILES were published: 2025-09-05.")] = "",
    charset: Annotated[str, typer.Option(help="The charset of FILES, if it is known.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")] = False,
) -> None:
    """Show what is found in FILES and why: every part, value and name with its place. Needs no server."""
    if jsonl:
        _explain_lines(jobs)
    raise typer.Exit(_explain_files(files or [], published=published, charset=charset, as_json=as_json))


def _explain_lines(jobs: int) -> NoReturn:
    """Be the process that explains standard input line by line."""
    os.chdir(ROOT)
    os.execv(sys.executable, [*_COMMAND, "--jsonl", "--jobs", str(jobs)])  # noqa: S606  # no shell is wanted


def _explain_files(files: Sequence[Path], *, published: str, charset: str, as_json: bool) -> int:
    """Explain each file on the terminal, or as a line of JSON; the exit code."""
    if not files:
        show.fail("nothing to explain: name FILES, or give --jsonl and lines on standard input", 2)
    options = [f"--published={published}"] if published else []
    options += [f"--charset={charset}"] if charset else []
    command = [*_COMMAND, *options, "--", *(str(path.absolute()) for path in files)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if as_json:
                sys.stdout.write(line)
            else:
                _paint(json.loads(line))
    return process.returncode


def _paint(found: dict[str, Any]) -> None:
    show.console.rule(
        f"{Path(found['file']).name}  [dim]{found['charset']}: {found['charset_reason']}[/]", align="left"
    )
    show.console.print(_coloured(found))
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("what", "place", "text", "value", "why"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("what", "place"))
    for row in _rows(found):
        table.add_row(*(Text(cell) for cell in row))
    show.console.print(table)


def _coloured(found: dict[str, Any]) -> Text:
    """The text as filed, painted by its parts and by what was found in them."""
    text = Text(found["text"], style="dim")
    for block in found["blocks"]:
        text.stylize(f"not dim {_BLOCKS[block['kind']]}", block["start"], block["end"])
    for kind, values in (
        ("date", found["dates"]),
        ("place", found["places"]),
        ("entity", found["entities"]),
        ("slip", found["slips"]),
    ):
        for value in values:
            text.stylize(_MARKS[kind], value["start"], value["end"])
    return text


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """What was found, row by row: what it is, its place, its text, its value, and why."""
    for name in ("published", "event"):
        told = found[name]
        yield name, _places(told["evidence"]), "", f"{told['value'] or '–'} ({told['basis']})", told["reason"]
    for block in found["blocks"]:
        yield block["kind"], _places([block]), _short(block["text"]), "", block["basis"]["reason"]
    yield from _credits(found)
    for date in found["dates"]:
        value = " ".join(filter(None, (date["type"], date["value"], date["mod"])))
        yield "date", _places([date]), date["text"], value, date["reason"]
    for entity in found["entities"]:
        value = entity["key"] or entity["name"]
        yield entity["type"].lower(), _places([entity]), entity["text"], value, entity["reason"]
    for person in found["people"]:
        posts = [f"{one['text']} | {one['organisation'] or '?'}" for one in person["posts"]]
        value = "; ".join(filter(None, (person["rank"], *posts)))
        yield "who", _places([*person["mentions"], *person["titles"]]), person["name"], value, person["basis"]["reason"]
    for paper in found["references"]:
        parts = (paper["kind"], paper["number"], paper["issuer"], paper["year"])
        yield "reference", _places([paper]), paper["text"], " ".join(filter(None, parts)), paper["reason"]
    for place in found["places"]:
        yield "place", _places([place]), place["text"], _unit(place), place["reason"]
    for slip in found["slips"]:
        yield "slip", _places([slip]), slip["text"], slip["suggestion"], slip["basis"]["reason"]
    for note in found["notes"]:
        yield "note", _places(note["spans"]), "", note["code"], note["detail"]


def _credits(found: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    if byline := found["byline"]:
        value = " / ".join(filter(None, (byline["author"], byline["affiliation"])))
        yield "author", _places([byline]), "", value, byline["basis"]["reason"]
    if source := found["source"]:
        yield "taken from", _places([source]), "", source["name"], source["basis"]["reason"]
    for origin, reason in (("abbreviations", "the text says so"), ("known_abbreviations", "the lexicon says so")):
        for short, long in found[origin].items():
            yield "abbreviation", "", short, long, reason


def _unit(place: dict[str, Any]) -> str:
    """The unit's name and code, and those of today; or the candidates."""
    if not place["unit"]:
        return f"open: {', '.join(place['candidates'])}"
    then = f"{place['name']} ({place['unit']})"
    return then if place["today"] in ([], [place["unit"]]) else f"{then}, today {', '.join(place['today'])}"


def _places(values: Sequence[dict[str, Any]]) -> str:
    return " ".join(f"{value['start']}:{value['end']}" for value in values)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
