"""The read API's own secret."""

from sqlalchemy import Connection, select

from shared.tables.search import reader_secret


def secret(tx: Connection, name: str) -> bytes:
    """What the read API signs with where no setting gives it; a migration made it."""
    return bytes(tx.execute(select(reader_secret.c.value).where(reader_secret.c.name == name)).scalar_one())
