"""What is sent only once, and packed."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from services.api.modified import is_known, last_modified
from services.api.revalidation import matches
from tests.api.conftest import Publish
from tests.servers import Database, Service


@pytest.mark.parametrize("path", ["/v1/articles", "/v1/articles?q=Bản", "/v1/entities", "/v1/facets", "/v1/changes"])
def test_who_has_a_list_already_is_told_so_until_it_changes(api: Service, publish: Publish, path: str) -> None:
    publish(1)
    first = api.http.get(path)
    again = api.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["cache-control"] == "no-cache"
    publish(["Tin về Cà Mau\n\nNgày 7/9/2025, bản tin của tỉnh Cà Mau nói về Hợp tác xã Đồng Tiến."])
    assert api.http.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br, gzip;q=0.5", "*"])
def test_a_long_answer_is_packed_for_who_takes_it(api: Service, publish: Publish, encoding: str) -> None:
    publish(10)
    plain = api.http.get("/v1/articles", headers={"Accept-Encoding": "identity"})
    with api.http.stream("GET", "/v1/articles", headers={"Accept-Encoding": encoding}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert gzip.decompress(packed) == plain.content
    assert answer.headers["etag"] != plain.headers["etag"], "other bytes, another name"
    for known in (answer, plain):
        assert api.http.get("/v1/articles", headers={"If-None-Match": known.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("encoding", ["identity", "gzip;q=0", "br"])
def test_nobody_gets_what_he_does_not_take(api: Service, publish: Publish, encoding: str) -> None:
    publish(10)
    answer = api.http.get("/v1/articles", headers={"Accept-Encoding": encoding})
    assert "content-encoding" not in answer.headers


def test_an_article_says_when_it_was_last_changed(api: Service, publish: Publish) -> None:
    publish(1)
    (listed,) = api.http.get("/v1/articles").json()["data"]
    answer = api.http.get(listed["href"])
    assert parsedate_to_datetime(answer.headers["last-modified"]).isoformat()[:19] == listed["available_at"][:19]


def test_a_problem_is_neither_named_nor_kept(api: Service) -> None:
    answer = api.http.get("/v1/articles?limit=0")
    assert "etag" not in answer.headers


def test_either_variant_is_known_again() -> None:
    assert matches('"a"', '"a"')
    assert matches('W/"a-gz"', '"a"')
    assert not matches('"b", a', '"a"')
    assert not matches(None, '"a"')


THEN = datetime(2026, 1, 1, 5, 0, 0, 400_000, tzinfo=UTC)
AGES = """
UPDATE change SET at = %(then)s; UPDATE article SET available_at = %(then)s; UPDATE article_version SET valid_from = %(then)s;
UPDATE article_search SET at = %(then)s; UPDATE duplicate_relation SET decided_at = %(then)s
"""


def since(api: Service, path: str, date: str, **headers: str) -> int:
    return api.http.get(path, headers={"If-Modified-Since": date, **headers}).status_code


def aged(database: Database) -> None:
    """As if everything had been published long ago."""
    for statement in AGES.split(";"):
        database.run(statement, then=THEN)


@pytest.mark.parametrize("of", ["the list", "what is found", "an article", "a version"])
def test_who_asks_by_date_is_told_that_nothing_has_changed(
    api: Service, publish: Publish, served_database: Database, of: str
) -> None:
    publish(2)
    aged(served_database)
    href = api.http.get("/v1/articles").json()["data"][0]["href"]
    path = {
        "the list": "/v1/articles", "what is found": "/v1/articles?q=Bản", "an article": href, "a version": f"{href}/versions/1",
    }[of]  # fmt: skip
    first = api.http.get(path, headers={"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"})
    told = first.headers["last-modified"]
    assert (first.status_code, told) == (200, "Thu, 01 Jan 2026 05:00:01 GMT"), "never before what it tells of"
    again = api.http.get(path, headers={"If-Modified-Since": told})
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "no-cache")
    assert since(api, path, format_datetime(datetime.now(UTC), usegmt=True)) == 304
    assert since(api, path, told, **{"If-None-Match": '"another"'}) == 200, "the ETag decides"
    assert since(api, path, "yesterday") == since(api, path, "Thu, 01 Jan 2026 05:00:00 GMT") == 200
    # A person's decision changes what is said of entities, whatever article it is.
    served_database.run(
        """
        INSERT INTO entity_decision (id, kind, decided_by, actor, reason, decided_at, entity_id, into_id)
        VALUES (gen_random_uuid(), 'merge', 'person', 'x', 'x', now(), gen_random_uuid(), gen_random_uuid())
        """
    )
    assert since(api, path, told) == 200


def test_what_has_changed_just_now_is_sent_whole(api: Service, publish: Publish) -> None:
    publish(1)
    now = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    answer = api.http.get("/v1/articles", headers={"If-Modified-Since": now})
    assert answer.status_code == 200
    assert "last-modified" not in answer.headers


@pytest.mark.parametrize(
    ("later", "known"),
    [(0, False), (0.6, True), (1.6, False), (30, False), (31, True), (3600, True), (90_000, False)],
)
def test_a_date_of_ones_own_is_taken_where_no_transaction_can_come_between(*, later: float, known: bool) -> None:
    asked = {"if-modified-since": format_datetime(THEN + timedelta(seconds=later), usegmt=True)}
    asked_at = THEN + timedelta(days=1)
    assert is_known(asked, THEN, asked_at) is known
    assert last_modified(THEN, THEN + timedelta(seconds=29)) is None
    assert not is_known(asked, THEN, THEN + timedelta(seconds=29))
