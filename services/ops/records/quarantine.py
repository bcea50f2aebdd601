"""What failed and is held: by what went wrong, one by one, and with its text."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops.records.statements import documents
from shared.decoding import filed_text

FIRST = UUID(int=0)
"""Before every bulletin's id."""

_MOST_BYTES = 20_000


def quarantined(tx: Connection) -> int:
    """How many bulletins are quarantined."""
    return int(documents(tx, "SELECT count(*) AS n FROM bulletin WHERE status = 'quarantined'")[0]["n"])


def oldest(tx: Connection) -> float:
    """How many seconds the first of the quarantined bulletins has been there; 0 if there is none."""
    sql = """
    WITH kinds AS MATERIALIZED (SELECT DISTINCT error_signature AS signature FROM bulletin WHERE status = 'quarantined')
    SELECT coalesce(extract(epoch FROM now() - min(first_seen)), 0)::float8 AS age FROM kinds CROSS JOIN LATERAL (
        SELECT closed_at AS first_seen FROM bulletin WHERE status = 'quarantined' AND error_signature = signature
        ORDER BY closed_at LIMIT 1
    ) AS first
    """
    return float(documents(tx, sql)[0]["age"])


def groups(tx: Connection, *, limit: int, stage: str | None = None) -> list[dict[str, Any]]:
    """The quarantine, or what failed in a stage, by signature: how many, first and last seen, the stage, one bulletin and
    what it said; and with each, how many are `held` in all groups."""
    # Counted by a small index alone, however many there are; of each group the first and the last are looked up.
    sql = r"""
    WITH counted AS MATERIALIZED (
        SELECT error_signature AS signature, count(*) AS bulletins FROM bulletin
        WHERE status = 'quarantined' AND (%(stage)s::text IS NULL OR error_stage = %(stage)s) GROUP BY error_signature
    )
    SELECT counted.*, first_seen, newest.*, (sum(bulletins) OVER ())::int8 AS held FROM counted CROSS JOIN LATERAL (
        SELECT closed_at AS first_seen FROM bulletin
        WHERE status = 'quarantined' AND error_signature = signature
              AND (%(stage)s::text IS NULL OR error_stage = %(stage)s)
        ORDER BY closed_at LIMIT 1
    ) AS oldest CROSS JOIN LATERAL (
        SELECT id AS newest, closed_at AS last_seen, error_class, error_stage AS stage,
               left(substring(last_error FROM '([^\n]+)\s*$'), 300) AS said
        FROM bulletin WHERE status = 'quarantined' AND error_signature = signature
              AND (%(stage)s::text IS NULL OR error_stage = %(stage)s)
        ORDER BY closed_at DESC, id DESC LIMIT 1
    ) AS newest ORDER BY last_seen DESC, signature LIMIT %(limit)s
    """
    return documents(tx, sql, limit=limit, stage=stage)


def held(tx: Connection, *, signature: str | None, after: UUID, limit: int) -> list[dict[str, Any]]:
    """Quarantined bulletins in the order of their ids, behind `after`."""
    sql = """
    SELECT id, source, external_id, received_at, closed_at, error_class, error_stage AS stage, last_error, media_type, size,
           error_signature AS signature,
           (SELECT count(*) FROM attempt WHERE attempt.bulletin_id = bulletin.id) AS attempts
    FROM bulletin WHERE status = 'quarantined' AND id > %(after)s
          AND (%(signature)s::text IS NULL OR error_signature = %(signature)s)
    ORDER BY id LIMIT %(limit)s
    """
    return documents(tx, sql, signature=signature, after=after, limit=limit)


def texts(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The beginning of the text of each bulletin, as far as its bytes can be read."""
    sql = f"""
    SELECT bulletin.id, media_type, charset, substring(bytes FROM 1 FOR {_MOST_BYTES}) AS bytes
    FROM bulletin JOIN raw_object ON raw_object.sha256 = raw_sha256 WHERE bulletin.id = ANY(%(ids)s)
    """
    return {row["id"]: _beginning(row) for row in documents(tx, sql, ids=list(ids))}


def _beginning(row: dict[str, Any]) -> str:
    try:
        return filed_text(row["bytes"], row["media_type"], row["charset"])
    except (ValueError, LookupError):
        # Cut in the middle, or the very reason of the failure.
        return bytes(row["bytes"]).decode("utf-8", "replace")
