"""A bulletin under its sender's own key: made, revised, corrected, in order."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from services.enrich.text.article import UnreadableBulletin
from services.enrich.workbench import Workbench
from shared.contracts.article import ArticleOut, DiffOut, VersionList
from shared.contracts.bulletin import AcceptedRevision
from tests.life.conftest import KEY, MENDED, NEWER, TEXT, Newsroom


def test_a_key_makes_an_article_and_each_further_text_a_version_of_it(newsroom: Newsroom) -> None:
    first = newsroom.put(TEXT)
    newsroom.work()
    second = newsroom.put(NEWER)
    third = newsroom.put(MENDED, Bulletin_Kind="correction", Bulletin_Note="Cầu dài 241 mét.")
    newsroom.work()
    accepted = [AcceptedRevision.model_validate(answer.json()) for answer in (first, second, third)]
    assert [answer.status_code for answer in (first, second, third)] == [202, 202, 202]
    assert [one.revision for one in accepted] == [1, 2, 3]
    assert first.headers["location"] == accepted[0].href
    (id,) = newsroom.listed()
    article = ArticleOut.model_validate(newsroom.get(f"/v1/articles/{id}"))
    assert (article.version, article.kind, article.note, article.text) == (3, "correction", "Cầu dài 241 mét.", MENDED)
    assert (article.source, article.external_id, article.bulletin) == ("bao-vinh-long", "VL-0917", accepted[2].id)
    assert newsroom.told() == [("article.published", 1), ("article.revised", 2), ("article.corrected", 3)]
    assert newsroom.invariants() == {}


def test_every_version_stays_readable_with_what_changed(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.put(MENDED, Bulletin_Kind="correction", Bulletin_Note="Cầu dài 241 mét.")
    newsroom.work()
    (id,) = newsroom.listed()
    versions = VersionList.model_validate(newsroom.get(f"/v1/articles/{id}/versions")).data
    assert [(one.version, one.kind, one.note, one.current) for one in versions] == [
        (1, "first", None, False), (2, "correction", "Cầu dài 241 mét.", True),
    ]  # fmt: skip
    assert [newsroom.get(one.href)["text"] for one in versions] == [TEXT, MENDED]
    diff = DiffOut.model_validate(newsroom.get(f"/v1/articles/{id}/diff?from=1&to=2"))
    (span,) = diff.text
    at = TEXT.index("214")
    assert (span.removed, span.added, span.before.start, span.after.end) == ("214", "241", at, at + 3)
    assert {"kind", "note", "blocks"} <= {one.field for one in diff.fields} <= {"kind", "note", "blocks", "dates"}
    assert newsroom.get(f"/v1/articles/{id}/diff") == diff.model_dump()
    back = DiffOut.model_validate(newsroom.get(f"/v1/articles/{id}/diff?from=2&to=1"))
    assert [(one.removed, one.added) for one in back.text] == [("241", "214")]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/versions/2", 404, "no_such_version"), ("/versions/0", 400, "invalid_parameter"),
        ("/diff?from=1&to=9", 404, "no_such_version"), ("/diff?from=x", 400, "invalid_parameter"),
        ("/diff?since=1", 400, "invalid_parameter"), ("/versions/99999999999", 400, "invalid_parameter"),
    ],
)  # fmt: skip
def test_versions_that_are_not_there_are_told(newsroom: Newsroom, path: str, status: int, code: str) -> None:
    id = newsroom.publish(TEXT)
    assert newsroom.get(f"/v1/articles/{id}{path}", status)["code"] == code


def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(newsroom: Newsroom) -> None:
    first, again = newsroom.put(TEXT), newsroom.put(TEXT)
    assert again.json() == first.json()
    assert (again.headers["etag"], again.headers["idempotent-replayed"]) == (first.headers["etag"], "true")
    newsroom.put(MENDED)
    back = newsroom.put(TEXT)
    assert (newsroom.database.count("bulletin"), back.json()["revision"]) == (3, 3)


def test_a_text_goes_in_only_where_it_is_expected(newsroom: Newsroom) -> None:
    nothing = newsroom.put(TEXT, If_Match="*")
    first = newsroom.put(TEXT, If_None_Match="*")
    taken = newsroom.put(NEWER, If_None_Match="*")
    second = newsroom.put(MENDED, If_Match=first.headers["etag"])
    stale = newsroom.put(NEWER, If_Match=first.headers["etag"])
    lost_answer = newsroom.put(MENDED, If_Match=first.headers["etag"])
    assert [answer.status_code for answer in (nothing, first, taken, second, stale, lost_answer)] == [
        412, 202, 412, 202, 412, 202,
    ]  # fmt: skip
    assert stale.json()["code"] == "precondition_failed"
    assert second.headers["etag"] in stale.json()["detail"]
    assert stale.headers["etag"] == second.headers["etag"]
    assert newsroom.database.count("bulletin") == 2


def test_a_refused_precondition_leaves_no_key_behind(newsroom: Newsroom) -> None:
    newsroom.put(TEXT, If_Match="*")
    assert (newsroom.database.count("bulletin_key"), newsroom.database.count("raw_object")) == (0, 0)


def test_all_forms_of_a_body_are_taken(newsroom: Newsroom) -> None:
    http = newsroom.ingest.http
    body = {"text": TEXT, "source": "bao-vinh-long", "external_id": "VL-0917", "published": "2025-09-05"}
    as_json = http.put(KEY, json=body)
    as_form = http.put(KEY, files={"file": ("a.txt", MENDED.encode())})
    two_files = http.put(KEY, files=[("file", ("a.txt", b"Tin")), ("file", ("b.txt", b"Tin"))])
    other_key = http.put(KEY, json=body | {"external_id": "VL-1"})
    assert [answer.status_code for answer in (as_json, as_form, two_files, other_key)] == [202, 202, 400, 422]
    assert other_key.json()["errors"] == [{"pointer": "/external_id", "detail": "is not that of the address"}]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Bulletin_Kind": "correction"}, 422, "invalid_bulletin"),
        ({"Bulletin_Kind": "kill"}, 400, "invalid_parameter"),
        ({"Idempotency_Key": "a"}, 400, "invalid_parameter"),
        ({"Bulletin_Embargo": "2030-01-01T08:00:00"}, 400, "invalid_parameter"),
        ({"Content_Type": "text/html"}, 415, "unsupported_media_type"),
    ],
)
def test_what_makes_no_sense_is_refused(newsroom: Newsroom, headers: dict[str, str], status: int, code: str) -> None:
    answer = newsroom.put(TEXT, **headers)
    assert (answer.status_code, answer.json()["code"], newsroom.database.count("bulletin")) == (status, code, 0)


def test_a_key_may_hold_a_slash_and_vietnamese(newsroom: Newsroom) -> None:
    answer = newsroom.put(TEXT, "/v1/sources/b%C3%A1o/bulletins/2025/09/s%E1%BB%91%201")
    assert newsroom.receipt(answer.json()["id"])["external_id"] == "2025/09/số 1"


class _Once:
    """A stage that does something when it meets a text."""

    __name__ = "once"

    def __init__(self, word: str, deed: Callable[[], Any]) -> None:
        self.word, self.deed = word, deed

    def __call__(self, article: Any) -> Any:
        if self.word in article.filed:
            self.deed()
        return article


def _with(bench: Workbench, word: str, deed: Callable[[], Any]) -> Workbench:
    return replace(bench, stages=(_Once(word, deed), *bench.stages))


def _raise(error: Exception) -> Any:
    raise error


def test_a_version_waits_for_the_one_before_it_in_whosever_hands_that_is(
    newsroom: Newsroom, make_bench: Callable[[], Workbench]
) -> None:
    newsroom.put(TEXT)
    newsroom.put(MENDED)
    reached, go_on = threading.Event(), threading.Event()
    slow = _with(make_bench(), "214 mét", lambda: (reached.set(), go_on.wait(10)))
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(slow.enrich, [])
        assert reached.wait(10)
        newsroom.work()
        assert newsroom.database.rows("SELECT DISTINCT status FROM bulletin") == [("queued",)]
        go_on.set()
        assert working.result(30) == 2, "who closes the first goes on with the second, unasked"
    assert newsroom.told() == [("article.published", 1), ("article.revised", 2)]


def test_a_version_that_fails_holds_up_the_next_until_it_is_given_up(newsroom: Newsroom) -> None:
    newsroom.put("Hỏng " + TEXT)
    newsroom.put(MENDED)
    faulty = _with(newsroom.bench, "Hỏng", lambda: _raise(RuntimeError("no")))
    for _ in range(newsroom.bench.settings.max_tries):
        assert newsroom.told() == []
        newsroom.database.run("UPDATE bulletin SET run_at = now() - interval '1 s' WHERE status = 'queued'")
        faulty.enrich([])
    faulty.enrich([])
    assert newsroom.database.rows("SELECT revision, status FROM bulletin ORDER BY 1") == [
        (1, "quarantined"), (2, "published"),
    ]  # fmt: skip
    assert newsroom.told() == [("article.published", 2)]
    newsroom.database.run(
        "UPDATE bulletin SET status = 'queued', closed_at = NULL, suspect = true, run_at = now() - interval '1 s'"
        " WHERE revision = 1"
    )
    newsroom.work()
    (id,) = newsroom.listed()
    assert newsroom.told() == [("article.published", 2)], "a version that comes late is kept, and not told"
    assert [one["version"] for one in newsroom.get(f"/v1/articles/{id}/versions")["data"]] == [1, 2]
    assert newsroom.get(f"/v1/articles/{id}")["text"] == MENDED
    assert newsroom.invariants() == {}


def test_an_unreadable_version_is_passed_over(newsroom: Newsroom) -> None:
    for text in (TEXT, "Hỏng " + TEXT, MENDED):
        newsroom.put(text)
    _with(newsroom.bench, "Hỏng", lambda: _raise(UnreadableBulletin("no"))).enrich([])
    assert newsroom.told() == [("article.published", 1), ("article.revised", 3)]
    assert newsroom.invariants() == {}


def test_a_killed_worker_does_not_let_a_later_version_pass(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.put(MENDED)
    newsroom.database.run("INSERT INTO attempt SELECT id, 1, 'w', 'p', now() FROM bulletin WHERE revision = 1")
    newsroom.work()
    assert newsroom.told() == [], "the sweep has not ruled on the first yet"
    newsroom.database.run(
        "UPDATE attempt SET ended_at = now(), outcome = 'died'; UPDATE bulletin SET suspect = revision = 1"
    )
    newsroom.work()
    assert newsroom.told() == [("article.published", 1), ("article.revised", 2)]


def test_workers_that_race_for_many_versions_of_many_keys_keep_every_order(
    newsroom: Newsroom, make_bench: Callable[[], Workbench]
) -> None:
    keys, versions = 6, 8
    with ThreadPoolExecutor(6) as desks:

        def send(key: int) -> None:
            for number in range(1, versions + 1):
                text = f"Tin {key}\n\nBản {number} của tin {key}, dài {key * 100 + number} chữ."
                assert newsroom.put(text, f"/v1/sources/b/bulletins/{key}").status_code == 202

        benches = [make_bench() for _ in range(3)]
        done = threading.Event()

        def work(bench: Workbench) -> None:
            while not done.is_set() or bench.enrich([]):
                bench.enrich([])

        workers = [desks.submit(work, bench) for bench in benches]
        for key in range(keys):
            send(key)
        done.set()
        for worker in workers:
            worker.result(60)
    newsroom.work()
    assert newsroom.database.rows("SELECT status, count(*) FROM bulletin GROUP BY 1") == [
        ("published", keys * versions)
    ]
    told = newsroom.database.rows("SELECT article_id, array_agg(version ORDER BY seq) FROM change GROUP BY 1")
    assert [seen for _, seen in told] == [list(range(1, versions + 1))] * keys
    assert newsroom.invariants() == {}


def test_two_desks_that_put_at_once_are_numbered_one_after_the_other(newsroom: Newsroom) -> None:
    with ThreadPoolExecutor(8) as desks:
        answers = list(desks.map(lambda n: newsroom.put(f"Tin\n\nBản số {n} của tin này."), range(16)))
    assert sorted(answer.json()["revision"] for answer in answers) == list(range(1, 17))
    newsroom.work()
    assert [version for _, version in newsroom.told()] == list(range(1, 17))


def test_a_revision_of_a_duplicate_becomes_an_article(newsroom: Newsroom) -> None:
    original = newsroom.publish(TEXT)
    newsroom.put(TEXT.upper())
    newsroom.work()
    newsroom.put(NEWER)
    newsroom.work()
    assert len(newsroom.listed()) == 2
    assert newsroom.told() == [("article.published", 1), ("article.published", 2)]
    assert newsroom.get(f"/v1/articles/{original}")["text"] == TEXT
    assert newsroom.invariants() == {}


def test_a_revision_that_says_what_another_article_says_stays_a_version_of_its_own(newsroom: Newsroom) -> None:
    other = newsroom.publish(MENDED)
    newsroom.put(TEXT)
    newsroom.put(MENDED)
    newsroom.work()
    assert newsroom.told() == [("article.published", 1), ("article.published", 1), ("article.revised", 2)]
    again = newsroom.post(MENDED.upper())
    newsroom.work()
    assert newsroom.receipt(again)["duplicate_of"] == other, "the words stay with who had them first"
    assert newsroom.invariants() == {}


def test_what_an_article_said_before_stays_its_own(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.put(MENDED)
    newsroom.work()
    (id,) = newsroom.listed()
    late = newsroom.post(TEXT.upper())
    newsroom.work()
    assert newsroom.receipt(late)["duplicate_of"] == id
    newsroom.put(TEXT)
    newsroom.work()
    assert newsroom.get(f"/v1/articles/{id}")["version"] == 3
    assert newsroom.invariants() == {}


def test_who_prefers_to_wait_gets_the_receipt(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.work()
    answer = newsroom.put(TEXT, Prefer="wait=5")
    assert (answer.status_code, answer.json()["article"]["version"]) == (201, 1)


def test_who_revised_what_is_kept(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.put(MENDED, Bulletin_Kind="correction", Bulletin_Note="Cầu dài 241 mét.")
    newsroom.work()
    events = newsroom.ingest.http.get(f"/v1/articles/{newsroom.only_article()}/events").json()["data"]
    assert [(one["what"], one["version"], one["actor"], one["note"]) for one in events] == [
        ("corrected", 2, "bao-vinh-long", "Cầu dài 241 mét.")
    ]
