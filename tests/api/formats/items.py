"""Articles to be put into formats: understood by the stages, as workers do, from texts of our own."""

from datetime import UTC, date, datetime
from typing import Any

from services.api.formats.item import Item
from services.enrich.document import findings
from services.enrich.pipeline import understand
from tests.factories import an_article

RECEIVED = datetime(2025, 9, 5, 3, 12, 44, 120_000, tzinfo=UTC)
AVAILABLE = datetime(2025, 9, 5, 3, 12, 45, tzinfo=UTC)
MODIFIED = datetime(2025, 9, 6, 1, 0, tzinfo=UTC)
ARTICLE = "art_0199f3a26c117a4b9c0d1e2f3a4b5c6d"
URN = "urn:uuid:0199f3a2-6c11-7a4b-9c0d-1e2f3a4b5c6d"
ENTITY = "ent_0b6a5c1d9e3f5a7b8c2d4e6f80a1b2c3"
STORY = "sto_01a2022f4a3c7d1e8f9a0b1c2d3e4f5a"
BASE = "https://tin.example.vn"

BRIDGE = """Khánh thành cầu Vàm Sáng

Vĩnh Long, ngày 5/9/2025 - Sáng 5/9/2025, Đại tá Ngô Văn Thử, Phó Giám đốc Công an tỉnh Vĩnh Long, dự lễ khánh thành cầu Vàm Sáng.

Cầu dài 214 mét, làm theo Nghị định 100/2019/NĐ-CP.

Ảnh: Cầu Vàm Sáng nhìn từ bờ nam.

Phạm Hoà (Công an tỉnh)

Nguồn: Báo Vĩnh Long
"""


def an_item(text: str = BRIDGE, *, published: date | None = None, **changes: Any) -> Item:
    """An article of version 1, with no entity linked; `changes` are fields of its document."""
    article = understand(an_article(text).evolve(given=published))
    found = findings(article)
    for name in ("entities", "places", "people", "citations"):
        found[name] = [{**one, "entity": None} for one in found[name]]
    whole = {
        "id": ARTICLE, "version": 1, "kind": "first", "note": None, "pub_status": "usable",
        "bulletin": "bul_0199f3a26b0c7d2e8f1a2b3c4d5e6f70", "source": "bao-vinh-long", "external_id": "VL-0917",
        "received_at": RECEIVED, "available_at": AVAILABLE, "pipeline": "7d01bc9f3a42", "title": article.title,
        "text": text, **found, "story": None, "relations": [], **changes,
    }  # fmt: skip
    return Item(article=whole, modified_at=MODIFIED, base=BASE)
