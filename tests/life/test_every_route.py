"""No route shows anything of what is under embargo, withheld, killed or erased: all of them are walked."""

import itertools
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.api.pages.finding import router as finding
from services.api.pages.following import router as following
from services.api.pages.reading import router as reading
from services.ingest import orders
from shared.contracts.bulletin import KillOrder
from shared.database import transaction
from shared.ids import ARTICLE, read
from tests.life.conftest import Newsroom

SECRET = "Khaibí"
HIDDEN = (
    f"Trại cá {SECRET} khánh thành\n\nSáng 5/9/2025, ông Trần {SECRET} mở trại cá ở xã Mường Bo, tỉnh Lào Cai.\n\n"
    f"Trại {SECRET} rộng 3 ha."
)
ORIGINAL = "Lớp học bơi\n\nSáng 1/9/2025, tỉnh Vĩnh Long mở lớp học bơi cho trẻ em vùng sông nước, kéo dài ba tuần."
OPEN = "Hội chợ Cồn Phụng\n\nSáng 5/9/2025, xã Mường Bo, tỉnh Lào Cai mở hội chợ."
KEY = "/v1/sources/b/bulletins/1"


def hide(newsroom: Newsroom, how: str) -> str:
    """A hidden article with two versions; its id."""
    embargo = {"Bulletin_Embargo": (datetime.now(UTC) + timedelta(hours=1)).isoformat()} if how == "embargoed" else {}
    newsroom.put(HIDDEN, KEY, **embargo)
    newsroom.put(HIDDEN.replace("3 ha", "4 ha"), KEY)
    newsroom.work()
    id = newsroom.only_article()
    read_again(newsroom, id)
    if how == "withheld":
        assert newsroom.order("withhold", id).status_code == 200
    if how == "merged":
        newsroom.put(ORIGINAL, "/v1/sources/b/bulletins/0")
        newsroom.work()
        (original,) = set(newsroom.listed()) - {id}
        order = {"actor": "a", "reason": "b", "to": original, "kind": "near"}
        assert newsroom.ingest.http.post(f"/v1/articles/{id}/relations", json=order).status_code == 200
    if how == "killed":
        assert newsroom.order("kill", id, note="Xin rút.").status_code == 200
    if how == "erased":
        uuid = read(ARTICLE, id)
        assert uuid
        with transaction(newsroom.bench.tx_engine) as tx:
            orders.erase(tx, uuid, KillOrder(actor="a", reason="b"), now=datetime.now(UTC))
    return id


def read_again(newsroom: Newsroom, id: str) -> None:
    """Keep a reading of the first version, as if another engine had read it before."""
    newsroom.database.run(
        "INSERT INTO article_reading SELECT article_id, version, 1, 'of-yesterday', jsonb_build_object('title', title), now()"
        " FROM article_version WHERE article_id = %(id)s AND version = 1",
        id=read(ARTICLE, id),
    )


def routes(newsroom: Newsroom, id: str, *, service: str) -> list[str]:
    """Every GET address of a service's description, with every parameter filled in that it takes; none is left out."""
    http = getattr(newsroom, service).http
    others = {
        word: [f"{prefix}_{row[0].hex}" for row in newsroom.database.rows(f"SELECT id FROM {table}")] or [f"{prefix}_0"]
        for word, prefix, table in (
            ("bulletins", "bul", "bulletin"), ("entities", "ent", "entity"), ("stories", "sto", "story"),
            ("webhooks", "whk", "webhook"),
            ("decisions", "dec", "article_decision"),
        )
    }  # fmt: skip
    found = []
    for path, operations in http.get("/openapi.json").json()["paths"].items():
        if "get" not in operations:
            continue
        filled = (
            path.replace("{version}/{number}", "1/1")
            .replace("{number}", "1")
            .replace("{code}", "38")
            .replace("schemas/{name}", "schemas/article")
            .replace("{name}", "nguoi-doc")
        )
        ids = next((ids for word, ids in others.items() if f"/{word}/" in path), [id])
        assert "{" not in filled.replace("{id}", ""), f"say what {path} shall be asked"
        found += [filled.replace("{id}", one) for one in (ids if "{id}" in path else [""])]
    return found


def a_follower(newsroom: Newsroom) -> None:
    """A consumer that has seen nothing yet, and a webhook."""
    assert newsroom.api.http.put("/v1/consumers/nguoi-doc", json={"since": 0}).status_code == 201
    hook = {"url": "https://toa-soan.example/bantin", "since": 0}
    assert newsroom.api.http.post("/v1/webhooks", json=hook).status_code == 201


def asked_of(http: httpx.Client, path: str) -> httpx.Response:
    """The answer; of a stream, what it says until it has caught up."""
    if not path.startswith("/v1/changes/stream"):
        return http.get(path)
    with http.stream("GET", path) as answer:
        lines = itertools.takewhile(lambda line: line != ":", answer.iter_lines())
        return httpx.Response(answer.status_code, headers=answer.headers, text="\n".join(lines))


def pages(newsroom: Newsroom, id: str) -> list[str]:
    """The same of the pages for readers, which no description names."""
    found = []
    for router in (finding, reading, following):
        for route in router.routes:
            path = getattr(route, "path", "")
            # A bulletin's page says less than its receipt, which is walked.
            if "GET" not in getattr(route, "methods", ()) or path.startswith("/bulletins/"):
                continue
            filled = path.replace("{number}", "1").replace("{code}", "15").replace("{other}", id)
            ids = [id]
            for word, prefix, table in (("entities", "ent", "entity"), ("stories", "sto", "story")):
                if f"/{word}/" in path:
                    ids = [f"{prefix}_{row[0].hex}" for row in newsroom.database.rows(f"SELECT id FROM {table}")]
            assert "{" not in filled.replace("{id}", ""), f"say what {path} shall be asked"
            found += [filled.replace("{id}", one) for one in (ids if "{id}" in path else [""])]
    return [*found, "/?q=trai", "/entities?q=tran", "/live/new?since=0", "/?province=15&sort=published"]


QUERIES = {
    "/v1/articles": [
        "", "?limit=200", "?date_from=2025-09-05&date_to=2025-09-05", "?date_from=2025-01-01&date_field=event",
        "?date_from=2025-01-01&date_field=published", "?place=M%C6%B0%E1%BB%9Dng%20Bo&place_mode=written", "?province=15",
        "?q=khaibi", "?q=khaibi&sort=newest&highlight=true", "?q=title:khaibi*", "?q=-gian", "?source=b", "?sort=event",
        "?has=-captions",
    ],
    "/v1/changes": ["", "?since=0&limit=200", "?type=article.published"],
    "/v1/changes/stream": ["?since=0"],
    "/v1/places/resolve": ["?text=L%C3%A0o%20Cai"],
    "/v1/feeds/atom.xml": ["", "?province=15"],
    "/v1/feeds/feed.json": ["", "?date_from=2025-09-05"],
    "/v1/export": ["", *(f"?format={name}" for name in ("ninjs", "ninjs-bantin", "csv", "csv-excel")), "?province=15"],
    "/v1/entities": ["", "?limit=200", "?q=muong+bo", "?type=place"],
}  # fmt: skip


@pytest.mark.parametrize("how", ["embargoed", "withheld", "killed", "erased", "merged"])
def test_nothing_of_a_hidden_article_is_in_any_answer(newsroom: Newsroom, how: str) -> None:
    id = hide(newsroom, how)
    newsroom.put(OPEN, "/v1/sources/b/bulletins/2")
    newsroom.work()
    a_follower(newsroom)
    asked = [
        (service, path + query)
        for service in ("api", "ingest")
        for path in routes(newsroom, id, service=service)
        for query in QUERIES.get(path, [""])
    ] + [("api", path) for path in pages(newsroom, id)]
    assert len(asked) > 40
    shown = {}
    for service, path in asked:
        answer = asked_of(getattr(newsroom, service).http, path)
        assert answer.status_code < 500, f"{path}: {answer.text}"
        words = answer.text + str(dict(answer.headers))
        # That it was there may be told where readers knew it; an embargo does not even tell that.
        names = [SECRET, id] if how == "embargoed" and service == "api" and id not in path else [SECRET]
        # The newsroom reads its own bytes of what it has merged.
        if how == "merged" and path.endswith("/raw"):
            continue
        if any(name in words for name in names):
            shown[path] = answer.text
    assert shown == {}
    (article,) = newsroom.get("/v1/articles?date_from=2025-09-05")["data"]
    assert article["title"] == "Hội chợ Cồn Phụng", "what is not hidden is still there"


def test_a_readable_article_is_in_these_answers(newsroom: Newsroom) -> None:
    """The control: a walk that finds nothing here would prove nothing above."""
    id = hide(newsroom, "not at all")
    a_follower(newsroom)
    shown = [
        path + query
        for path in routes(newsroom, id, service="api")
        for query in QUERIES.get(path, [""])
        if SECRET in asked_of(newsroom.api.http, path + query).text
    ]
    assert len(shown) >= 9, shown
    drawn = [path for path in pages(newsroom, id) if SECRET in newsroom.api.http.get(path).text]
    assert len(drawn) >= 7, drawn
