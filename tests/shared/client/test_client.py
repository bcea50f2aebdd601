"""The client against the services: what is filed, read and followed through it."""

import asyncio
import inspect
from collections.abc import Callable
from itertools import islice
from typing import Any

import orjson
import pytest

from infra.embedded import process
from shared.client import AsyncBantin, Bantin, Gone, Missing, NoAnswer, NotAllowed, Patience, Refused, StrangeAnswer
from shared.contracts import examples
from shared.contracts.states import State
from tests.factories import TEXT, a_json
from tests.servers import Service
from tests.shared.client.conftest import NOT_PATIENT, Flaky, Work, broken_off, hurry

WHO = {"actor": "le.thi.an", "reason": "đang kiểm tra số liệu"}


def publish(client: Bantin, work: Work, text: str = TEXT) -> str:
    filed = client.post(text)
    work()
    article = client.bulletin(filed.id).article
    assert article
    return article.id


def test_a_bulletin_is_filed_and_becomes_an_article(client: Bantin, work: Work) -> None:
    filed = client.post(TEXT, source="báo Vĩnh Long", published="2025-09-06", priority="flash")
    assert (filed.accepted and filed.accepted.state, filed.receipt) == ("queued", None)
    receipts = client.until_finished(filed.id, 10)
    assert next(receipts).state == State.QUEUED
    work()
    *_, receipt = receipts
    assert (receipt.state, receipt.source, receipt.priority) == (State.PUBLISHED, "báo Vĩnh Long", "flash")
    assert receipt.article
    assert client.article(receipt.article.id) == receipt.article
    assert client.article(receipt.article.id, version=1) == receipt.article


def test_what_is_filed_again_with_its_key_is_there_once(make_client: Callable[..., Bantin], ingest: Service) -> None:
    client = make_client(new_key=lambda: "vl-0917")
    assert client.post(TEXT).id == client.post(TEXT).id
    assert client.post(TEXT, key="another").id != client.post(TEXT).id
    assert ingest.database.count("bulletin") == 2


def test_a_line_that_breaks_files_nothing_twice(make_client: Callable[..., Bantin], ingest: Service) -> None:
    client = make_client(transport=Flaky())
    ids = {client.post(f"Tin {n}\n\nMưa to.").id for n in range(6)}
    assert (len(ids), ingest.database.count("bulletin")) == (6, 6)


def test_a_batch_has_a_verdict_for_each_line(client: Bantin) -> None:
    receipt = client.post_batch(a_json(text="Tin một") + b"\n{}\n")
    assert [(one.line, one.status) for one in receipt.results] == [(1, 202), (2, 422)]
    refused = client.post_batch(b"{}\n")
    assert (refused.accepted, refused.refused) == (0, 1)


def test_revisions_are_put_under_the_senders_key(client: Bantin, work: Work) -> None:
    first = client.put("báo vl", "VL 0917", TEXT, only_if_new=True)
    work()
    corrected = client.put(
        "báo vl", "VL 0917", TEXT.replace("214", "241"), kind="correction", note="Cầu dài 241 mét.", if_match=first.etag
    )
    work()
    assert corrected.accepted
    assert corrected.accepted.revision == 2
    with pytest.raises(Refused, match="precondition_failed"):
        client.put("báo vl", "VL 0917", "Tin khác\n\nMưa.", if_match=first.etag)
    article = client.bulletin(corrected.id).article
    assert article
    assert [(one.version, one.kind) for one in client.versions(article.id).data] == [(1, "first"), (2, "correction")]
    assert client.diff(article.id).text[0].added == "241"
    assert (client.ninjs(article.id).edNote or "").startswith("Cầu dài 241 mét.")


def test_orders_are_given_and_told(client: Bantin, work: Work) -> None:
    id = publish(client, work)
    assert client.withhold(id, **WHO).pub_status == "withheld"
    with pytest.raises(NotAllowed, match="article_withheld"):
        client.article(id)
    assert client.release(id, **WHO).pub_status == "usable"
    assert client.kill(id, note="Xin rút tin.", **WHO).pub_status == "canceled"
    with pytest.raises(Gone) as refused:
        client.article(id)
    assert (refused.value.problem.code, refused.value.problem.detail) == ("article_killed", "Xin rút tin.")
    assert (client.ninjs(id).pubStatus, client.ninjs(id).edNote) == ("canceled", "Xin rút tin.")
    assert [event.what for event in client.events(id).data] == ["withheld", "released", "killed"]


def test_what_is_not_there_is_missing(client: Bantin) -> None:
    for ask in (client.bulletin, client.article, client.entity, client.story, client.ninjs):
        with pytest.raises(Missing):
            ask("art_" + "0" * 32)


def test_lists_are_walked_page_by_page_to_their_end(client: Bantin, work: Work) -> None:
    work(5)
    found = [article.id for article in client.articles(limit=2)]
    assert len(set(found)) == 5
    assert [article.id for article in client.articles(date_from="2030-01-01")] == []
    entities = list(client.entities(limit=1, type="place"))
    assert entities[0].name
    assert [article.id for article in client.articles_of(entities[0].id, limit=2)] == found
    assert client.entity(entities[0].id).articles == 5
    for story in client.stories(limit=1):
        assert client.story(story.id).id == story.id


def test_the_feed_is_followed_over_a_line_that_breaks(make_client: Callable[..., Bantin], work: Work) -> None:
    work(3)
    changes = make_client(transport=Flaky()).follow(0)
    assert [change.seq for change in islice(changes, 3)] == [1, 2, 3]
    work(2)
    assert [change.seq for change in islice(changes, 2)] == [4, 5]
    # Whoever kept what was dealt with goes on there.
    assert next(make_client().follow(4)).seq == 5


def test_an_export_says_where_the_feed_goes_on(client: Bantin, work: Work) -> None:
    work(3)
    with client.export("ndjson") as export:
        lines = b"".join(export.pieces).splitlines()
    assert (len(lines), export.head_seq, export.media_type) == (3, 3, "application/x-ndjson")
    with client.export("csv", date_from="2030-01-01") as export:
        assert b"".join(export.pieces).count(b"\n") == 1
    with pytest.raises(Refused, match="unknown_unit"), client.export(place="Narnia"):
        pass


def test_nobody_there_is_told_when_patience_ends() -> None:
    nowhere = f"http://127.0.0.1:{process.free_port()}"
    pauses: list[float] = []
    with (
        Bantin(
            nowhere, nowhere, patience=Patience(seconds=1.0), sleep=pauses.append, clock=lambda: sum(pauses)
        ) as client,
        pytest.raises(NoAnswer, match=nowhere),
    ):
        client.article("art_0")
    assert 2 <= len(pauses) <= 6


Serve = Callable[[Any], str]


def test_an_export_that_breaks_off_is_no_export(serve: Serve) -> None:
    url = serve([broken_off("application/x-ndjson", b'{"id":')])
    with Bantin(url, url) as client, client.export() as export:
        assert next(export.pieces) == b'{"id":'
        with pytest.raises(NoAnswer, match="broke off"):
            next(export.pieces)


def test_what_is_no_service_of_ours_is_told(serve: Serve) -> None:
    page = broken_off("text/html", b"<p>Hi", b"")
    url = serve([page])
    with Bantin(url, url, patience=NOT_PATIENT) as client, pytest.raises(StrangeAnswer, match="no ArticleOut"):
        client.article("art_0")


def a_frame(seq: int) -> bytes:
    change = {**examples.CHANGE_LIST["changes"][0], "seq": seq}
    return b"id: %d\nevent: article.published\ndata: %s\n\n" % (seq, orjson.dumps(change))


def test_a_stream_is_taken_up_where_it_broke(serve: Serve) -> None:
    known: list[str | None] = []

    def noting(answer: Any) -> Any:
        def noted(handler: Any) -> None:
            known.append(handler.headers.get("Last-Event-ID"))
            answer(handler)

        return noted

    stream = "text/event-stream"
    url = serve([
        noting(broken_off(stream, b"retry: 10\n\n", a_frame(1), a_frame(2)[:40])),
        noting(broken_off(stream, a_frame(2), b":\nid: 5\n\n")),
        noting(broken_off(stream, a_frame(6), a_frame(7))),
    ])  # fmt: skip
    with Bantin(url, url, sleep=hurry) as client:
        changes = client.stream(0)
        assert [change.seq for change in islice(changes, 4)] == [1, 2, 6, 7]
    assert known == ["0", "1", "5"]


def test_a_key_goes_with_every_request(serve: Serve) -> None:
    keys = []

    def answer(handler: Any) -> None:
        keys.append(handler.headers["Authorization"])
        broken_off("text/plain", b"x", b"")(handler)

    url = serve([answer])
    with Bantin(url, url, key="bnt_1", patience=NOT_PATIENT) as client, pytest.raises(StrangeAnswer):
        client.bulletin("bul_0")
    assert keys == ["Bearer bnt_1"]


def test_the_same_is_done_without_blocking(ingest: Service, api_service: Service, work: Work) -> None:
    async def rest(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))

    async def main() -> None:
        async with AsyncBantin(ingest.url, api_service.url, sleep=rest) as client:
            filed = await client.post(TEXT)
            await asyncio.to_thread(work, 2)
            receipts = [receipt async for receipt in client.until_finished(filed.id, 10)]
            assert receipts[-1].article
            article = await client.article(receipts[-1].article.id)
            found = [one.id async for one in client.articles(limit=1)]
            assert (len(found), article.id in found) == (3, True)
            changes = client.follow(0)
            assert [(await anext(changes)).seq for _ in range(3)] == [1, 2, 3]
            await changes.aclose()  # type: ignore[attr-defined]
            async with client.export("ninjs") as export:
                raw = b"".join([piece async for piece in export.pieces])
            assert (raw.count(b"\n"), export.head_seq) == (3, 3)
            assert (await client.kill(article.id, **WHO)).pub_status == "canceled"
            with pytest.raises(Gone):
                await client.article(article.id)
            with pytest.raises(Missing):
                await client.story("sto_" + "0" * 32)

    asyncio.run(main())


def test_a_stream_is_taken_up_without_blocking_too(serve: Serve) -> None:
    stream = "text/event-stream"
    url = serve([broken_off(stream, b"retry: 10\n\n", a_frame(1)), broken_off(stream, a_frame(2))])

    async def main() -> None:
        async with AsyncBantin(url, url) as client:
            changes = client.stream(0)
            assert [(await anext(changes)).seq for _ in range(2)] == [1, 2]
            await changes.aclose()  # type: ignore[attr-defined]

    asyncio.run(main())


def test_both_clients_do_the_same() -> None:
    def methods(kind: type) -> dict[str, list[str]]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {name: list(inspect.signature(one).parameters) for name, one in found if not name.startswith("_")}

    assert methods(Bantin) == methods(AsyncBantin)
