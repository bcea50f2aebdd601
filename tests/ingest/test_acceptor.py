"""Group accepting with a real database, and the door while the database or the broker is away."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from alembic import command
from psycopg import AsyncConnection

from infra.embedded import process
from infra.embedded.postgres import Postgres
from services.ingest.acceptor import Acceptor, IdempotencyKeyInUse, IdempotencyKeyReused, TooBusy, Unacceptable
from services.ingest.admission import Sender
from shared.contracts.states import Priority
from shared.errors import ServiceError
from shared.migrations import migrate
from tests.factories import a_filing
from tests.servers import Database, started_service, wait_until

Rung = list[tuple[UUID, Priority]]


def with_acceptor(
    database: Database, do: Callable[[Acceptor, Rung], Awaitable[Any]], *, group: int = 128, most: int = 1000
) -> Any:
    async def connect() -> AsyncConnection[Any]:
        return await AsyncConnection.connect(database.url, autocommit=True)

    async def run() -> Any:
        rung: Rung = []
        acceptor = Acceptor(connect, rung.extend, group, most)
        await acceptor.start()
        try:
            return await do(acceptor, rung)
        finally:
            await acceptor.stop()

    return asyncio.run(run())


def test_requests_that_wait_share_one_commit(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> list[Any]:
        filings = [a_filing(f"Tin {n}") for n in range(12)]
        answers = await asyncio.gather(*(acceptor.accept([filing]) for filing in filings))
        assert [verdict.id for (verdict,) in answers] == [filing.id for filing in filings]
        assert sorted(rung) == sorted((filing.id, Priority.NORMAL) for filing in filings)
        return answers

    with_acceptor(database, do)
    assert database.count("bulletin") == 12
    assert database.value("SELECT count(DISTINCT xmin::text) FROM bulletin") == 1


def test_of_many_that_wait_half_go_in_one_commit_so_that_the_door_never_idles(database: Database) -> None:
    async def do(acceptor: Acceptor, _: Rung) -> None:
        await asyncio.gather(*(acceptor.accept([a_filing(f"Tin {n}")]) for n in range(40)))

    with_acceptor(database, do)
    sizes = database.rows("SELECT count(*) FROM bulletin GROUP BY xmin::text ORDER BY 1")
    assert sizes == [(10,), (10,), (20,)]


def test_one_row_that_the_database_refuses_spoils_no_other(database: Database) -> None:
    """A NUL in a label gets past no door, but the group must not depend on that."""

    async def do(acceptor: Acceptor, rung: Rung) -> list[Any]:
        good, bad, other = a_filing("Một"), a_filing("Hai", sender=Sender(source="a\0b")), a_filing("Ba")
        answers = await asyncio.gather(*(acceptor.accept([filing]) for filing in (good, bad, other)))
        assert [id for id, _ in rung] == [good.id, other.id]
        return [type(verdict) for (verdict,) in answers]

    first, refused, last = with_acceptor(database, do)
    assert (refused, first is last, database.count("bulletin")) == (Unacceptable, True, 2)


def test_the_bell_is_rung_after_the_commit_and_not_for_what_was_there(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> None:
        sender = Sender(idem_key="k", fingerprint=b"f", priority=Priority.FLASH)
        first = a_filing(sender=sender)
        await acceptor.accept([first])
        (again,) = await acceptor.accept([a_filing(sender=sender)])
        assert not isinstance(again, ServiceError)
        assert (again.id, again.replayed) == (first.id, True)
        (other,) = await acceptor.accept([a_filing(sender=Sender(idem_key="k", fingerprint=b"g"))])
        assert isinstance(other, IdempotencyKeyReused)
        assert rung == [(first.id, Priority.FLASH)]

    with_acceptor(database, do)


def test_the_same_filing_taken_in_twice_is_taken_in_once(database: Database) -> None:
    """After a connection lost in the commit nobody knows whether it took place; so it simply runs again."""

    async def do(acceptor: Acceptor, rung: Rung) -> None:
        filing = a_filing()
        first, again = await acceptor.accept([filing]), await acceptor.accept([filing])
        assert first == again

    with_acceptor(database, do)
    assert database.count("bulletin") == 1


def test_two_of_one_group_with_one_key_make_one_bulletin(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> None:
        sender = Sender(idem_key="k", fingerprint=b"f")
        one, other = await acceptor.accept([a_filing(sender=sender), a_filing(sender=sender)])
        assert not isinstance(one, ServiceError)
        assert not isinstance(other, ServiceError)
        assert (one.id == other.id, {one.replayed, other.replayed}) == (True, {True, False})

    with_acceptor(database, do)
    assert database.count("bulletin") == 1


def test_a_key_that_is_in_hand_is_told_to_wait(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> None:
        sender = Sender(idem_key="k", fingerprint=b"f")
        first = asyncio.create_task(acceptor.accept([a_filing(sender=sender)]))
        await asyncio.sleep(0)
        with pytest.raises(IdempotencyKeyInUse):
            await acceptor.accept([a_filing(sender=sender)])
        await first

    with_acceptor(database, do)


def test_more_than_can_be_held_is_refused(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> None:
        with pytest.raises(TooBusy):
            await acceptor.accept([a_filing() for _ in range(11)])
        await acceptor.accept([a_filing() for _ in range(10)])

    with_acceptor(database, do, most=10)
    assert database.count("bulletin") == 10


def test_a_client_that_hangs_up_does_not_take_its_bulletin_back(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> None:
        task = asyncio.create_task(acceptor.accept([a_filing()]))
        await asyncio.sleep(0)
        task.cancel()

    with_acceptor(database, do)
    assert database.count("bulletin") == 1


def test_a_connection_that_was_ended_is_replaced_within_the_same_request(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> None:
        await acceptor.accept([a_filing()])
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                     "AND datname = current_database()")  # fmt: skip
        (verdict,) = await acceptor.accept([a_filing()])
        assert not isinstance(verdict, ServiceError)

    with_acceptor(database, do)
    assert database.count("bulletin") == 2


def test_the_door_is_open_while_the_broker_is_away(served_database: Database, tmp_path: Path) -> None:
    served_database.clear()
    nowhere = f"redis://127.0.0.1:{process.free_port()}/0"
    with started_service("ingest", tmp_path, served_database, REDIS_URL=nowhere) as service:
        answer = service.http.post("/v1/bulletins", content=b"Tin", headers={"Content-Type": "text/plain"})
        assert (answer.status_code, service.http.get("/readyz").status_code) == (202, 200)
        wait_until(lambda: 'bantin_bell_errors_total{by="ingest"} 1.0' in service.http.get("/metrics").text)


def test_as_many_connections_are_served_as_may_be_and_one_more_is_told_so(
    served_database: Database, tmp_path: Path
) -> None:
    with started_service("ingest", tmp_path, served_database, BANTIN_MAX_CONNECTIONS="3") as service:
        with (
            socket.create_connection(("127.0.0.1", service.port)),
            socket.create_connection(("127.0.0.1", service.port)),
        ):
            served = service.http.get("/livez")  # the third, kept alive since /readyz
            too_many = httpx.get(f"{service.url}/livez")
        assert served.status_code == 200
        assert (too_many.status_code, too_many.headers["content-type"]) == (503, "application/problem+json")
        assert too_many.json()["code"] == "too_many_connections"


def test_a_database_that_takes_no_writes_is_away_and_no_bulletin_is_at_fault(
    served_database: Database, tmp_path: Path
) -> None:
    name = served_database.url.rsplit("/", 1)[1]
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %(name)s AND pid <> pg_backend_pid()"

    def set_read_only(value: str) -> None:
        with psycopg.connect(
            served_database.url, autocommit=True, options="-c default_transaction_read_only=off"
        ) as db:
            db.execute(f"ALTER DATABASE {name} {value}")  # type: ignore[arg-type]  # names cannot be parameters
            db.execute(end, {"name": name})

    with started_service("ingest", tmp_path, served_database) as ingest:
        file = {"content": b"Tin", "headers": {"Content-Type": "text/plain"}}
        set_read_only("SET default_transaction_read_only = on")
        try:
            ready, posted = ingest.http.get("/readyz"), ingest.http.post("/v1/bulletins", **file)
        finally:
            set_read_only("RESET default_transaction_read_only")
        assert [(one.status_code, one.json()["code"]) for one in (ready, posted)] == [(503, "database_away")] * 2
        wait_until(lambda: ingest.http.get("/readyz").status_code == 200)
        assert ingest.http.post("/v1/bulletins", **file).status_code == 202


def test_services_say_that_the_database_is_away_and_mend_themselves(tmp_path: Path) -> None:
    # What is committed must outlive the kill, so only the disk may be lied to.
    postgres = Postgres(folder=tmp_path / "postgres", port=process.free_port(), options={"fsync": "off"})
    postgres.start()
    try:
        command.upgrade(migrate.config(postgres.url()), "head")
        database = Database(postgres.url())
        with started_service("ingest", tmp_path, database) as ingest, started_service("api", tmp_path, database) as api:

            def post() -> Any:
                return ingest.http.post("/v1/bulletins", content=b"Tin", headers={"Content-Type": "text/plain"})

            before = post()
            postgres.kill()
            away = [
                service.http.get(path)
                for service, path in (
                    (ingest, "/readyz"), (ingest, before.json()["href"]), (api, "/readyz"), (api, "/v1/articles"),
                )
            ] + [post()]  # fmt: skip
            told = [(answer.status_code, answer.json()["code"]) for answer in away]
            assert told == [(503, "database_away")] * 5
            assert [service.http.get("/livez").status_code for service in (ingest, api)] == [200, 200]
            postgres.start()
            wait_until(lambda: ingest.http.get("/readyz").status_code == api.http.get("/readyz").status_code == 200)
            assert post().status_code == 202
            assert database.count("bulletin") == 2
    finally:
        postgres.stop()


def test_a_group_is_no_larger_than_it_may_be(database: Database) -> None:
    async def do(acceptor: Acceptor, rung: Rung) -> None:
        await asyncio.gather(*(acceptor.accept([a_filing(f"Tin {n}")]) for n in range(25)))

    with_acceptor(database, do, group=10)
    with psycopg.connect(database.url) as connection:
        sizes = connection.execute("SELECT count(*) FROM bulletin GROUP BY xmin::text ORDER BY 1").fetchall()
    assert [size for (size,) in sizes] == [5, 10, 10]
