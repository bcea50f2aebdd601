"""An article as its readers get it: from its rows to its document.

Whatever a reader gets goes through the views `readable_article` and `recalled_article`, which hold the one rule of what
may be seen.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    Integer,
    Select,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement

from shared.contracts.article import ArticleOut
from shared.database import AnyRow
from shared.errors import ArticleErased, ArticleKilled, ArticleMerged, ArticleWithheld, NoSuchArticle, ServiceError
from shared.ids import ARTICLE, BULLETIN, ENTITY, STORY, written
from shared.tables.articles import (
    FINDINGS,
    article_version,
    duplicate_relation,
    embargoed_article,
    readable_article,
    recalled_article,
    story,
    story_member,
)
from shared.tables.entities import article_entity, entity

_BESIDE, _READABLE = story_member.alias("beside"), readable_article.alias("readable_beside")
# Read with the article and not kept in it: a person's decision changes it without touching the article.
_LINKS = (
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_array(
                    article_entity.c.type, func.coalesce(entity.c.lead_id, entity.c.id), article_entity.c.spans
                ),
                article_entity.c.entity_id,
            )
        )
    )
    .join_from(article_entity, entity, entity.c.id == article_entity.c.entity_id)
    .where(article_entity.c.article_id == article_version.c.article_id)
    .where(article_entity.c.version == article_version.c.version)
    .correlate(article_version)
    .scalar_subquery()
)
# Only what several articles tell of that readers may see is a story.
_STORY = (
    select(func.coalesce(story.c.lead_id, story.c.id))
    .join_from(story_member, story, story.c.id == story_member.c.story_id)
    .where(story_member.c.article_id == readable_article.c.id)
    .where(
        select(func.count())
        .join_from(_BESIDE, _READABLE, _READABLE.c.id == _BESIDE.c.article_id)
        .where(_BESIDE.c.story_id == story_member.c.story_id)
        .scalar_subquery()
        > 1
    )
    .correlate(readable_article)
    .scalar_subquery()
)
_VERSION = select(
    readable_article.c.pub_status,
    readable_article.c.source,
    readable_article.c.external_id,
    readable_article.c.available_at,
    readable_article.c.current_version,
    article_version,
    _LINKS.label("links"),
    _STORY.label("story_id"),
).join_from(readable_article, article_version, article_version.c.article_id == readable_article.c.id)
_EMBARGOED = (
    select(
        embargoed_article.c.pub_status,
        embargoed_article.c.source,
        embargoed_article.c.external_id,
        embargoed_article.c.available_at,
        embargoed_article.c.embargo_until,
        article_version,
        _LINKS.label("links"),
        null().label("story_id"),
    )
    .join_from(embargoed_article, article_version, article_version.c.article_id == embargoed_article.c.id)
    .where(article_version.c.version == embargoed_article.c.current_version)
)
_CURRENT = article_version.c.version == readable_article.c.current_version
# Put together once: to build a statement costs as much as to run it.
_OF_ONE = _VERSION.where(readable_article.c.id == bindparam("article", type_=Uuid))
_CURRENT_OF = _OF_ONE.where(_CURRENT)
_NUMBERED_OF = _OF_ONE.where(article_version.c.version == bindparam("number", type_=Integer))

Links = Mapping[tuple[str, int, int], str]
"""The written id of an entity, by its type and a place where the text names it."""

_ENTITY_TYPE = {
    "PERSON": "person",
    "ORGANIZATION": "organization",
    "LOCATION": "place",
    "LEGAL_DOCUMENT": "document",
    "PROGRAMME": "document",
}


def article_row(tx: Connection, id: UUID, version: int | None = None) -> AnyRow | None:
    """A readable article with its current version, or with that of a number."""
    if version is None:
        return tx.execute(_CURRENT_OF, {"article": id}).one_or_none()
    return tx.execute(_NUMBERED_OF, {"article": id, "number": version}).one_or_none()


def article_rows(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    """Those of the articles that may be read, with their current versions."""
    found = tx.execute(_VERSION.where(readable_article.c.id.in_(ids), _CURRENT))
    return {row.article_id: row for row in found}


def embargoed_rows(tx: Connection, *, limit: int) -> list[AnyRow]:
    """Articles under embargo, in their current versions: those that end soonest."""
    soonest = _EMBARGOED.order_by(embargoed_article.c.embargo_until, embargoed_article.c.id).limit(limit)
    return list(tx.execute(soonest).all())


def embargoed_row(tx: Connection, id: UUID) -> AnyRow | None:
    """An article under embargo with its current version."""
    return tx.execute(_EMBARGOED.where(embargoed_article.c.id == id)).one_or_none()


def version_rows(tx: Connection, id: UUID) -> list[AnyRow]:
    """All versions of a readable article, the first first."""
    return list(tx.execute(_VERSION.where(readable_article.c.id == id).order_by(article_version.c.version)).all())


def every_row(tx: Connection, chosen: Select[Any], *, at_once: int) -> Iterator[Sequence[AnyRow]]:
    """The readable articles of a selection of `seq` and `article_id`, with their current versions, in the order of `seq`,
    so many at once. The database keeps the others until they are asked for, however many they are."""
    of = chosen.subquery()
    rows = _VERSION.join(of, of.c.article_id == readable_article.c.id).where(_CURRENT).order_by(of.c.seq)
    with tx.execute(rows, execution_options={"yield_per": at_once}) as result:
        yield from result.partitions()


def why_not(tx: Connection, id: UUID | None, asked: str) -> ServiceError:
    """Why an article that was asked for as `asked` is not to be read.

    Of one that never was in the feed it says what it says of one that never was.
    """
    row = tx.execute(select(recalled_article).where(recalled_article.c.id == id)).one_or_none() if id else None
    if row is None:
        return NoSuchArticle(f"no article {asked}: an id is art_ and 32 hexadecimal digits")
    if row.erased_at is not None:
        return ArticleErased(row.note)
    if row.pub_status == "canceled":
        return ArticleKilled(row.note)
    if row.duplicate_of is not None:
        original = written(ARTICLE, row.duplicate_of)
        return ArticleMerged(
            f"it was found to be a duplicate of {original}", headers={"Location": f"/v1/articles/{original}"}
        )
    return ArticleWithheld("ask again when the feed says article.released")


_MOST_RELATIONS = 100
_TOLD = (
    duplicate_relation.c.kind, duplicate_relation.c.bulletin_id, duplicate_relation.c.score, duplicate_relation.c.method,
    duplicate_relation.c.method_version, duplicate_relation.c.reason, duplicate_relation.c.decided_by,
    duplicate_relation.c.decided_at,
)  # fmt: skip

_MERGED = (
    select(recalled_article.c.id)
    .where(
        recalled_article.c.id == article_version.c.article_id,
        recalled_article.c.duplicate_of == duplicate_relation.c.original_id,
        recalled_article.c.pub_status == "usable",
    )
    .correlate(article_version, duplicate_relation)
    .exists()
)
"""An article that was public until it was found to be a duplicate of the one that is asked for."""


def relations_of(tx: Connection, row: AnyRow) -> Sequence[AnyRow]:
    """What an article, by its row, is to earlier ones, and what later bulletins are to it: 100 of these, newest first.

    Of what may not be seen nothing is said, not even what it has in common with this one.
    """
    found = tx.execute(_RELATIONS, {"of_bulletin": row.bulletin_id, "of_article": row.article_id}).all()
    # Each half comes in its order; nothing promises which half comes first.
    return sorted(found, key=lambda relation: relation.direction != "to")


def relations_of_each(tx: Connection, rows: Sequence[AnyRow]) -> Mapping[UUID, Sequence[AnyRow]]:
    """The same of many articles at once, by their ids."""
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    of_bulletin = {row.bulletin_id: row.article_id for row in rows}
    for relation in tx.execute(_ours(duplicate_relation.c.bulletin_id == any_(cast(list(of_bulletin), ARRAY(Uuid))))):
        found[of_bulletin[relation.bulletin_id]].append(relation)
    ids = func.unnest(cast(list(of_bulletin.values()), ARRAY(Uuid)))
    asked = ids.table_valued(column("of", Uuid), name="asked").render_derived()
    theirs = _theirs(duplicate_relation.c.original_id == asked.c.of).lateral("theirs")
    for relation in tx.execute(select(asked, theirs).join_from(asked, theirs, true())):
        found[relation.of].append(relation)
    return found


def _ours(condition: ColumnElement[bool]) -> Select[Any]:
    """What bulletins are to earlier articles that may be seen."""
    return (
        select(
            *_TOLD,
            duplicate_relation.c.original_id.label("article_id"),
            duplicate_relation.c.spans,
            literal("to").label("direction"),
        )
        .where(condition, duplicate_relation.c.original_id.in_(select(readable_article.c.id)))
        .order_by(duplicate_relation.c.score.desc(), duplicate_relation.c.original_id)
    )


def _theirs(condition: ColumnElement[bool]) -> Select[Any]:
    """What the newest later bulletins are to an article: those without an article that may not be seen."""
    return (
        select(
            *_TOLD,
            article_version.c.article_id,
            cast(null(), duplicate_relation.c.spans.type).label("spans"),
            literal("from").label("direction"),
        )
        .join_from(
            duplicate_relation,
            article_version,
            article_version.c.bulletin_id == duplicate_relation.c.bulletin_id,
            isouter=True,
        )
        .where(
            condition,
            duplicate_relation.c.kind != "none",
            article_version.c.article_id.is_(None)
            | article_version.c.article_id.in_(select(readable_article.c.id))
            | _MERGED,
        )
        .order_by(duplicate_relation.c.decided_at.desc(), duplicate_relation.c.bulletin_id.desc())
        .limit(_MOST_RELATIONS)
    )


_RELATIONS = union_all(
    select(_ours(duplicate_relation.c.bulletin_id == bindparam("of_bulletin", type_=Uuid)).subquery()),
    select(_theirs(duplicate_relation.c.original_id == bindparam("of_article", type_=Uuid)).subquery()),
)


def document(row: AnyRow, relations: Sequence[AnyRow]) -> dict[str, Any]:
    """The document of an article's row: an ArticleOut, as plain values (a test holds one against the other)."""
    links = _by_place(row.links or [])
    found = {name: getattr(row, name) for name in FINDINGS}
    return {
        "id": written(ARTICLE, row.article_id),
        "version": row.version,
        "kind": row.kind,
        "note": row.note,
        "pub_status": row.pub_status,
        "bulletin": written(BULLETIN, row.bulletin_id),
        "source": row.source,
        "external_id": row.external_id,
        "received_at": row.received_at,
        "available_at": row.available_at,
        "pipeline": row.pipeline,
        "title": row.title,
        "text": row.text,
        **found,
        "entities": [
            {**one, "entity": links.get((_ENTITY_TYPE[one["type"]], one["start"], one["end"]))}
            for one in found["entities"]
        ],
        "places": [{**one, "entity": links.get(("place", one["start"], one["end"]))} for one in found["places"]],
        "people": [{**one, "entity": _of_person(one, links)} for one in found["people"]],
        "citations": [
            {**one, "entity": links.get(("document", one["start"], one["end"]))} for one in found["citations"]
        ],
        "story": written(STORY, row.story_id) if row.story_id else None,
        "relations": [_relation(relation) for relation in relations],
    }


def _relation(row: AnyRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "direction": row.direction,
        "article": written(ARTICLE, row.article_id) if row.article_id else None,
        "bulletin": written(BULLETIN, row.bulletin_id),
        "score": round(row.score, 4),
        "method": row.method,
        "version": row.method_version,
        "reason": row.reason,
        "differences": row.spans or [],
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
    }


def _by_place(rows: list[tuple[str, str, list[int]]]) -> Links:
    return {
        (type, start, end): written(ENTITY, UUID(id))
        for type, id, spans in rows
        for start, end in zip(spans[::2], spans[1::2], strict=True)
    }


def _of_person(person: Mapping[str, Any], links: Links) -> str | None:
    places = [*person["mentions"], *person["titles"]]
    found = (links.get(("person", place["start"], place["end"])) for place in places)
    return next((id for id in found if id), None)


def article_of(tx: Connection, id: UUID) -> ArticleOut | None:
    """The article, checked against its contract; None if it may not be read."""
    row = article_row(tx, id)
    return ArticleOut.model_validate(document(row, relations_of(tx, row))) if row else None
