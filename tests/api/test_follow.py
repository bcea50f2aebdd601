"""Following the feed: by long poll and as a stream that is cut off and taken up again."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.enrich import furnishing
from shared.contracts.article import ChangeList, ChangeOut
from shared.database import make_engine, transaction
from shared.feed import Told, tell
from shared.settings import Settings
from tests.api.conftest import Publish
from tests.factories import a_text, some_bulletins
from tests.servers import Database, Servers, Service, started_service, wait_until

Event = dict[str, str]


def events(lines: Iterator[str]) -> Iterator[Event]:
    """Server-sent events, read as the HTML standard says; a heartbeat is an event with an id and no data."""
    event: Event = {}
    for line in lines:
        if not line:
            if event:
                yield event
            event = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


@contextmanager
def stream(api: Service, query: str = "", **headers: str) -> Iterator[Iterator[Event]]:
    """The events of a stream, without what it says about connecting again."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with api.http.stream("GET", f"/v1/changes/stream{query}", headers=named) as answer:
        assert answer.status_code == 200, answer.read()
        yield (event for event in events(answer.iter_lines()) if "retry" not in event)


def told(found: Iterator[Event], count: int) -> list[int]:
    """The numbers of the next so many changes."""
    numbers: list[int] = []
    while len(numbers) < count:
        event = next(found)
        if "data" in event:
            change = ChangeOut.model_validate_json(event["data"])
            assert (event["id"], event["event"]) == (str(change.seq), change.type)
            numbers.append(change.seq)
    return numbers


def changes(api: Service, query: str = "") -> ChangeList:
    answer = api.http.get(f"/v1/changes{query}")
    assert answer.status_code == 200, answer.text
    return ChangeList.model_validate(answer.json())


def seqs(piece: ChangeList) -> list[int]:
    return [change.seq for change in piece.changes]


def test_who_waits_is_told_as_soon_as_there_is_something(api: Service, publish: Publish) -> None:
    publish(1)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(changes, api, "?since=1&wait=15")
        time.sleep(0.2)
        assert not waiting.done()
        publish(1)
        piece = waiting.result(timeout=10)
    assert (seqs(piece), piece.last_seq) == ([2], 2)
    assert piece.next == "/v1/changes?since=2&limit=200&wait=15.0"


def test_who_waits_in_vain_is_told_so_when_the_time_is_over(api: Service, publish: Publish) -> None:
    publish(1)
    piece = changes(api, "?since=1&wait=0.1")
    assert (piece.changes, piece.last_seq, piece.next) == ([], 1, "/v1/changes?since=1&limit=200&wait=0.1")


def test_nobody_waits_for_what_is_there(api: Service, publish: Publish) -> None:
    publish(3)
    assert seqs(changes(api, "?since=1&wait=60")) == [2, 3]


def test_now_is_behind_everything(api: Service, publish: Publish) -> None:
    publish(3)
    piece = changes(api, "?since=now")
    assert (piece.changes, piece.last_seq) == ([], 3)


SOURCES = ["bao-a", "bao-b", "bao-b", "bao-a", "bao-b"]


@pytest.fixture
def two_sources(api: Service) -> Service:
    """Five articles of two sources."""
    bench = furnishing.furnish(Settings(database_url=api.database.url))
    for source in SOURCES:
        some_bulletins(api.database, [a_text()], source=source)
        while bench.enrich([]):
            pass
    bench.tx_engine.dispose()
    bench.side_engine.dispose()
    return api


def test_a_filtered_piece_moves_on_over_what_it_leaves_out(two_sources: Service) -> None:
    piece = changes(two_sources, "?source=bao-a")
    assert (seqs(piece), piece.last_seq, piece.head_seq) == ([1, 4], 5, 5)
    assert piece.next == "/v1/changes?since=5&limit=200&source=bao-a"
    first = changes(two_sources, "?source=bao-b&limit=2")
    assert (seqs(first), first.last_seq) == ([2, 3], 3)
    assert seqs(changes(two_sources, first.next.removeprefix("/v1/changes"))) == [5]


def test_of_values_of_one_filter_one_must_fit_and_of_several_filters_each(two_sources: Service) -> None:
    assert seqs(changes(two_sources, "?source=bao-a&source=bao-b")) == [1, 2, 3, 4, 5]
    assert seqs(changes(two_sources, "?source=bao-a&type=article.published")) == [1, 4]
    assert seqs(changes(two_sources, "?source=bao-a&type=article.killed")) == []


def test_a_rare_type_does_not_make_one_request_read_the_whole_feed(api: Service, publish: Publish) -> None:
    publish(1)
    api.database.run(
        "INSERT INTO change SELECT 1 + n, 'article.revised', (SELECT id FROM article), 1, now() "
        "FROM generate_series(1, 10500) AS n; UPDATE feed_head SET seq = 10501"
    )
    first = changes(api, "?type=article.published&since=1&wait=60")
    assert (first.changes, first.last_seq, first.head_seq) == ([], 10_001, 10_501), "it waits at the head only"
    last = changes(api, "?type=article.published&since=10001")
    assert (last.changes, last.last_seq) == ([], 10_501)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?wait=-1", 400), ("?wait=x", 400), ("?type=article.made", 400), ("?entity=ent_1", 400), ("?source=", 400),
        ("?since=later", 400), ("?sources=a", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(api: Service, query: str, status: int) -> None:
    for path in ("/v1/changes", "/v1/changes/stream"):
        answer = api.http.get(path + query)
        assert (answer.status_code, answer.json()["code"]) == (status, "invalid_parameter")


@pytest.mark.parametrize("id", ["x", "-1", "9" * 19, "0" * 30])
def test_a_last_event_id_that_is_none_is_refused(api: Service, id: str) -> None:
    answer = api.http.get("/v1/changes/stream", headers={"Last-Event-ID": id})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")


def test_a_stream_begins_where_it_is_told_to_and_tells_when_it_has_caught_up(api: Service, publish: Publish) -> None:
    publish(3)
    with stream(api, "?since=1") as found:
        assert told(found, 2) == [2, 3]
        assert next(found) == {"id": "3"}
        publish(1)
        assert told(found, 1) == [4]


def test_a_stream_without_a_position_tells_what_is_new(api: Service, publish: Publish) -> None:
    publish(2)
    with stream(api) as found:
        assert next(found) == {"id": "2"}
        publish(2)
        assert told(found, 2) == [3, 4]


def test_the_last_event_id_outranks_since(api: Service, publish: Publish) -> None:
    publish(3)
    with stream(api, "?since=0", Last_Event_ID="2") as found:
        assert told(found, 1) == [3]


def test_a_filtered_stream_moves_on_over_what_it_leaves_out(two_sources: Service) -> None:
    with stream(two_sources, "?since=0&source=bao-a") as found:
        assert told(found, 2) == [1, 4]
        assert next(found) == {"id": "5"}, "who connects again goes on behind what was left out"


def test_who_knows_more_than_the_feed_holds_is_told_to_begin_anew(api: Service, publish: Publish) -> None:
    publish(2)
    with stream(api, Last_Event_ID="7") as found:
        assert next(found) == {"id": "2", "event": "reset", "data": '{"head_seq":2}'}
        assert next(found) == {"id": "2"}
        publish(1)
        assert told(found, 1) == [3]


def test_a_stream_that_is_cut_off_a_hundred_times_misses_nothing_and_sees_nothing_twice(
    api: Service, publish: Publish
) -> None:
    """Cut anywhere, also in the middle of an event: what counts is the last event that was read whole."""
    publish(1)
    total = 150
    ended = threading.Event()
    engine = make_engine(api.database.url, "test")
    article = api.database.value("SELECT id FROM article")

    def write() -> None:
        for _ in range(total - 1):
            with transaction(engine) as tx:
                tell(tx, [Told("article.revised", article, 1)], now=datetime.now(UTC))
        ended.set()
        engine.dispose()

    seen: list[int] = []
    cuts = 0
    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write)
        while len(seen) < total or cuts < 100:
            with stream(api, **({"Last_Event_ID": str(seen[-1])} if seen else {"Last_Event_ID": "0"})) as found:
                for event in found:
                    if "data" in event:
                        seen.append(json.loads(event["data"])["seq"])
                        if cuts < 100:
                            break
                    if ended.is_set() and event["id"] == str(total):
                        break
            cuts += 1
            assert cuts < 1000
        writing.result(timeout=30)
    assert seen == list(range(1, total + 1))


def test_a_follower_who_reads_nothing_holds_up_nobody(api: Service, publish: Publish) -> None:
    publish(1)
    with stream(api, "?since=0") as _, stream(api, "?since=1") as quick:
        for number in range(3):
            publish(5)
            assert told(quick, 5) == list(range(2 + 5 * number, 7 + 5 * number))


def test_a_dead_connection_is_opened_again_and_nothing_is_missed(api: Service, publish: Publish) -> None:
    publish(1)
    with stream(api, "?since=1") as found:
        assert next(found) == {"id": "1"}
        api.database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bantin-api-tail'"
        )
        publish(2)
        assert told(found, 2) == [2, 3]
        publish(1)
        assert told(found, 1) == [4]


@pytest.fixture
def hasty_api(servers: Servers, database: Database, tmp_path: Path) -> Iterator[Service]:
    """An api that looks often and beats often."""
    hasty = {"BANTIN_FEED_POLL": "0.1", "BANTIN_FEED_HEARTBEAT": "0.1"}
    with started_service("api", tmp_path, database, **hasty) as running:
        yield running


def test_a_lost_call_costs_time_and_no_change_and_a_process_that_ends_lets_go(hasty_api: Service) -> None:
    with stream(hasty_api, "?since=0") as found:
        assert [next(found), next(found)] == [{"id": "0"}, {"id": "0"}], "a heartbeat"
        # As if PostgreSQL had lost the call: nobody calls out here.
        a_silent_change(hasty_api.database)
        assert told(found, 1) == [1]
        assert "bantin_followers 1.0" in hasty_api.http.get("/metrics").text
        hasty_api.process.send_signal(signal.SIGTERM)
        rest: list[Any] = list(found)
        assert all("data" not in event for event in rest)
    wait_until(lambda: hasty_api.process.poll() is not None, 5)


def a_silent_change(database: Database) -> None:
    """An article and its change, written past the workbench."""
    some_bulletins(database, [a_text()])
    bench = furnishing.furnish(Settings(database_url=database.url))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.feed.CHANNEL", "nobody_listens")
        while bench.enrich([]):
            pass
    bench.tx_engine.dispose()
    bench.side_engine.dispose()


def test_the_feed_is_given_as_cloud_events_too(api: Service, publish: Publish) -> None:
    publish(2)
    answer = api.http.get("/v1/changes?since=1", headers={"Accept": "application/cloudevents-batch+json"})
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    assert answer.headers["link"] == '</v1/changes?since=2&limit=200>; rel="next"'
    (change,) = changes(api, "?since=1").model_dump(mode="json")["changes"]
    (event,) = answer.json()
    assert {name: event[name] for name in ("specversion", "id", "source", "type", "subject", "sequence")} == {
        "specversion": "1.0", "id": "evt_2", "source": "/bantin", "type": "vn.bantin.article.published.v1",
        "subject": change["article"], "sequence": "00000000000000000002",
    }  # fmt: skip
    assert ChangeOut.model_validate(event["data"]).model_dump(mode="json") == change
