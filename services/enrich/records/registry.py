"""Every statement about entities across articles. None of them commits.

Locks are taken in one order by everybody, after the bulletins and the keys of duplicates and before the feed's head: the
names of new people (sorted), then entities, aliases and facts (each sorted). Rows that are there already are passed
over without a lock, so that nobody waits for a popular entity.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.enrich.records.statements import execute, fetch
from services.enrich.text.identity import Candidate
from services.enrich.text.named import Fact
from shared.orthography.search import bare, folded, order

_NO_DAY = date.min
# The first of the two numbers of an advisory lock: those of duplicates have one number only, so they never meet.
_NAMES = 0x6E616D65


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEntity:
    """An entity that may be new, with what it is called."""

    id: UUID
    type: str
    key: str | None
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An entity that a version of an article names, what it says of it, and why it is this one."""

    article_id: UUID
    version: int
    entity_id: UUID
    type: str
    name: str
    day: date | None
    spans: tuple[int, ...]
    confidence: float
    reason: str
    rank: str | None = None
    posts: tuple[tuple[str, str | None], ...] | None = None
    facts: tuple[Fact, ...] | None = field(default=None)
    decision_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The person that an earlier version of an article named, and the decision that says so, if one does."""

    entity_id: UUID
    decision_id: UUID | None


def candidates(tx: Connection, keys: Iterable[str]) -> dict[str, list[Candidate]]:
    """The known people of each name, and those merged with them, with their facts. No lock is taken."""
    sql = """
    SELECT named.key, member.id, named.lead, fact.quarter, fact.service, fact.rank, fact.post, fact.body, fact.province,
           fact.level
    FROM (
        SELECT DISTINCT key, coalesce(lead_id, id) AS lead FROM entity
        WHERE type = 'person' AND key = ANY(%(keys)s)
    ) AS named
    CROSS JOIN LATERAL (SELECT named.lead AS id UNION ALL SELECT id FROM entity WHERE lead_id = named.lead) AS member
    LEFT JOIN entity_fact AS fact ON fact.entity_id = member.id
    ORDER BY named.key, member.id
    """
    known: dict[tuple[str, UUID, UUID], list[Fact]] = {}
    for key, id, lead, quarter, *values in fetch(tx, sql, keys=sorted(set(keys))):
        facts = known.setdefault((key, id, lead), [])
        if quarter is not None:
            facts.append(_fact(quarter, *values))
    found: dict[str, list[Candidate]] = {}
    for (key, id, lead), facts in known.items():
        found.setdefault(key, []).append(Candidate(id=id, lead=lead, facts=tuple(facts)))
    return found


def lock_names(tx: Connection, keys: Iterable[str]) -> None:
    """Keep everybody else from making people of these names until this transaction ends."""
    sql = """
    SELECT pg_advisory_xact_lock(%(class)s::int4, lock_id) FROM (
        SELECT DISTINCT hashtext(key) AS lock_id FROM unnest(%(keys)s::text[]) AS key ORDER BY lock_id
    ) AS in_order
    """
    execute(tx, sql, **{"class": _NAMES, "keys": sorted(set(keys))})


def earlier_people(tx: Connection, articles: Sequence[UUID]) -> dict[tuple[UUID, str], Earlier]:
    """Of articles that are there already: whom their newest version names, by article and folded name."""
    sql = """
    SELECT DISTINCT ON (article_id, entity_id) article_id, name, entity_id, decision_id FROM article_entity
    WHERE article_id = ANY(%(articles)s) AND type = 'person' ORDER BY article_id, entity_id, version DESC
    """
    rows = fetch(tx, sql, articles=list(articles)) if articles else []
    return {
        (article_id, folded(name)): Earlier(entity_id=id, decision_id=decision)
        for article_id, name, id, decision in rows
    }


def forget_links(tx: Connection, versions: Sequence[tuple[UUID, int]]) -> list[UUID]:
    """Forget which entities versions of articles name; the people among them."""
    if not versions:
        return []
    sql = """
    DELETE FROM article_entity AS link USING unnest(%(articles)b::uuid[], %(versions)b::int4[]) AS t (article_id, version)
    WHERE link.article_id = t.article_id AND link.version = t.version RETURNING link.entity_id, link.type
    """
    values = {"articles": [id for id, _ in versions], "versions": [number for _, number in versions]}
    return [row[0] for row in fetch(tx, sql, **values) if row[1] == "person"]


def decided_names(tx: Connection, article: UUID, version: int) -> list[tuple[str, str]]:
    """Of which names of a version a person has decided whose they are: their types, and the names, folded."""
    sql = """
    SELECT type, name FROM article_entity
    WHERE article_id = %(article)s AND version = %(version)s AND decision_id IS NOT NULL
    """
    return [(type, folded(name)) for type, name in fetch(tx, sql, article=article, version=version)]


def add_entities(tx: Connection, new: Iterable[NewEntity], *, now: datetime) -> None:
    """Keep entities and what they are called; those that are known already stay as they are."""
    entities = sorted({one.id: one for one in new}.values(), key=lambda one: one.id.int)
    if not entities:
        return
    sql = """
    INSERT INTO entity (id, type, key, name, name_order, created_at)
    SELECT id, type, key, name, name_order, %(now)s
    FROM unnest(%(id)b::uuid[], %(type)b::text[], %(key)b::text[], %(name)b::text[], %(name_order)b::text[])
         AS t (id, type, key, name, name_order)
    ORDER BY id ON CONFLICT DO NOTHING
    """
    execute(
        tx, sql, now=now, id=[one.id for one in entities], type=[one.type for one in entities],
        key=[one.key for one in entities], name=[one.name for one in entities],
        name_order=[order(one.name) for one in entities],
    )  # fmt: skip


def add_aliases(tx: Connection, aliases: Iterable[tuple[UUID, str]]) -> None:
    """Keep what entities are called."""
    # By the numbers: UUIDs are compared in Python, these are not; PostgreSQL has the same order.
    rows = sorted(set(aliases), key=lambda row: (row[0].int, row[1]))
    if not rows:
        return
    sql = """
    INSERT INTO entity_alias (entity_id, alias, folded, bare)
    SELECT entity_id, alias, folded, bare
    FROM unnest(%(id)b::uuid[], %(alias)b::text[], %(folded)b::text[], %(bare)b::text[])
         AS t (entity_id, alias, folded, bare)
    ORDER BY entity_id, alias COLLATE "C" ON CONFLICT DO NOTHING
    """
    execute(
        tx, sql, id=[id for id, _ in rows], alias=[alias for _, alias in rows],
        folded=[folded(alias) for _, alias in rows], bare=[bare(alias) for _, alias in rows],
    )  # fmt: skip


def add_facts(tx: Connection, facts: Iterable[tuple[UUID, Fact]]) -> None:
    """Keep what people are compared by."""
    rows = list({(id, *_values(fact)) for id, fact in facts})
    if not rows:
        return
    sql = """
    INSERT INTO entity_fact (entity_id, quarter, service, rank, post, body, province, level)
    SELECT * FROM unnest(%(id)b::uuid[], %(quarter)b::date[], %(service)b::text[], %(rank)b::int2[], %(post)b::text[],
                         %(body)b::text[], %(province)b::text[], %(level)b::int2[])
         AS t (entity_id, quarter, service, rank, post, body, province, level)
    ORDER BY entity_id, quarter, service COLLATE "C", rank, post COLLATE "C", body COLLATE "C", province COLLATE "C", level
    ON CONFLICT DO NOTHING
    """
    columns = zip(*rows, strict=True)
    names = ("id", "quarter", "service", "rank", "post", "body", "province", "level")
    execute(tx, sql, **{name: list(column) for name, column in zip(names, columns, strict=True)})


def add_links(tx: Connection, links: Sequence[Link]) -> None:
    """Keep which entities versions of articles name."""
    if not links:
        return
    sql = """
    INSERT INTO article_entity (article_id, version, entity_id, type, name, day, rank, posts, facts, spans, confidence,
                                reason, decision_id)
    SELECT article_id, version, entity_id, type, name, day, rank, posts::jsonb, facts::jsonb, spans::int4[], confidence,
           reason, decision_id
    FROM unnest(%(article_id)b::uuid[], %(version)b::int4[], %(entity_id)b::uuid[], %(type)b::text[], %(name)b::text[],
                %(day)b::date[], %(rank)b::text[], %(posts)b::text[], %(facts)b::text[], %(spans)b::text[],
                %(confidence)b::float4[], %(reason)b::text[], %(decision_id)b::uuid[])
         AS t (article_id, version, entity_id, type, name, day, rank, posts, facts, spans, confidence, reason,
               decision_id)
    ON CONFLICT DO NOTHING
    """
    plain = ("article_id", "version", "entity_id", "type", "name", "day", "rank", "confidence", "reason", "decision_id")
    execute(
        tx, sql, **{name: [getattr(one, name) for one in links] for name in plain},
        posts=[None if one.posts is None else _posts(one.posts) for one in links],
        facts=[None if one.facts is None else _facts(one.facts) for one in links],
        spans=["{" + ",".join(map(str, one.spans)) + "}" for one in links],
    )  # fmt: skip


def _posts(posts: Iterable[tuple[str, str | None]]) -> str:
    return orjson.dumps([{"text": text, "organisation": body} for text, body in posts]).decode()


def _facts(facts: Iterable[Fact]) -> str:
    return orjson.dumps([list(_values(fact)) for fact in facts]).decode()


def _values(fact: Fact) -> tuple[date, str, int, str, str, str, int]:
    day = fact.quarter or _NO_DAY
    return day, fact.service, fact.rank, fact.post, fact.body, fact.province, fact.level


def _fact(quarter: date, service: Any, rank: int, post: str, body: str, province: str, level: int) -> Fact:
    day = None if quarter == _NO_DAY else quarter
    return Fact(quarter=day, service=service, rank=rank, post=post, body=body, province=province, level=level)
