"""An article as its readers get it: from its rows to its document."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared.contracts.article import ArticleOut
from shared.database import AnyRow
from shared.ids import ARTICLE, BULLETIN, ENTITY, written
from shared.tables.articles import FINDINGS, article, article_version
from shared.tables.entities import article_entity, entity

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
_WHOLE = (
    select(
        article.c.pub_status,
        article.c.source,
        article.c.external_id,
        article.c.available_at,
        article_version,
        _LINKS.label("links"),
    )
    .join_from(article, article_version)
    .where(article_version.c.version == article.c.current_version)
)

Links = Mapping[tuple[str, int, int], str]
"""The written id of an entity, by its type and a place where the text names it."""

_ENTITY_TYPE = {
    "PERSON": "person",
    "ORGANIZATION": "organization",
    "LOCATION": "place",
    "LEGAL_DOCUMENT": "document",
    "PROGRAMME": "document",
}


def article_row(tx: Connection, id: UUID) -> AnyRow | None:
    """An article with its current version."""
    return tx.execute(_WHOLE.where(article.c.id == id)).one_or_none()


def document(row: AnyRow) -> dict[str, Any]:
    """The document of an article's row: an ArticleOut, as plain values (a test holds one against the other)."""
    links = _by_place(row.links or [])
    found = {name: getattr(row, name) for name in FINDINGS}
    return {
        "id": written(ARTICLE, row.article_id),
        "version": row.version,
        "kind": row.kind,
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
    """The article, checked against its contract."""
    row = article_row(tx, id)
    return ArticleOut.model_validate(document(row)) if row else None
