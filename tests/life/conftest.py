"""A newsroom: both services, a workbench and sweeps on one database, without Celery."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest

from infra.chaos.account import check
from services.enrich import furnishing, pipeline
from services.enrich.records import lives
from services.enrich.workbench import Workbench
from shared.database import transaction
from shared.settings import Settings
from tests.servers import Database, Service

TEXT = """Khánh thành cầu Vàm Sáng

Sáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu Vàm Sáng nối hai bờ kênh Ba Chùa.

Cầu dài 214 mét, do Hợp tác xã Xây lắp Bình Nguyên thi công trong 16 tháng.
"""
MENDED = TEXT.replace("214 mét", "241 mét")
NEWER = TEXT.replace("16 tháng", "17 tháng, kinh phí 32 tỉ đồng")
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
KEY = "/v1/sources/bao-vinh-long/bulletins/VL-0917"
WHO = {"actor": "le.thi.an", "reason": "đang kiểm tra số liệu"}


@dataclass
class Newsroom:
    """What tests of an article's life do."""

    ingest: Service
    api: Service
    bench: Workbench
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = self.ingest.database

    def put(self, text: str, path: str = KEY, **headers: str) -> httpx.Response:
        """PUT a text under a key; `headers` in Python's spelling. Notes may be Vietnamese."""
        named = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
        return self.ingest.http.put(path, content=text.encode(), headers={**PLAIN, **named})

    def post(self, text: str, **headers: str) -> str:
        """POST a text; the bulletin's id."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.ingest.http.post("/v1/bulletins", content=text.encode(), headers={**PLAIN, **named})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def order(self, what: str, id: str, **more: Any) -> httpx.Response:
        """Withhold, release or kill."""
        return self.ingest.http.post(f"/v1/articles/{id}:{what}", json={**WHO, **more})

    def work(self) -> None:
        """Let a worker work until nothing is due."""
        while self.bench.enrich([]):
            pass

    def publish(self, text: str, **headers: str) -> str:
        """Post a text and work on it; the article's id."""
        bulletin = self.post(text, **headers)
        self.work()
        return str(self.receipt(bulletin)["article"]["id"])

    def lift(self) -> int:
        """What a sweep does about embargoes at each turn."""
        with transaction(self.bench.tx_engine) as tx:
            return lives.lift(tx, limit=100, new_id=self.bench.new_id)

    def receipt(self, bulletin: str) -> dict[str, Any]:
        """A bulletin's receipt."""
        return dict(self.ingest.http.get(f"/v1/bulletins/{bulletin}").json())

    def get(self, path: str, status: int = 200) -> dict[str, Any]:
        """What a reader gets."""
        answer = self.api.http.get(path)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def listed(self) -> list[str]:
        """The ids in the list of articles."""
        return [article["id"] for article in self.get("/v1/articles")["data"]]

    def told(self) -> list[tuple[str, int]]:
        """The feed: types and versions."""
        return [(change["type"], change["version"]) for change in self.get("/v1/changes")["changes"]]

    def only_article(self) -> str:
        """The id of the one article there is, seen or not."""
        return "art_" + self.database.value("SELECT id FROM article").hex

    def invariants(self) -> dict[str, list[Any]]:
        """What breaks the invariants of chaos, by their names."""
        with psycopg.connect(self.database.url) as connection:
            return check(connection)


@pytest.fixture
def make_bench(served_database: Database) -> Iterator[Callable[[], Workbench]]:
    """Workbenches on the database that is served."""
    made: list[Workbench] = []

    def make(**changes: Any) -> Workbench:
        made.append(furnishing.furnish(Settings(database_url=served_database.url, **changes)))
        return made[-1]

    yield make
    for bench in made:
        bench.tx_engine.dispose()
        bench.side_engine.dispose()


@pytest.fixture
def newsroom(ingest: Service, api: Service, make_bench: Callable[[], Workbench]) -> Newsroom:
    """Both services on empty tables, and a workbench."""
    # Else the first text of a session would be charged for reading all lists.
    pipeline.warm_up()
    return Newsroom(ingest, api, make_bench())
