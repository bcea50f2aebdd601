"""What failed, as the desk tells it: by what went wrong, and one by one."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops.records import quarantine
from shared.ids import BULLETIN, written


def groups(tx: Connection, *, limit: int, stage: str | None = None) -> dict[str, Any]:
    """The quarantine, or what failed in a stage, by what went wrong."""
    found = quarantine.groups(tx, limit=limit, stage=stage)
    return {"groups": [{**group, "newest": written(BULLETIN, group["newest"])} for group in found]}


def held(tx: Connection, *, signature: str | None, after: UUID, limit: int) -> dict[str, Any]:
    """Quarantined bulletins with their errors; `next` is where the next page begins."""
    rows = quarantine.held(tx, signature=signature, after=after, limit=limit + 1)
    page = [{**row, "id": written(BULLETIN, row["id"])} for row in rows[:limit]]
    return {"bulletins": page, "next": page[-1]["id"] if len(rows) > limit else None}
