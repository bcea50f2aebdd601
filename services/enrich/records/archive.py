"""Every statement that goes through what was made before, to make it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.contracts.article import VersionKind
from shared.tables.articles import FINDINGS

FIELDS = ("title", *FINDINGS)
"""The columns of an article's version that are made from its text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which articles: made by the pipeline `made_by`, or by any but `not_by`; from a source; accepted since, and before."""

    made_by: str | None = None
    not_by: str | None = None
    source: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    article: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """An article's newest version, the bytes that it was made from, and the words by which it is found again."""

    article_id: UUID
    version: int
    pipeline: str
    found: dict[str, Any]
    raw: bytes
    media_type: str
    charset: str
    published: date | None
    bulletin_id: UUID
    raw_sha256: bytes
    kind: VersionKind
    source: str | None
    external_id: str | None
    received_at: datetime
    exact_key: bytes | None
    said: bytes | None


_FROM = """
FROM article
JOIN article_version ON article_version.article_id = article.id AND article_version.version = article.current_version
"""
_BYTES = """
JOIN bulletin ON bulletin.id = article_version.bulletin_id
JOIN raw_object ON raw_object.sha256 = bulletin.raw_sha256
"""
_WHERE = """
WHERE article.pub_status <> 'canceled'
  AND NOT EXISTS (SELECT FROM bulletin WHERE bulletin.id = article_version.bulletin_id AND bulletin.probe)
  AND (%(made_by)s::text IS NULL OR article_version.pipeline = %(made_by)s)
  AND (%(not_by)s::text IS NULL OR article_version.pipeline <> %(not_by)s)
  AND (%(source)s::text IS NULL OR article.source = %(source)s)
  AND (%(since)s::timestamptz IS NULL OR article_version.received_at >= %(since)s)
  AND (%(before)s::timestamptz IS NULL OR article_version.received_at < %(before)s)
  AND (%(article)s::uuid IS NULL OR article.id = %(article)s)
"""


def count(tx: Connection, selection: Selection, *, after: UUID = UUID(int=0)) -> int:
    """How many articles are selected, behind `after`."""
    sql = f"SELECT count(*) {_FROM} {_WHERE} AND article.id > %(after)s"
    return int(tx.exec_driver_sql(sql, {**_values(selection), "after": after}).scalar_one())


def select(tx: Connection, selection: Selection, *, after: UUID, limit: int) -> list[Kept]:
    """The next selected articles behind `after`, in the order of their ids."""
    sql = f"""
    SELECT article.id, article_version.version, article_version.pipeline, raw_object.bytes, bulletin.media_type,
           bulletin.charset, bulletin.published AS stated, bulletin.id AS bulletin_id, bulletin.source, bulletin.external_id,
           bulletin.received_at, bulletin.raw_sha256, article_version.kind, coalesce(article_version.exact_key, article.exact_key), article_fingerprint.said,
           {", ".join(f"article_version.{name}" for name in FIELDS)}
    {_FROM} {_BYTES} LEFT JOIN article_fingerprint ON article_fingerprint.article_id = article.id {_WHERE} AND article.id > %(after)s ORDER BY article.id LIMIT %(limit)s
    """
    rows: Sequence[Any] = tx.exec_driver_sql(sql, {**_values(selection), "after": after, "limit": limit}).fetchall()
    return [
        Kept(
            article_id=row[0], version=row[1], pipeline=row[2], raw=row[3], media_type=row[4], charset=row[5],
            published=row[6], bulletin_id=row[7], source=row[8], external_id=row[9], received_at=row[10], raw_sha256=row[11], kind=row[12], exact_key=row[13],
            said=row[14], found=dict(zip(FIELDS, row[15:], strict=True)),
        )
        for row in rows
    ]  # fmt: skip


def _values(selection: Selection) -> dict[str, Any]:
    return {name: getattr(selection, name) for name in Selection.__dataclass_fields__}
