"""One article goes over: it says what was found now, and its relations and its story are what they now are. Commits nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from services.enrich import linking, pipeline
from services.enrich.claims import Version
from services.enrich.commands.judging import Anew, claimed, judge
from services.enrich.commands.parting import Again, Memory
from services.enrich.commands.replay import Outcome, with_differences
from services.enrich.linking import Named
from services.enrich.records import fingerprints, readings, regathering, registry, relations, search
from services.enrich.records.archive import Kept
from services.enrich.records.readings import Standing
from services.enrich.text.article import Article
from services.enrich.text.stories import keys
from shared.feed import Deed, Told, lock_words, note_deeds
from shared.ids import ARTICLE, NewId, written

ACTOR = "bantin replay"

Done = Literal["applied", "kept_back", "gone_on"]


class Went(NamedTuple):
    """What was done, as it is reported, and what is to be told as the last deed of the transaction."""

    outcome: Outcome
    done: Done
    told: Sequence[Told] = ()


class LookAgain(Exception):
    """Under the locks something else was found than what they were taken for: `anew`."""

    def __init__(self, anew: Anew) -> None:
        super().__init__("somebody else decided meanwhile")
        self.anew = anew


def go_over(
    tx: Connection, kept: Kept, outcome: Outcome, before: Anew, memory: Memory, *, now: datetime, new_id: NewId
) -> Went:
    """Let an article go over, by what is decided under the locks; `before` says which are needed. Raises LookAgain.

    The locks are everybody's, in their order (shared/feed.py): bulletins, words, articles, stories.
    """
    words = outcome.words
    assert words is not None
    bulletins = relations.hold_bulletins(tx, before.apart)
    _lock_words(tx, kept, words, [memory.read[id] for id in before.apart])
    originals = {id for id in (before.original, before.was_original) if id is not None}
    relations.hold(tx, words.id, sorted(originals))
    standing = readings.hold(tx, words.id, kept.version, kept.pipeline)
    if standing is None:
        return Went(outcome, "gone_on")
    anew = judge(tx, [Again(kept, words, outcome.has_other_words)], memory)[words.id]
    if not {id for id in (anew.original, anew.was_original) if id is not None} <= originals:
        raise LookAgain(anew)
    anew = replace(anew, apart=tuple(id for id in anew.apart if id in bulletins))
    if outcome.article is not None and not _decided_is_named(tx, kept, outcome.article):
        return Went(with_differences(outcome, anew), "kept_back")
    told = _say(tx, kept, outcome, standing, now=now)
    _find(tx, kept, outcome, anew, standing)
    # Before it hands its duplicates on, if it becomes one itself.
    for bulletin in anew.apart:
        relations.read_anew(tx, bulletin, words.id, now=now)
    told += _relate(tx, kept, anew, now=now)
    if anew.moves and anew.place:
        regathering.move(tx, anew.article, anew.place, anew.matches, new_id=new_id)
    is_other = outcome.is_other or anew.is_other
    return Went(with_differences(outcome, anew), "applied" if is_other else "kept_back", told)


def _lock_words(tx: Connection, kept: Kept, words: Article, apart: Sequence[Article | None]) -> None:
    """Lock what the article says and said, what is telling of it, and what the bulletins say that it may part from."""
    said = [words, *(one for one in apart if one is not None)]
    exact = [one.exact_key for one in said] + ([kept.exact_key] if kept.exact_key else [])
    bands = [key for one in said for key in one.bands]
    lock_words(tx, exact, [*readings.bands(tx, words.id), *bands, *keys(words.sketch)])


def _say(tx: Connection, kept: Kept, outcome: Outcome, standing: Standing, *, now: datetime) -> list[Told]:
    """Let the version say what was found now."""
    if not outcome.differences:
        return []
    version = _version(kept, outcome)
    article = version.article
    readings.replace(tx, version, pipeline=pipeline.version(), now=now)
    linking.link(tx, [Named(article_id=article.id, version=kept.version, naming=article.naming, again=True)], now=now)
    search.keep(tx, [version])
    _note(tx, kept, "reread", f"read again by {pipeline.version()}, before by {kept.pipeline}", now=now)
    return [Told("article.reread", article.id, kept.version)] if standing.is_shown else []


def _find(tx: Connection, kept: Kept, outcome: Outcome, anew: Anew, standing: Standing) -> None:
    """Let the article be found by what counts of it now."""
    if outcome.has_other_words:
        readings.find_by_new_words(tx, _version(kept, outcome), standing)
    if anew.sketch_is_other:
        regathering.renew(tx, anew.article, is_found=standing.announced)


def _relate(tx: Connection, kept: Kept, anew: Anew, *, now: datetime) -> list[Told]:
    """Let its relations be what they now are, and what follows from them: it is a duplicate from now on, or no more."""
    id, original, was_original = kept.article_id, anew.original, anew.was_original
    relations.forget(tx, kept.bulletin_id, [row.original for row in anew.gone])
    fingerprints.add_relations(tx, [(claimed(kept), anew.article.evolve(relations=anew.come))], now=now)
    if original == was_original:
        if anew.gone or anew.come:
            _note(tx, kept, "reread", f"related again by {pipeline.version()}", now=now)
        return []
    if was_original is not None:
        relations.part(tx, id)
    if original is None:
        _note(tx, kept, "released", f"no duplicate of {_id(was_original)}, by {pipeline.version()}", now=now)
        return [Told("article.released", id, kept.version)]
    relations.merge(tx, id, original)
    _note(tx, kept, "merged", f"a duplicate of {_id(original)}, by {pipeline.version()}", now=now)
    return [Told("article.merged", id, kept.version)]


def _version(kept: Kept, outcome: Outcome) -> Version:
    assert outcome.article is not None
    return Version(
        bulletin=claimed(kept), article=outcome.article, number=kept.version, kind=kept.kind, first=False, change=None
    )


def _note(tx: Connection, kept: Kept, what: str, reason: str, *, now: datetime) -> None:
    note_deeds(tx, [Deed(kept.article_id, kept.version, what, ACTOR, reason)], now=now)


def _decided_is_named(tx: Connection, kept: Kept, article: Article) -> bool:
    """Are all still named of whom a person decided who they are? Of what is no person a new reading would not know it."""
    people = {person.key for person in article.naming.people}
    decided = registry.decided_names(tx, kept.article_id, kept.version)
    return all(type == "person" and name in people for type, name in decided)


def _id(article: UUID | None) -> str:
    return written(ARTICLE, article) if article else "–"
