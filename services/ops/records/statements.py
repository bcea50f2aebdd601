"""How the rooms of SQL ask PostgreSQL: a statement with its values, in a transaction of somebody else's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection


def documents(tx: Connection, sql: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of a statement, each by the names of its columns."""
    rows: Sequence[Any] = tx.exec_driver_sql(sql, values).mappings().all()
    return [dict(row) for row in rows]


def value(tx: Connection, sql: str, **values: Any) -> Any:
    """The one value that a statement gives."""
    return tx.exec_driver_sql(sql, values).scalar_one()


def execute(tx: Connection, sql: str, **values: Any) -> int:
    """Run a statement; how many rows it changed."""
    return tx.exec_driver_sql(sql, values).rowcount
