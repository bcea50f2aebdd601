"""The feed as those get it who follow: pieces of it in order, filtered, and a change as it goes over the wire."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.contracts.following import ChangeFilter
from shared.ids import ARTICLE, ENTITY, read, written

WINDOW = 10_000
"""The most positions of the feed that one filtered read looks at: a rare type must not make it read all of it."""

HEAD = "SELECT seq FROM feed_head"

_CHANGE = "SELECT seq, type, article_id, version, at, source"
# Whatever a filter may name the article by: every id that leads to what any version up to this one names.
_NAMED = """
ARRAY(
    SELECT entity.id FROM article_entity AS link JOIN entity ON entity.id = link.entity_id
    WHERE link.article_id = followed_change.article_id AND link.version <= followed_change.version
    UNION
    SELECT member.id FROM article_entity AS link JOIN entity ON entity.id = link.entity_id
    JOIN entity AS member ON member.lead_id = coalesce(entity.lead_id, entity.id)
    WHERE link.article_id = followed_change.article_id AND link.version <= followed_change.version
    UNION
    SELECT entity.lead_id FROM article_entity AS link JOIN entity ON entity.id = link.entity_id
    WHERE link.article_id = followed_change.article_id AND link.version <= followed_change.version
          AND entity.lead_id IS NOT NULL
)
"""
# What an erased article named is not known any more: everybody is told to remove it.
_ERASED = "article.erased"

FRESH = f"""
{_CHANGE}, {_NAMED} AS named FROM followed_change
WHERE seq > %(since)s AND seq <= %(upto)s ORDER BY seq
"""
"""Everything between two positions, with what filters ask for."""

_WANTED = f"""
{_CHANGE} FROM followed_change
WHERE seq > %(since)s AND seq <= %(upto)s
      AND (cardinality(%(types)s::text[]) = 0 OR type = ANY(%(types)s::text[]))
      AND (cardinality(%(sources)s::text[]) = 0 OR source = ANY(%(sources)s::text[]))
      AND (cardinality(%(entities)s::uuid[]) = 0 OR type = '{_ERASED}' OR EXISTS (
          SELECT FROM article_entity AS link
          WHERE link.article_id = followed_change.article_id AND link.version <= followed_change.version
                AND link.entity_id = ANY(%(entities)s::uuid[])))
ORDER BY seq LIMIT %(limit)s
"""
_MEMBERS = """
WITH lead AS (SELECT DISTINCT coalesce(lead_id, id) AS id FROM entity WHERE id = ANY(%(ids)s::uuid[]))
SELECT id FROM lead UNION SELECT entity.id FROM entity JOIN lead ON entity.lead_id = lead.id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An entry of the feed, with what filters ask for."""

    seq: int
    type: str
    article_id: UUID
    version: int
    at: datetime
    source: str | None = None
    named: frozenset[UUID] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What is wanted of the feed behind a position: everything up to `last_seq` was looked at; `head_seq` is the newest."""

    changes: Sequence[Change]
    last_seq: int
    head_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A filter, made ready to be asked often."""

    types: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    entities: frozenset[UUID] = frozenset()

    @property
    def everything(self) -> bool:
        """Is there nothing that it leaves out?"""
        return not (self.types or self.sources or self.entities)

    def passes(self, change: Change) -> bool:
        """Is this change, read with what it names, wanted?"""
        if self.types and change.type not in self.types:
            return False
        if self.sources and change.source not in self.sources:
            return False
        return not self.entities or change.type == _ERASED or not self.entities.isdisjoint(change.named)


def wanted(filter: ChangeFilter) -> Wanted:
    """What a filter asks for."""
    ids = (read(ENTITY, told) for told in filter.entity)
    return Wanted(
        types=frozenset(filter.type),
        sources=frozenset(filter.source),
        entities=frozenset(id for id in ids if id is not None),
    )


def read_piece(tx: Connection, *, since: int, limit: int, wanted: Wanted) -> Piece:
    """At most `limit` wanted changes behind a position, in order, out of the next `WINDOW` positions."""
    # The head first: nothing up to it can come later, for the numbers are in the order of commits.
    head = head_seq(tx)
    upto = min(head, since + (limit if wanted.everything else WINDOW))
    values = {
        "since": since,
        "upto": upto,
        "limit": limit,
        "types": list(wanted.types),
        "sources": list(wanted.sources),
        "entities": _members(tx, wanted.entities),
    }
    rows = tx.exec_driver_sql(_WANTED, values).mappings().all() if upto > since else []
    changes = [change_of(dict(row)) for row in rows]
    last = changes[-1].seq if len(changes) == limit else max(since, upto)
    return Piece(changes=changes, last_seq=last, head_seq=head)


def head_seq(tx: Connection) -> int:
    """The newest position of the feed."""
    return int(tx.exec_driver_sql(HEAD).scalar_one())


def told_at(tx: Connection, seq: int) -> datetime | None:
    """When the change at a position was made; None if there is none."""
    found = tx.exec_driver_sql("SELECT at FROM followed_change WHERE seq = %(seq)s", {"seq": seq}).scalar()
    return found if isinstance(found, datetime) else None


def change_of(row: Mapping[str, Any]) -> Change:
    """The change of a row, by the names of its columns."""
    values = {name: row[name] for name in ("seq", "type", "article_id", "version", "at", "source")}
    return Change(**values, named=frozenset(row.get("named") or ()))


def change_document(change: Change) -> dict[str, Any]:
    """The change as it goes over the wire: a ChangeOut."""
    id = written(ARTICLE, change.article_id)
    return {
        "seq": change.seq,
        "type": change.type,
        "article": id,
        "version": change.version,
        "time": change.at,
        "href": f"/v1/articles/{id}",
    }


def event_id(seq: int) -> str:
    """The id of what a position of the feed tells, the same however often and by whichever way it is told."""
    return f"evt_{seq}"


def trial_event_id(delivery: int) -> str:
    """The id of what a test tells a webhook."""
    return f"evt_test_{delivery}"


def cloud_event(change: Change) -> dict[str, Any]:
    """The change as a CloudEvent 1.0 in JSON. `sequence` sorts as text."""
    return {
        "specversion": "1.0",
        "id": event_id(change.seq),
        "source": "/bantin",
        "type": f"vn.bantin.{change.type}.v1",
        "subject": written(ARTICLE, change.article_id),
        "time": change.at,
        "datacontenttype": "application/json",
        "sequence": f"{change.seq:020}",
        "data": change_document(change),
    }


def _members(tx: Connection, ids: Collection[UUID]) -> list[UUID]:
    """All ids that lead to the same entities as these."""
    if not ids:
        return []
    return [row[0] for row in tx.exec_driver_sql(_MEMBERS, {"ids": list(ids)})] or list(ids)
