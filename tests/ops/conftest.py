"""Bulletins in every state for the desk to look at."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from services.enrich import furnishing, pipeline
from services.enrich.text.article import Article
from services.enrich.workbench import Workbench
from shared.settings import Settings
from tests.servers import Database

BAD = "Hỏng"
"""A text that begins so breaks the stage of `bench`."""


def a_fragile_stage(article: Article) -> Article:
    """Fails for texts that begin with BAD, with the text's length in the error."""
    if article.filed.startswith(BAD):
        raise ValueError(f"cannot read {len(article.filed)} characters of {article.filed[:20]!r}")
    return article


MakeBench = Callable[[Database], Workbench]


@pytest.fixture
def make_bench() -> Iterator[MakeBench]:
    """A workbench on a database that quarantines at the first failure."""
    made: list[Workbench] = []
    # As a worker does: patterns that are made in the first bulletin's time can cost it all its time.
    pipeline.warm_up()

    def make(database: Database) -> Workbench:
        whole = furnishing.furnish(Settings(database_url=database.url, max_tries=1))
        made.append(whole)
        return replace(whole, stages=(a_fragile_stage, *whole.stages))

    yield make
    for whole in made:
        whole.tx_engine.dispose()
        whole.side_engine.dispose()


@pytest.fixture
def bench(served_database: Database, make_bench: MakeBench) -> Workbench:
    """Such a workbench on the database of the services."""
    return make_bench(served_database)


def attempts_of(database: Database, id: UUID) -> list[str]:
    """How each attempt at a bulletin ended."""
    rows = database.rows("SELECT outcome FROM attempt WHERE bulletin_id = %(id)s ORDER BY number", id=id)
    return [row[0] for row in rows]


def state_of(database: Database, id: UUID) -> str:
    """A bulletin's state."""
    return str(database.value("SELECT status FROM bulletin WHERE id = %(id)s", id=id))
