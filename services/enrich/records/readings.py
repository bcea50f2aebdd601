"""Every statement by which a version is read again, and by which it is known how far that has come. None commits.

The locks are those of everybody (shared/feed.py): words, then the article, and last the head of the feed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.enrich.claims import Version
from services.enrich.records import fingerprints
from services.enrich.records.archive import FIELDS
from services.enrich.records.repository import FOUND, found_columns
from shared.feed import holders

_ALONE = 7263005
"""The advisory lock of whoever reads again: one at a time."""

_HOLD = """
SELECT article.pub_status, announced, duplicate_of, exact_key
FROM article WHERE id = %(article)s AND current_version = %(version)s AND pub_status <> 'canceled' FOR UPDATE
"""
# Asked for again under the lock: somebody else may have read it again.
_STILL = "SELECT pipeline FROM article_version WHERE article_id = %(article)s AND version = %(version)s"
_BANDS = """
SELECT key FROM article_band JOIN article_fingerprint USING (number) WHERE article_id = %(article)s
"""
_KEEP = """
INSERT INTO article_reading (article_id, version, reading, pipeline, found, replaced_at)
SELECT article_id, version,
       (SELECT count(*) + 1 FROM article_reading AS before
        WHERE before.article_id = now.article_id AND before.version = now.version),
       pipeline, (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(now)) WHERE key = ANY(%(fields)s)), %(now)s
FROM article_version AS now WHERE article_id = %(article)s AND version = %(version)s
"""
_REPLACE = f"""
UPDATE article_version SET pipeline = %(pipeline)s, {", ".join(f"{name} = {cast.format(f'%({name})s')}" for name, cast in FOUND.items())}
WHERE article_id = %(article)s AND version = %(version)s
"""
_NEW_KEY = "UPDATE article SET exact_key = %(key)s WHERE id = %(article)s"
_NEW_VERSION_KEY = """
UPDATE article_version SET exact_key = %(key)s
WHERE article_id = %(article)s AND version = %(version)s AND exact_key IS NOT NULL
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How an article stands that is about to be read again; it is locked."""

    pub_status: str
    announced: bool
    duplicate_of: UUID | None
    exact_key: bytes | None

    @property
    def is_shown(self) -> bool:
        """May readers see it?"""
        return self.announced and self.pub_status == "usable" and self.duplicate_of is None


def bands(tx: Connection, article: UUID) -> list[int]:
    """The keys under which an article is found so far."""
    return [row[0] for row in tx.exec_driver_sql(_BANDS, {"article": article})]


def hold(tx: Connection, article: UUID, version: int, pipeline: str) -> Standing | None:
    """Lock an article; None if it has gone on to another version, was killed, or was read again meanwhile."""
    values = {"article": article, "version": version}
    row = tx.exec_driver_sql(_HOLD, values).one_or_none()
    if row is None or tx.exec_driver_sql(_STILL, values).scalar() != pipeline:
        return None
    return Standing(**row._asdict())


def replace(tx: Connection, one: Version, *, pipeline: str, now: datetime) -> None:
    """Let a version say what was found now; what it said before is kept."""
    values: dict[str, Any] = {"article": one.article.id, "version": one.number}
    tx.exec_driver_sql(_KEEP, {**values, "fields": list(FIELDS), "now": now})
    found = {name: column[0] for name, column in found_columns([one.article]).items()}
    tx.exec_driver_sql(_REPLACE, {**values, **found, "pipeline": pipeline})


def find_by_new_words(tx: Connection, one: Version, standing: Standing) -> None:
    """Let an article be found by what now counts of its text. All its words, old and new, are locked."""
    key = one.article.exact_key
    values = {"article": one.article.id, "version": one.number, "key": key}
    if standing.exact_key is not None:
        holder = holders(tx, [key]).get(key, one.article.id)
        tx.exec_driver_sql(_NEW_KEY, {**values, "key": key if holder == one.article.id else standing.exact_key})
    tx.exec_driver_sql(_NEW_VERSION_KEY, values)
    fingerprints.renew(tx, one.article)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a replay has come: articles up to the id `after` are done, with this report."""

    id: UUID
    after: UUID
    report: Mapping[str, Any] | None


def alone(tx: Connection) -> bool:
    """Is nobody else at it? Then nobody else will be, until this connection leaves or is lost."""
    return bool(tx.exec_driver_sql("SELECT pg_try_advisory_lock(%(lock)s, 0)", {"lock": _ALONE}).scalar())


def leave(tx: Connection) -> None:
    """Let others read again."""
    tx.exec_driver_sql("SELECT pg_advisory_unlock(%(lock)s, 0)", {"lock": _ALONE})


def begin(tx: Connection, *, id: UUID, pipeline: str, selection: Mapping[str, Any], now: datetime) -> Progress:
    """A replay of a selection by a pipeline: where the last one stopped that did not come to its end, or from the first."""
    sql = """
    INSERT INTO replay (id, pipeline, selection, after, report, started_at, seen_at)
    VALUES (%(id)s, %(pipeline)s, %(selection)s, %(nil)s, '{}', %(now)s, %(now)s)
    ON CONFLICT (pipeline, selection) WHERE finished_at IS NULL DO UPDATE SET seen_at = excluded.seen_at
    RETURNING id, after, report
    """
    values = {
        "id": id,
        "pipeline": pipeline,
        "selection": orjson.dumps(dict(selection), option=orjson.OPT_SORT_KEYS, default=str).decode(),
        "nil": UUID(int=0),
        "now": now,
    }
    row = tx.exec_driver_sql(sql, values).one()
    return Progress(id=row.id, after=row.after, report=row.report or None)


def note(tx: Connection, id: UUID, *, after: UUID, report: Mapping[str, Any], now: datetime, finished: bool) -> None:
    """Note how far a replay has come."""
    sql = """
    UPDATE replay SET after = %(after)s, report = %(report)s, seen_at = %(now)s,
                      finished_at = CASE WHEN %(finished)s THEN %(now)s::timestamptz END
    WHERE id = %(id)s
    """
    told = orjson.dumps(dict(report)).decode()
    tx.exec_driver_sql(sql, {"id": id, "after": after, "report": told, "now": now, "finished": finished})
