"""Every SELECT about one bulletin's life, each by an index: however many bulletins there are, it takes as long."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops.records.statements import documents

_MOST = 100
"""Relations, actions and events of one bulletin that are told."""


def bulletin(tx: Connection, id: UUID) -> dict[str, Any] | None:
    """A bulletin's row, with its article or the one that it repeats, and its bytes' size if they are still there."""
    sql = """
    SELECT bulletin.*, article_version.article_id AS made_id, article_version.valid_from, article_version.version,
           duplicate_relation.original_id, raw_object.erased_at,
           raw_object.sha256 IS NOT NULL AS bytes_kept
    FROM bulletin LEFT JOIN article_version ON article_version.bulletin_id = bulletin.id
    LEFT JOIN raw_object ON raw_object.sha256 = bulletin.raw_sha256
    LEFT JOIN duplicate_relation
        ON duplicate_relation.bulletin_id = bulletin.id AND duplicate_relation.kind IN ('exact', 'near')
           AND bulletin.status = 'duplicate'
    WHERE bulletin.id = %(id)s
    """
    found = documents(tx, sql, id=id)
    return found[0] if found else None


def attempts(tx: Connection, id: UUID) -> list[dict[str, Any]]:
    """Every attempt to work on a bulletin."""
    return documents(tx, "SELECT * FROM attempt WHERE bulletin_id = %(id)s ORDER BY number", id=id)


def bulletin_of(tx: Connection, article: UUID) -> UUID | None:
    """The bulletin that an article was first made of."""
    sql = "SELECT bulletin_id FROM article_version WHERE article_id = %(article)s ORDER BY version LIMIT 1"
    found = documents(tx, sql, article=article)
    return found[0]["bulletin_id"] if found else None


def versions(tx: Connection, article: UUID) -> list[dict[str, Any]]:
    """The versions of an article, and the bulletin of each."""
    sql = """
    SELECT version, kind, bulletin_id, pipeline, valid_from, note FROM article_version
    WHERE article_id = %(article)s ORDER BY version LIMIT %(most)s
    """
    return documents(tx, sql, article=article, most=_MOST)


def relations(tx: Connection, id: UUID, article: UUID | None) -> list[dict[str, Any]]:
    """What a bulletin is to earlier articles, and what later bulletins are to its article."""
    columns = "bulletin_id, original_id, kind, score, method, reason, decided_by, decided_at"
    sql = f"""
    (SELECT 'to' AS direction, {columns} FROM duplicate_relation WHERE bulletin_id = %(id)s ORDER BY score DESC LIMIT %(most)s)
    UNION ALL
    (SELECT 'from' AS direction, {columns} FROM duplicate_relation WHERE original_id = %(article)s AND kind <> 'none'
     ORDER BY decided_at DESC LIMIT %(most)s)
    """
    return documents(tx, sql, id=id, article=article, most=_MOST)


def changes_of(tx: Connection, article: UUID) -> list[dict[str, Any]]:
    """What the feed told of an article."""
    sql = "SELECT * FROM change WHERE article_id = %(article)s ORDER BY seq LIMIT %(most)s"
    return documents(tx, sql, article=article, most=_MOST)


def deeds(tx: Connection, article: UUID) -> list[dict[str, Any]]:
    """Who did what to an article: withheld, released, killed, revised it."""
    sql = """
    SELECT at, what, actor, reason, version FROM article_event WHERE article_id = %(article)s ORDER BY id LIMIT %(most)s
    """
    return documents(tx, sql, article=article, most=_MOST)


def actions_on(tx: Connection, id: UUID) -> list[dict[str, Any]]:
    """What operators did with a bulletin, newest first."""
    sql = """
    SELECT at, actor, action, reason FROM operator_action_bulletin
    JOIN operator_action ON operator_action.id = action_id WHERE bulletin_id = %(id)s ORDER BY action_id DESC LIMIT %(most)s
    """
    return documents(tx, sql, id=id, most=_MOST)
