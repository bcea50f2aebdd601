"""Where keys are kept: every statement about them. None commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from shared.access.keys import Entry
from shared.tables.access import api_key

USED_TO = timedelta(minutes=1)
"""How exactly it is kept when a key was last used: one write a minute."""


def add(tx: Connection, entry: Entry) -> None:
    """Keep a new key."""
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    tx.execute(insert(api_key).values(values | {"scopes": list(entry.scopes)}))


def entries(tx: Connection) -> list[Entry]:
    """All keys, the latest last."""
    rows = tx.execute(select(api_key).order_by(api_key.c.created_at, api_key.c.id)).mappings()
    return [Entry(**{**row, "scopes": tuple(row["scopes"])}) for row in rows]


def entry(tx: Connection, id: str) -> Entry | None:
    """The key of a public id, its row locked."""
    row = tx.execute(select(api_key).where(api_key.c.id == id).with_for_update()).mappings().one_or_none()
    return Entry(**{**row, "scopes": tuple(row["scopes"])}) if row else None


def revoke(tx: Connection, id: str, *, now: datetime) -> None:
    """Take a key back; one that was taken back before stays so since then."""
    tx.execute(update(api_key).where(api_key.c.id == id, api_key.c.revoked_at.is_(None)).values(revoked_at=now))


def expire(tx: Connection, id: str, at: datetime) -> None:
    """Let a key end at a moment, if it does not end before."""
    later = or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > at)
    tx.execute(update(api_key).where(api_key.c.id == id, later).values(expires_at=at))


def note_used(tx: Connection, ids: Sequence[str], *, now: datetime) -> None:
    """Keep that keys were used, but for those of which it was kept within the last minute."""
    long_ago = or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at <= now - USED_TO)
    tx.execute(update(api_key).where(api_key.c.id.in_(list(ids)), long_ago).values(last_used_at=now))
