"""A person says what an article or a bulletin is to another article: every statement for it. None commits.

What is said is a row of `duplicate_relation` by a person, which no rule touches. A duplicate is a bulletin that made no
article, or an article with a `duplicate_of`; it has one original, and that is no duplicate.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.ingest.articles import OrderRefused, in_hand, lock_with_words, run
from services.ingest.decisions import records
from services.ingest.decisions.records import Decision
from shared.contracts.bulletin import Order
from shared.contracts.decision import RelationOrder
from shared.database import AnyRow
from shared.errors import ArticleKilled, NoSuchArticle
from shared.feed import Deed, Given, Told, give_duplicates, note_deeds, tell
from shared.ids import ARTICLE, BULLETIN, NewId, read, written

DUPLICATES = ("exact", "near")

# By an article's id, or by a bulletin's: that of any of its versions, or of a duplicate that has no article.
_FIND = """
SELECT bulletin.id AS bulletin_id, bulletin.status, article.id AS article_id,
       coalesce(article.duplicate_of, tied.original_id) AS original_id
FROM bulletin LEFT JOIN article_version AS made ON made.bulletin_id = bulletin.id
LEFT JOIN article ON article.id = made.article_id
LEFT JOIN duplicate_relation AS tied ON tied.bulletin_id = bulletin.id AND tied.kind IN ('exact', 'near')
     AND bulletin.status = 'duplicate'
WHERE bulletin.id = %(id)s
"""
_CURRENT = """
SELECT bulletin_id FROM article JOIN article_version ON article_id = id AND version = current_version WHERE id = %(id)s
"""
_HOLD = "SELECT status FROM bulletin WHERE id = %(id)s FOR UPDATE SKIP LOCKED"
_ROWS = """
SELECT to_jsonb(relation) FROM duplicate_relation AS relation
WHERE bulletin_id = %(bulletin)s AND (original_id = ANY(%(originals)s) OR (kind IN ('exact', 'near') AND %(untie)s))
"""
_FORGET = """
DELETE FROM duplicate_relation WHERE bulletin_id = %(bulletin)s AND original_id = ANY(%(originals)s)
"""
_UNSAY = """
DELETE FROM duplicate_relation WHERE decided_by = 'person' AND original_id = ANY(%(originals)s) AND (
    bulletin_id = %(bulletin)s OR bulletin_id IN (SELECT bulletin_id FROM article_version WHERE article_id = %(article)s))
"""
_SAY = """
INSERT INTO duplicate_relation (bulletin_id, original_id, kind, score, method, method_version, reason, spans, decided_by,
                                decided_at)
VALUES (%(bulletin)s, %(original)s, %(kind)s, 1, 'person', '1', 'a person decided so', '[]', 'person', %(now)s)
ON CONFLICT (bulletin_id, original_id) DO UPDATE SET kind = excluded.kind, score = 1, method = 'person',
    method_version = '1', reason = excluded.reason, decided_by = 'person', decided_at = excluded.decided_at
"""
_RESTORE = """
INSERT INTO duplicate_relation SELECT * FROM jsonb_populate_recordset(NULL::duplicate_relation, %(rows)s::jsonb)
ON CONFLICT (bulletin_id, original_id) DO NOTHING
"""
_REQUEUE = """
UPDATE bulletin SET status = 'queued', closed_at = NULL, run_at = %(now)s, rung_at = %(now)s, suspect = false
WHERE id = %(bulletin)s
"""
_CLOSE_AGAIN = "UPDATE bulletin SET status = 'duplicate', closed_at = %(now)s WHERE id = %(bulletin)s"
# Only what is still where it was given: a later kill may have handed it on.
_GIVE_BACK = (
    """
    UPDATE duplicate_relation SET original_id = %(to)s
    WHERE original_id = %(of)s AND kind IN ('exact', 'near') AND bulletin_id = ANY(%(bulletins)s)
          AND NOT EXISTS (SELECT FROM duplicate_relation AS there WHERE there.original_id = %(to)s
                          AND there.bulletin_id = duplicate_relation.bulletin_id)
    """,
    "UPDATE article SET duplicate_of = %(to)s WHERE duplicate_of = %(of)s AND id = ANY(%(articles)s)",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """A decision that was made, or that held already; `read_again` is the bulletin that now waits for a worker."""

    decision: Decision
    read_again: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Subject:
    """What is related: the bulletin that stands for it, its article if it has one, and what it is a duplicate of."""

    bulletin: UUID
    status: str
    article: UUID | None
    original: UUID | None


def decide(tx: Connection, asked: str, order: RelationOrder, *, now: datetime, new_id: NewId) -> Ruling:
    """From now on an article or a bulletin is to another article what a person says, whatever rules say.

    Raises NoSuchArticle, OrderRefused, ArticleKilled, ArticleInHand.
    """
    records.one_at_a_time(tx)
    subject = _subject(tx, asked)
    other = _subject(tx, order.to)
    original = other.original or other.article
    if original is None:
        raise OrderRefused(f"{order.to} has no article: it is {other.status}")
    rows = _held(tx, subject, original)
    # What was found before the locks was found under no lock.
    if (_subject(tx, asked), _subject(tx, order.to)) != (subject, other):
        raise in_hand()
    _check(rows, subject, original)
    standing = records.latest(tx, articles=_ids(subject.article), bulletin=subject.bulletin)
    if (
        standing
        and (standing.original_id, standing.relation) == (original, order.kind)
        and _says(tx, subject, standing)
    ):
        return Ruling(decision=standing)
    untie = order.kind in DUPLICATES or subject.original == original
    assert order.actor is not None  # the door sees to it
    made = Decision(
        id=new_id(),
        kind="relation",
        actor=order.actor,
        reason=order.reason,
        decided_at=now,
        bulletin_id=subject.bulletin,
        original_id=original,
        relation=order.kind,
        article_id=subject.article,
        before=_before(tx, subject, original, untie=untie and subject.article is None),
    )
    return _carried_out(tx, made, subject, rows, now=now)


def _carried_out(
    tx: Connection, made: Decision, subject: _Subject, rows: dict[UUID, AnyRow], *, now: datetime
) -> Ruling:
    """Do what was decided, keep it, and tell it last of all."""
    original, is_duplicate = made.original_id, made.relation in DUPLICATES
    assert original is not None
    before, told, read_again = dict(made.before), list[Told](), None
    if subject.article is None and is_duplicate and subject.original != original:
        run(tx, _FORGET, bulletin=subject.bulletin, originals=[subject.original])
    if not is_duplicate:
        run(tx, _UNSAY, bulletin=subject.bulletin, article=subject.article, originals=[original])
    run(tx, _SAY, bulletin=subject.bulletin, original=original, kind=made.relation, now=now)
    if subject.article and is_duplicate and subject.original is None:
        given = _merge(tx, rows[subject.article], original, made, now=now)
        before["given"] = _document(given)
        told.append(Told("article.merged", subject.article, rows[subject.article].current_version))
    elif subject.article and not is_duplicate and subject.original == original:
        last = records.latest(tx, articles=[subject.article], bulletin=subject.bulletin)
        before["given"] = last.before.get("given") if last else None
        _part(tx, rows[subject.article], original, before["given"], made, now=now)
        told.append(Told("article.released", subject.article, rows[subject.article].current_version))
    elif subject.article is None and not is_duplicate and subject.original == original:
        run(tx, _REQUEUE, bulletin=subject.bulletin, now=now)
        read_again = subject.bulletin
    kept = Decision(**{name: getattr(made, name) for name in Decision.__dataclass_fields__} | {"before": before})
    records.add(tx, kept)
    tell(tx, told, now=now)
    return Ruling(decision=kept, read_again=read_again)


def undo(tx: Connection, before: Decision, order: Order, *, now: datetime, new_id: NewId) -> Ruling:
    """What was decided of a relation holds no more: it is as it was before.

    Raises OrderRefused, also if a later decision stands on it, ArticleKilled, ArticleInHand.
    """
    assert before.bulletin_id is not None
    assert before.original_id is not None
    if not before.before:
        raise OrderRefused("what was before was erased")
    asked = written(BULLETIN, before.bulletin_id)
    subject, original = _subject(tx, asked), before.original_id
    tied = UUID(before.before["tied"]) if before.before["tied"] else None
    rows = _held(tx, subject, original, *_ids(tied))
    if _subject(tx, asked) != subject:
        raise in_hand()
    if subject.article and rows[subject.article].pub_status == "canceled":
        raise ArticleKilled(_told(subject.article, "was killed"))
    latest = records.latest(tx, articles=_ids(subject.article), bulletin=before.bulletin_id)
    if latest is None or latest.id != before.id:
        raise OrderRefused("a later decision on it says otherwise: undo that first")
    for id in _ids(tied):
        if rows[id].pub_status == "canceled" or rows[id].duplicate_of is not None:
            raise OrderRefused(f"{written(ARTICLE, id)}, of which it was a duplicate, is no original any more")
    assert order.actor is not None  # the door sees to it
    made = Decision(
        id=new_id(), kind="undo", actor=order.actor, reason=order.reason, decided_at=now, bulletin_id=before.bulletin_id,
        original_id=original, undoes=before.id, article_id=subject.article,
    )  # fmt: skip
    told = _as_before(tx, before, subject, tied, rows, made, now=now)
    records.add(tx, made)
    tell(tx, told, now=now)
    return Ruling(decision=made)


def _as_before(
    tx: Connection,
    before: Decision,
    subject: _Subject,
    tied: UUID | None,
    rows: dict[UUID, AnyRow],
    made: Decision,
    *,
    now: datetime,
) -> list[Told]:
    """Let relations, and what follows from them, be as they were; what is to be told of it."""
    was_article = before.before["article"]
    if subject.article is None and subject.status == "duplicate" and subject.original != before.original_id:
        raise OrderRefused("it is a duplicate of another article by now")
    if subject.article and not was_article and before.relation in DUPLICATES:
        raise OrderRefused("it has an article of its own by now")
    originals = [before.original_id, *_ids(subject.original)]
    run(tx, _UNSAY, bulletin=subject.bulletin, article=subject.article, originals=originals)
    restored = [{**row, "bulletin_id": str(subject.bulletin)} for row in before.before["rows"]]
    run(tx, _RESTORE, rows=orjson.dumps(restored).decode())
    if subject.article is None:
        if subject.status == "queued" and tied:
            run(tx, _CLOSE_AGAIN, bulletin=subject.bulletin, now=now)
        return []
    article = rows[subject.article]
    told = [Told("article.merged" if tied else "article.released", article.id, article.current_version)]
    if tied and subject.original is None:
        if article.pub_status != "usable":
            raise OrderRefused(f"its article is {article.pub_status}")
        _merge(tx, article, tied, made, now=now)
        return told
    if tied is None and subject.original is not None:
        _part(tx, article, subject.original, before.before.get("given"), made, now=now)
        return told
    return []


def _merge(tx: Connection, article: AnyRow, original: UUID, made: Decision, *, now: datetime) -> Given:
    """Hide an article as a duplicate; its own duplicates are the original's from now on."""
    given = give_duplicates(tx, of=article.id, to=original)
    run(tx, "UPDATE article SET duplicate_of = %(original)s WHERE id = %(id)s", id=article.id, original=original)
    reason = f"{made.reason} (a duplicate of {written(ARTICLE, original)})"
    note_deeds(tx, [Deed(article.id, article.current_version, "merged", made.actor, reason)], now=now)
    return given


def _part(
    tx: Connection, article: AnyRow, original: UUID, given: dict[str, Any] | None, made: Decision, *, now: datetime
) -> None:
    """Show an article again that was hidden as a duplicate, and give it its own duplicates back."""
    run(tx, "UPDATE article SET duplicate_of = NULL WHERE id = %(id)s", id=article.id)
    if given:
        values = {"of": original, "to": article.id, "bulletins": given["bulletins"], "articles": given["articles"]}
        for statement in _GIVE_BACK:
            run(tx, statement, **{name: _uuids(value) for name, value in values.items()})
        run(tx, _RESTORE, rows=orjson.dumps(given["gone"]).decode())
    note_deeds(tx, [Deed(article.id, article.current_version, "released", made.actor, made.reason)], now=now)


def _subject(tx: Connection, asked: str) -> _Subject:
    """What is meant by an article's id or a bulletin's. Raises NoSuchArticle, OrderRefused."""
    article, bulletin = read(ARTICLE, asked), read(BULLETIN, asked)
    found = run(tx, _FIND, id=bulletin).one_or_none() if bulletin else None
    if found and found.article_id:
        article = found.article_id
    current = run(tx, _CURRENT, id=article).scalar() if article else None
    if current:
        found = run(tx, _FIND, id=current).one()
    if found is None:
        raise NoSuchArticle(f"no article {asked}: name it by its id, art_…, or by its bulletin's, bul_…")
    if found.article_id is None and found.status not in ("duplicate", "queued"):
        raise OrderRefused(f"{asked} has no article: it is {found.status}")
    return _Subject(
        bulletin=found.bulletin_id, status=found.status, article=found.article_id, original=found.original_id
    )


def _held(tx: Connection, subject: _Subject, *articles: UUID) -> dict[UUID, AnyRow]:
    """The articles' rows, locked after the bulletin and the words of all. Raises ArticleInHand."""
    if subject.article is None and run(tx, _HOLD, id=subject.bulletin).one_or_none() is None:
        raise in_hand()
    wanted = {*articles, *_ids(subject.article), *_ids(subject.original)}
    return lock_with_words(tx, sorted(wanted))


def _check(rows: dict[UUID, AnyRow], subject: _Subject, original: UUID) -> None:
    """May the two be related? Raises OrderRefused, ArticleKilled."""
    if subject.article == original:
        raise OrderRefused("an article is no duplicate of itself, nor of its own duplicates")
    if subject.article is None and subject.status != "duplicate":
        raise OrderRefused(f"it is {subject.status}: wait until it was read")
    for id in (*_ids(subject.article), original):
        row = rows[id]
        if row.pub_status == "canceled":
            raise ArticleKilled(_told(id, "was killed"))
        if row.pub_status != "usable" or not row.announced:
            raise OrderRefused(_told(id, "is not public"))
    if subject.article and subject.original not in (None, original):
        assert subject.original is not None
        raise OrderRefused(_told(subject.original, "is its original, as was decided: undo that first"))


def _told(id: UUID, told: str) -> str:
    return f"{written(ARTICLE, id)} {told}"


def _says(tx: Connection, subject: _Subject, standing: Decision) -> bool:
    """Is what was decided still what the relations say?"""
    sql = """
    SELECT EXISTS (SELECT FROM duplicate_relation WHERE bulletin_id = %(bulletin)s AND original_id = %(original)s
                   AND kind = %(kind)s AND decided_by = 'person')
    """
    values = {"bulletin": subject.bulletin, "original": standing.original_id, "kind": standing.relation}
    return bool(run(tx, sql, **values).scalar())


def _before(tx: Connection, subject: _Subject, original: UUID, *, untie: bool) -> dict[str, Any]:
    """What is about to be changed, as it is."""
    rows = [row[0] for row in run(tx, _ROWS, bulletin=subject.bulletin, originals=[original], untie=untie)]
    tied = str(subject.original) if subject.original else None
    return {"rows": rows, "tied": tied, "article": subject.article is not None}


def _ids(id: UUID | None) -> list[UUID]:
    return [id] if id else []


def _document(given: Given) -> dict[str, Any]:
    return {
        "bulletins": [str(id) for id in given.bulletins],
        "articles": [str(id) for id in given.articles],
        "gone": given.gone,
    }


def _uuids(value: Any) -> Any:
    return [UUID(one) for one in value] if isinstance(value, list) else value
