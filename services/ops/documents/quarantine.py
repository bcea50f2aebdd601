"""What failed, as the desk tells it: by what went wrong, and one by one."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ops.records import quarantine
from shared.ids import BULLETIN, written


def groups(tx: Connection, *, limit: int, stage: str | None = None) -> dict[str, Any]:
    """The quarantine, or what failed in a stage, by what went wrong."""
    return {"groups": groups_and_count(tx, limit=limit, stage=stage)[0]}


def groups_and_count(tx: Connection, *, limit: int, stage: str | None = None) -> tuple[list[dict[str, Any]], int]:
    """The groups, and how many bulletins are in all that there are: a million are not counted twice."""
    found = quarantine.groups(tx, limit=limit, stage=stage)
    count = found[0]["held"] if found else 0
    told = [{name: value for name, value in group.items() if name != "held"} for group in found]
    return [{**group, "newest": written(BULLETIN, group["newest"])} for group in told], count


def held(tx: Connection, *, signature: str | None, after: UUID, limit: int) -> dict[str, Any]:
    """Quarantined bulletins with their errors; `next` is where the next page begins."""
    rows = quarantine.held(tx, signature=signature, after=after, limit=limit + 1)
    page = [{**row, "id": written(BULLETIN, row["id"])} for row in rows[:limit]]
    return {"bulletins": page, "next": page[-1]["id"] if len(rows) > limit else None}
