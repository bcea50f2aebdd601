"""The three services as they are out in the world: nobody may do anything without a key."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from shared.access.__main__ import _parser, make, revoke, rotate
from shared.database import make_engine, transaction
from tests.servers import Database, Servers, Service, started_service


class Guarded(NamedTuple):
    """Services that want keys, on one database."""

    ingest: Service
    api: Service
    ops: Service

    @property
    def database(self) -> Database:
        return self.ingest.database

    def keys(self, *words: str) -> dict[str, Any]:
        """What `bantin keys` does."""
        from datetime import UTC, datetime

        args = _parser().parse_args(list(words))
        engine = make_engine(self.database.url, "test", pool_size=1)
        with transaction(engine) as tx:
            told = {"make": make, "revoke": revoke, "rotate": rotate}[args.what](tx, args, datetime.now(UTC))
        engine.dispose()
        return told

    def key(self, *scopes: str, label: str = "thử", **more: str) -> dict[str, str]:
        """The header of a new key."""
        options = [f"--{name.replace('_', '-')}={value}" for name, value in more.items()]
        told = self.keys("make", f"--label={label}", f"--scope={','.join(scopes)}", *options)
        return {"Authorization": f"Bearer {told['key']}"}


@pytest.fixture(scope="session")
def guarded_services(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    closed = {"BANTIN_ANONYMOUS": "", "REDIS_URL": servers.valkey.url, "BANTIN_ALLOWED_ORIGINS": "https://ban.example"}
    with (
        servers.database() as database,
        started_service("ingest", folder, database, **closed) as ingest,
        started_service("api", folder, database, **closed) as api,
        started_service("ops", folder, database, **closed) as ops,
    ):
        yield Guarded(ingest, api, ops)


@pytest.fixture
def guarded(guarded_services: Guarded, broker: Servers) -> Guarded:
    """The same on empty tables."""
    guarded_services.database.clear()
    return guarded_services
