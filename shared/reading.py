"""An article as its readers get it: from its rows to its document."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from shared.contracts.article import ArticleOut
from shared.database import AnyRow
from shared.ids import ARTICLE, BULLETIN, written
from shared.tables.articles import FINDINGS, article, article_version

_WHOLE = (
    select(article.c.pub_status, article.c.source, article.c.external_id, article.c.available_at, article_version)
    .join_from(article, article_version)
    .where(article_version.c.version == article.c.current_version)
)


def article_row(tx: Connection, id: UUID) -> AnyRow | None:
    """An article with its current version."""
    return tx.execute(_WHOLE.where(article.c.id == id)).one_or_none()


def document(row: AnyRow) -> dict[str, Any]:
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
    }


def article_of(tx: Connection, id: UUID) -> ArticleOut | None:
    """The article, checked against its contract."""
    row = article_row(tx, id)
    return ArticleOut.model_validate(document(row)) if row else None
