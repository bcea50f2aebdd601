"""What the workers would find of texts among each other: pairs, or lines in the order of their arrival."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

import orjson

from services.enrich import furnishing, pipeline
from services.enrich.records import fingerprints
from services.enrich.text.article import Article, Relation, UnreadableBulletin
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import fingerprint
from services.enrich.workbench import Workbench
from shared.database import transaction
from shared.ids import new_id
from shared.settings import Settings

STAGES = (clean, fingerprint)
"""The stages that duplicates depend on; the others find dates and names."""

_CHUNK = 1_000
"""Lines that are filed together."""
_EARLIER, _LATER = UUID(int=1), UUID(int=2)


class UnusableLine(Exception):
    """A line of the input is no bulletin, or no pair of them."""


class Line(NamedTuple):
    """A line's own id, and the bulletin's text."""

    id: Any
    text: str


def dedupe_pairs(lines: BinaryIO, out: BinaryIO) -> int:
    """Read `{id, a: {title, text}, b: {title, text}}`, `a` the earlier, and write `{id, dup, relation, score, reason}`
    for each; the exit code. Needs no server: the two meet as in one batch, but whatever their keys are."""
    return _answer_each(lines, out, _answer_pair)


def _answer_pair(line: bytes) -> dict[str, Any]:
    row = _document(line)
    try:
        earlier = _read(_EARLIER, _text_of(row.get("a")))
        later = _read(_LATER, _text_of(row.get("b")))
    except UnreadableBulletin as error:
        return {"id": row.get("id"), "dup": False, "relation": "none", "score": 0.0, "reason": str(error)}
    _, settled = pipeline.settle([earlier, later], {}, {}, {})
    relation = settled.relations[0] if settled.relations else None
    return {"id": row.get("id"), "dup": settled.duplicate is not None, **_told(relation)}


def _read(id: UUID, text: str) -> Article:
    article = Article(id=id, filed=text)
    for stage in STAGES:
        article = stage(article)
    return article


def _told(relation: Relation | None) -> dict[str, Any]:
    if relation is None:
        return {"relation": "none", "score": 0.0, "reason": "no similar text"}
    return {"relation": relation.kind, "score": relation.score, "reason": relation.reason}


def dedupe_lines(lines: BinaryIO, out: BinaryIO, settings: Settings) -> int:
    """Read `{id, title, text}` in the order of arrival and write `{id, cluster, relation, to, score, reason}` for each;
    the exit code. `cluster` and `to` are ids of lines: that of the original, and that of the article it is related to.

    The lines are filed in the database of `settings`, which holds nothing else, and a workbench makes articles of them.
    """
    bench = replace(furnishing.furnish(settings), stages=STAGES)
    known: dict[UUID, Any] = {}
    code = 0
    stream = (line for line in lines if line.strip())
    number = 0
    while chunk := list(islice(stream, _CHUNK)):
        read: list[Line | str] = []
        for line in chunk:
            number += 1
            try:
                row = _document(line)
                read.append(Line(row.get("id"), _text_of(row)))
            except UnusableLine as error:
                sys.stderr.write(f"bantin: line {number}: {error}\n")
                read.append(str(error))
                code = 1
        out.writelines(orjson.dumps(answer) + b"\n" for answer in _answers(bench, read, known))
        out.flush()
    return code


def _answers(bench: Workbench, read: Sequence[Line | str], known: dict[UUID, Any]) -> Iterator[dict[str, Any]]:
    """What became of some lines, once all are finished; `known` has the line's id of every article so far."""
    bulletins = [(new_id(), one.text) for one in read if isinstance(one, Line)]
    with transaction(bench.side_engine) as side:
        fingerprints.file_texts(side, bulletins, now=bench.clock())
    while bench.enrich([]):
        pass
    with transaction(bench.side_engine) as side:
        outcomes = fingerprints.outcomes(side, [id for id, _ in bulletins])
    ids = iter(bulletins)
    for one in read:
        if isinstance(one, str):
            yield {"id": None, "cluster": None, **_told(None), "to": None, "reason": one}
            continue
        outcome = outcomes[next(ids)[0]]
        if outcome.article_id:
            known[outcome.article_id] = one.id
        told = {"relation": outcome.kind or "none", "to": known.get(outcome.other_id) if outcome.other_id else None}
        cluster = one.id if outcome.article_id or not outcome.other_id else known[outcome.other_id]
        reason = outcome.reason or outcome.error or "no similar text"
        yield {"id": one.id, "cluster": cluster, **told, "score": round(outcome.score or 0.0, 4), "reason": reason}


def _answer_each(lines: BinaryIO, out: BinaryIO, answer: Any) -> int:
    code = 0
    for number, line in enumerate((line for line in lines if line.strip()), 1):
        try:
            told = answer(line)
        except UnusableLine as error:
            sys.stderr.write(f"bantin: line {number}: {error}\n")
            told, code = {"id": None, "error": str(error)}, 1
        out.write(orjson.dumps(told) + b"\n")
    out.flush()
    return code


def _document(line: bytes) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UnusableLine(f"no JSON: {error}") from None
    if not isinstance(row, dict):
        raise UnusableLine("no object")
    return row


def _text_of(row: object) -> str:
    """The bulletin of a title and a text, the title on a line of its own. Raises UnusableLine."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not isinstance(row.get("title") or "", str):
        raise UnusableLine('no bulletin: {"title": "…", "text": "…"} is wanted')
    return f"{row['title']}\n\n{row['text']}" if row.get("title") else row["text"]
