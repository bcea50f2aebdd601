"""Reading again what was published before tells what would change, and changes nothing."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.enrich import pipeline
from services.enrich.commands.replay import UnusableCondition, selected, shadow
from services.enrich.workbench import Workbench
from shared.database import make_engine
from shared.ids import ARTICLE, written
from tests.factories import a_text, some_bulletins
from tests.servers import Database


def a_report(database: Database, *where: str, made_by: str | None = None, jobs: int = 1) -> dict[str, Any]:
    engine = make_engine(database.url, "test-replay", pool_size=1)
    report = shadow(engine, selected(made_by, where), jobs=jobs, most_examples=1, progress=lambda *_: None)
    engine.dispose()
    return report.document(pipeline.version())


def published(database: Database, bench: Workbench, count: int, **columns: Any) -> Sequence[str]:
    """The ids of new articles, as if an engine of yesterday had made them."""
    ids = some_bulletins(database, [a_text() for _ in range(count)], **columns)
    while bench.enrich([]):
        pass
    database.run("UPDATE article_version SET pipeline = 'of-yesterday' WHERE pipeline <> 'of-yesterday'")
    rows = database.rows("SELECT article_id FROM article_version WHERE bulletin_id = ANY(%(ids)s)", ids=ids)
    return [written(ARTICLE, row[0]) for row in rows]


def test_articles_that_say_the_same_do_not_change(database: Database, bench: Workbench) -> None:
    published(database, bench, 3)
    report = a_report(database)
    assert report == {
        "pipeline": pipeline.version(), "made_by": {"of-yesterday": 3}, "articles": 3, "changed": 0, "unreadable": 0,
        "fields": {},
    }  # fmt: skip


def test_what_would_change_is_counted_by_field_with_examples(database: Database, bench: Workbench) -> None:
    first, *_ = published(database, bench, 3)
    database.run("UPDATE article_version SET dates = '[]', title = 'Khác' WHERE article_id = %(id)s", id=first[4:])
    before = database.rows("SELECT * FROM article_version ORDER BY article_id")
    report = a_report(database)
    assert report["changed"] == 1
    assert list(report["fields"]) == ["title", "dates"]
    dates = report["fields"]["dates"]
    assert (dates["articles"], dates["gone"], dates["new"]) == (1, 0, 1)
    assert dates["examples"][0]["article"] == first
    assert dates["examples"][0]["now"][0]["value"] == "2025-09-05"
    assert report["fields"]["title"]["examples"][0]["was"] == ["Khác"]
    assert database.rows("SELECT * FROM article_version ORDER BY article_id") == before


def test_several_processes_find_the_same(database: Database, bench: Workbench) -> None:
    published(database, bench, 120)
    database.run("UPDATE article_version SET places = '[]' WHERE substr(article_id::text, 36) IN ('1', '2', '3')")
    assert a_report(database, jobs=2) == a_report(database)


def test_what_this_very_engine_made_is_passed_over_unless_asked_for(database: Database, bench: Workbench) -> None:
    bench.enrich(some_bulletins(database, [a_text()]))
    assert a_report(database)["articles"] == 0
    assert a_report(database, made_by=pipeline.version())["articles"] == 1


def test_conditions_hold_together(database: Database, bench: Workbench) -> None:
    (one,) = published(database, bench, 1, source="báo An")
    published(database, bench, 1, source="báo Bình")
    assert a_report(database, "source=báo An")["articles"] == 1
    assert a_report(database, f"article={one}", "source=báo An")["articles"] == 1
    assert a_report(database, f"article={one}", "source=báo Bình")["articles"] == 0
    assert a_report(database, "since=2001-01-01")["articles"] == 2
    assert a_report(database, "before=2001-01-01T00:00:00+07:00")["articles"] == 0


@pytest.mark.parametrize("condition", ["source=", "since=yesterday", "article=7", "colour=red", "1 = 1"])
def test_a_condition_that_is_none_is_refused(condition: str) -> None:
    with pytest.raises(UnusableCondition, match="is wanted"):
        selected(None, [condition])
