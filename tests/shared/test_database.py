"""A server that takes no writes is as good as none, and nobody clings to it."""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from shared.database import make_engine, takes_writes, transaction
from tests.servers import Database

INSERT = "INSERT INTO consumer VALUES ('web', '{}', 0, now(), NULL)"


def alter(database: Database, what: str) -> None:
    name = database.url.rsplit("/", 1)[1]
    with psycopg.connect(database.url, autocommit=True, options="-c default_transaction_read_only=off") as db:
        db.execute(f"ALTER DATABASE {name} {what}")  # type: ignore[arg-type]  # names cannot be parameters


def test_a_session_that_takes_no_writes_is_let_go_and_a_new_one_does_better(database: Database) -> None:
    engine = make_engine(database.url, "test", pool_size=1)
    alter(database, "SET default_transaction_read_only = on")
    try:
        with transaction(engine) as tx:
            assert not takes_writes(tx)
    finally:
        alter(database, "RESET default_transaction_read_only")
    # The session in the pool began while the server took no writes, and keeps to that.
    with pytest.raises(OperationalError) as error, transaction(engine) as tx:
        tx.exec_driver_sql(INSERT)
    assert error.value.connection_invalidated
    with transaction(engine) as tx:
        assert takes_writes(tx)
        tx.exec_driver_sql(INSERT)
    engine.dispose()
