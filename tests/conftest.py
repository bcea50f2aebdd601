"""What every test can ask for: the servers, a database of its own, and the services as processes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import Database, Servers, Service, started_servers, started_service

# By default the same examples every time: a check of a change must not fail for what it did not change. New ones are
# looked for with HYPOTHESIS_PROFILE=long.
settings.register_profile(
    "default", max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

for name in [name for name in os.environ if name.startswith(("BANTIN_", "DATABASE_URL", "REDIS_URL", "BROKER_URL"))]:
    del os.environ[name]


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL and Valkey, for the whole session."""
    with started_servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture
def database(servers: Servers) -> Iterator[Database]:
    """A database of the test's own, with all tables and no rows."""
    with servers.database() as fresh:
        yield fresh


@pytest.fixture
def broker(servers: Servers) -> Servers:
    """Valkey, empty."""
    servers.redis.flushall()
    return servers


@pytest.fixture(scope="session")
def served_database(servers: Servers) -> Iterator[Database]:
    """The database of the two HTTP services that run for the whole session."""
    with servers.database() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def ingest_service(
    servers: Servers, served_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The ingest service, with little patience."""
    hasty = {"BANTIN_BODY_TIMEOUT": "1", "BANTIN_HEAD_TIMEOUT": "1", "REDIS_URL": servers.valkey.url}
    with started_service("ingest", tmp_path_factory.mktemp("ingest"), served_database, **hasty) as running:
        yield running


@pytest.fixture(scope="session")
def api_service(served_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The read API."""
    here = {"BANTIN_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    with started_service("api", tmp_path_factory.mktemp("api"), served_database, **here) as running:
        yield running


@pytest.fixture(scope="session")
def ops_service(served_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The operator's desk."""
    with started_service("ops", tmp_path_factory.mktemp("ops"), served_database) as running:
        yield running


@pytest.fixture
def ops(ops_service: Service) -> Service:
    """The operator's desk on empty tables."""
    ops_service.database.clear()
    return ops_service


@pytest.fixture
def ingest(ingest_service: Service, broker: Servers) -> Service:
    """The ingest service on empty tables and an empty broker."""
    ingest_service.database.clear()
    return ingest_service


@pytest.fixture
def api(api_service: Service) -> Service:
    """The read API on empty tables."""
    api_service.database.clear()
    return api_service


@pytest.fixture
def closed_folder(tmp_path: Path) -> Path:
    """A folder that nobody but its owner may enter."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder
