"""How long something is tried again, and how a stream is read: without any service."""

import itertools
from collections.abc import Sequence
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.client import BantinError, FeedReset, NoAnswer, Patience, StrangeAnswer, TryLater
from shared.client.following import EventReader, Follower
from shared.client.reading import get
from shared.client.talk import Ask, Manner, Pause, persistently
from shared.contracts import examples
from shared.contracts.article import ChangeList

ASK = get("/v1/articles/art_0")
OK = httpx.Response(200, json={}, request=httpx.Request("GET", "http://api"))
BROKEN = httpx.ConnectError("refused")


def refused(status: int, code: str, **headers: str) -> httpx.Response:
    problem = {
        "type": f"urn:bantin:problem:{code}", "title": "", "status": status, "code": code, "detail": "", "errors": [],
        "request_id": "",
    }  # fmt: skip
    return httpx.Response(status, json=problem, headers=headers, request=OK.request)


def talk(answers: Sequence[Any], seconds: float = 30.0) -> tuple[list[float], Any]:
    """The pauses of a client that gets these answers, and what comes of it. Chance is always 0, time only pauses."""
    pauses: list[float] = []
    manner = Manner(patience=Patience(seconds=seconds), clock=lambda: sum(pauses), chance=lambda: 0.0)
    saying, left = persistently(ASK, manner), iter(answers)
    try:
        step = next(saying)
        while True:
            if isinstance(step, Pause):
                pauses.append(round(step.seconds, 3))
                step = saying.send(None)
            else:
                assert isinstance(step, Ask)
                step = saying.send(next(left))
    except StopIteration as end:
        return pauses, end.value
    except BantinError as error:
        return pauses, error


def test_what_is_answered_is_not_asked_again() -> None:
    assert talk([OK]) == ([], OK)
    for final in (refused(404, "no_such_article"), refused(422, "empty_text"), refused(409, "embargo_too_late")):
        assert talk([final]) == ([], final)


def test_pauses_double_and_keep_to_what_the_service_asks_for() -> None:
    later = refused(503, "database_away", **{"Retry-After": "2"})
    assert talk([BROKEN, BROKEN, BROKEN, later, BROKEN, OK]) == ([0.1, 0.2, 0.4, 2.0, 1.6], OK)


@pytest.mark.parametrize(
    "later",
    [
        refused(429, "queue_too_old"),
        refused(409, "idempotency_key_in_use"),
        refused(409, "article_in_hand"),
        httpx.Response(502, text="<h1>Bad Gateway</h1>", request=OK.request),
    ],
)
def test_what_passes_by_itself_is_asked_again(later: httpx.Response) -> None:
    assert talk([later, OK]) == ([0.1], OK)


def test_patience_ends_with_what_was_said_last() -> None:
    pauses, error = talk([refused(503, "too_busy")] * 50, seconds=5)
    assert isinstance(error, TryLater)
    assert error.problem.code == "too_busy"
    assert sum(pauses) <= 5
    assert isinstance(talk([BROKEN] * 50)[1], NoAnswer)


def test_nothing_is_waited_for_that_comes_too_late() -> None:
    pauses, error = talk([refused(503, "too_many_exports", **{"Retry-After": "10"})], seconds=5)
    assert (pauses, error.retry_after) == ([], 10.0)


@given(st.integers(1, 200), st.none() | st.floats(0, 100), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_cut_by_chance_and_never_too_short(tries: int, asked: float | None, chance: float) -> None:
    patience = Patience()
    pause = patience.pause(tries, asked, chance)
    whole = min(10.0, 0.2 * 2 ** min(tries - 1, 30))
    assert pause >= max(whole / 2, asked or 0)
    assert pause <= max(whole, asked or 0)


CHANGE = examples.CHANGE_LIST["changes"][0]


def frame(seq: int, event: str = "article.published") -> str:
    return f"id: {seq}\nevent: {event}\ndata: {orjson.dumps({**CHANGE, 'seq': seq}).decode()}\n\n"


@given(st.lists(st.integers(1, 300)), st.sampled_from(["\n", "\r\n"]))
def test_a_stream_is_read_wherever_it_is_cut(cuts: list[int], end: str) -> None:
    text = "retry: 2500\n\n" + frame(1) + ":\nid: 4\n\n" + frame(5) + ": heartbeat\n\n"
    text = text.replace("\n", end)
    places = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    events = EventReader(position=None)
    found = [
        change.seq for first, last in itertools.pairwise(places) for change in events.feed(text[first:last])
    ]  # fmt: skip
    assert (found, events.position, events.retry) == ([1, 5], 5, 2.5)


def test_a_comment_with_an_id_moves_on() -> None:
    events = EventReader(position=1)
    assert list(events.feed(":\nid: 9\n\n")) == []
    assert events.position == 9


def test_what_had_begun_when_the_stream_broke_is_forgotten() -> None:
    events = EventReader(position=0)
    assert list(events.feed(frame(1)[:-30])) == []
    events.broken()
    assert events.position == 0
    assert [change.seq for change in events.feed(frame(1))] == [1]


def test_a_feed_that_went_back_is_told() -> None:
    with pytest.raises(FeedReset) as told:
        list(EventReader(position=9).feed('id: 4\nevent: reset\ndata: {"head_seq":4}\n\n'))
    assert told.value.head_seq == 4
    with pytest.raises(FeedReset):
        Follower(position=9, wait=None).seen(ChangeList(changes=[], last_seq=9, head_seq=4, next=""))


def test_an_event_that_is_no_change_is_told() -> None:
    with pytest.raises(StrangeAnswer):
        list(EventReader(position=0).feed("id: 1\nevent: article.published\ndata: {}\n\n"))
