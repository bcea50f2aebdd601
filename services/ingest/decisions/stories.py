"""A person says which articles tell of one event: every statement for it. None commits.

A story that a person has shaped is marked as decided: rules still add newcomers to it, and never merge two such stories.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.ingest.articles import OrderRefused, article_id, run
from services.ingest.decisions import records
from services.ingest.decisions.records import Decision
from shared.contracts.bulletin import Order
from shared.contracts.decision import ArticlesOrder, MergeOrder
from shared.errors import NotFound
from shared.ids import ARTICLE, STORY, NewId, read, written


class UnknownStory(NotFound):
    """There never was a story of this id."""

    code = "unknown_story"


# The same locks in the same order as workers take (services/enrich/records/stories.py): articles, then stories.
_LOCK_ARTICLES = """
SELECT pg_advisory_xact_lock(7263003, key) FROM (
    SELECT DISTINCT hashtext(id::text) AS key FROM unnest(%(ids)s::uuid[]) AS id ORDER BY key
) AS in_order
"""
_LOCK_STORIES = "SELECT id, decided FROM story WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE"
_LEAD = "SELECT coalesce(lead_id, id) FROM story WHERE id = %(id)s"
_PUBLIC = "SELECT FROM article WHERE id = %(id)s AND announced AND pub_status <> 'canceled'"
_ROWS = "SELECT to_jsonb(story_member) FROM story_member WHERE article_id = ANY(%(articles)s)"
_MEMBERS = "SELECT article_id FROM story_member WHERE story_id = %(story)s"
_BEGIN = """
INSERT INTO story (id, first_at, last_at, decided)
SELECT %(id)s, min(received_at), max(received_at), true FROM story_member WHERE article_id = ANY(%(articles)s)
"""
_PUT = """
INSERT INTO story_member (article_id, story_id, score, method, method_version, reason, received_at)
SELECT DISTINCT ON (article_id) article_id, %(story)s, 1, 'person', '1', 'a person decided so', received_at
FROM article_version WHERE article_id = ANY(%(articles)s) ORDER BY article_id, version
ON CONFLICT (article_id) DO UPDATE SET story_id = excluded.story_id, other_id = NULL, score = 1, method = excluded.method,
    method_version = excluded.method_version, reason = excluded.reason
"""
_DECIDE = "UPDATE story SET decided = true WHERE id = ANY(%(ids)s)"
# What has members has their times.
_TIMES = """
UPDATE story SET first_at = told.first_at, last_at = told.last_at FROM (
    SELECT story_id, min(received_at) AS first_at, max(received_at) AS last_at FROM story_member
    WHERE story_id = ANY(%(ids)s) GROUP BY story_id
) AS told WHERE story.id = told.story_id
"""
_MOVE = "UPDATE story_member SET story_id = %(to)s WHERE story_id = %(of)s"
_LEADING = "SELECT id FROM story WHERE lead_id = %(id)s"
_LEAD_TO = "UPDATE story SET lead_id = %(to)s WHERE id = %(of)s OR lead_id = %(of)s"
_RESTORE = """
INSERT INTO story_member SELECT * FROM jsonb_populate_recordset(NULL::story_member, %(rows)s::jsonb)
ON CONFLICT (article_id) DO UPDATE SET story_id = excluded.story_id, other_id = excluded.other_id, score = excluded.score,
    method = excluded.method, method_version = excluded.method_version, reason = excluded.reason
"""


def merge(tx: Connection, asked: str, order: MergeOrder, *, now: datetime, new_id: NewId) -> Decision:
    """Two stories are one, under the id of `into`; the other id leads there. Raises UnknownStory, OrderRefused."""
    records.one_at_a_time(tx)
    gone, kept = _leads_locked(tx, lambda: [_lead(tx, asked), _lead(tx, order.into)])
    if gone == kept:
        raise OrderRefused(f"they are one story already: {written(STORY, kept)}")
    before = {
        "members": [str(row[0]) for row in run(tx, _MEMBERS, story=gone)],
        "leads": [str(row[0]) for row in run(tx, _LEADING, id=gone)],
    }
    _into(tx, gone, kept)
    made = _made("merge", order, now=now, new_id=new_id, story_id=gone, into_id=kept, before=before)
    records.add(tx, made)
    return made


def split(tx: Connection, asked: str, order: ArticlesOrder, *, now: datetime, new_id: NewId) -> Decision:
    """Some articles of a story tell of another event: they make a story of their own. Raises UnknownStory, OrderRefused."""
    records.one_at_a_time(tx)
    articles = _articles(tx, order.articles)
    run(tx, _LOCK_ARTICLES, ids=articles)
    (story,) = _leads_locked(tx, lambda: [_lead(tx, asked)])
    members = {row[0] for row in run(tx, _MEMBERS, story=story)}
    if strangers := set(articles) - members:
        told = ", ".join(sorted(written(ARTICLE, id) for id in strangers))
        raise OrderRefused(f"{told}: not of this story")
    if not members - set(articles):
        raise OrderRefused("nothing would be left of the story")
    own = new_id()
    before = {"rows": _rows(tx, articles)}
    run(tx, _BEGIN, id=own, articles=articles)
    run(tx, _PUT, story=own, articles=articles)
    _decided(tx, [story, own])
    made = _made(
        "split", order, now=now, new_id=new_id, story_id=story, into_id=own, articles=tuple(articles), before=before
    )
    records.add(tx, made)
    return made


def gather(tx: Connection, asked: str, order: ArticlesOrder, *, now: datetime, new_id: NewId) -> Decision:
    """Articles tell of the event of this story, whatever story they were in. Raises UnknownStory, OrderRefused."""
    records.one_at_a_time(tx)
    articles = _articles(tx, order.articles)
    run(tx, _LOCK_ARTICLES, ids=articles)
    story, *others = _leads_locked(tx, lambda: [_lead(tx, asked), *_stories_of(tx, articles)])
    if set(articles) <= {row[0] for row in run(tx, _MEMBERS, story=story)}:
        raise OrderRefused("they are all of this story already")
    before = {"rows": _rows(tx, articles)}
    run(tx, _PUT, story=story, articles=articles)
    _decided(tx, [story, *others])
    made = _made("gather", order, now=now, new_id=new_id, into_id=story, articles=tuple(articles), before=before)
    records.add(tx, made)
    return made


def undo(tx: Connection, before: Decision, order: Order, *, now: datetime, new_id: NewId) -> Decision:
    """The stories are as they were; what came since stays where it is. Raises OrderRefused if a later decision stands on it."""
    if later := records.of_stories_since(tx, before):
        raise OrderRefused(f"{records.document(later[-1]).id} was decided on it later: undo that first")
    if before.articles:
        run(tx, _LOCK_ARTICLES, ids=list(before.articles))
    if before.kind == "merge":
        _part(tx, before)
    else:
        _give_back(tx, before)
    made = _made(
        "undo", order, now=now, new_id=new_id, story_id=before.story_id, into_id=before.into_id,
        articles=before.articles, before={}, undoes=before.id,
    )  # fmt: skip
    records.add(tx, made)
    return made


def _part(tx: Connection, before: Decision) -> None:
    assert before.story_id is not None
    gone = before.story_id
    # By now the one that it went into may lead to another, which is older.
    (kept,) = _leads_locked(tx, lambda: [_lead_of(tx, before.into_id)])
    run(tx, "UPDATE story SET lead_id = NULL WHERE id = %(id)s", id=gone)
    leads = [UUID(id) for id in before.before["leads"]]
    run(tx, "UPDATE story SET lead_id = %(to)s WHERE id = ANY(%(ids)s)", to=gone, ids=leads)
    sql = "UPDATE story_member SET story_id = %(to)s WHERE story_id = %(of)s AND article_id = ANY(%(articles)s)"
    run(tx, sql, to=gone, of=kept, articles=[UUID(id) for id in before.before["members"]])
    _decided(tx, [gone, kept])


def _give_back(tx: Connection, before: Decision) -> None:
    into = before.into_id
    rows = before.before["rows"]
    stories = [UUID(row["story_id"]) for row in rows]
    now_in, *were = _leads_locked(tx, lambda: [_lead_of(tx, into), *(_lead_of(tx, id) for id in stories)])
    restored = [{**row, "story_id": str(lead)} for row, lead in zip(rows, were, strict=True)]
    alone = set(before.articles or ()) - {UUID(row["article_id"]) for row in rows}
    run(tx, "DELETE FROM story_member WHERE article_id = ANY(%(ids)s)", ids=list(alone))
    run(tx, _RESTORE, rows=orjson.dumps(restored).decode())
    if before.kind == "split" and now_in == into:
        # Who joined the articles since goes with them, and the id goes on to mean something.
        _into(tx, now_in, were[0])
    _decided(tx, [now_in, *were])


def _into(tx: Connection, gone: UUID, kept: UUID) -> None:
    run(tx, _MOVE, of=gone, to=kept)
    run(tx, _LEAD_TO, of=gone, to=kept)
    _decided(tx, [kept])


def _decided(tx: Connection, stories: Sequence[UUID]) -> None:
    run(tx, _DECIDE, ids=list(stories))
    run(tx, _TIMES, ids=list(stories))


def _leads_locked(tx: Connection, asked: Callable[[], list[UUID]]) -> list[UUID]:
    """The stories that are meant, locked, and asked for again under the locks: a worker may have merged them meanwhile."""
    found = asked()
    while True:
        run(tx, _LOCK_STORIES, ids=list(set(found)))
        if (again := asked()) == found:
            return found
        found = again


def _lead(tx: Connection, asked: str) -> UUID:
    id = read(STORY, asked)
    lead = run(tx, _LEAD, id=id).scalar() if id else None
    if lead is None:
        raise UnknownStory(f"no story {asked}: an id is sto_ and 32 hexadecimal digits")
    return UUID(str(lead))


def _lead_of(tx: Connection, id: UUID | None) -> UUID:
    return UUID(str(run(tx, _LEAD, id=id).scalar_one()))


def _stories_of(tx: Connection, articles: Sequence[UUID]) -> list[UUID]:
    sql = "SELECT DISTINCT story_id FROM story_member WHERE article_id = ANY(%(articles)s) ORDER BY story_id"
    return [row[0] for row in run(tx, sql, articles=list(articles))]


def _articles(tx: Connection, asked: Iterable[str]) -> list[UUID]:
    """The ids of articles that readers know. Raises NoSuchArticle, OrderRefused."""
    found = list(dict.fromkeys(article_id(tx, one) for one in asked))
    for id in found:
        if run(tx, _PUBLIC, id=id).one_or_none() is None:
            raise OrderRefused(f"{written(ARTICLE, id)} is not public")
    return found


def _rows(tx: Connection, articles: Sequence[UUID]) -> list[dict[str, Any]]:
    return [row[0] for row in run(tx, _ROWS, articles=list(articles))]


def _made(kind: records.Kind, order: Order, *, now: datetime, new_id: NewId, **values: Any) -> Decision:
    assert order.actor is not None  # the door sees to it
    return Decision(id=new_id(), kind=kind, actor=order.actor, reason=order.reason, decided_at=now, **values)
