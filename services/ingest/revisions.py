"""Bulletins under their senders' own keys: every statement that makes or revises one. None commits."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.admission import Filing
from services.ingest.intake import TakenIn
from shared.errors import ArticleKilled, ServiceError


class PreconditionFailed(ServiceError):
    """What is under this key is not what you expect."""

    status, code = 412, "precondition_failed"


class EmbargoTooLate(ServiceError):
    """What is under this key is public already, or was never under embargo."""

    status, code = 409, "embargo_too_late"


class Preconditions(NamedTuple):
    """What the sender expects under the key, as If-Match and If-None-Match say it."""

    if_match: str | None = None
    if_none_match: str | None = None


class Put(NamedTuple):
    """What a bulletin under a key was taken in as."""

    taken: TakenIn
    revision: int

    @property
    def etag(self) -> str:
        """The strong validator of what is under the key."""
        return etag(self.revision, self.taken.fingerprint)


def etag(revision: int, fingerprint: bytes | None) -> str:
    """The validator of a revision, by its number and its request."""
    return f'"{revision}-{(fingerprint or b"").hex()[:12]}"'


_ADD_KEY = """
INSERT INTO bulletin_key (source, external_id, article_id, embargo_until, made_at)
VALUES (%(source)s, %(external_id)s, %(article_id)s, %(embargo_until)s, %(now)s) ON CONFLICT DO NOTHING
"""
_LOCK_KEY = """
SELECT bulletin_key.article_id, bulletin_key.embargo_until, clock_timestamp() AS now
FROM bulletin_key WHERE source = %(source)s AND external_id = %(external_id)s FOR UPDATE
"""
_LAST = """
SELECT id, revision, fingerprint, received_at FROM bulletin WHERE article_id = %(article_id)s
ORDER BY revision DESC LIMIT 1
"""
_ARTICLE = "SELECT pub_status, announced, note FROM article WHERE id = %(article_id)s FOR UPDATE"
_KEEP_BYTES = """
INSERT INTO raw_object (sha256, bytes, size, received_at) VALUES (%(sha)s, %(raw)s, %(size)s, %(received_at)s)
ON CONFLICT DO NOTHING
"""
_ADD = """
INSERT INTO bulletin (id, client, idem_key, fingerprint, source, external_id, published, revision, priority, media_type,
                      charset, charset_reason, raw_sha256, size, request_id, traceparent, received_at, run_at, rung_at,
                      article_id, kind, note, embargo_until)
VALUES (%(id)s, %(client)s, NULL, %(fingerprint)s, %(source)s, %(external_id)s, %(published)s, %(revision)s, %(priority)s,
        %(media_type)s, %(charset)s, %(charset_reason)s, %(sha)s, %(size)s, %(request_id)s, %(traceparent)s,
        %(received_at)s, %(received_at)s, %(received_at)s, %(article_id)s, %(kind)s, %(note)s, %(embargo_until)s)
"""


def put(tx: Connection, filing: Filing, expected: Preconditions, *, article_id: UUID) -> Put:
    """Take a bulletin in under its key, as the next after the last one there; `article_id` is for a new key.

    The same request as the last one is that one. The key's row is locked until the commit, so the numbers are in the
    order of the commits. Raises PreconditionFailed, EmbargoTooLate, ArticleKilled.
    """
    sender = filing.sender
    values: dict[str, Any] = {
        "source": sender.source,
        "external_id": sender.external_id,
        "embargo_until": sender.embargo_until,
        "now": filing.received_at,
    }
    _run(tx, _ADD_KEY, **values, article_id=article_id)
    key = _run(tx, _LOCK_KEY, **values).one()
    last = _run(tx, _LAST, article_id=key.article_id).one_or_none()
    # Looked at first: who lost the answer and sends again with the old If-Match has what was wanted (RFC 9110, 13.1.1).
    if last and last.fingerprint == sender.fingerprint:
        return Put(TakenIn(last.id, last.received_at, last.fingerprint, replayed=True), last.revision)
    _check(expected, etag(last.revision, last.fingerprint) if last else None)
    article = _run(tx, _ARTICLE, article_id=key.article_id).one_or_none()
    if article and article.pub_status == "canceled":
        raise ArticleKilled(article.note or "nothing is taken under its key any more: use a new key")
    if last and sender.embargo_until is not None:
        _move_embargo(tx, key, article.announced if article else None, sender.embargo_until)
    revision = last.revision + 1 if last else 1
    _add(tx, filing, key.article_id, revision)
    return Put(TakenIn(filing.id, filing.received_at, sender.fingerprint, replayed=False), revision)


def _check(expected: Preconditions, there: str | None) -> None:
    """Is what is there what the sender expects? Raises PreconditionFailed."""
    headers = {"ETag": there} if there else {}
    if expected.if_match is not None:
        wanted = [tag.strip() for tag in expected.if_match.split(",")]
        if there is None:
            raise PreconditionFailed("If-Match: there is nothing under this key yet", headers=headers)
        if "*" not in wanted and there not in wanted:
            raise PreconditionFailed(f"If-Match: the last one under this key is {there}", headers=headers)
    if expected.if_none_match is not None and there is not None:
        unwanted = [tag.strip().removeprefix("W/") for tag in expected.if_none_match.split(",")]
        if "*" in unwanted or there in unwanted:
            raise PreconditionFailed(f"If-None-Match: {there} is there under this key", headers=headers)


def _move_embargo(tx: Connection, key: Any, announced: bool | None, until: datetime) -> None:
    """Let another moment count for the key, as long as nothing of it can have been seen. Raises EmbargoTooLate."""
    hidden = not announced if announced is not None else key.embargo_until is not None and key.embargo_until > key.now
    if not hidden:
        if until > key.now:
            raise EmbargoTooLate("an embargo can be moved as long as it lasts; withhold the article, or use a new key")
        return
    for table, column in (("bulletin_key", "article_id"), ("article", "id")):
        sql = f"UPDATE {table} SET embargo_until = %(until)s WHERE {column} = %(article_id)s"
        _run(tx, sql, until=until, article_id=key.article_id)


def _add(tx: Connection, filing: Filing, article_id: UUID, revision: int) -> None:
    sender = filing.sender
    values = {
        "sha": filing.raw_sha256,
        "raw": filing.raw,
        "size": len(filing.raw),
        "received_at": filing.received_at,
    }
    _run(tx, _KEEP_BYTES, **values)
    _run(
        tx,
        _ADD,
        **values,
        id=filing.id,
        client=sender.client,
        fingerprint=sender.fingerprint,
        source=sender.source,
        external_id=sender.external_id,
        published=sender.published,
        revision=revision,
        priority=int(sender.priority),
        media_type=filing.media_type,
        charset=filing.charset,
        charset_reason=filing.charset_reason,
        request_id=sender.request_id,
        traceparent=sender.traceparent,
        article_id=article_id,
        kind=sender.kind,
        note=sender.note,
        embargo_until=sender.embargo_until,
    )


def _run(tx: Connection, sql: str, **values: Any) -> Any:
    return tx.exec_driver_sql(sql, values)
