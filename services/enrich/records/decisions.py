"""Every statement of a person's decisions about entities. None of them commits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.records.statements import execute, fetch

# The first of the two numbers of an advisory lock; that of names is another.
_DECISIONS = 0x64656369


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A merge, a split, or what undoes one: of which entities, by whom, why and when."""

    id: UUID
    kind: str
    actor: str
    reason: str
    decided_at: datetime
    entity_id: UUID
    into_id: UUID
    articles: tuple[UUID, ...] | None = None
    were: tuple[UUID, ...] | None = None
    undoes: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An entity, and the one that stands for it: itself, unless it was merged."""

    id: UUID
    type: str
    key: str | None
    name: str
    name_order: str
    lead: UUID


_COLUMNS = "id, kind, actor, reason, decided_at, entity_id, into_id, articles, were, undoes"


def one_at_a_time(tx: Connection) -> None:
    """Let no other decision be made until this transaction ends. Workers do not wait for it."""
    tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%(class)s::int4, 0)", {"class": _DECISIONS})


def entity(tx: Connection, id: UUID) -> Known | None:
    """An entity by its id."""
    sql = "SELECT id, type, key, name, name_order, coalesce(lead_id, id) AS lead FROM entity WHERE id = %(id)s"
    row = next(iter(fetch(tx, sql, id=id)), None)
    return Known(**row._asdict()) if row else None


def decision(tx: Connection, id: UUID) -> Decision | None:
    """A decision by its id."""
    return next(iter(_decisions(tx, "id = %(id)s", id=id)), None)


def standing_merges(tx: Connection) -> dict[UUID, UUID]:
    """What was merged into what by decisions that still hold."""
    standing = """
    kind = 'merge' AND NOT EXISTS (SELECT FROM entity_decision AS later WHERE later.undoes = entity_decision.id)
    """
    return {one.entity_id: one.into_id for one in _decisions(tx, standing)}


def undone_by(tx: Connection, id: UUID) -> UUID | None:
    """The decision that undid this one."""
    rows = fetch(tx, "SELECT id FROM entity_decision WHERE undoes = %(id)s", id=id)
    return rows[0][0] if rows else None


def add(tx: Connection, one: Decision) -> None:
    """Keep a decision."""
    sql = f"""
    INSERT INTO entity_decision ({_COLUMNS}, decided_by)
    VALUES (%(id)s, %(kind)s, %(actor)s, %(reason)s, %(decided_at)s, %(entity_id)s, %(into_id)s, %(articles)s,
            %(were)s, %(undoes)s, 'person')
    """
    values = {name: getattr(one, name) for name in _COLUMNS.split(", ")}
    arrays = {name: None if values[name] is None else list(values[name]) for name in ("articles", "were")}
    execute(tx, sql, **values | arrays)


def set_leads(tx: Connection, leads: Mapping[UUID, UUID]) -> None:
    """Let every entity lead where `leads` says, and those not in it stand for themselves."""
    sql = """
    UPDATE entity SET lead_id = wanted.lead_id
    FROM (
        SELECT entity.id, t.lead_id
        FROM entity LEFT JOIN unnest(%(ids)b::uuid[], %(leads)b::uuid[]) AS t (id, lead_id) USING (id)
        WHERE entity.lead_id IS NOT NULL OR t.id IS NOT NULL ORDER BY entity.id FOR UPDATE OF entity
    ) AS wanted
    WHERE entity.id = wanted.id AND entity.lead_id IS DISTINCT FROM wanted.lead_id
    """
    execute(tx, sql, ids=list(leads), leads=list(leads.values()))


def named_before(tx: Connection, ids: Iterable[UUID], articles: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which of the entities each of the articles names; without those that name none."""
    sql = """
    SELECT article_id, entity_id FROM article_entity WHERE entity_id = ANY(%(ids)s) AND article_id = ANY(%(articles)s)
    ORDER BY version
    """
    return dict(tuple(row) for row in fetch(tx, sql, ids=list(ids), articles=list(articles)))


def members(tx: Connection, lead: UUID) -> list[UUID]:
    """The entity and all that were merged into it."""
    sql = "SELECT id FROM entity WHERE id = %(lead)s OR lead_id = %(lead)s ORDER BY id"
    return [row[0] for row in fetch(tx, sql, lead=lead)]


def add_split_off(tx: Connection, new: UUID, known: Known, *, now: datetime) -> None:
    """An entity of the same name and key, for the articles that are split off."""
    sql = """
    INSERT INTO entity (id, type, key, name, name_order, created_at)
    VALUES (%(id)s, %(type)s, %(key)s, %(name)s, %(name_order)s, %(now)s)
    """
    execute(
        tx, sql, id=new, type=known.type, key=known.key, name=known.name, name_order=known.name_order, now=now
    )  # fmt: skip


def give(
    tx: Connection, articles: Iterable[UUID], *, of: Iterable[UUID], to: UUID, decision: UUID | None, reason: str
) -> list[UUID]:
    """Let the articles name `to` where they name one of `of`; those that do now."""
    sql = """
    UPDATE article_entity SET entity_id = %(to)s, decision_id = %(decision)s, confidence = 1, reason = %(reason)s
    WHERE article_id = ANY(%(articles)s) AND entity_id = ANY(%(of)s) RETURNING article_id
    """
    values = {"articles": list(articles), "of": list(of), "to": to, "decision": decision, "reason": reason}
    return [row[0] for row in fetch(tx, sql, **values)]


def given_otherwise(tx: Connection, decision: UUID, articles: Sequence[UUID]) -> set[UUID]:
    """Those of a split's articles of which a later decision says something else."""
    sql = """
    SELECT asked.id FROM unnest(%(articles)s::uuid[]) AS asked (id)
    WHERE NOT EXISTS (SELECT FROM article_entity AS link
                      WHERE link.article_id = asked.id AND link.decision_id = %(decision)s)
    """
    return {row[0] for row in fetch(tx, sql, articles=list(articles), decision=decision)}


def tell_anew(tx: Connection, ids: Sequence[UUID]) -> None:
    """Make the facts and names of entities anew from the articles that name them."""
    ids = sorted(ids)
    execute(tx, "DELETE FROM entity_fact WHERE entity_id = ANY(%(ids)s)", ids=ids)
    execute(
        tx,
        """
    INSERT INTO entity_fact (entity_id, quarter, service, rank, post, body, province, level)
    SELECT DISTINCT link.entity_id, (fact ->> 0)::date, fact ->> 1, (fact ->> 2)::int2, fact ->> 3, fact ->> 4,
           fact ->> 5, (fact ->> 6)::int2
    FROM article_entity AS link CROSS JOIN LATERAL jsonb_array_elements(link.facts) AS fact
    WHERE link.entity_id = ANY(%(ids)s) ON CONFLICT DO NOTHING
    """,
        ids=ids,
    )


def copy_names(tx: Connection, *, of: Sequence[UUID], to: UUID) -> None:
    """Let `to` be called what the others are called."""
    sql = """
    INSERT INTO entity_alias (entity_id, alias, folded, bare)
    SELECT DISTINCT ON (alias) %(to)s::uuid, alias, folded, bare FROM entity_alias WHERE entity_id = ANY(%(of)s)
    ON CONFLICT DO NOTHING
    """
    execute(tx, sql, of=list(of), to=to)


def about(tx: Connection, ids: Sequence[UUID]) -> list[Decision]:
    """The decisions about these entities, the oldest first."""
    return _decisions(tx, "entity_id = ANY(%(ids)s) OR into_id = ANY(%(ids)s)", ids=list(ids))


def _decisions(tx: Connection, where: str, **values: Any) -> list[Decision]:
    rows = fetch(tx, f"SELECT {_COLUMNS} FROM entity_decision WHERE {where} ORDER BY decided_at, id", **values)
    return [Decision(**{name: _as_tuple(value) for name, value in row._asdict().items()}) for row in rows]


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
