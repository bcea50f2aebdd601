"""`bantin post`: files, standard input, and batches of JSON lines."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.progress import track

from services.cli import show
from services.cli.client import Client, ClientError, content_type_of
from services.cli.run import post_file

_BATCH = 500


def post_all(
    files: Sequence[Path], client: Client, *, wait: bool, charset: str | None, headers: dict[str, str], as_json: bool
) -> int:
    """Post everything; the exit code: 0 if all was taken in (and, with `wait`, finished)."""
    if not files and sys.stdin.isatty():
        show.fail("name the files to post, or pipe a bulletin in", 2)
    exits = [] if files else [_post_stdin(client, charset, headers, as_json=as_json)]
    for path in files:
        if path.suffix in (".ndjson", ".jsonl"):
            exits.append(_post_lines(path, client, headers, as_json=as_json))
        elif wait:
            exits.append(_post_and_wait(path, client, charset, headers, as_json=as_json))
        else:
            kind = content_type_of(path, charset)
            exits.append(_post_one(str(path), path.read_bytes(), kind, client, headers, as_json=as_json))
    return max(exits)


def _post_stdin(client: Client, charset: str | None, headers: dict[str, str], *, as_json: bool) -> int:
    kind = content_type_of(Path("-"), charset)
    return _post_one("-", sys.stdin.buffer.read(), kind, client, headers, as_json=as_json)


def _post_one(
    name: str, content: bytes, content_type: str, client: Client, headers: dict[str, str], *, as_json: bool
) -> int:
    try:
        accepted = client.post(content, content_type, headers=headers)
    except ClientError as error:
        if as_json:
            show.document({"file": name, "bulletin": None, "problem": error.problem or {"detail": str(error)}})
        else:
            sys.stderr.write(f"bantin: {name}: {error}\n")
        return error.code
    if as_json:
        show.document({"file": name, "bulletin": accepted["id"], "state": accepted["state"]})
    else:
        show.console.print(f"{accepted['id']}  {name}", markup=False)
    return 0


def _post_and_wait(path: Path, client: Client, charset: str | None, headers: dict[str, str], *, as_json: bool) -> int:
    outcome = post_file(path, client, charset, headers)
    if as_json:
        show.document(outcome.document())
    elif outcome.article:
        show.article(outcome.article, client.api_url, heading=f"{outcome.file}: {outcome.state}")
    else:
        sys.stderr.write(f"bantin: {outcome.file}: {outcome.state}: {(outcome.problem or {}).get('detail')}\n")
    return 0 if outcome.finished else 1


def _post_lines(path: Path, client: Client, headers: dict[str, str], *, as_json: bool) -> int:
    """Post a file of JSON lines, piece by piece; only what was refused is told, and how many were taken in."""
    accepted = refused = 0
    pieces = list(_pieces(path))
    for first, piece in track(pieces, f"posting {path}", console=show.aside, disable=as_json, transient=True):
        try:
            verdicts = client.post_batch(piece, headers=headers)
        except ClientError as error:
            show.fail(f"{path}: {error}", error.code)
        accepted += verdicts["accepted"]
        refused += verdicts["refused"]
        for verdict in verdicts["results"]:
            line = first + verdict["line"]
            if as_json:
                show.document({**verdict, "file": str(path), "line": line})
            elif verdict["problem"]:
                sys.stderr.write(f"bantin: {path}:{line}: {verdict['problem']['detail']}\n")
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
