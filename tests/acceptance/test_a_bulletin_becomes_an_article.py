"""The whole house at work: both services, a Celery worker and the sweep, on real servers."""

from collections.abc import Iterator

import httpx
import pytest

from infra.stack import Stack
from tests.factories import TEXT, a_text
from tests.servers import Database, Servers, answers, wait_until

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@pytest.fixture(scope="module")
def house(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    servers.redis.flushall()
    with servers.database() as database:
        stack = Stack(
            home=tmp_path_factory.mktemp("house"),
            database_url=database.url,
            broker_url=servers.valkey.url,
            concurrency=1,
        )
        stack.start()
        try:
            with httpx.Client(base_url=stack.api_url) as http:
                wait_until(lambda: answers(http, "/readyz"), 30)
            yield stack
        finally:
            stack.stop()


def file(house: Stack, text: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{house.ingest_url}/v1/bulletins", content=text.encode(), headers=PLAIN | named, timeout=40)


def test_a_bulletin_becomes_an_article(house: Stack) -> None:
    answer = file(house, TEXT, Prefer="wait=30")
    receipt = answer.json()
    article = httpx.get(f"{house.api_url}/v1/articles/{receipt['article']['id']}").json()
    assert (answer.status_code, receipt["state"], receipt["attempts"]) == (201, "published", 1)
    assert article == receipt["article"]
    assert (article["title"], article["text"]) == ("Khánh thành cầu Vàm Sáng", TEXT)


def test_what_was_said_before_becomes_no_second_article(house: Stack) -> None:
    first, again = (file(house, "Tin lặp lại\n\nMưa to.", Prefer="wait=30") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    receipt = again.json()
    assert (receipt["state"], receipt["duplicate_of"]) == ("duplicate", first.json()["article"]["id"])


def test_a_lost_bell_costs_a_moment_and_no_bulletin(house: Stack, servers: Servers) -> None:
    database = Database(house.database_url)
    before = database.count("article")
    for _ in range(30):
        file(house, a_text())
        servers.redis.flushall()
    # The sweep, which is started a moment after the others, rings for what nobody heard.
    wait_until(lambda: house.tend() or database.count("article") == before + 30, 30)


def test_flash_and_batches_reach_the_feed_without_a_gap(house: Stack) -> None:
    database = Database(house.database_url)
    before = database.count("article")
    for number in range(20):
        file(house, a_text(), Bulletin_Priority="flash" if number % 2 else "normal")
    wait_until(lambda: house.tend() or database.count("article") == before + 20, 30)
    changes = httpx.get(f"{house.api_url}/v1/changes?limit=1000").json()
    assert [change["seq"] for change in changes["changes"]] == list(range(1, changes["head_seq"] + 1))
