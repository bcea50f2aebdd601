"""Articles are withheld, released, killed and erased: at once, for good, and with who did it."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from services.enrich.workbench import Workbench
from shared.contracts.bulletin import EventList, Standing
from shared.contracts.problem import Problem
from tests.factories import a_text
from tests.life.conftest import MENDED, NEWER, TEXT, WHO, Newsroom
from tests.servers import ROOT

NOTE = "Tòa soạn xin rút tin này."


def deeds(newsroom: Newsroom, id: str) -> list[tuple[str, str, str]]:
    events = EventList.model_validate(newsroom.ingest.http.get(f"/v1/articles/{id}/events").json()).data
    return [(one.what, one.actor, one.reason) for one in events]


def test_a_withheld_article_is_hidden_until_it_is_released(newsroom: Newsroom) -> None:
    id = newsroom.publish(TEXT)
    standing = Standing.model_validate(newsroom.order("withhold", id).json())
    assert (standing.article, standing.pub_status) == (id, "withheld")
    assert newsroom.get(f"/v1/articles/{id}", 403)["code"] == "article_withheld"
    assert newsroom.listed() == []
    assert newsroom.order("release", id).json()["pub_status"] == "usable"
    assert (newsroom.listed(), newsroom.get(f"/v1/articles/{id}")["text"]) == ([id], TEXT)
    assert newsroom.told() == [("article.published", 1), ("article.withheld", 1), ("article.released", 1)]
    assert deeds(newsroom, id) == [("withheld", *WHO.values()), ("released", *WHO.values())]


def test_an_order_given_twice_does_no_more(newsroom: Newsroom) -> None:
    id = newsroom.publish(TEXT)
    for what in ("release", "withhold", "withhold", "release", "kill", "kill"):
        assert newsroom.order(what, id).status_code == 200
    assert [type for type, _ in newsroom.told()[1:]] == ["article.withheld", "article.released", "article.killed"]


def test_what_is_revised_while_it_is_withheld_is_told_at_its_release(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.work()
    (id,) = newsroom.listed()
    newsroom.order("withhold", id)
    newsroom.put(MENDED)
    newsroom.work()
    newsroom.order("release", id)
    assert newsroom.told() == [("article.published", 1), ("article.withheld", 1), ("article.released", 2)]
    assert newsroom.invariants() == {}


def test_a_kill_leaves_a_tombstone_and_nothing_else_at_once(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.put(MENDED)
    newsroom.work()
    (id,) = newsroom.listed()
    assert newsroom.order("kill", id, note=NOTE).json()["pub_status"] == "canceled"
    gone = [newsroom.get(f"/v1/articles/{id}{path}", 410) for path in ("", "/versions", "/versions/1", "/diff")]
    listed = newsroom.listed()
    assert {Problem.model_validate(problem).code for problem in gone} == {"article_killed"}
    assert {problem["detail"] for problem in gone} == {NOTE}
    assert listed == []
    assert newsroom.told()[-1] == ("article.killed", 2)
    assert newsroom.invariants() == {}


def test_a_kill_is_final(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.work()
    id = newsroom.only_article()
    newsroom.order("kill", id, note=NOTE)
    refused = [newsroom.order("withhold", id), newsroom.order("release", id), newsroom.put(MENDED)]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(410, "article_killed")] * 3


def test_a_version_that_waits_while_its_article_is_killed_is_withdrawn(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.work()
    waiting = newsroom.put(MENDED).json()["id"]
    newsroom.order("kill", newsroom.only_article())
    newsroom.work()
    receipt = newsroom.receipt(waiting)
    assert (receipt["state"], receipt["article"]) == ("withdrawn", None)
    assert newsroom.ingest.http.get(f"/v1/bulletins/{waiting}/raw").status_code == 410
    assert newsroom.told()[-1] == ("article.killed", 1)
    assert newsroom.invariants() == {}


@pytest.mark.parametrize("what", ["withhold", "release", "kill"])
def test_an_order_names_an_article_who_and_why(newsroom: Newsroom, what: str) -> None:
    id = newsroom.publish(TEXT)
    http = newsroom.ingest.http
    assert newsroom.order(what, "art_" + "0" * 32).json()["code"] == "no_such_article"
    assert newsroom.order(what, "x").status_code == 404
    for body in ({"actor": "a"}, {"reason": "b"}, {"actor": "", "reason": "b"}, {**WHO, "why": "x"}, {}):
        assert http.post(f"/v1/articles/{id}:{what}", json=body).json()["code"] == "invalid_parameter"
    assert newsroom.told() == [("article.published", 1)]


def test_the_earliest_accepted_duplicate_takes_the_place_of_a_killed_article(newsroom: Newsroom) -> None:
    original = newsroom.publish(TEXT)
    second, third = newsroom.post(TEXT.upper(), Bulletin_Source="a"), newsroom.post(TEXT, Bulletin_Source="b")
    newsroom.work()
    assert newsroom.order("kill", original).json()["successor"] == second
    assert newsroom.listed() == []
    newsroom.work()
    (heir,) = newsroom.listed()
    assert (newsroom.receipt(second)["article"]["id"], newsroom.receipt(third)["duplicate_of"]) == (heir, heir)
    assert newsroom.receipt(second)["state"] == "published"
    assert newsroom.get(f"/v1/articles/{original}", 410)["code"] == "article_killed"
    assert newsroom.told() == [("article.published", 1), ("article.killed", 1), ("article.published", 1)]
    assert [what for what, *_ in deeds(newsroom, original)] == ["succeeded", "killed", "succeeded"]
    later = newsroom.post(TEXT + "\n")
    newsroom.work()
    assert newsroom.receipt(later)["duplicate_of"] == heir
    assert newsroom.invariants() == {}


def test_an_article_that_came_to_say_the_same_takes_the_place_at_once(newsroom: Newsroom) -> None:
    original = newsroom.publish(MENDED)
    newsroom.put(TEXT)
    newsroom.put(MENDED)
    newsroom.work()
    duplicate = newsroom.post(MENDED.upper())
    newsroom.work()
    successor = newsroom.order("kill", original).json()["successor"]
    assert [successor] == newsroom.listed()
    assert newsroom.receipt(duplicate)["duplicate_of"] == successor
    assert newsroom.invariants() == {}


def test_of_a_key_only_the_last_duplicate_can_take_a_place(newsroom: Newsroom) -> None:
    original = newsroom.publish(TEXT)
    newsroom.put(TEXT.upper())
    newsroom.work()
    newsroom.put(NEWER)
    newsroom.work()
    assert newsroom.order("kill", original).json()["successor"] is None
    newsroom.work()
    assert len(newsroom.listed()) == 1
    assert newsroom.invariants() == {}


def test_a_kill_with_duplicates_takes_back_whatever_says_the_same(newsroom: Newsroom) -> None:
    original = newsroom.publish(TEXT)
    before = newsroom.post(TEXT.upper())
    newsroom.work()
    assert newsroom.order("kill", original, with_duplicates=True).json()["successor"] is None
    after = newsroom.post(TEXT)
    newsroom.work()
    assert newsroom.listed() == []
    assert [newsroom.receipt(id)["state"] for id in (before, after)] == ["duplicate", "duplicate"]
    assert newsroom.invariants() == {}


def test_without_duplicates_the_words_are_free_again(newsroom: Newsroom) -> None:
    original = newsroom.publish(TEXT)
    newsroom.order("kill", original)
    assert newsroom.publish(TEXT) != original
    assert newsroom.invariants() == {}


def test_an_erased_article_leaves_hashes_and_who_erased_it(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.put(MENDED)
    newsroom.work()
    duplicate = newsroom.post(TEXT.upper())
    newsroom.work()
    (id,) = newsroom.listed()
    erased = subprocess.run(
        [sys.executable, "-m", "services.ingest.erase", id, "--actor", "phap-che", "--reason", "quyết định 12"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": newsroom.database.url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (erased.returncode, erased.stdout) == (0, f"{id} erased\n")
    words = newsroom.database.rows("SELECT bytes FROM raw_object UNION SELECT text::bytea FROM article_version")
    assert words == [(b"",)]
    assert len(newsroom.database.rows("SELECT sha256 FROM raw_object")) == 3
    assert newsroom.get(f"/v1/articles/{id}", 410)["code"] == "article_erased"
    assert newsroom.told()[-1] == ("article.erased", 2)
    assert newsroom.ingest.http.get(f"/v1/bulletins/{duplicate}/raw").status_code == 410
    assert newsroom.receipt(duplicate)["sha256"]
    assert deeds(newsroom, id)[-1] == ("erased", "phap-che", "quyết định 12")
    assert "Vàm Sáng" not in str(newsroom.database.rows("SELECT * FROM article_version"))
    assert newsroom.invariants() == {}


def test_what_was_erased_and_comes_again_is_read_by_nobody_and_harms_nobody(newsroom: Newsroom) -> None:
    id = newsroom.publish(TEXT)
    subprocess.run(
        [sys.executable, "-m", "services.ingest.erase", id, "--actor", "a", "--reason", "b"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": newsroom.database.url}, capture_output=True, check=True,
    )  # fmt: skip
    again, neighbour = newsroom.post(TEXT), newsroom.post(a_text())
    newsroom.work()
    assert [newsroom.receipt(one)["state"] for one in (again, neighbour)] == ["quarantined", "published"]


def test_what_is_not_there_cannot_be_erased(newsroom: Newsroom) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.ingest.erase", "art_" + "0" * 32, "--actor", "a", "--reason", "b"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": newsroom.database.url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "no article" in done.stderr) == (3, True)


def test_what_was_done_is_never_changed(newsroom: Newsroom) -> None:
    newsroom.order("kill", newsroom.publish(TEXT))
    for change in ("UPDATE article_event SET actor = 'x'", "DELETE FROM article_event"):
        with pytest.raises(psycopg.errors.CheckViolation, match="never changed nor deleted"):
            newsroom.database.run(change)


def test_a_kill_among_duplicates_that_arrive_leaves_one_in_its_place(
    newsroom: Newsroom, make_bench: Callable[[], Workbench]
) -> None:
    """Whatever the moment of the kill: nothing is lost, nothing is doubled, and every duplicate has its original."""
    for round_ in range(6):
        text = f"Tin vòng {round_}\n\nNội dung của tin vòng {round_}, ngày 5/9/2025."
        original = newsroom.publish(text)
        for number in range(8):
            newsroom.post(text + "\n" * number)
        benches = [make_bench() for _ in range(3)]
        with ThreadPoolExecutor(4) as pool:
            working = [pool.submit(bench.enrich, []) for bench in benches]
            killing = pool.submit(newsroom.order, "kill", original)
            assert killing.result(30).status_code == 200
            for one in working:
                one.result(30)
        newsroom.work()
        assert newsroom.invariants() == {}
        tied_to_the_dead = """
        SELECT count(*) FROM duplicate_relation JOIN article ON article.id = original_id WHERE pub_status = 'canceled'
        """
        assert newsroom.database.value(tied_to_the_dead) == 0
        assert len(newsroom.listed()) == round_ + 1
