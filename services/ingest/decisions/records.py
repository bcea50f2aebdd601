"""The decisions as they are kept: every statement that adds or finds one. None commits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.ingest.articles import run
from shared.contracts.decision import DecisionOut, RelationKind
from shared.errors import NotFound
from shared.ids import ARTICLE, BULLETIN, DECISION, STORY, read, written


class NoSuchDecision(NotFound):
    """There is no decision of this id."""

    code = "no_such_decision"


Kind = Literal["relation", "merge", "split", "gather", "undo"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A decision and, in `before`, what it changed, as that was."""

    id: UUID
    kind: Kind
    actor: str
    reason: str
    decided_at: datetime
    bulletin_id: UUID | None = None
    original_id: UUID | None = None
    relation: RelationKind | None = None
    story_id: UUID | None = None
    into_id: UUID | None = None
    articles: tuple[UUID, ...] | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    undoes: UUID | None = None
    article_id: UUID | None = None
    undone_by: UUID | None = None


_COLUMNS = (
    "id", "kind", "actor", "reason", "decided_at", "bulletin_id", "original_id", "relation", "story_id", "into_id",
    "articles", "before", "undoes",
)  # fmt: skip
_SELECT = f"""
SELECT {", ".join(f"decision.{name}" for name in _COLUMNS)}, made.article_id, undoing.id AS undone_by
FROM article_decision AS decision LEFT JOIN article_version AS made ON made.bulletin_id = decision.bulletin_id
LEFT JOIN article_decision AS undoing ON undoing.undoes = decision.id
"""


def one_at_a_time(tx: Connection) -> None:
    """Let no other decision be made until this transaction ends; the first lock of all. Workers do not wait for it."""
    run(tx, "SELECT pg_advisory_xact_lock(7263004, 0)")


def add(tx: Connection, one: Decision) -> None:
    """Keep a decision."""
    sql = f"""
    INSERT INTO article_decision ({", ".join(_COLUMNS)})
    VALUES ({", ".join(f"%({name})s" for name in _COLUMNS)})
    """
    values = {name: getattr(one, name) for name in _COLUMNS}
    values["articles"] = None if one.articles is None else list(one.articles)
    values["before"] = orjson.dumps(dict(one.before)).decode()
    run(tx, sql, **values)


def find(tx: Connection, asked: str) -> Decision:
    """A decision by its written id. Raises NoSuchDecision."""
    id = read(DECISION, asked)
    found = _decisions(tx, "decision.id = %(id)s", id=id) if id else []
    if not found:
        raise NoSuchDecision(f"no decision {asked} on a duplicate or a story: an id is dec_ and 32 hexadecimal digits")
    return found[0]


def find_again(tx: Connection, one: Decision) -> Decision:
    """A decision as it is kept."""
    return _decisions(tx, "decision.id = %(id)s", id=one.id)[0]


def latest(tx: Connection, *, articles: list[UUID], bulletin: UUID | None) -> Decision | None:
    """The last relation that was decided of a bulletin, or of the bulletins of articles, and still holds."""
    where = """
    decision.kind = 'relation' AND undoing.id IS NULL
    AND (decision.bulletin_id = %(bulletin)s OR made.article_id = ANY(%(articles)s))
    """
    found = _decisions(tx, where, articles=articles, bulletin=bulletin)
    return found[-1] if found else None


def about_article(tx: Connection, *, article: UUID | None, bulletin: UUID | None) -> list[Decision]:
    """All that was decided about an article or a bulletin: what it is to others, and which story it tells."""
    where = """
    decision.bulletin_id = %(bulletin)s OR made.article_id = %(article)s OR decision.original_id = %(article)s
    OR %(article)s = ANY(decision.articles)
    """
    return _with_undoings(tx, _decisions(tx, where, article=article, bulletin=bulletin))


def about_story(tx: Connection, story: UUID) -> list[Decision]:
    """All that was decided about a story."""
    return _with_undoings(
        tx, _decisions(tx, "decision.story_id = %(story)s OR decision.into_id = %(story)s", story=story)
    )


def of_stories_since(tx: Connection, one: Decision) -> list[Decision]:
    """The decisions on stories that still hold and came after one that touches the same stories or articles."""
    where = """
    decision.kind IN ('merge', 'split', 'gather') AND undoing.id IS NULL AND decision.decided_at >= %(at)s AND decision.id <> %(id)s
    AND (ARRAY[decision.story_id, decision.into_id] && %(stories)s::uuid[]
         OR decision.articles && %(articles)s::uuid[])
    """
    stories = [id for id in (one.story_id, one.into_id) if id]
    return _decisions(tx, where, id=one.id, at=one.decided_at, stories=stories, articles=list(one.articles or ()))


def document(one: Decision) -> DecisionOut:
    """A decision on the wire."""
    return DecisionOut(
        id=written(DECISION, one.id),
        kind=one.kind,
        bulletin=one.bulletin_id and written(BULLETIN, one.bulletin_id),
        article=one.article_id and written(ARTICLE, one.article_id),
        original=one.original_id and written(ARTICLE, one.original_id),
        relation=one.relation,
        story=one.story_id and written(STORY, one.story_id),
        into=one.into_id and written(STORY, one.into_id),
        articles=None if one.articles is None else [written(ARTICLE, id) for id in one.articles],
        undoes=one.undoes and written(DECISION, one.undoes),
        undone_by=one.undone_by and written(DECISION, one.undone_by),
        actor=one.actor,
        reason=one.reason,
        decided_at=one.decided_at,
    )


def _with_undoings(tx: Connection, found: list[Decision]) -> list[Decision]:
    undoings = _decisions(tx, "decision.undoes = ANY(%(ids)s)", ids=[one.id for one in found])
    return sorted({one.id: one for one in (*found, *undoings)}.values(), key=lambda one: (one.decided_at, one.id))


def _decisions(tx: Connection, where: str, **values: Any) -> list[Decision]:
    rows = run(tx, f"{_SELECT} WHERE {where} ORDER BY decision.decided_at, decision.id", **values)
    return [Decision(**(row._asdict() | {"articles": row.articles and tuple(row.articles)})) for row in rows]
