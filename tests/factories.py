"""Things to test with, whole and plausible: a test says only what matters to it. All texts are invented."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from services.ingest.admission import Filing, Sender
from shared.ids import new_id
from tests.servers import Database

NOON = datetime(2025, 9, 5, 5, 0, tzinfo=UTC)
"""Noon in Hà Nội."""

TEXT = """Khánh thành cầu Vàm Sáng

Sáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu Vàm Sáng nối hai bờ kênh Ba Chùa.

Cầu dài 214 mét, do Hợp tác xã Xây lắp Bình Nguyên thi công trong 16 tháng.
"""

_numbers = count(1)


def a_text(**changes: str) -> str:
    """A bulletin's text that no other has."""
    place = changes.get("place", "Vĩnh Long")
    return f"Bản tin số {next(_numbers)}\n\nNgày 5/9/2025, tỉnh {place} mở lớp học bơi cho trẻ em.\n"


def a_json(**changes: Any) -> bytes:
    """A bulletin as JSON."""
    return json.dumps({"text": TEXT, **changes}, ensure_ascii=False).encode()


def an_article(text: str = TEXT, *, id: UUID | None = None) -> Article:
    """An article as it is before the first stage."""
    return Article(id=id or new_id(), filed=text)


def a_clean_article(text: str = TEXT) -> Article:
    """An article after the first stage."""
    return clean(an_article(text))


def a_filing(text: str = TEXT, **changes: Any) -> Filing:
    """A bulletin that the door let in."""
    raw = changes.pop("raw", text.encode())
    values: dict[str, Any] = {
        "id": new_id(),
        "received_at": NOON,
        "raw": raw,
        "raw_sha256": hashlib.sha256(raw).digest(),
        "media_type": "text/plain",
        "charset": "utf-8",
        "charset_reason": "valid UTF-8",
        "sender": Sender(),
    }
    return Filing(**(values | changes))


def a_bulletin(database: Database, text: str | None = None, **changes: Any) -> UUID:
    """A bulletin that waits in the database; its id."""
    return some_bulletins(database, [a_text() if text is None else text], **changes)[0]


def some_bulletins(database: Database, texts: Sequence[str], **changes: Any) -> list[UUID]:
    """Bulletins that wait in the database, received one after the other; their ids."""
    now = datetime.now(UTC)
    received = changes.pop("received_at", now - timedelta(seconds=1))
    ids = []
    import psycopg

    with psycopg.connect(database.url) as connection, connection.cursor() as cursor:
        for number, text in enumerate(texts):
            raw = changes.get("raw", text.encode())
            at = received + timedelta(microseconds=number)
            row = {
                "id": new_id(),
                "priority": 5,
                "media_type": "text/plain",
                "charset": "utf-8",
                "raw_sha256": hashlib.sha256(raw).digest(),
                "size": len(raw),
                "request_id": "",
                "received_at": at,
                "run_at": at,
                "rung_at": at,
                **{name: value for name, value in changes.items() if name != "raw"},
            }
            cursor.execute(
                "INSERT INTO raw_object VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (row["raw_sha256"], raw, len(raw), at),
            )
            columns, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
            cursor.execute(f"INSERT INTO bulletin ({columns}) VALUES ({marks})", row)
            ids.append(row["id"])
    return ids
