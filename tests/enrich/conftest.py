"""Workbenches on a database of the test's own, without Celery."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.enrich import furnishing
from services.enrich.workbench import Workbench
from shared.settings import Settings
from tests.servers import Database

MakeBench = Callable[..., Workbench]


@pytest.fixture
def make_bench(database: Database) -> Iterator[MakeBench]:
    """A workbench; keywords are settings, or parts of it."""
    made: list[Workbench] = []

    def make(**changes: Any) -> Workbench:
        parts = {name: changes.pop(name) for name in list(changes) if name in Workbench.__dataclass_fields__}
        bench = furnishing.furnish(Settings(database_url=database.url, **changes))
        made.append(bench)
        return replace(bench, **parts)

    yield make
    for bench in made:
        bench.tx_engine.dispose()
        bench.side_engine.dispose()


@pytest.fixture
def bench(make_bench: MakeBench) -> Workbench:
    """A workbench as a worker has it."""
    return make_bench()
