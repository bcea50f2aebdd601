"""A batch's people, bodies, places and documents become entities that other articles name too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid5

from sqlalchemy import Connection

from services.enrich.records import decisions, registry
from services.enrich.records.registry import Earlier, Link, NewEntity
from services.enrich.text.identity import Candidate, Choice, choose
from services.enrich.text.named import Fact, NamedPerson, Naming
from services.enrich.text.span import Span

# Workers who meet the same body, place or document at the same moment give it the same id, without asking each other.
_NAMESPACE = UUID("6d9a1f0e-57c3-5a0b-9a55-0c8d1f3b7a42")

Names = Mapping[str, Sequence[Candidate]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A version of an article, and what it names; `again` if that version was read before and named something then."""

    article_id: UUID
    version: int
    naming: Naming
    again: bool = False


@dataclass(kw_only=True, slots=True)
class _Outcome:
    """What is to be written."""

    entities: list[NewEntity] = field(default_factory=list)
    aliases: list[tuple[UUID, str]] = field(default_factory=list)
    facts: list[tuple[UUID, Fact]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    new_names: set[str] = field(default_factory=set)


@lru_cache(maxsize=8192)
def entity_id(type: str, key: str) -> UUID:
    """The id of the body, place or document of this key."""
    return uuid5(_NAMESPACE, f"{type}\n{key}")


def link(tx: Connection, named: Sequence[Named], *, now: datetime) -> None:
    """Tie what the articles name to entities, and keep it.

    Known people are read without a lock. Only who makes a new one holds the name meanwhile, and reads again what was
    made while the lock was waited for: so workers that meet make one, and nobody waits for a name that is known.
    """
    keys = {person.key for one in named for person in one.naming.people if person.is_known_by_name}
    known = registry.candidates(tx, keys) if keys else {}
    earlier = registry.earlier_people(tx, [one.article_id for one in named if one.version > 1 or one.again])
    forgotten = registry.forget_links(tx, [(one.article_id, one.version) for one in named if one.again])
    outcome = _settle(named, known, earlier)
    if outcome.new_names:
        registry.lock_names(tx, outcome.new_names)
        outcome = _settle(named, {**known, **registry.candidates(tx, outcome.new_names)}, earlier)
    registry.add_entities(tx, outcome.entities, now=now)
    registry.add_aliases(tx, outcome.aliases)
    registry.add_facts(tx, outcome.facts)
    registry.add_links(tx, outcome.links)
    if forgotten:
        decisions.tell_anew(tx, list({*forgotten, *(id for id, _ in outcome.facts)}))


def _settle(named: Iterable[Named], known: Names, earlier: Mapping[tuple[UUID, str], Earlier]) -> _Outcome:
    """Who and what is named, article by article: whom the first makes known, the next may name."""
    outcome = _Outcome()
    people = {key: list(candidates) for key, candidates in known.items()}
    for one in named:
        for subject in one.naming.subjects:
            id = entity_id(subject.type, subject.key)
            outcome.entities.append(
                NewEntity(id=id, type=subject.type, key=subject.key, name=subject.name, aliases=subject.aliases)
            )
            outcome.aliases += [(id, alias) for alias in (subject.name, *subject.aliases)]
            outcome.links.append(
                Link(
                    article_id=one.article_id,
                    version=one.version,
                    entity_id=id,
                    type=subject.type,
                    name=subject.name,
                    day=one.naming.day,
                    spans=_flat(subject.spans),
                    confidence=subject.confidence,
                    reason=subject.reason,
                )
            )
        for person in one.naming.people:
            _settle_person(outcome, one, person, people, earlier.get((one.article_id, person.key)))
    return outcome


def _settle_person(
    outcome: _Outcome, one: Named, person: NamedPerson, people: dict[str, list[Candidate]], before: Earlier | None
) -> None:
    candidates = people.setdefault(person.key, [])
    choice = _choice(person, candidates, before)
    id = choice.id or entity_id("person", f"{person.key}\n{one.article_id}")
    if choice.id is None:
        key = person.key if person.is_known_by_name else None
        outcome.entities.append(NewEntity(id=id, type="person", key=key, name=person.name, aliases=(person.name,)))
        if key:
            outcome.new_names.add(key)
            candidates.append(Candidate(id=id, lead=id, facts=person.facts))
    else:
        candidates[:] = [
            _with_facts(candidate, person.facts) if candidate.id == id else candidate for candidate in candidates
        ]
    outcome.aliases.append((id, person.name))
    outcome.facts += [(id, fact) for fact in person.facts]
    outcome.links.append(
        Link(
            article_id=one.article_id,
            version=one.version,
            entity_id=id,
            type="person",
            name=person.name,
            day=one.naming.day,
            spans=_flat(person.spans),
            confidence=choice.confidence,
            reason=choice.reason,
            rank=person.rank,
            posts=person.posts,
            facts=person.facts,
            decision_id=before.decision_id if before else None,
        )
    )


def _choice(person: NamedPerson, candidates: Sequence[Candidate], before: Earlier | None) -> Choice:
    if before:
        told = "a person decided so" if before.decision_id else "an earlier version of the article named the same"
        return Choice(id=before.entity_id, confidence=1.0, reason=told)
    if not person.is_known_by_name:
        return Choice(
            id=None, confidence=0.5, reason="kept apart: the name is a frequent one, and nothing else is said"
        )
    return choose(person.facts, candidates, frequent=person.frequent)


def _with_facts(candidate: Candidate, facts: Sequence[Fact]) -> Candidate:
    return replace(candidate, facts=tuple(dict.fromkeys((*candidate.facts, *facts))))


def _flat(spans: Iterable[Span]) -> tuple[int, ...]:
    return tuple(place for span in spans for place in (span.start, span.end))
