"""What an article is to earlier ones, and which story it tells, decided again by the workers' own code. Writes nothing.

Judged is against what came before it, as that is now. So that nothing changes but by another engine, what can no longer be
compared stands as it was found (services/enrich/records/relations.py), and so does what a person said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from services.enrich import document, pipeline
from services.enrich.claims import Claimed
from services.enrich.commands.differences import Difference
from services.enrich.commands.parting import Again, Memory, unlike, with_duplicates
from services.enrich.commands.renewed import Renewed
from services.enrich.records import fingerprints, regathering, relations
from services.enrich.records.archive import Kept
from services.enrich.records.regathering import Told
from services.enrich.records.relations import Earlier, Row, Standing
from services.enrich.text.article import Article, Basis, Relation
from services.enrich.text.duplicates import Candidate, Judged
from services.enrich.text.stories import Match, pack
from shared.database import transaction
from shared.feed import holders
from shared.ids import ARTICLE, BULLETIN, STORY, written

RELATED = ("relations", "duplicates", "story")
"""What is reported of these decisions, beside the fields of a version."""
_DUPLICATES = ("exact", "near")


@dataclass(frozen=True, kw_only=True, slots=True)
class Anew:
    """What was decided again of one article, where that is something else than before.

    `article` has the relations that hold from now on. Of those that are kept, `gone` hold no more, and `come` are new or
    other. `original` is what it is a duplicate of, and `was_original` what it was so far; `kept_back`: it would be one, but for
    a person's decision. `apart` are bulletins that are its duplicates no more. `moves`: it leaves its story, for that of
    `matches` if there are any. `sketch_is_other`: other words are telling of it.
    """

    article: Article
    gone: tuple[Row, ...] = ()
    come: tuple[Relation, ...] = ()
    original: UUID | None = None
    was_original: UUID | None = None
    apart: tuple[UUID, ...] = ()
    sketch_is_other: bool = False
    kept_back: bool = False
    moves: bool = False
    matches: tuple[Match, ...] = ()
    was_story: UUID | None = None
    story: UUID | None = None
    place: Told | None = None

    @property
    def is_other(self) -> bool:
        """Is there anything to be written?"""
        return bool(self.gone or self.come or self.apart or self.moves or self.sketch_is_other) or (
            self.original != self.was_original
        )

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The same, as it is reported."""
        found = []
        if self.gone or self.come:
            was = [{"kind": row.kind, "article": written(ARTICLE, row.canonical)} for row in self.gone]
            now = [
                {"kind": one.kind, "article": written(ARTICLE, one.other), "reason": one.reason} for one in self.come
            ]
            found.append(Difference(field="relations", was=was, now=now))
        if self.apart:
            parted = [{"bulletin": written(BULLETIN, id)} for id in self.apart]
            found.append(Difference(field="duplicates", was=parted, now=[]))
        if self.moves:
            was_told = [written(STORY, self.was_story)] if self.was_story else []
            found.append(Difference(field="story", was=was_told, now=[_told(self)] if self.matches else []))
        return tuple(found)


def _told(one: Anew) -> dict[str, Any]:
    best = one.matches[0]
    story = written(STORY, one.story) if one.story else None
    return {"story": story, "with": written(ARTICLE, best.id), "reason": best.basis.reason}


def judge(tx: Connection, read: Sequence[Again], memory: Memory, renewed: Renewed | None = None) -> dict[UUID, Anew]:
    """What is decided again of articles, by their ids."""
    standings = relations.standings(tx, [one.kept.article_id for one in read])
    related = _relate(
        tx, [one for one in read if _is_related(one.kept, standings[one.article.id])], standings, memory, renewed
    )
    anew = {
        one.article.id: related.get(one.article.id) or _nothing(one.article, standings[one.article.id]) for one in read
    }
    # What is withheld hides its duplicates: none goes its own way meanwhile.
    for one in with_duplicates(tx, [one for one in read if standings[one.article.id].is_public]):
        apart = unlike(tx, one.article, one.kept.received_at, memory, has_other_words=one.has_other_words)
        anew[one.article.id] = replace(anew[one.article.id], apart=tuple(apart))
    # A later version keeps the story of the first.
    firsts = [one.article.id for one in read if one.kept.kind == "first"]
    return anew | _retell(tx, {id: anew[id] for id in firsts}, standings, renewed)


@dataclass(kw_only=True, slots=True)
class Round:
    """The articles of a batch, each judged when its turn comes: all together, until one of them changes and others may
    be like it by what it says now. `renewed` is what a shadow has read before, which the database does not have."""

    engine: Engine
    read: Mapping[UUID, Again]
    renewed: Renewed | None = None
    memory: Memory = field(default_factory=Memory)
    _judged: dict[UUID, Anew] = field(default_factory=dict)
    _one_by_one: bool = False

    def turn(self, article: UUID) -> Anew | None:
        """What is decided again of an article; None if it can be read no more."""
        if article not in self.read:
            return None
        if self._one_by_one:
            self.memory = Memory()
        if self._one_by_one or not self._judged:
            asked = [self.read[article]] if self._one_by_one else list(self.read.values())
            with transaction(self.engine) as tx:
                self._judged = judge(tx, asked, self.memory, self.renewed)
        return self._judged[article]

    def changed(self) -> None:
        """An article says something else from now on, or is something else to others."""
        self._one_by_one = True


def _nothing(article: Article, standing: Standing) -> Anew:
    return Anew(article=article, original=standing.duplicate_of, was_original=standing.duplicate_of)


def _is_related(kept: Kept, standing: Standing) -> bool:
    """Is it decided what it is to others? Not while it is hidden, nor of what first came to readers by its embargo's end,
    nor where a person said what it is a duplicate of."""
    was_hidden = standing.embargo_until is not None and kept.kind == "first"
    return standing.is_public and not was_hidden and not standing.by_person


def _relate(
    tx: Connection, read: Sequence[Again], standings: Mapping[UUID, Standing], memory: Memory, renewed: Renewed | None
) -> dict[UUID, Anew]:
    if not read:
        return {}
    articles = [one.article for one in read]
    places = {article.id: standings[article.id].number for article in articles}
    likely = fingerprints.candidates(tx, articles, memory.known, places)
    originals = holders(tx, [article.exact_key for article in articles])
    if renewed is not None:
        likely = {article.id: renewed.among(article, likely[article.id]) for article in articles}
        originals = renewed.holding(originals, articles)
    seen = {one.id for candidates in likely.values() for one in candidates} | set(originals.values())
    earlier = relations.earlier(tx, list(seen))
    kept_rows = relations.rows(
        tx, [(one.kept.bulletin_id, places[one.article.id], one.kept.received_at) for one in read]
    )
    if renewed is not None:
        earlier = {id: one._replace(canonical=renewed.canonical(id, one.canonical)) for id, one in earlier.items()}
        kept_rows = {
            id: [row._replace(canonical=renewed.canonical(row.original, row.canonical)) for row in found]
            for id, found in kept_rows.items()
        }
    held_apart = fingerprints.apart(tx, [claimed(one.kept) for one in read])
    found = {}
    for kept, article, _ in read:
        before = {
            id for id, one in earlier.items() if one.number < places[article.id] and one.received_at <= kept.received_at
        }
        settled = _settled(
            article,
            {key: id for key, id in originals.items() if id in before},
            [one for one in likely[article.id] if one.id in before],
            held_apart.get(kept.bulletin_id, set()),
            memory.judged,
        )
        anew = _held_against(kept, settled, kept_rows.get(kept.bulletin_id, []), earlier, standings[article.id])
        found[article.id] = _kept_back(tx, anew)
    return found


def _kept_back(tx: Connection, anew: Anew) -> Anew:
    """An article whose duplicates a person spoke of is made no duplicate of another: that would tell of them otherwise."""
    original = anew.original
    if original in (None, anew.was_original) or not relations.is_spoken_of(tx, anew.article.id, original):
        return anew
    return replace(anew, gone=(), come=(), original=anew.was_original, kept_back=True)


def _settled(
    article: Article, originals: Mapping[bytes, UUID], likely: Sequence[Candidate], apart: set[UUID], judged: Judged
) -> Article:
    """The article as a worker settles it that has it alone in its batch."""
    (settled,) = pipeline.settle([article], originals, {article.id: likely}, judged, {article.id: {*apart, article.id}})
    return settled


def _held_against(
    kept: Kept, settled: Article, rows: Sequence[Row], earlier: Mapping[UUID, Earlier], standing: Standing
) -> Anew:
    """What was found now, against what is kept."""
    was = {row.canonical: row for row in rows if row.comparable and not row.by_person}
    stands = {row.canonical: row for row in rows if row.by_person or not row.comparable}
    now: dict[UUID, Relation] = {}
    for relation in settled.relations:
        canonical = earlier[relation.other].canonical
        if (
            canonical == kept.article_id
            or canonical in stands
            or (relation.kind == "none" and stands and canonical not in was)
        ):
            continue
        now.setdefault(canonical, relation)
    come = tuple(one for canonical, one in now.items() if not _is_same(was.get(canonical), one))
    gone = tuple(row for canonical, row in was.items() if canonical not in now or not _is_same(row, now[canonical]))
    original = standing.duplicate_of
    if kept.kind == "first" and (original is None or original in was):
        original = next((canonical for canonical, one in now.items() if one.kind in _DUPLICATES), None)
    # What tells stories: what was found now and holds, and what stands; not that a person parted two texts.
    holds = [_relation(row) for row in stands.values() if not (row.by_person and row.kind == "none")]
    return Anew(
        article=settled.evolve(relations=(*now.values(), *holds)),
        gone=gone,
        come=come,
        original=original,
        was_original=standing.duplicate_of,
    )


def _is_same(row: Row | None, relation: Relation) -> bool:
    """Does a relation say what is kept? Only another reason for the same is no difference."""
    if row is None or row.kind != relation.kind:
        return False
    if row.original != row.canonical or relation.other != row.canonical:
        return True  # where the two differ is told of another text
    return round(row.score, 4) == round(relation.score, 4) and row.spans == document.differences(relation)


def _relation(row: Row) -> Relation:
    """A relation that stands, as stories ask for it."""
    basis = Basis(method="kept", version="1", confidence=row.score)
    return Relation(other=row.canonical, kind=row.kind, score=row.score, reason="", basis=basis)  # type: ignore[arg-type]  # as the table has it


def _retell(
    tx: Connection, found: Mapping[UUID, Anew], standings: Mapping[UUID, Standing], renewed: Renewed | None
) -> dict[UUID, Anew]:
    """The same, with what becomes of their stories."""
    told, asked = dict[UUID, Anew](), list[tuple[Article, Told]]()
    for id, place in regathering.told(tx, list(found)).items():
        anew = found[id]
        is_other = place.pairs != pack(anew.article.sketch)
        told[id] = replace(anew, place=place, sketch_is_other=is_other, was_story=place.story)
        is_duplicate = anew.original or anew.was_original
        if standings[id].is_public and not place.by_person and not is_duplicate:
            asked.append((anew.article, place))
    matches = regathering.matches_of(tx, asked)
    if renewed is not None:
        matches = {id: [one for one in found if not renewed.is_hidden(one.id)] for id, found in matches.items()}
    stories = regathering.stories_of(tx, [found[0] for found in matches.values() if found])
    for article, place in asked:
        best = matches[article.id]
        story = stories.get(best[0].id) if best else None
        hidden = renewed is not None and renewed.is_hidden(place.other)
        moves = _moves(replace(place, comparable=place.comparable and not hidden), best, story)
        told[article.id] = replace(told[article.id], moves=moves, matches=tuple(best), story=story)
    return told


def _moves(place: Told, matches: Sequence[Match], story: UUID | None) -> bool:
    if place.story is None or place.other is None:
        return bool(matches) and (place.story is None or story != place.story)
    return place.comparable and (not matches or story != place.story)


def claimed(kept: Kept) -> Claimed:
    """The bulletin of a version, as a worker has it in hand."""
    return Claimed(
        id=kept.bulletin_id, source=kept.source, external_id=kept.external_id, published=kept.published,
        received_at=kept.received_at, media_type=kept.media_type, charset=kept.charset, raw_sha256=kept.raw_sha256, size=len(kept.raw),
        attempts=1, failures=0, article_id=kept.article_id, revision=kept.version,
    )  # fmt: skip
