"""Names typed with slips of the finger, over the wire; and a PostgreSQL that cannot know them."""

import pytest
from alembic import command

from services.api.records import entities as entity_records
from shared.database import make_engine, transaction
from shared.migrations import migrate
from tests.api.conftest import Publish
from tests.api.test_entities import ALL, names
from tests.api.test_routes import get
from tests.servers import Database, Service

A_NAMESAKE = """Mở trạm y tế ở Cà Mau

Ngày 7/9/2025, ông Ngô Văn Thứng, Giám đốc Sở Y tế tỉnh Cà Mau, dự lễ mở trạm y tế mới.
"""
SLIPS = {
    "Ngô Văm Thử": "Ngô Văn Thử", "Ngo Vna Thu": "Ngô Văn Thử", "Nog Văn Thử": "Ngô Văn Thử", "Ngo Van Thuw": "Ngô Văn Thử",
    "Vàng Thị Xuyếm": "Vàng Thị Xuyến", "vagn thi xuyen": "Vàng Thị Xuyến", "cong na tinh thanh hoa": "Công an tỉnh Thanh Hóa",
    "so y te tihn lao cai": "Sở Y tế tỉnh Lào Cai", "xã Bát Mốtt": "xã Bát Mọt",
}  # fmt: skip


def test_names_typed_with_slips_are_found(api: Service, publish: Publish) -> None:
    publish(ALL)
    assert {slip: names(api, f"q={slip}")[:1] for slip in SLIPS} == {slip: [name] for slip, name in SLIPS.items()}
    (one,) = get(api, "/v1/entities?q=Ngô Văm Thử")["data"]
    assert one["similar"] is True
    assert names(api, "q=Ngô Văm Thử&type=place") == names(api, "q=Trần Thị Lệ") == names(api, "q=xyz") == []


def test_what_is_called_so_stands_before_what_is_only_like_it(api: Service, publish: Publish) -> None:
    publish([*ALL, A_NAMESAKE])
    found = get(api, "/v1/entities?q=ngo van thung")["data"]
    assert [(one["name"], one["similar"]) for one in found] == [("Ngô Văn Thứng", False), ("Ngô Văn Thử", True)]
    assert names(api, "q=ngo van thu") == ["Ngô Văn Thử", "Ngô Văn Thứng"], "a word cut short is no slip"


@pytest.mark.parametrize("query", ["limit=1&q=ngo van thung", "limit=1&q=tinhh thanh hoa"])
def test_pages_go_on_from_what_is_called_so_to_what_is_like_it(api: Service, publish: Publish, query: str) -> None:
    publish([*ALL, A_NAMESAKE])
    whole = names(api, query.replace("limit=1", "limit=200"))
    seen, onward = [], ""
    while onward is not None:
        page = get(api, f"/v1/entities?{query}{onward}")
        seen += [one["name"] for one in page["data"]]
        onward = page["page"]["next"] and f"&cursor={page['page']['next']}"
    assert seen == whole
    assert len(seen) > 1


def test_the_page_of_names_tells_similar_ones_apart(api: Service, publish: Publish) -> None:
    publish([*ALL, A_NAMESAKE])
    html = api.http.get("/entities?q=ngo+van+thung", headers={"accept-language": "vi"}).text
    assert html.index("</span>Ngô Văn Thứng</a>") < html.index("Tên gần giống") < html.index("</span>Ngô Văn Thử</a>")
    assert "Tên gần giống" not in api.http.get("/entities?q=xuyen", headers={"accept-language": "vi"}).text


def test_a_postgresql_without_pg_trgm_is_migrated_and_finds_names_as_they_are_spelt(database: Database) -> None:
    name = database.url.rpartition("/")[2]
    command.downgrade(migrate.config(database.url), "0016")
    database.run("DROP EXTENSION pg_trgm")
    database.run(f"ALTER DATABASE {name} SET extension_control_path = '/nowhere'")
    command.upgrade(migrate.config(database.url), "head")
    assert database.count("pg_extension WHERE extname = 'pg_trgm'") == 0
    engine = make_engine(database.url, "test")
    with transaction(engine) as tx:
        assert entity_records.entities(tx, q="Ngô Văm Thử", type=None, after=None, limit=9) == []
    engine.dispose()
