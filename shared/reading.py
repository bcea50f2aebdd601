"""An article as its readers get it: from its rows to its document."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, literal, null, select

from shared.contracts.article import ArticleOut
from shared.database import AnyRow
from shared.ids import ARTICLE, BULLETIN, written
from shared.tables.articles import FINDINGS, article, article_version, duplicate_relation

_WHOLE = (
    select(article.c.pub_status, article.c.source, article.c.external_id, article.c.available_at, article_version)
    .join_from(article, article_version)
    .where(article_version.c.version == article.c.current_version)
)


def article_row(tx: Connection, id: UUID) -> AnyRow | None:
    """An article with its current version."""
    return tx.execute(_WHOLE.where(article.c.id == id)).one_or_none()


_MOST_RELATIONS = 100
_TOLD = (
    duplicate_relation.c.kind, duplicate_relation.c.bulletin_id, duplicate_relation.c.score, duplicate_relation.c.method,
    duplicate_relation.c.method_version, duplicate_relation.c.reason, duplicate_relation.c.decided_by,
    duplicate_relation.c.decided_at,
)  # fmt: skip


def relations_of(tx: Connection, row: AnyRow) -> Sequence[AnyRow]:
    """What an article, by its row, is to earlier ones, and what later bulletins are to it: 100 of these, newest first."""
    ours = (
        select(
            *_TOLD,
            duplicate_relation.c.original_id.label("article_id"),
            duplicate_relation.c.spans,
            literal("to").label("direction"),
        )
        .where(duplicate_relation.c.bulletin_id == row.bulletin_id)
        .order_by(duplicate_relation.c.score.desc(), duplicate_relation.c.original_id)
    )
    theirs = (
        select(*_TOLD, article_version.c.article_id, null().label("spans"), literal("from").label("direction"))
        .join_from(
            duplicate_relation,
            article_version,
            article_version.c.bulletin_id == duplicate_relation.c.bulletin_id,
            isouter=True,
        )
        .where(duplicate_relation.c.original_id == row.article_id, duplicate_relation.c.kind != "none")
        .order_by(duplicate_relation.c.decided_at.desc(), duplicate_relation.c.bulletin_id.desc())
        .limit(_MOST_RELATIONS)
    )
    return [*tx.execute(ours).all(), *tx.execute(theirs).all()]


def document(row: AnyRow, relations: Sequence[AnyRow]) -> dict[str, Any]:
    """The document of an article's row: an ArticleOut, as plain values (a test holds one against the other)."""
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
        **{name: getattr(row, name) for name in FINDINGS},
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


def article_of(tx: Connection, id: UUID) -> ArticleOut | None:
    """The article, checked against its contract."""
    row = article_row(tx, id)
    return ArticleOut.model_validate(document(row, relations_of(tx, row))) if row else None
