"""What a person decides about entities: two are one, articles speak of another, or an earlier decision no longer holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.records import decisions, search
from services.enrich.records.decisions import Decision, Known
from shared.ids import ARTICLE, DECISION, ENTITY, NewId, read, written


class RulingRefused(Exception):
    """What was decided cannot be done."""


class NotKnown(RulingRefused):
    """There is no entity, or no decision, of this id."""


def merge(tx: Connection, one: str, into: str, *, actor: str, reason: str, now: datetime, new_id: NewId) -> Decision:
    """From now on `one` is `into`, with all its articles, and those to come. Raises RulingRefused."""
    decisions.one_at_a_time(tx)
    first, second = (_lead(tx, _entity(tx, id)) for id in (one, into))
    if first.id == second.id:
        raise RulingRefused(f"{one} and {into} are one entity already: {written(ENTITY, first.id)}")
    if first.type != second.type:
        raise RulingRefused(f"{one} is a {first.type} and {into} a {second.type}: they cannot be one")
    made = Decision(
        id=new_id(), kind="merge", actor=actor, reason=reason, decided_at=now, entity_id=first.id, into_id=second.id
    )
    decisions.add(tx, made)
    decisions.set_leads(tx, _leads(decisions.standing_merges(tx)))
    return made


def split(
    tx: Connection,
    one: str,
    articles: Sequence[str],
    *,
    into: str | None = None,
    actor: str,
    reason: str,
    now: datetime,
    new_id: NewId,
) -> Decision:
    """From now on these articles of `one` speak of another: of `into`, or of a new entity of its name. Raises RulingRefused."""
    decisions.one_at_a_time(tx)
    known = _lead(tx, _entity(tx, one))
    ids = decisions.members(tx, known.id)
    wanted = list(dict.fromkeys(_article(id) for id in articles))
    if not wanted:
        raise RulingRefused("no articles were named")
    named = decisions.named_before(tx, ids, wanted)
    if strangers := set(wanted) - named.keys():
        raise RulingRefused(f"{', '.join(sorted(written(ARTICLE, id) for id in strangers))}: no article about {one}")
    if into is None:
        target = new_id()
        decisions.add_split_off(tx, target, known, now=now)
        decisions.copy_names(tx, of=ids, to=target)
    else:
        other = _entity(tx, into)
        if other.lead == known.id or other.type != known.type:
            raise RulingRefused(f"{into} is the same entity, or of another type")
        target = other.id
        if decisions.named_before(tx, [target], wanted):
            raise RulingRefused(f"one of the articles is about {into} too: two people of one article are no one")
    made = Decision(
        id=new_id(), kind="split", actor=actor, reason=reason, decided_at=now, entity_id=known.id, into_id=target,
        articles=tuple(wanted),
        were=tuple(named[id] for id in wanted),
    )  # fmt: skip
    decisions.add(tx, made)
    decisions.give(tx, wanted, of=ids, to=target, decision=made.id, reason=_told(made))
    search.add_names(tx, wanted)
    decisions.tell_anew(tx, [*ids, target])
    return made


def undo(tx: Connection, id: str, *, actor: str, reason: str, now: datetime, new_id: NewId) -> Decision:
    """A merge or split no longer holds. Raises RulingRefused, also if a later decision stands on it."""
    decisions.one_at_a_time(tx)
    uuid = read(DECISION, id)
    before = decisions.decision(tx, uuid) if uuid else None
    if before is None:
        raise NotKnown(f"no decision {id}: an id is dec_ and 32 hexadecimal digits")
    if before.kind == "undo":
        raise RulingRefused(f"{id} undid another decision: decide that anew")
    if by := decisions.undone_by(tx, before.id):
        raise RulingRefused(f"{id} is undone already, by {written(DECISION, by)}")
    made = Decision(
        id=new_id(), kind="undo", actor=actor, reason=reason, decided_at=now, entity_id=before.entity_id,
        into_id=before.into_id, undoes=before.id,
    )  # fmt: skip
    if before.articles is not None:
        _give_back(tx, before, made)
    decisions.add(tx, made)
    if before.kind == "merge":
        decisions.set_leads(tx, _leads(decisions.standing_merges(tx)))
    return made


def document(one: Decision) -> dict[str, Any]:
    """A decision, as plain values."""
    return {
        "id": written(DECISION, one.id),
        "kind": one.kind,
        "entity": written(ENTITY, one.entity_id),
        "into": written(ENTITY, one.into_id),
        "articles": None if one.articles is None else [written(ARTICLE, id) for id in one.articles],
        "undoes": one.undoes and written(DECISION, one.undoes),
        "decided_by": "person",
        "actor": one.actor,
        "reason": one.reason,
        "decided_at": one.decided_at,
    }


def decisions_about(tx: Connection, id: str) -> list[dict[str, Any]]:
    """What was decided about an entity and those merged with it, the oldest first. Raises NotKnown."""
    known = _entity(tx, id)
    return [document(one) for one in decisions.about(tx, decisions.members(tx, known.lead))]


def _give_back(tx: Connection, before: Decision, undoing: Decision) -> None:
    articles = before.articles or ()
    if others := decisions.given_otherwise(tx, before.id, articles):
        told = ", ".join(sorted(written(ARTICLE, id) for id in others))
        raise RulingRefused(f"{told}: a later decision says otherwise; undo that first")
    were = before.were or ()
    for id in set(were):
        theirs = [article for article, was in zip(articles, were, strict=True) if was == id]
        decisions.give(tx, theirs, of=[before.into_id], to=id, decision=undoing.id, reason=_told(undoing))
    search.add_names(tx, articles)
    decisions.tell_anew(tx, [*set(were), before.into_id])


def _leads(merges: dict[UUID, UUID]) -> dict[UUID, UUID]:
    """Where each merged entity leads, over however many merges. What leads is never merged itself: no ring can close."""
    leads = {}
    for id, into in merges.items():
        lead = into
        while lead in merges:
            lead = merges[lead]
        leads[id] = lead
    return leads


def _told(one: Decision) -> str:
    return f"{one.actor} decided so: {one.reason}"


def _entity(tx: Connection, id: str) -> Known:
    uuid = read(ENTITY, id)
    known = decisions.entity(tx, uuid) if uuid else None
    if known is None:
        raise NotKnown(f"no entity {id}: an id is ent_ and 32 hexadecimal digits")
    return known


def _lead(tx: Connection, known: Known) -> Known:
    lead = decisions.entity(tx, known.lead)
    assert lead is not None
    return lead


def _article(id: str) -> UUID:
    uuid = read(ARTICLE, id)
    if uuid is None:
        raise RulingRefused(f"{id} is no article: an id is art_ and 32 hexadecimal digits")
    return uuid
