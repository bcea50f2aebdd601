"""An archive put into the tables by COPY: many articles of real news at once, as the workers' transactions would leave them."""

import gzip
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from measure import NEWS
from psycopg.types.json import Jsonb

from shared.ids import uuid7
from shared.orthography.lexemes import BODY, FORM, LEAD, TITLE, Part, fact, quoted, vector

Connection = psycopg.Connection[Any]

_SOURCES, _ENTITIES = 40, 20_000
_FIRST = datetime(2023, 1, 1, tzinfo=UTC)
_DAYS = 900
_PROVINCES = [
    "01",
    "04",
    "08",
    "11",
    "12",
    "14",
    "15",
    "19",
    "20",
    "22",
    "24",
    "25",
    "31",
    "33",
    "37",
    "38",
    "40",
    "42",
    "44",
    "46",
    "48",
    "51",
    "52",
    "56",
    "66",
    "68",
    "75",
    "79",
    "80",
    "82",
    "86",
    "91",
    "92",
    "96",
]


@dataclass(frozen=True)
class Text:
    """A news article; `number` is its place in the file."""

    number: int
    title: str
    lead: str
    body: str

    @cached_property
    def vector(self) -> str:
        """By what its words are found, without facts."""
        return vector([Part(TITLE, self.title), Part(LEAD, self.lead), Part(BODY, self.body)], [])

    @property
    def whole(self) -> str:
        """As it would have been filed."""
        return f"{self.title}\n\n{self.lead}\n\n{self.body}"


def keep(connection: Connection, texts: list[Text], count: int) -> None:
    """See to it that so many articles are there, indexed and analysed; what is there already stays."""
    if value(connection, "SELECT count(*) FROM article_search") < count:
        _fill(connection, texts, count)
    _index(connection)


def news() -> Iterator[Text]:
    """The articles of the news that lie beside the project."""
    with gzip.open(NEWS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            told = json.loads(line)
            yield Text(number, told["title"], told.get("lead") or "", told["body"])


def value(connection: Connection, question: str) -> Any:
    """The one value of a statement."""
    row = connection.execute(question).fetchone()
    return row[0] if row else None


def _fill(connection: Connection, texts: list[Text], count: int) -> None:
    """Put so many articles into the tables, as the workers' transactions would leave them; without their bulletins."""
    started = time.monotonic()
    connection.execute("SET session_replication_role = replica")
    connection.execute("TRUNCATE article, article_version, article_search, article_entity, entity, change CASCADE")
    connection.execute("DROP INDEX IF EXISTS ix_article_search_vector")
    _copy(connection, "entity (id, type, name, name_order, created_at)", _entities())
    # Parsing vectors is what takes longest: that of a text is parsed once, however many articles have it.
    connection.execute("CREATE TEMPORARY TABLE words (text integer PRIMARY KEY, vector tsvector)")
    connection.execute(f"CREATE TEMPORARY TABLE found AS SELECT {_FOUND}, 0 AS text FROM article_search LIMIT 0")
    _copy(connection, "words", ((text.number, text.vector) for text in texts[:count]))
    for columns, row_of in _ROWS.items():
        _copy(
            connection, columns, (row for number in range(count) for row in row_of(number, texts[number % len(texts)]))
        )
        print(f"  {columns.partition(' ')[0]}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    connection.execute(
        f"INSERT INTO article_search ({_FOUND}) SELECT {_FOUND.replace('facts', 'facts || days').replace('vector', _VECTOR)}"
        " FROM found JOIN words USING (text), LATERAL day_facts(published_days, event_days, mentioned_days) AS days"
        " ORDER BY article_id"
    )
    connection.execute("UPDATE feed_head SET seq = %s", [count])
    print(f"  {count} articles in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _index(connection: Connection) -> None:
    """The index of words, where it is not there yet: made at once, it takes a fraction of the time."""
    connection.execute("SET maintenance_work_mem = '4GB'")
    connection.execute(
        "CREATE INDEX IF NOT EXISTS ix_article_search_vector ON article_search USING gin (vector) "
        "WITH (gin_pending_list_limit = 1024)"
    )
    connection.execute("VACUUM ANALYZE")


def _copy(connection: Connection, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {columns} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _id(number: int) -> UUID:
    return uuid7(1_700_000_000_000 + number, random.Random(number).randbytes(10))


def entity_of(number: int) -> UUID:
    """The id of an entity by its number; the lower, the more articles name it."""
    return UUID(int=number + 1)


def _entities() -> Iterator[tuple[Any, ...]]:
    for number in range(_ENTITIES):
        yield entity_of(number), "person", f"Người thứ {number}", f"{number:06}", _FIRST


def known(number: int) -> tuple[datetime, date, str, str, list[int]]:
    """When an article became readable, its day, its source, its province and its entities."""
    chance = random.Random(number * 7 + 1)
    at = _FIRST + timedelta(days=_DAYS) + timedelta(seconds=number * 5)
    day = (_FIRST + timedelta(days=int(_DAYS * chance.random()))).date()
    # Few are in most articles, and most in few.
    source = f"bao-{int(_SOURCES * chance.random() ** 2)}"
    province = _PROVINCES[int(len(_PROVINCES) * chance.random() ** 2)]
    return at, day, source, province, sorted({int(_ENTITIES * chance.random() ** 3) for _ in range(6)})


def _article(number: int, _text: Text) -> Iterator[tuple[Any, ...]]:
    at, _, source, _, _ = known(number)
    yield _id(number), source, 1, "usable", at


def _version(number: int, text: Text) -> Iterator[tuple[Any, ...]]:
    at, day, _, _, _ = known(number)
    ends = (len(text.title), len(text.title) + 2 + len(text.lead))
    blocks = [
        {"kind": "headline", "start": 0, "end": ends[0], "text": text.title},
        {"kind": "lead", "start": ends[0] + 2, "end": ends[1], "text": text.lead},
        {"kind": "paragraph", "start": ends[1] + 2, "end": len(text.whole), "text": text.body},
    ]
    published = {"value": day.isoformat(), "basis": "given", "evidence": []}
    empty = Jsonb([])
    yield (
        _id(number), 1, _id(number), "first", "bench", at, at, text.title, text.whole, Jsonb(published), Jsonb(blocks),
        empty, empty,
    )  # fmt: skip


def _search(number: int, text: Text) -> Iterator[tuple[Any, ...]]:
    at, day, source, province, entities = known(number)
    facts = ["kind first", "dated given", f"source {source}", f"province {province}", f"sha256 {number:064x}"]
    facts += [f"names {entity_of(one).hex[-12:]}" for one in entities]
    told = " ".join(quoted(fact(one)) for one in facts)
    days = f"[{day},{day}]"
    yield _id(number), 1, at, day, day, days, days, "{" + days + "}", [province], FORM, facts, told, text.number


def _names(number: int, _text: Text) -> Iterator[tuple[Any, ...]]:
    _, day, _, _, entities = known(number)
    for one in entities:
        yield _id(number), 1, entity_of(one), "person", f"Người thứ {one}", day, [0, 5], 0.9, ""


def _change(number: int, _text: Text) -> Iterator[tuple[Any, ...]]:
    yield number + 1, "article.published", _id(number), 1, known(number)[0]


_FOUND = "article_id, version, at, published_on, event_on, published_days, event_days, mentioned_days, provinces, form, facts, vector"
_VECTOR = "words.vector || found.vector || array_to_tsvector(ARRAY(SELECT '@' || unnest(days)))"
_ROWS: dict[str, Callable[[int, Text], Iterator[tuple[Any, ...]]]] = {
    "article (id, source, current_version, pub_status, available_at)": _article,
    "article_version (article_id, version, bulletin_id, kind, pipeline, received_at, valid_from, title, text, published, "
    "blocks, dates, entities)": _version,
    f"found ({_FOUND}, text)": _search,
    "article_entity (article_id, version, entity_id, type, name, day, spans, confidence, reason)": _names,
    "change (seq, type, article_id, version, at)": _change,
}
