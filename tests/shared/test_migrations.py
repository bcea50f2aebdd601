from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy import text as sql

import shared.tables.access
import shared.tables.articles
import shared.tables.bulletins
import shared.tables.entities
import shared.tables.followers
import shared.tables.operations
import shared.tables.operators
import shared.tables.search  # noqa: F401  # all modules fill the metadata
from shared.contracts.states import State
from shared.database import make_engine, transaction
from shared.errors import DatabaseAway
from shared.http import database_is_ready
from shared.migrations import migrate, newest
from shared.tables.base import metadata
from tests.factories import a_bulletin
from tests.servers import Database, Servers

ARROWS = {
    ("queued", "published"),
    ("queued", "duplicate"),
    ("queued", "quarantined"),
    ("queued", "withdrawn"),
    ("duplicate", "queued"),
    ("quarantined", "queued"),
    ("quarantined", "rejected"),
    ("quarantined", "withdrawn"),
}
STATES = [state.value for state in State]


@pytest.fixture
def tx(database: Database) -> Iterator[Connection]:
    engine = make_engine(database.url, "test")
    with transaction(engine) as tx:
        yield tx
    engine.dispose()


def test_the_migrated_tables_are_those_of_the_models(tx: Connection) -> None:
    context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
    assert compare_metadata(context, metadata) == []


def test_the_steps_lead_down_to_nothing_and_up_again(database: Database) -> None:
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    before = database.rows(tables)
    command.downgrade(migrate.config(database.url), "base")
    assert database.rows(tables) == [("alembic_version",)]
    command.upgrade(migrate.config(database.url), "head")
    assert database.rows(tables) == before
    assert database.rows("SELECT * FROM feed_head") == [(1, 0)]


def test_the_newest_step_is_the_one_that_the_database_is_at(database: Database) -> None:
    assert database.rows("SELECT version_num FROM alembic_version") == [(newest(),)]


def test_migrating_what_is_migrated_changes_nothing(database: Database) -> None:
    a_bulletin(database)
    command.upgrade(migrate.config(database.url), "head")
    assert database.count("bulletin") == 1


def test_a_bulletin_goes_only_along_the_arrows_of_its_states(database: Database) -> None:
    """All 36 pairs. From a state to itself is no step, and so it is free."""
    id = a_bulletin(database)
    allowed = set()
    set_to = "UPDATE bulletin SET status = %(state)s, closed_at = CASE %(state)s WHEN 'queued' THEN NULL ELSE now() END"
    with psycopg.connect(database.url) as connection:
        for before in STATES:
            for after in STATES:
                connection.execute("ALTER TABLE bulletin DISABLE TRIGGER bulletin_transition")
                connection.execute(set_to + " WHERE id = %(id)s", {"state": before, "id": id})
                connection.execute("ALTER TABLE bulletin ENABLE TRIGGER bulletin_transition")
                try:
                    with connection.transaction():
                        connection.execute(set_to + " WHERE id = %(id)s", {"state": after, "id": id})
                    allowed.add((before, after))
                except psycopg.errors.CheckViolation:
                    pass
    assert allowed == ARROWS | {(state, state) for state in STATES}


def test_a_closed_bulletin_has_its_time_and_a_queued_one_has_none(database: Database) -> None:
    a_bulletin(database)
    with pytest.raises(psycopg.errors.CheckViolation, match="ck_bulletin_closed"):
        database.run("UPDATE bulletin SET closed_at = now()")
    with pytest.raises(psycopg.errors.CheckViolation, match="ck_bulletin_closed"):
        database.run("UPDATE bulletin SET status = 'published'")


def test_the_feed_has_one_head_only(database: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="ck_feed_head_single"):
        database.run("INSERT INTO feed_head VALUES (2, 0)")


def test_a_service_is_ready_when_the_tables_are_those_it_knows(database: Database) -> None:
    engine = make_engine(database.url, "test")
    database_is_ready(engine)
    database.run("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(DatabaseAway, match=f"the tables are at 0000, this code needs {newest()}"):
        database_is_ready(engine)
    database.run("DROP TABLE alembic_version")
    with pytest.raises(DatabaseAway, match="does not answer, or holds no tables"):
        database_is_ready(engine)
    engine.dispose()


def test_tables_newer_than_the_code_serve_it_still(database: Database) -> None:
    """Migrations come before the code that needs them, so yesterday's code meets tomorrow's tables."""
    database.run("UPDATE alembic_version SET version_num = '9999'")
    engine = make_engine(database.url, "test")
    database_is_ready(engine)
    engine.dispose()


def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    a_bulletin(database)
    engine = make_engine(database.url, "test")
    with pytest.raises(ZeroDivisionError), transaction(engine) as tx:  # noqa: PT012  # the block is what is tested
        tx.execute(sql("DELETE FROM bulletin"))
        raise ZeroDivisionError
    engine.dispose()
    assert database.count("bulletin") == 1


def test_a_pool_mends_itself_after_its_connections_were_ended(servers: Servers, database: Database) -> None:
    engine = make_engine(database.url, "test-mends", pool_size=1)
    with transaction(engine) as tx:
        tx.execute(sql("SELECT 1"))
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test-mends'")
    with transaction(engine) as tx:
        assert tx.execute(sql("SELECT 1")).scalar() == 1
    engine.dispose()
