"""Articles to read, made as workers make them."""

from collections.abc import Callable, Iterator

import pytest

from services.enrich import furnishing, pipeline
from services.enrich.workbench import Workbench
from shared.settings import Settings
from tests.factories import a_text, some_bulletins
from tests.servers import Database

Publish = Callable[..., None]


@pytest.fixture
def workbench(served_database: Database) -> Iterator[Workbench]:
    """A workbench on the database that is served."""
    # Else the first text of a session would be charged for reading all lists.
    pipeline.warm_up()
    bench = furnishing.furnish(Settings(database_url=served_database.url))
    yield bench
    bench.tx_engine.dispose()
    bench.side_engine.dispose()


@pytest.fixture
def publish(served_database: Database, workbench: Workbench) -> Publish:
    """Publish so many articles, or those of some texts, in order."""

    def publish(what: int | list[str]) -> None:
        texts = what if isinstance(what, list) else [a_text() for _ in range(what)]
        some_bulletins(served_database, texts)
        while workbench.enrich([]):
            pass

    return publish
