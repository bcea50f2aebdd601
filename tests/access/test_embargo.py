"""What is under embargo is seen by those who are trusted with it, at addresses of its own, and by nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.enrich import furnishing, pipeline
from services.enrich.records import lives
from shared.contracts.article import ArticleOut, EmbargoList
from shared.database import transaction
from shared.ids import new_id
from shared.settings import Settings
from tests.access.conftest import Guarded

TEXT = "Hội chợ Cồn Phụng\n\nSáng 5/9/2025, xã Mường Bo, tỉnh Lào Cai mở hội chợ."


@pytest.fixture
def make(guarded: Guarded) -> Callable[[datetime], str]:
    """File a text under embargo and have it made; its bulletin's id."""

    def make(until: datetime) -> str:
        told = {"text": TEXT, "embargo_until": until.isoformat()}
        id = guarded.ingest.http.post("/v1/bulletins", json=told, headers=guarded.key("post")).json()["id"]
        # Else the first text of a session would be charged for reading all lists.
        pipeline.warm_up()
        bench = furnishing.furnish(Settings(database_url=guarded.database.url))
        while bench.enrich([]):
            pass
        with transaction(bench.tx_engine) as tx:
            lives.lift(tx, limit=10, new_id=new_id)
        bench.tx_engine.dispose()
        bench.side_engine.dispose()
        return str(id)

    return make


def test_who_is_trusted_sees_it_before_its_moment(guarded: Guarded, make: Callable[[datetime], str]) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    bulletin = make(until)
    trusted, reader = guarded.key("embargo"), guarded.key("read", "operate:admin", "post")
    get = guarded.api.http.get
    (listed,) = EmbargoList.model_validate(get("/v1/embargoes", headers=trusted).json()).data
    assert (listed.bulletin, listed.title, listed.embargo_until) == (bulletin, "Hội chợ Cồn Phụng", until)
    answer = get(listed.href, headers=trusted)
    assert ArticleOut.model_validate(answer.json()).text == TEXT
    assert datetime.fromisoformat(answer.headers["bulletin-embargo"]) == until
    assert answer.headers["cache-control"] == "no-store"
    for path in ("/v1/embargoes", listed.href):
        assert get(path, headers=reader).json()["code"] == "not_allowed"
    for held in (trusted, reader):
        assert get(f"/v1/articles/{listed.id}", headers=held).json()["code"] == "no_such_article"
        assert get("/v1/articles", headers=held).json()["data"] == []
        assert get("/v1/changes", headers=held).json()["changes"] == []


def test_what_is_withheld_or_published_is_under_embargo_no_more(
    guarded: Guarded, make: Callable[[datetime], str]
) -> None:
    trusted = guarded.key("embargo")
    withheld = make(datetime.now(UTC) + timedelta(hours=1))
    (listed,) = guarded.api.http.get("/v1/embargoes", headers=trusted).json()["data"]
    order = {"reason": "đang kiểm tra"}
    done = guarded.ingest.http.post(
        f"/v1/articles/{withheld}:withhold", json=order, headers=guarded.key("operate", label="Lan")
    )
    assert done.status_code == 200
    assert guarded.database.value("SELECT actor FROM article_event WHERE what = 'withheld'") == "Lan"
    assert guarded.api.http.get("/v1/embargoes", headers=trusted).json()["data"] == []
    assert guarded.api.http.get(listed["href"], headers=trusted).json()["code"] == "no_such_article"
    make(datetime.now(UTC) - timedelta(seconds=1))
    assert guarded.api.http.get("/v1/embargoes", headers=trusted).json()["data"] == []
    assert len(guarded.api.http.get("/v1/articles", headers=trusted).json()["data"]) == 1
