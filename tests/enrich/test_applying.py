"""Articles that are read again say what today's engine finds, once each, behind new bulletins and under people's decisions."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from infra.chaos.account import invariants
from services.enrich import pipeline
from services.enrich.commands import rulings
from services.enrich.commands.applying import AnotherReplay, Replay
from services.enrich.commands.replay import selected
from services.enrich.workbench import Workbench
from shared.database import make_engine, transaction
from shared.ids import ARTICLE, ENTITY, new_id, read, written
from tests.enrich.test_linking import a_report
from tests.enrich.test_replay import published
from tests.factories import TEXT, a_text, some_bulletins
from tests.servers import ROOT, Database, clean_environment, wait_until

CHANGED = "UPDATE article_version SET title = 'Khác', dates = '[]', mentioned_days = NULL"
TOLD = "SELECT count(*) FROM change WHERE type = 'article.reread'"


@pytest.fixture
def replay(database: Database) -> Iterator[Callable[..., Replay]]:
    """A replay without a limit; keywords are its parts."""
    engine = make_engine(database.url, "test-replay", pool_size=2)

    def make(**parts: Any) -> Replay:
        usual = {"rate": 1e6, "jobs": 1, "clock": lambda: datetime.now(UTC), "new_id": new_id}
        return Replay(engine=engine, **{**usual, **parts})

    yield make
    engine.dispose()


def uuid(id: str) -> UUID:
    found = read(ARTICLE, id)
    assert found
    return found


def run(replay: Replay, *where: str) -> dict[str, Any]:
    return replay.run(selected(None, where)).document(pipeline.version())


def titles(database: Database, ids: Sequence[str]) -> list[str]:
    sql = "SELECT title FROM article_version WHERE article_id = %(id)s ORDER BY version"
    return [database.value(sql, id=uuid(id)) for id in ids]


def test_what_changed_goes_over_and_is_told_and_what_it_said_is_kept(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    first, second, third = published(database, bench, 3)
    before = titles(database, [first, second, third])
    database.run(f"{CHANGED} WHERE article_id = %(id)s", id=uuid(second))
    report = run(replay())
    assert (report["articles"], report["applied"], report["changed"]) == (3, 1, 1)
    assert list(report["fields"]) == ["title", "dates"]
    assert titles(database, [first, second, third]) == before
    assert database.rows("SELECT article_id, version, type FROM change WHERE type <> 'article.published'") == [
        (uuid(second), 1, "article.reread")
    ]
    ((found, made_by, reading),) = database.rows("SELECT found, pipeline, reading FROM article_reading")
    assert (found["title"], found["dates"], made_by, reading) == ("Khác", [], "of-yesterday", 1)
    sql = "SELECT mentioned_days IS NOT NULL, pipeline FROM article_version WHERE article_id = %(id)s"
    assert database.rows(sql, id=uuid(second)) == [(True, pipeline.version())]
    assert database.value("SELECT what FROM article_event") == "reread"
    assert broken(database) == {}


def test_read_again_once_more_nothing_changes(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    published(database, bench, 2)
    database.run(CHANGED)
    assert run(replay())["applied"] == 2
    assert run(replay())["articles"] == 0
    assert database.value(TOLD) == 2


def test_who_is_killed_in_the_middle_goes_on_where_it_stopped_and_doubles_nothing(
    database: Database, bench: Workbench
) -> None:
    published(database, bench, 30)
    database.run(CHANGED)
    command = [sys.executable, "-m", "services.enrich", "replay", "--apply", "--rate=20"]
    environment = clean_environment(DATABASE_URL=database.url)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as killed:
        wait_until(lambda: database.value(TOLD) >= 3, 60)
        killed.send_signal(signal.SIGKILL)
    there = database.value(TOLD)
    assert there < 30
    command[-1] = "--rate=1000"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert '"articles": 30' in done.stdout
    assert '"applied": 30' in done.stdout
    told = database.rows("SELECT article_id, count(*) FROM change WHERE type = 'article.reread' GROUP BY article_id")
    assert [count for _, count in told] == [1] * 30
    assert database.count("article_reading") == 30
    assert database.rows("SELECT finished_at IS NOT NULL FROM replay") == [(True,)]
    assert broken(database) == {}


def test_a_persons_decision_on_who_is_named_stands(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    some_bulletins(database, [a_report(0, name="Nguyễn Văn Hùng"), a_report(1, name="Nguyễn Văn Hùng")])
    bench.enrich([])
    database.run("UPDATE article_version SET pipeline = 'of-yesterday', title = 'Khác'")
    rows = database.rows("SELECT entity_id, article_id FROM article_entity WHERE type = 'person' ORDER BY article_id")
    with transaction(bench.side_engine) as tx:
        by = {"actor": "an", "reason": "đã hỏi", "now": datetime.now(UTC), "new_id": new_id}
        rulings.split(tx, written(ENTITY, rows[0][0]), [written(ARTICLE, rows[0][1])], **by)
    decided = "SELECT article_id, entity_id, decision_id FROM article_entity WHERE type = 'person' ORDER BY article_id"
    before = database.rows(decided)
    assert before[0][1] != before[1][1]
    assert run(replay())["applied"] == 2
    assert database.rows(decided) == before
    facts = database.rows("SELECT DISTINCT entity_id FROM entity_fact ORDER BY 1")
    assert facts == sorted((row[1],) for row in before)


def test_what_a_person_decided_and_the_engine_names_no_more_is_kept_back(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    some_bulletins(database, [a_report(0, name="Nguyễn Văn Hùng"), a_report(1, name="Nguyễn Văn Hùng")])
    bench.enrich([])
    rows = database.rows("SELECT entity_id, article_id FROM article_entity WHERE type = 'person' ORDER BY article_id")
    with transaction(bench.side_engine) as tx:
        by = {"actor": "an", "reason": "đã hỏi", "now": datetime.now(UTC), "new_id": new_id}
        rulings.split(tx, written(ENTITY, rows[0][0]), [written(ARTICLE, rows[0][1])], **by)
    # As if the engine of yesterday had named somebody whom that of today does not find.
    database.run("UPDATE article_entity SET name = 'Nguyễn Văn Hùng Dũng' WHERE decision_id IS NOT NULL")
    database.run("UPDATE article_version SET pipeline = 'of-yesterday', title = 'Khác'")
    report = run(replay())
    assert (report["applied"], report["kept_back"]) == (1, 1)
    assert database.value("SELECT count(*) FROM article_entity WHERE decision_id IS NOT NULL") == 1
    assert database.value("SELECT count(*) FROM article_version WHERE title = 'Khác'") == 1


def test_what_readers_may_not_see_goes_over_and_nobody_is_told(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    published(database, bench, 2)
    database.run(f"{CHANGED}; UPDATE article SET pub_status = 'withheld'")
    assert run(replay())["applied"] == 2
    assert database.value(TOLD) == 0


def test_what_counts_of_a_text_is_found_by_what_counts_now(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    bench.enrich(some_bulletins(database, [TEXT]))
    database.run("UPDATE article_version SET pipeline = 'of-yesterday'")
    keys = "SELECT key FROM article_band ORDER BY key"
    key, bands = database.value("SELECT exact_key FROM article"), database.rows(keys)
    database.run("UPDATE article SET exact_key = 'x'; UPDATE article_band SET key = key + 1")
    report = run(replay())
    assert (report["changed"], report["applied"]) == (0, 1)
    assert (database.value("SELECT exact_key FROM article"), database.rows(keys)) == (key, bands)
    assert database.value(TOLD) == 0, "for readers nothing has changed"
    bench.enrich(some_bulletins(database, [TEXT.upper()]))
    assert database.count("article") == 1


def test_bulletins_that_wait_go_first(database: Database, bench: Workbench, replay: Callable[..., Replay]) -> None:
    published(database, bench, 2)
    database.run(CHANGED)
    some_bulletins(database, [a_text()])
    slept = list[float]()

    def sleep(seconds: float) -> None:
        """While it sleeps, workers get on."""
        slept.append(seconds)
        if len(slept) == 3:
            assert database.value(TOLD) == 0
            bench.enrich([])

    assert run(replay(sleep=sleep))["applied"] == 2
    assert [one for one in slept if one > 0] == [0.1, 0.1, 0.1]


def test_no_more_go_over_in_a_second_than_was_said(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    published(database, bench, 5)
    database.run(CHANGED)
    moment = [0.0]

    def sleep(seconds: float) -> None:
        moment[0] += seconds

    run(replay(rate=4, now=lambda: moment[0], sleep=sleep))
    assert moment[0] == pytest.approx(1.0)


def test_two_do_not_read_again_at_the_same_time(
    database: Database, bench: Workbench, replay: Callable[..., Replay]
) -> None:
    published(database, bench, 1)
    with bench.side_engine.connect() as other:
        other.exec_driver_sql("SELECT pg_advisory_lock(7263005, 0)")
        with pytest.raises(AnotherReplay):
            run(replay())
        other.exec_driver_sql("SELECT pg_advisory_unlock_all()")


def broken(database: Database) -> dict[str, list[Any]]:
    return {name: rows for name, query in invariants() if (rows := database.rows(query))}
