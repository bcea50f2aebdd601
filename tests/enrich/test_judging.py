"""Read again, articles are related again: to what came before them, by today's rules, and never against a person's word."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from services.enrich import pipeline
from services.enrich.workbench import Workbench
from shared.database import transaction
from shared.ids import ARTICLE, BULLETIN, STORY, written
from tests.enrich.test_applying import broken, replay, run
from tests.enrich.test_replay import a_report
from tests.enrich.test_similar_texts import a_story, versions
from tests.enrich.text.duplicates.test_relations import BASE
from tests.enrich.text.stories.texts import ANOTHER_BRIDGE, BRIDGE, BRIDGE_TOO, CLINIC
from tests.factories import some_bulletins
from tests.servers import Database, wait_until

__all__ = ["replay"]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test-replay' AND wait_event_type = 'Lock'"
ROWS = (
    "SELECT bulletin_id, original_id, kind, score, method, method_version, reason, spans, decided_by"
    " FROM duplicate_relation ORDER BY 1, 2"
)
MEMBERS = "SELECT article_id, story_id, other_id, score, method FROM story_member ORDER BY 1"
UNTOUCHED = (
    ROWS,
    MEMBERS,
    "SELECT id, exact_key, duplicate_of FROM article ORDER BY id",
    "SELECT number, article_id, said FROM article_fingerprint ORDER BY 1",
    "SELECT key, number FROM article_band ORDER BY 1, 2",
    "SELECT number, article_id, pairs FROM article_sketch ORDER BY 1",
    "SELECT key, number FROM sketch_key ORDER BY 1, 2",
    "SELECT id, status FROM bulletin ORDER BY 1",
    "SELECT seq FROM change ORDER BY 1",
)
SAY = (
    "INSERT INTO duplicate_relation (bulletin_id, original_id, kind, score, method, method_version, reason, spans, decided_by,"
    " decided_at) VALUES (%(bulletin)s, %(original)s, %(kind)s, 1, %(method)s, '0', 'của hôm qua', '[]', %(by)s, now())"
)
REVISED = BASE.replace("420 hộ dân ở ba", "480 hộ dân ở ba")


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """Else the first bulletin would be charged for reading all lists."""
    pipeline.warm_up()


def file(database: Database, bench: Workbench, *texts: str) -> list[UUID]:
    """File texts, each when the one before is closed, as if an engine of yesterday had read them; the bulletins."""
    ids = []
    for text in texts:
        (id,) = some_bulletins(database, [text])
        bench.enrich([id])
        ids.append(id)
    yesterday(database)
    return ids


def yesterday(database: Database) -> None:
    database.run("UPDATE article_version SET pipeline = 'of-yesterday'")


def article(database: Database, bulletin: UUID) -> UUID:
    found = database.value("SELECT article_id FROM article_version WHERE bulletin_id = %(id)s", id=bulletin)
    assert isinstance(found, UUID)
    return found


def say(database: Database, bulletin: UUID, original: UUID, kind: str, by: str = "rule") -> None:
    """Keep a relation as an engine of yesterday, or a person, would have."""
    method = "person" if by == "person" else "duplicates.compared"
    database.run(SAY, bulletin=bulletin, original=original, kind=kind, by=by, method=method)


def hide_words(database: Database) -> None:
    """Let nobody find what is there by its words, as if the engine of yesterday had not known them."""
    database.run(
        "UPDATE article_band SET key = key + 1; UPDATE sketch_key SET key = key + 1;"
        " UPDATE article SET exact_key = sha256(exact_key)"
    )


def all_of(database: Database) -> list[Any]:
    return [database.rows(sql) for sql in UNTOUCHED]


def test_where_the_rules_are_the_same_nothing_is_written(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    weather = "Thời tiết ngày {0}/9\n\nNgày {0}/9, miền Tây Nam Bộ có mưa rào, nhiệt độ cao nhất {1} độ, gió cấp {2}."
    texts = [
        BASE, REVISED, BASE.replace("nhiều gia đình", "không ít hộ"), BRIDGE, CLINIC, BRIDGE_TOO, ANOTHER_BRIDGE,
        *(weather.format(day, 30 + day, day) for day in (1, 2, 3)), *versions(a_story(1))[:3], a_story(2),
    ]  # fmt: skip
    file(database, bench, *texts)
    assert {row[0] for row in database.rows("SELECT kind FROM duplicate_relation")} >= {"near", "revision", "none"}
    assert database.count("story_member") >= 2
    before = all_of(database)
    report = a_report(database)
    assert (report["changed"], report["fields"]) == (0, {})
    assert run(replay()).get("applied") is None
    assert all_of(database) == before


def test_a_relation_that_yesterdays_engine_did_not_find_comes(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    original, later = file(database, bench, BASE, REVISED)
    before = database.rows(ROWS)
    database.run("DELETE FROM duplicate_relation")
    told = a_report(database)["fields"]["relations"]
    assert (told["articles"], told["gone"], told["new"]) == (1, 0, 1)
    assert told["examples"][0]["article"] == written(ARTICLE, article(database, later))
    assert told["examples"][0]["now"][0]["article"] == written(ARTICLE, article(database, original))
    assert database.count("duplicate_relation") == 0, "a shadow writes nothing"
    assert run(replay())["applied"] == 1
    assert database.rows(ROWS) == before
    assert run(replay()).get("applied") is None
    assert broken(database) == {}


def test_a_relation_that_todays_engine_does_not_find_goes_and_one_of_another_kind_changes(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    original, stranger, later = file(database, bench, BASE, CLINIC, REVISED)
    before = database.rows(ROWS)
    say(database, later, article(database, stranger), "same_event")
    database.run(
        "UPDATE duplicate_relation SET kind = 'same_event' WHERE original_id = %(id)s", id=article(database, original)
    )
    told = a_report(database)["fields"]["relations"]
    assert (told["articles"], told["gone"], told["new"]) == (1, 2, 1)
    assert run(replay())["applied"] == 1
    assert database.rows(ROWS) == before


def test_an_article_that_says_what_an_earlier_one_says_becomes_its_duplicate(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    (original,) = file(database, bench, BASE)
    hide_words(database)
    later, of_later = file(database, bench, BASE.replace("nhiều gia đình", "không ít hộ"), BASE.upper())
    first, second = article(database, original), article(database, later)
    assert first != second
    assert run(replay())["applied"] == 2
    assert database.rows("SELECT id, duplicate_of FROM article ORDER BY id") == [(first, None), (second, first)]
    told = "SELECT type, article_id FROM change WHERE type <> 'article.published'"
    assert database.rows(told) == [("article.merged", second)]
    tied = database.rows(
        "SELECT original_id FROM duplicate_relation WHERE bulletin_id = %(id)s AND kind IN ('exact', 'near')",
        id=of_later,
    )
    assert tied == [(first,)]
    assert database.rows("SELECT what, actor FROM article_event") == [("merged", "bantin replay")]
    assert broken(database) == {}
    yesterday(database)
    assert run(replay()).get("applied") is None, "it stays so"


def test_an_article_that_yesterdays_engine_took_for_a_duplicate_is_shown_again(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    original, later = file(database, bench, BASE, CLINIC)
    first, second = article(database, original), article(database, later)
    say(database, later, first, "near")
    database.run("UPDATE article SET duplicate_of = %(first)s WHERE id = %(second)s", first=first, second=second)
    assert run(replay())["applied"] == 1
    assert database.value("SELECT count(*) FROM article WHERE duplicate_of IS NOT NULL") == 0
    assert database.count("duplicate_relation") == 0
    assert database.rows("SELECT type FROM change WHERE type <> 'article.published'") == [("article.released",)]
    assert broken(database) == {}


def test_a_bulletin_that_is_no_duplicate_any_more_is_read_by_a_worker(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    original, duplicate, other = file(database, bench, BASE, BASE.replace("nhiều gia đình", "không ít hộ"), CLINIC)
    # As if an engine of yesterday had taken the news of a clinic for the news of BASE.
    database.run("UPDATE duplicate_relation SET method_version = '0'")
    database.run(
        "UPDATE bulletin SET raw_sha256 = (SELECT raw_sha256 FROM bulletin WHERE id = %(other)s) WHERE id = %(id)s",
        id=duplicate,
        other=other,
    )
    database.run("DELETE FROM story_member")
    told = a_report(database)["fields"]["duplicates"]
    assert (told["articles"], told["gone"]) == (1, 1)
    assert told["examples"][0]["was"] == [{"bulletin": written(BULLETIN, duplicate)}]
    assert run(replay())["applied"] == 1
    assert database.value("SELECT status FROM bulletin WHERE id = %(id)s", id=duplicate) == "queued"
    assert broken(database) == {}
    bench.enrich([])
    assert database.rows("SELECT kind, original_id FROM duplicate_relation") == [("exact", article(database, other))]
    assert article(database, original)
    assert broken(database) == {}


@pytest.mark.parametrize("kind", ["near", "none", "revision"])
def test_what_a_person_said_of_two_articles_stands(
    database: Database, bench: Workbench, replay: Callable[..., Any], kind: str
) -> None:
    (original,) = file(database, bench, BASE)
    hide_words(database)
    (later,) = file(database, bench, CLINIC if kind == "near" else BASE.upper())
    first, second = article(database, original), article(database, later)
    database.run("DELETE FROM duplicate_relation")
    say(database, later, first, kind, by="person")
    if kind == "near":
        database.run("UPDATE article SET duplicate_of = %(first)s WHERE id = %(second)s", first=first, second=second)
    before = database.rows(ROWS)
    run(replay())
    assert database.rows(ROWS) == before
    assert database.value("SELECT duplicate_of FROM article WHERE id = %(id)s", id=second) == (
        first if kind == "near" else None
    )
    assert database.rows("SELECT type FROM change WHERE type <> 'article.published'") == []


def test_an_article_of_whose_duplicates_a_person_spoke_becomes_no_duplicate_itself(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    (original,) = file(database, bench, BASE)
    hide_words(database)
    later, third = file(database, bench, BASE.upper(), CLINIC)
    second = article(database, later)
    say(database, third, second, "near", by="person")
    database.run("UPDATE article SET duplicate_of = %(of)s WHERE id = %(id)s", of=second, id=article(database, third))
    report = run(replay())
    assert report["kept_back"] == 1
    assert database.rows("SELECT duplicate_of FROM article WHERE id = %(id)s", id=second) == [(None,)]
    assert article(database, original)
    assert broken(database) == {}


def test_who_tells_of_one_event_by_todays_rules_joins_its_story_and_who_does_not_leaves_it(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    bridge, stranger, too = file(database, bench, BRIDGE, CLINIC, BRIDGE_TOO)
    before = database.rows(MEMBERS)
    (story,) = {row[1] for row in before}
    database.run(
        "UPDATE story_member SET article_id = %(to)s WHERE article_id = %(of)s",
        to=article(database, stranger),
        of=article(database, too),
    )
    told = a_report(database)["fields"]["story"]
    assert (told["articles"], told["gone"], told["new"]) == (2, 1, 1)
    assert {"was": [written(STORY, story)], "now": []}.items() <= told["examples"][0].items()
    assert run(replay())["applied"] == 2
    assert database.rows(MEMBERS) == before
    assert article(database, bridge)
    assert broken(database) == {}


def test_a_story_that_a_person_shaped_is_left_alone(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    file(database, bench, BRIDGE, CLINIC, BRIDGE_TOO)
    database.run("DELETE FROM story_member WHERE other_id IS NOT NULL")
    database.run("UPDATE story SET decided = true")
    database.run(
        "INSERT INTO story_member SELECT article_id, story.id, NULL, 1, 'person', '1', '', now() FROM article_version, story"
        " WHERE title ~ '^Trạm y tế'"
    )
    before = database.rows(MEMBERS)
    assert len(before) == 2
    run(replay())
    assert set(before) <= set(database.rows(MEMBERS)), "who is there stays, and rules go on adding"
    assert database.count("story_member") == 3


def test_a_shadow_tells_what_would_be_written_where_all_words_count_otherwise(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    """It holds articles against what earlier ones would say by then, and not against what is kept of them."""
    file(database, bench, BASE)
    hide_words(database)
    file(database, bench, BASE.upper(), REVISED)
    hide_words(database)
    file(database, bench, *versions(a_story(1))[:2])
    hide_words(database)
    before = all_of(database)
    fields = a_report(database)["fields"]
    assert all_of(database) == before
    assert fields["relations"]["new"] == 1
    assert without_examples(run(replay())["fields"]) == without_examples(fields)
    assert database.value("SELECT count(*) FROM article WHERE duplicate_of IS NOT NULL") == 1
    assert broken(database) == {}


def without_examples(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: {**field, "examples": None} for name, field in fields.items()}


def test_who_decides_on_the_same_words_meanwhile_is_waited_for_and_seen(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    """The replay has found the original before it has the locks; by then a person has made that a duplicate of another."""
    oldest, original = file(database, bench, CLINIC, BASE)
    hide_words(database)
    (later,) = file(database, bench, BASE.replace("nhiều gia đình", "không ít hộ"))
    run(replay(), f"article={written(ARTICLE, article(database, original))}")
    first, second, third = (article(database, one) for one in (oldest, original, later))
    with ThreadPoolExecutor(1) as pool:
        with transaction(bench.tx_engine) as tx:
            tx.exec_driver_sql("SELECT FROM article WHERE id = %(id)s FOR UPDATE", {"id": second})
            going = pool.submit(run, replay())
            wait_until(lambda: database.value(WAITING) >= 1)
            tx.exec_driver_sql(
                SAY, {"bulletin": original, "original": first, "kind": "near", "by": "person", "method": "person"}
            )
            tx.exec_driver_sql(
                "UPDATE article SET duplicate_of = %(of)s WHERE id = %(id)s", {"of": first, "id": second}
            )
        assert going.result(30)["applied"] >= 1
    assert database.value("SELECT duplicate_of FROM article WHERE id = %(id)s", id=third) == first
    assert broken(database) == {}


def test_what_breaks_off_between_two_articles_goes_on_and_relates_nobody_twice(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    file(database, bench, *(text for number in range(3) for text in (a_story(number), longer(a_story(number)))))
    before = database.rows(ROWS)
    assert len(before) == 3
    database.run("DELETE FROM duplicate_relation")
    turns = iter(range(10))

    def sleep(_: float) -> None:
        if next(turns) == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        run(replay(sleep=sleep))
    assert database.count("duplicate_relation") == 1
    report = run(replay())
    assert (report["applied"], report["fields"]["relations"]["articles"]) == (3, 3)
    assert database.rows(ROWS) == before
    assert database.count("article_event") == 3


def longer(text: str) -> str:
    """A new version of a text, with news of its own."""
    return f"{text}\n\nĐến 17 giờ cùng ngày, 96 hộ đầu tiên của ấp đã có nước chảy tại nhà."


def test_a_duplicate_that_goes_its_own_way_is_not_handed_on_with_the_others(
    database: Database, bench: Workbench, replay: Callable[..., Any]
) -> None:
    (original,) = file(database, bench, BASE)
    hide_words(database)
    later, stays, goes, other = file(database, bench, BASE.upper(), BASE, f"{BASE}\n\nNguồn: TTXVN", CLINIC)
    database.run("UPDATE duplicate_relation SET method_version = '0'")
    database.run(
        "UPDATE bulletin SET raw_sha256 = (SELECT raw_sha256 FROM bulletin WHERE id = %(other)s) WHERE id = %(id)s",
        id=goes,
        other=other,
    )
    run(replay())
    first = article(database, original)
    assert database.value("SELECT duplicate_of FROM article WHERE id = %(id)s", id=article(database, later)) == first
    tied = dict(
        database.rows("SELECT bulletin_id, original_id FROM duplicate_relation WHERE kind IN ('exact', 'near')")
    )
    assert tied == {later: first, stays: first}
    assert database.value("SELECT status FROM bulletin WHERE id = %(id)s", id=goes) == "queued"
    assert broken(database) == {}
