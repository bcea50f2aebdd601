"""Under an embargo an article is made and seen by nobody; at its moment it is published by itself, once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from services.enrich.sweep import Sweep
from services.enrich.workbench import Workbench
from shared.queue import Bell, RedisTower, make_celery
from shared.settings import Settings
from tests.enrich.text.stories.texts import BRIDGE, BRIDGE_TOO, CLINIC
from tests.factories import a_text
from tests.life.conftest import KEY, MENDED, TEXT, Newsroom
from tests.servers import wait_until


def in_(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def let_pass(newsroom: Newsroom) -> None:
    """Its moment comes."""
    newsroom.database.run("UPDATE article SET embargo_until = now() - interval '1 ms' WHERE NOT announced")


def test_it_is_made_and_shown_to_nobody_until_its_moment(newsroom: Newsroom) -> None:
    until = in_(3600)
    bulletin = newsroom.post(TEXT, Bulletin_Embargo=until)
    newsroom.work()
    receipt = newsroom.receipt(bulletin)
    assert (receipt["state"], receipt["article"], receipt["pub_status"]) == ("embargoed", None, None)
    assert datetime.fromisoformat(receipt["embargo_until"]) == datetime.fromisoformat(until)
    unknown = newsroom.get("/v1/articles/art_" + "0" * 32, 404)
    hidden = newsroom.get(f"/v1/articles/{newsroom.only_article()}", 404)
    assert (hidden["code"], hidden["title"]) == (unknown["code"], unknown["title"])
    assert (newsroom.listed(), newsroom.told(), newsroom.lift()) == ([], [], 0)
    let_pass(newsroom)
    assert newsroom.lift() == 1
    assert (newsroom.listed(), newsroom.told()) == ([newsroom.only_article()], [("article.published", 1)])
    assert newsroom.receipt(bulletin)["state"] == "published"
    assert newsroom.invariants() == {}


@pytest.mark.parametrize("form", ["header", "json", "batch", "key"])
def test_an_embargo_can_be_said_in_every_form(newsroom: Newsroom, form: str) -> None:
    until, http = in_(3600), newsroom.ingest.http
    match form:
        case "header":
            newsroom.post(TEXT, Bulletin_Embargo=until)
        case "json":
            assert http.post("/v1/bulletins", json={"text": TEXT, "embargo_until": until}).status_code == 202
        case "batch":
            line = b'{"text": "Tin", "embargo_until": "' + until.encode() + b'"}'
            http.post("/v1/bulletins:batch", content=line, headers={"Content-Type": "application/x-ndjson"})
        case _:
            assert newsroom.put(TEXT, Bulletin_Embargo=until).status_code == 202
    newsroom.work()
    assert newsroom.database.rows("SELECT announced, embargo_until::text FROM article") == newsroom.database.rows(
        "SELECT false, %(until)s::timestamptz::text", until=until
    )


@pytest.mark.parametrize(
    "moment",
    ["2030-01-01T08:00:00", "2030-01-01", "8h", "1893456000", "2030-13-01T08:00:00Z", "9999-12-31T23:59:59-14:00",
     "2030-01-01T08:00:00+99:00"],
)  # fmt: skip
def test_a_moment_without_an_offset_or_sense_is_refused(newsroom: Newsroom, moment: str) -> None:
    http = newsroom.ingest.http
    header = http.post(
        "/v1/bulletins", content=b"Tin", headers={"Content-Type": "text/plain", "Bulletin-Embargo": moment}
    )
    body = http.post("/v1/bulletins", json={"text": "Tin", "embargo_until": moment})
    number = http.post("/v1/bulletins", json={"text": "Tin", "embargo_until": 1893456000})
    assert [(answer.status_code, answer.json()["code"]) for answer in (header, body, number)] == [
        (400, "invalid_parameter"), (422, "invalid_bulletin"), (422, "invalid_bulletin"),
    ]  # fmt: skip
    assert "with its offset" in header.json()["detail"]
    assert body.json()["errors"][0]["pointer"] == "/embargo_until"
    assert newsroom.database.count("bulletin") == 0


def test_a_moment_that_has_passed_holds_nothing_back(newsroom: Newsroom) -> None:
    newsroom.post(TEXT, Bulletin_Embargo=in_(-1))
    newsroom.work()
    assert newsroom.told() == [("article.published", 1)]


def test_two_sweeps_lift_each_embargo_once(newsroom: Newsroom, make_bench: Callable[[], Workbench]) -> None:
    for _ in range(60):
        newsroom.post(a_text(), Bulletin_Embargo=in_(3600))
    newsroom.work()
    let_pass(newsroom)
    rooms = [Newsroom(newsroom.ingest, newsroom.api, make_bench()) for _ in range(4)]
    start = threading.Barrier(4)

    def sweep(room: Newsroom) -> int:
        start.wait()
        return sum(room.lift() for _ in range(5))

    with ThreadPoolExecutor(4) as sweeps:
        assert sum(sweeps.map(sweep, rooms)) == 60
    assert newsroom.told() == [("article.published", 1)] * 60
    assert newsroom.invariants() == {}


def test_a_sweep_lifts_it_by_itself_while_the_broker_is_gone(
    newsroom: Newsroom, make_bench: Callable[..., Workbench]
) -> None:
    settings = Settings(database_url=newsroom.database.url, broker_url="redis://127.0.0.1:1/0", broker_patience=0.0)
    bench = make_bench()
    sweep = Sweep(
        engine=bench.tx_engine, bell=Bell(make_celery(settings)), tower=RedisTower(settings.broker_url), bench=bench,
        settings=settings, clock=lambda: datetime.now(UTC),
    )  # fmt: skip
    newsroom.post(TEXT, Bulletin_Embargo=in_(1.5))
    wait_until(lambda: sweep.turn() or newsroom.listed(), 15)
    late = "SELECT extract(epoch FROM available_at - embargo_until)::float8 FROM article"
    assert newsroom.database.value(late) >= 0


def test_a_revision_under_embargo_is_as_hidden_and_may_move_the_moment(newsroom: Newsroom) -> None:
    newsroom.put(TEXT, Bulletin_Embargo=in_(3600))
    newsroom.work()
    newsroom.put(MENDED)
    newsroom.work()
    assert (newsroom.told(), newsroom.listed()) == ([], [])
    assert newsroom.put(TEXT, Bulletin_Embargo=in_(7200)).status_code == 202
    newsroom.work()
    assert newsroom.database.value("SELECT embargo_until > now() + interval '1.5 h' FROM article")
    let_pass(newsroom)
    newsroom.lift()
    assert newsroom.told() == [("article.published", 3)]
    late = newsroom.put(MENDED, Bulletin_Embargo=in_(3600))
    assert (late.status_code, late.json()["code"]) == (409, "embargo_too_late")
    assert newsroom.invariants() == {}


def test_a_moment_moved_before_the_first_version_is_read_counts_for_it(newsroom: Newsroom) -> None:
    newsroom.put(TEXT, Bulletin_Embargo=in_(3600))
    newsroom.put(MENDED, Bulletin_Embargo=in_(-1))
    newsroom.work()
    assert newsroom.told() == [("article.published", 1), ("article.revised", 2)]
    public = newsroom.put(TEXT, Bulletin_Embargo=in_(3600), path=KEY)
    assert public.status_code == 409


def test_an_article_that_never_was_under_embargo_cannot_come_under_one(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    assert newsroom.put(MENDED, Bulletin_Embargo=in_(3600)).json()["code"] == "embargo_too_late"
    assert newsroom.database.count("bulletin") == 1


def test_nobody_learns_of_it_by_filing_the_same(newsroom: Newsroom) -> None:
    hidden = newsroom.post(TEXT, Bulletin_Embargo=in_(3600))
    newsroom.work()
    open_ = newsroom.post(TEXT)
    newsroom.work()
    receipt = newsroom.receipt(open_)
    assert (receipt["state"], receipt["duplicate_of"]) == ("published", None)
    let_pass(newsroom)
    newsroom.lift()
    assert len(newsroom.listed()) == 2
    later = newsroom.post(TEXT.upper())
    newsroom.work()
    assert newsroom.receipt(later)["duplicate_of"] == receipt["article"]["id"]
    assert newsroom.receipt(hidden)["state"] == "published"
    assert newsroom.invariants() == {}


def test_it_can_be_withheld_and_released_before_its_moment(newsroom: Newsroom) -> None:
    bulletin = newsroom.post(TEXT, Bulletin_Embargo=in_(3600))
    newsroom.work()
    assert newsroom.order("withhold", bulletin).json()["pub_status"] == "withheld"
    let_pass(newsroom)
    assert (newsroom.lift(), newsroom.told()) == (0, [])
    newsroom.get(f"/v1/articles/{newsroom.only_article()}", 404)
    newsroom.order("release", bulletin)
    assert newsroom.lift() == 1
    assert newsroom.told() == [("article.published", 1)]
    assert newsroom.invariants() == {}


def test_killed_before_its_moment_it_never_was(newsroom: Newsroom) -> None:
    bulletin = newsroom.post(TEXT, Bulletin_Embargo=in_(3600))
    newsroom.work()
    newsroom.order("kill", bulletin, note="Rút")
    let_pass(newsroom)
    assert (newsroom.lift(), newsroom.told(), newsroom.listed()) == (0, [], [])
    newsroom.get(f"/v1/articles/{newsroom.only_article()}", 404)
    assert newsroom.invariants() == {}


def test_who_filed_it_reads_its_bytes_back_only_after_its_moment(newsroom: Newsroom) -> None:
    bulletin = newsroom.post(TEXT, Bulletin_Embargo=in_(3600))
    raw = f"/v1/bulletins/{bulletin}/raw"
    before = newsroom.ingest.http.get(raw)
    newsroom.work()
    made = newsroom.ingest.http.get(raw)
    let_pass(newsroom)
    newsroom.lift()
    assert [answer.status_code for answer in (before, made, newsroom.ingest.http.get(raw))] == [403, 403, 200]
    assert made.json()["code"] == "under_embargo"


def test_what_is_published_at_its_moment_joins_the_story_of_its_event(newsroom: Newsroom) -> None:
    newsroom.publish(CLINIC)
    newsroom.post(BRIDGE, Bulletin_Embargo=in_(3600))
    newsroom.work()
    open_one = newsroom.publish(BRIDGE_TOO)
    assert newsroom.get("/v1/stories")["data"] == [], "nobody learns from a story what is under embargo"
    let_pass(newsroom)
    newsroom.lift()
    lifted = newsroom.listed()[0]
    (story,) = newsroom.get("/v1/stories")["data"]
    told = newsroom.get(story["href"])["articles"]
    assert [one["article"] for one in told] == [open_one, lifted], "in the order in which readers had them"
    later = newsroom.publish(BRIDGE.replace("214 mét", "218 mét"))
    assert newsroom.get(f"/v1/articles/{later}")["story"] == story["id"], "and it is found by those that come after it"
    assert newsroom.invariants() == {}
