"""How the rooms of SQL ask PostgreSQL: a statement with its values, in a transaction of somebody else's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection


def fetch(tx: Connection, sql: str, **values: Any) -> Sequence[Any]:
    """All rows of a statement."""
    return tx.exec_driver_sql(sql, values).fetchall()


def execute(tx: Connection, sql: str, **values: Any) -> None:
    """Run a statement whose rows, if any, nobody wants."""
    tx.exec_driver_sql(sql, values)
