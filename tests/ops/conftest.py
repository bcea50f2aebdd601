"""Bulletins in every state for the desk to look at."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from services.enrich import tasks
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


@pytest.fixture
def bench(served_database: Database) -> Iterator[Workbench]:
    """A workbench that quarantines at the first failure."""
    whole = tasks.furnish(Settings(database_url=served_database.url, max_tries=1))
    yield Workbench(
        **{name: getattr(whole, name) for name in Workbench.__dataclass_fields__ if name != "stages"},
        stages=(a_fragile_stage, *whole.stages),
    )
    whole.tx_engine.dispose()
    whole.side_engine.dispose()


def attempts_of(database: Database, id: UUID) -> list[str]:
    """How each attempt at a bulletin ended."""
    rows = database.rows("SELECT outcome FROM attempt WHERE bulletin_id = %(id)s ORDER BY number", id=id)
    return [row[0] for row in rows]
