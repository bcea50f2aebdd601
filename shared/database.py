"""The way to PostgreSQL, and the only commit in the house."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import orjson
from psycopg import Error as PsycopgError
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import Connection, Engine, Row, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import ExceptionContext, IsolationLevel
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shared import tracing

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever columns were selected."""

# A host that vanishes without a word must let go of its locks within seconds, at both ends of the connection.
_KEEPALIVE = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3", "tcp_user_timeout": "10000"}


def connect_args(name: str, session: Mapping[str, str] | None = None) -> dict[str, str]:
    """libpq's connection parameters: the application's name and the session's settings."""
    args = {"application_name": name, "connect_timeout": "3", **_KEEPALIVE}
    if session:
        args["options"] = " ".join(f"-c {key}={value}" for key, value in session.items())
    return args


def make_engine(
    url: str,
    name: str,
    *,
    pool_size: int = 5,
    session: Mapping[str, str] | None = None,
    autocommit: bool = False,
    repeatable: bool = False,
) -> Engine:
    """A pool of connections to the database at a libpq URL; `session` holds settings such as `lock_timeout`.

    In `repeatable` transactions every statement sees what was committed before the first of them.
    """
    isolation: IsolationLevel = "REPEATABLE READ" if repeatable else "READ COMMITTED"
    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        # A server that was restarted leaves dead connections behind; asking first costs a tenth of a millisecond.
        pool_pre_ping=True,
        connect_args=connect_args(name, session),
        # An article's findings are kilobytes of JSON; Python's own reader takes several times as long over them.
        json_deserializer=orjson.loads,
        # What an error says of its statement goes to the log; the values are newsrooms' texts.
        hide_parameters=True,
        # Every statement of ours is written once and runs often; psycopg prepares it at the second run.
        isolation_level="AUTOCOMMIT" if autocommit else isolation,
    )
    event.listen(engine, "handle_error", _away_if_read_only, retval=True)
    tracing.watch_sql(engine)
    return engine


def _away_if_read_only(context: ExceptionContext) -> OperationalError | None:
    """A server that takes no writes is as good as none: the error says so, and what is connected to it is let go.

    A session keeps what it began with. After a failover, or when the server may write again, only a new one does better.
    """
    if not isinstance(context.original_exception, ReadOnlySqlTransaction):
        return None
    context.is_disconnect = True
    return OperationalError(
        context.statement, None, context.original_exception, hide_parameters=True, connection_invalidated=True
    )


def in_one_line(error: SQLAlchemyError | PsycopgError) -> str:
    """What PostgreSQL, or the way to it, says in its first line; without the statement and without SQLAlchemy's link."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One unit of work: committed at the end of the block, undone if the block raises."""
    with engine.begin() as tx:
        yield tx


def takes_writes(tx: Connection) -> bool:
    """Does this server take writes from such a session: is it no standby, and not set to read only?"""
    sql = "SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'"
    return bool(tx.exec_driver_sql(sql).scalar_one())
