"""Exports: everything at once, as it is at one position of the feed."""

import csv
import gzip
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from shared.contracts.article import ArticleOut
from shared.contracts.ninjs import NinjsOut
from tests.api.conftest import Publish
from tests.factories import a_text
from tests.servers import Database, Servers, Service, started_service, wait_until

FORMATS = ("ndjson", "ninjs", "ninjs-bantin", "csv", "csv-excel", "parquet")


def read(answer: httpx.Response) -> list[dict[str, Any]]:
    """The articles of an export, whatever its format."""
    assert answer.status_code == 200, answer.text
    match answer.headers["Content-Type"].partition(";")[0]:
        case "application/x-ndjson":
            return [json.loads(line) for line in answer.content.splitlines()]
        case "text/csv":
            return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        case _:
            rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(answer.content)).to_pylist()
            return rows


def titles(answer: httpx.Response) -> list[str]:
    return [row["title"] for row in read(answer)]


@pytest.fixture
def many(api: Service, publish: Publish) -> int:
    """More articles than an export holds in memory at a time."""
    publish([a_text(place="Lào Cai"), a_text(place="Vĩnh Long")])
    more = 450
    sql = """
    WITH copy AS (
        SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS bulletin FROM generate_series(3, %(more)s) AS n
    ), head AS (
        UPDATE feed_head SET seq = %(more)s
    ), received AS (
        INSERT INTO bulletin SELECT (b).* FROM (
            SELECT jsonb_populate_record(NULL::bulletin, old.whole || jsonb_build_object('id', copy.bulletin)) AS b
            FROM copy, (SELECT to_jsonb(bulletin) AS whole FROM bulletin LIMIT 1) AS old
        ) AS new
    ), made AS (
        INSERT INTO article SELECT (a).* FROM (
            SELECT jsonb_populate_record(NULL::article, old.whole || jsonb_build_object('id', copy.id, 'exact_key', NULL)) AS a
            FROM copy, (SELECT to_jsonb(article) AS whole FROM article LIMIT 1) AS old
        ) AS new
    ), told AS (
        INSERT INTO article_version SELECT (v).* FROM (
            SELECT jsonb_populate_record(NULL::article_version, old.whole || jsonb_build_object(
                'article_id', copy.id, 'bulletin_id', copy.bulletin, 'title', 'Tin ' || n)) AS v
            FROM copy, (SELECT to_jsonb(article_version) AS whole FROM article_version LIMIT 1) AS old
        ) AS new
    )
    INSERT INTO change SELECT n, 'article.published', id, 1, now() FROM copy
    """
    api.database.run(sql, more=more)
    return more


def test_every_article_is_exported_once_in_the_order_of_the_feed(api: Service, many: int) -> None:
    answers = {format: api.http.get(f"/v1/export?format={format}") for format in FORMATS}
    assert {answer.headers["Bantin-Head-Seq"] for answer in answers.values()} == {str(many)}
    wanted = [f"Tin {n}" for n in range(3, many + 1)]
    assert {format: titles(answer)[2:] == wanted for format, answer in answers.items()} == dict.fromkeys(FORMATS, True)


def test_the_documents_of_an_export_are_those_of_the_api(api: Service, publish: Publish) -> None:
    text = a_text()
    publish([text, a_text(), text])
    found = read(api.http.get("/v1/export"))
    assert found == [api.http.get(f"/v1/articles/{one['id']}").json() for one in found]
    assert ArticleOut.model_validate(found[0]).relations, "what repeats it is told too"
    for one in read(api.http.get("/v1/export?format=ninjs")):
        NinjsOut.model_validate(one)
    assert [one["bantin"] for one in read(api.http.get("/v1/export?format=ninjs-bantin"))] == found


@pytest.mark.parametrize("format", ["ndjson", "csv", "parquet"])
def test_an_export_takes_the_filters_of_the_list(api: Service, publish: Publish, format: str) -> None:
    publish([a_text(place="Lào Cai"), a_text(place="Vĩnh Long"), a_text(place="Lào Cai")])
    for query in ("province=15", "date_from=2025-09-05&date_field=event", "date_from=2026-01-01"):
        wanted = [one["title"] for one in api.http.get(f"/v1/articles?{query}").json()["data"]]
        assert titles(api.http.get(f"/v1/export?format={format}&{query}")) == wanted[::-1]


def test_what_is_no_export_is_refused(api: Service) -> None:
    for query in ("format=tea", "limit=5", "date_from=2026-01-02&date_to=2026-01-01"):
        assert api.http.get(f"/v1/export?{query}").json()["code"] == "invalid_parameter"
    assert api.http.get("/v1/export?province=Narnia").json()["code"] == "unknown_unit"


def test_an_export_is_compressed_when_asked(api: Service, many: int) -> None:
    with api.http.stream("GET", "/v1/export", headers={"Accept-Encoding": "gzip"}) as answer:
        assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
        raw = b"".join(answer.iter_raw())
    plain = api.http.get("/v1/export", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 5
    parquet = api.http.get("/v1/export?format=parquet", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in parquet.headers, "its pages are compressed already"


def test_an_export_has_a_name(api: Service) -> None:
    answer = api.http.get("/v1/export?format=csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bantin-0.csv"'


def test_what_happens_during_an_export_is_not_in_it(api: Service, many: int, publish: Publish) -> None:
    with api.http.stream("GET", "/v1/export", headers={"Accept-Encoding": "identity"}) as answer:
        pieces = answer.iter_raw()
        begun = next(pieces)
        api.database.run("UPDATE article SET pub_status = 'canceled'")
        publish(1)
        lines = (begun + b"".join(pieces)).splitlines()
    assert len(lines) == many
    head = int(answer.headers["Bantin-Head-Seq"])
    (later,) = api.http.get(f"/v1/changes?since={head}").json()["changes"]
    assert later["seq"] == many + 1
    assert len(read(api.http.get("/v1/export"))) == 1


@pytest.fixture
def hasty(served_database: Database, servers: Servers, tmp_path: Path) -> Iterator[Service]:
    """An api that writes one export at a time, for readers who hurry."""
    hurry = {"BANTIN_MAX_EXPORTS": "1", "BANTIN_EXPORT_PATIENCE": "1", "BANTIN_PUBLIC_URL": "https://tin.example.vn/"}
    with started_service("api", tmp_path, served_database, **hurry) as running:
        yield running


def test_one_export_too_many_is_refused_and_a_reader_that_stops_is_cut_off(
    api: Service, many: int, hasty: Service
) -> None:
    # As much as no socket's buffers hold.
    api.database.run("UPDATE article_version SET text = text || repeat('bản tin dài ', 2000)")
    with socket.create_connection(("127.0.0.1", hasty.port)) as stuck:
        stuck.sendall(b"GET /v1/export HTTP/1.1\r\nHost: x\r\n\r\n")
        assert stuck.recv(100).startswith(b"HTTP/1.1 200")
        refused = hasty.http.get("/v1/export?format=csv")
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_exports")
        assert refused.headers["Retry-After"] == "10"
        wait_until(lambda: hasty.http.get("/v1/export?format=csv&date_from=2030-01-01").status_code == 200)
        rest = b"".join(iter(lambda: stuck.recv(1 << 20), b""))
    assert not rest.endswith(b"0\r\n\r\n"), "the end is missing"
    assert "export cut off" in hasty.log.read_text()


def test_links_lead_to_the_address_that_readers_know(api: Service, publish: Publish, hasty: Service) -> None:
    publish(1)
    (item,) = hasty.http.get("/v1/feeds/feed.json").json()["items"]
    assert item["url"] == f"https://tin.example.vn/articles/{item['_bantin']['href'].rpartition('/')[2]}"
    assert item["_bantin"]["href"].startswith("https://tin.example.vn/v1/articles/art_")
