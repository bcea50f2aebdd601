"""`bantin post`: files, standard input, and batches of JSON lines."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.progress import track

from services.cli import show
from services.cli.client import connect, document, exit_code, problem_of
from services.cli.outcome import Files, content_type_of, post_file
from shared.client import Bantin, BantinError
from shared.client.filing import About
from shared.contracts.bulletin import PriorityName

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]

_BATCH = 500


def post(
    files: Files = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until each is finished and show its article.")] = False,
    source: Annotated[str, typer.Option(help="Who files it.")] = "",
    priority: Annotated[str, typer.Option(help="normal or flash.")] = "",
    published: Annotated[str, typer.Option(help="The day of publication: 2025-09-05.")] = "",
    embargo: Annotated[str, typer.Option(help="Nobody sees it before: 2025-09-05T17:00:00+07:00.")] = "",
    charset: Annotated[str | None, typer.Option(help="The charset of text files, if it is known.")] = None,
    as_json: Json = False,
) -> None:
    """Post bulletins: FILES, or standard input. A file of JSON lines (.ndjson, .jsonl) is posted as a batch."""
    about: About = {
        "source": source or None,
        # What is neither is refused by the service, which says so.
        "priority": cast("PriorityName | None", priority or None),
        "published": published or None,
        "embargo_until": embargo or None,
    }
    with connect() as client:
        code = _post_all(files or [], client, wait=wait, charset=charset, about=about, as_json=as_json)
    raise typer.Exit(code)


def _post_all(
    files: Sequence[Path], client: Bantin, *, wait: bool, charset: str | None, about: About, as_json: bool
) -> int:
    """Post everything; the exit code: 0 if all was taken in (and, with `wait`, finished)."""
    if not files and sys.stdin.isatty():
        show.fail("name the files to post, or pipe a bulletin in", 2)
    exits = [] if files else [_post_stdin(client, charset, about, as_json=as_json)]
    for path in files:
        if path.suffix in (".ndjson", ".jsonl"):
            exits.append(_post_lines(path, client, about, as_json=as_json))
        elif wait:
            exits.append(_post_and_wait(path, client, charset, about, as_json=as_json))
        else:
            kind = content_type_of(path, charset)
            exits.append(_post_one(str(path), path.read_bytes(), kind, client, about, as_json=as_json))
    return max(exits)


def _post_stdin(client: Bantin, charset: str | None, about: About, *, as_json: bool) -> int:
    kind = content_type_of(Path("-"), charset)
    return _post_one("-", sys.stdin.buffer.read(), kind, client, about, as_json=as_json)


def _post_one(name: str, content: bytes, content_type: str, client: Bantin, about: About, *, as_json: bool) -> int:
    try:
        filed = client.post(content, content_type, **about)
    except BantinError as error:
        if as_json:
            show.document({"file": name, "bulletin": None, "problem": problem_of(error)})
        else:
            sys.stderr.write(f"bantin: {name}: {error}\n")
        return exit_code(error)
    if as_json:
        show.document({"file": name, "bulletin": filed.id, "state": "queued"})
    else:
        show.console.print(f"{filed.id}  {name}", markup=False)
    return 0


def _post_and_wait(path: Path, client: Bantin, charset: str | None, about: About, *, as_json: bool) -> int:
    outcome = post_file(path, client, charset, about)
    if as_json:
        show.document(outcome.document())
    elif outcome.article:
        show.article(outcome.article, client.api_url, heading=f"{outcome.file}: {outcome.state}")
    else:
        sys.stderr.write(f"bantin: {outcome.file}: {outcome.state}: {(outcome.problem or {}).get('detail')}\n")
    return 0 if outcome.finished else 1


def _post_lines(path: Path, client: Bantin, about: About, *, as_json: bool) -> int:
    """Post a file of JSON lines, piece by piece; only what was refused is told, and how many were taken in."""
    accepted = refused = 0
    pieces = list(_pieces(path))
    for first, piece in track(pieces, f"posting {path}", console=show.aside, disable=as_json, transient=True):
        try:
            verdicts = client.post_batch(piece, **about)
        except BantinError as error:
            show.fail(f"{path}: {error}", exit_code(error))
        accepted += verdicts.accepted
        refused += verdicts.refused
        for verdict in verdicts.results:
            line = first + verdict.line
            if as_json:
                show.document({**document(verdict), "file": str(path), "line": line})
            elif verdict.problem:
                sys.stderr.write(f"bantin: {path}:{line}: {verdict.problem.detail}\n")
    if not as_json:
        show.console.print(f"{path}: {accepted} taken in, {refused} refused", markup=False)
    return 1 if refused else 0


def _pieces(path: Path) -> Iterator[tuple[int, bytes]]:
    """The file in pieces of some lines each, with the number of lines before it."""
    lines: list[bytes] = []
    before = 0
    with path.open("rb") as file:
        for line in file:
            lines.append(line)
            if len(lines) == _BATCH:
                yield before, b"".join(lines)
                before, lines = before + len(lines), []
    if any(line.strip() for line in lines):
        yield before, b"".join(lines)
