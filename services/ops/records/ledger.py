"""Is every accepted bulletin accounted for? The counts, and the rules that must hold."""

from typing import Any

from sqlalchemy import Connection

from services.ops.records.statements import documents
from shared.contracts.states import State

_MOST_IDS = 20


def states(tx: Connection) -> dict[str, int]:
    """How many bulletins are in each state; probes are not counted."""
    rows = documents(tx, "SELECT status, count(*) AS n FROM bulletin WHERE NOT probe GROUP BY status")
    return {state.value: 0 for state in State} | {row["status"]: row["n"] for row in rows}


def probes(tx: Connection) -> int:
    """How many probes are kept: they have a line of their own in the ledger."""
    return int(documents(tx, "SELECT count(*) AS n FROM bulletin WHERE probe")[0]["n"])


_UNBALANCED = {
    "published without an article": """
        SELECT id FROM bulletin WHERE status = 'published'
        AND NOT EXISTS (SELECT FROM article_version WHERE article_version.bulletin_id = bulletin.id)""",
    "an article without being published": """
        SELECT bulletin.id FROM bulletin JOIN article_version ON article_version.bulletin_id = bulletin.id
        WHERE bulletin.status NOT IN ('published', 'withdrawn')""",
    "a duplicate without its original": """
        SELECT id FROM bulletin WHERE status = 'duplicate'
        AND NOT EXISTS (SELECT FROM duplicate_relation
                        WHERE duplicate_relation.bulletin_id = bulletin.id AND kind IN ('exact', 'near'))""",
    "without its bytes": """
        SELECT id FROM bulletin WHERE NOT EXISTS (SELECT FROM raw_object WHERE sha256 = raw_sha256)""",
    "closed with an attempt that goes on": """
        SELECT id FROM bulletin JOIN attempt ON attempt.bulletin_id = bulletin.id AND ended_at IS NULL
        WHERE status <> 'queued'""",
}


def unbalanced(tx: Connection) -> list[dict[str, Any]]:
    """What breaks the ledger: each rule that is broken, with some of the bulletins that break it."""
    told = []
    for rule, sql in _UNBALANCED.items():
        ids = [row["id"] for row in documents(tx, f"{sql} LIMIT {_MOST_IDS}")]
        if ids:
            told.append({"rule": rule, "bulletins": ids})
    return told


def articles(tx: Connection) -> dict[str, int]:
    """How many articles have each status of publication."""
    return {
        row["pub_status"]: row["n"]
        for row in documents(tx, "SELECT pub_status, count(*) AS n FROM article GROUP BY pub_status")
    }
