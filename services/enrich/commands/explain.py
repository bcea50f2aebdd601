"""What the workers would find in a text, without any server: the same stages, told with their reasons."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import orjson

from services.enrich import document, pipeline
from services.enrich.text.article import Article, UnreadableBulletin
from shared.decoding import Undecodable, UnknownCharset, label_of, take_text

_NOBODY = UUID(int=0)
_BATCH = 32
"""Lines that one process reads at a time."""


class UnusableLine(Exception):
    """A line of the input is no bulletin."""


def explain(text: str, *, given: date | None = None) -> dict[str, Any]:
    """Everything that is found in a text, in the form of `bantin explain`. Offsets: code points of `text`.

    Raises UnreadableBulletin if it holds nothing but blanks.
    """
    article = pipeline.understand(Article(id=_NOBODY, filed=text, given=given))
    found = document.findings(article)
    return {
        "title": article.title,
        "published": found["published"],
        "event": found["event"],
        "blocks": found["blocks"],
        "items": found["items"],
        "byline": found["byline"],
        "source": found["source_line"],
        "abbreviations": {one.short: one.long for one in article.abbreviations if one.origin == "text"},
        "known_abbreviations": {one.short: one.long for one in article.abbreviations if one.origin == "lexicon"},
        "slips": found["slips"],
        "notes": found["notes"],
        "dates": [_told(one, mod=one.pop("modifier")) for one in found["dates"]],
        "entities": [_told(one) for one in found["entities"]],
        "people": [_who(one) for one in found["people"]],
        "references": [_told(one) for one in found["citations"]],
        "places": [_told(one) for one in found["places"]],
    }


def _who(person: dict[str, Any]) -> dict[str, Any]:
    """A person with rank and posts in words; `posts` has the posts with places and bodies."""
    rank, positions = person["rank"], person["positions"]
    return {
        **person,
        "rank": rank and rank["text"],
        "rank_span": rank and {"start": rank["start"], "end": rank["end"]},
        "positions": [one["text"] for one in positions],
        "posts": positions,
    }


def _told(mention: dict[str, Any], **also: Any) -> dict[str, Any]:
    """A mention with its reason at hand."""
    return {**mention, **also, "reason": mention["basis"]["reason"]}


def explain_bytes(raw: bytes, *, given: date | None = None, charset: str | None = None) -> dict[str, Any]:
    """The same of bytes as they are posted; with the charset they were read in, why, and the text.

    Raises UnknownCharset, Undecodable, UnreadableBulletin.
    """
    text, decision = take_text(raw, charset)
    told = {"charset": label_of(decision.charset), "charset_reason": decision.reason, "text": text}
    return {**told, **explain(text, given=given)}


def explain_files(paths: Iterable[Path], *, given: date | None, charset: str | None) -> int:
    """Write a document for each file, a line each; the exit code."""
    code = 0
    for path in paths:
        try:
            found = {"file": str(path), **explain_bytes(path.read_bytes(), given=given, charset=charset)}
        except (OSError, Undecodable, UnknownCharset, UnreadableBulletin) as error:
            sys.stderr.write(f"bantin: {path}: {error}\n")
            code = 1
            continue
        sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
    return code


def explain_lines(lines: BinaryIO, out: BinaryIO, *, jobs: int) -> int:
    """Read `{id, text, published}` line by line and write what is found, in the same order; the exit code.

    A line that is none of these is told on standard error, answered by a line with its `error`, and makes the exit
    code 1. A text of nothing but blanks is answered by a line with its `error` too.
    """
    code = 0
    for number, answer, error in _answers(lines, jobs):
        out.write(answer + b"\n")
        if not number % _BATCH:
            out.flush()
        if error:
            sys.stderr.write(f"bantin: line {number}: {error}\n")
            code = 1
    out.flush()
    return code


def _answers(lines: BinaryIO, jobs: int) -> Iterator[tuple[int, bytes, str | None]]:
    """The answer to each line with its number, and what is wrong with the line, if anything is."""
    number = 0
    for batch in _spread(lines, jobs):
        for answer, error in batch:
            number += 1
            yield number, answer, error


def _spread(lines: BinaryIO, jobs: int) -> Iterator[list[tuple[bytes, str | None]]]:
    """The batches of lines, answered in order by `jobs` processes; no more is read than they can take."""
    stream = (line for line in lines if line.strip())
    if jobs == 1:
        while batch := list(islice(stream, 1)):
            yield _answer_all(batch)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting: deque[Future[list[tuple[bytes, str | None]]]] = deque()
        while batch := list(islice(stream, _BATCH)):
            waiting.append(pool.submit(_answer_all, batch))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _answer_all(lines: list[bytes]) -> list[tuple[bytes, str | None]]:
    return [_answer(line) for line in lines]


def _answer(line: bytes) -> tuple[bytes, str | None]:
    try:
        id, text, given = _bulletin_of(line)
    except UnusableLine as error:
        return orjson.dumps({"id": None, "error": str(error)}), str(error)
    try:
        return orjson.dumps({"id": id, **explain(text, given=given)}), None
    except UnreadableBulletin as error:
        return orjson.dumps({"id": id, "title": None, "error": str(error)}), None


def _bulletin_of(line: bytes) -> tuple[Any, str, date | None]:
    """The id, the text and the day of a line. Raises UnusableLine."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UnusableLine(f"no JSON: {error}") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise UnusableLine('no bulletin: {"id": …, "text": "…", "published": "YYYY-MM-DD" or null} is wanted')
    published = row.get("published")
    try:
        return row.get("id"), row["text"], date.fromisoformat(published[:10]) if published else None
    except (TypeError, ValueError):
        raise UnusableLine(f"published is {published!r}: a day such as 2025-09-05 is wanted") from None
