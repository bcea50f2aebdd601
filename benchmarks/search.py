"""How long a search takes: a phrase and any two filters, over many articles that were put into the tables at once."""

import argparse
import json
import random
import statistics
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from measure import NEWS, is_ready, spread, tell, until
from psycopg.types.json import Jsonb

from infra.stack import Stack
from shared.ids import uuid7
from shared.orthography.lexemes import BODY, LEAD, TITLE, Part, fact, quoted, tokens, vector

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
    """A news article."""

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


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--keep", type=Path, help="a folder whose data are used again, or are left there")
    parser.add_argument("--slow", type=int, default=0, help="show so many of the slowest")
    args = parser.parse_args()
    if not NEWS.exists():
        print("no news articles here: nothing to search in", file=sys.stderr)
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        stack = Stack(home=args.keep or Path(folder), usual_ports=False, environment={"BANTIN_LOG_LEVEL": "WARNING"})
        try:
            stack.start()
            until(lambda: is_ready(stack.api_url), 60)
            texts = list(_texts())
            figures: dict[str, float] = {}
            with psycopg.connect(stack.database_url, autocommit=True) as connection:
                if _value(connection, "SELECT count(*) FROM article_search") < args.articles:
                    _fill(connection, texts, args.articles)
                _index(connection)
                for table in ("article_search", "article_version"):
                    size = _value(connection, f"SELECT pg_total_relation_size('{table}')")
                    figures[f"{table} (kB an article)"] = size / 1024 / args.articles
                gin = _value(connection, "SELECT pg_relation_size('ix_article_search_vector')")
                figures["index of words (kB an article)"] = gin / 1024 / args.articles
            for name, ask in _KINDS.items():
                figures |= _measured(stack.api_url, name, ask, texts, args)
        finally:
            stack.stop()
    tell("search", figures, {"articles": args.articles, "queries": args.queries})


def _texts() -> Iterator[Text]:
    import gzip

    with gzip.open(NEWS, "rt", encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            yield Text(told["title"], told.get("lead") or "", told["body"])


def _value(connection: "psycopg.Connection[Any]", question: str) -> Any:
    row = connection.execute(question).fetchone()  # type: ignore[arg-type]  # put together here
    return row[0] if row else None


def _fill(connection: "psycopg.Connection[Any]", texts: list[Text], count: int) -> None:
    """Put so many articles into the tables, as the workers' transactions would leave them; without their bulletins."""
    started = time.monotonic()
    connection.execute("SET session_replication_role = replica")
    connection.execute("TRUNCATE article, article_version, article_search, article_entity, entity, change CASCADE")
    connection.execute("DROP INDEX IF EXISTS ix_article_search_vector")
    _copy(connection, "entity (id, type, name, name_order, created_at)", _entities())
    for columns, row_of in _ROWS.items():
        _copy(
            connection, columns, (row for number in range(count) for row in row_of(number, texts[number % len(texts)]))
        )
        print(f"  {columns.partition(' ')[0]}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    connection.execute("UPDATE feed_head SET seq = %s", [count])
    print(f"  {count} articles in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _index(connection: "psycopg.Connection[Any]") -> None:
    """The index of words, where it is not there yet: made at once, it takes a fraction of the time."""
    connection.execute("SET maintenance_work_mem = '1GB'")
    connection.execute(
        "CREATE INDEX IF NOT EXISTS ix_article_search_vector ON article_search USING gin (vector) "
        "WITH (gin_pending_list_limit = 1024)"
    )
    connection.execute("VACUUM ANALYZE")


def _copy(connection: "psycopg.Connection[Any]", columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {columns} FROM STDIN") as copy:  # type: ignore[arg-type]
        for row in rows:
            copy.write_row(row)


def _id(number: int) -> UUID:
    return uuid7(1_700_000_000_000 + number, random.Random(number).randbytes(10))


def _entity(number: int) -> UUID:
    return UUID(int=number + 1)


def _entities() -> Iterator[tuple[Any, ...]]:
    for number in range(_ENTITIES):
        yield _entity(number), "person", f"Người thứ {number}", f"{number:06}", _FIRST


def _known(number: int) -> tuple[datetime, date, str, str, list[int]]:
    """When an article became readable, its day, its source, its province and its entities."""
    chance = random.Random(number * 7 + 1)
    at = _FIRST + timedelta(days=_DAYS) + timedelta(seconds=number * 5)
    day = (_FIRST + timedelta(days=int(_DAYS * chance.random()))).date()
    # Few are in most articles, and most in few.
    source = f"bao-{int(_SOURCES * chance.random() ** 2)}"
    province = _PROVINCES[int(len(_PROVINCES) * chance.random() ** 2)]
    return at, day, source, province, sorted({int(_ENTITIES * chance.random() ** 3) for _ in range(6)})


def _article(number: int, _: Text) -> Iterator[tuple[Any, ...]]:
    at, _, source, _, _ = _known(number)
    yield _id(number), source, 1, "usable", at


def _version(number: int, text: Text) -> Iterator[tuple[Any, ...]]:
    at, day, _, _, _ = _known(number)
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
    at, day, source, province, _ = _known(number)
    facts = ["kind first", "dated given", f"source {source}", f"province {province}", f"sha256 {number:064x}"]
    told = " ".join(quoted(fact(one)) for one in facts)
    days = f"[{day},{day}]"
    yield _id(number), 1, at, day, day, days, days, "{" + days + "}", [province], 1, f"{text.vector} {told}"


def _names(number: int, _: Text) -> Iterator[tuple[Any, ...]]:
    _, day, _, _, entities = _known(number)
    for one in entities:
        yield _id(number), 1, _entity(one), "person", f"Người thứ {one}", day, [0, 5], 0.9, ""


def _change(number: int, _: Text) -> Iterator[tuple[Any, ...]]:
    yield number + 1, "article.published", _id(number), 1, _known(number)[0]


_ROWS: dict[str, Callable[[int, Text], Iterator[tuple[Any, ...]]]] = {
    "article (id, source, current_version, pub_status, available_at)": _article,
    "article_version (article_id, version, bulletin_id, kind, pipeline, received_at, valid_from, title, text, published, "
    "blocks, dates, entities)": _version,
    "article_search (article_id, version, at, published_on, event_on, published_days, event_days, mentioned_days, "
    "provinces, form, vector)": _search,
    "article_entity (article_id, version, entity_id, type, name, day, spans, confidence, reason)": _names,
    "change (seq, type, article_id, version, at)": _change,
}


def _phrase(text: Text, chance: random.Random, *, least: int = 2) -> str:
    """Two to four words that stand together in the title or the text."""
    source = text.title if chance.random() < 0.5 else text.body
    found = [token.word for token in tokens(source)]
    length = chance.randint(least, 4)
    start = chance.randrange(max(1, len(found) - length))
    return f'"{" ".join(found[start : start + length])}"'


def _filters(number: int, chance: random.Random) -> dict[str, str]:
    """Any two filters; half of the time those of an article that has the phrase."""
    _, day, source, province, entities = _known(number if chance.random() < 0.5 else chance.randrange(10_000))
    span = chance.choice([3, 30, 300])
    possible: list[dict[str, str]] = [
        {"source": source},
        {"province": province},
        {"kind": "first"},
        {"entity": f"ent_{_entity(chance.choice(entities)).hex}"},
        {
            "date_field": chance.choice(["published", "mentioned", "event"]),
            "date_from": (day - timedelta(days=span)).isoformat(),
            "date_to": (day + timedelta(days=span)).isoformat(),
        },
    ]
    one, two = chance.sample(possible, 2)
    return {**one, **two}


Ask = Callable[[int, Text, random.Random], dict[str, str]]
_KINDS: dict[str, Ask] = {
    "phrase and two filters": lambda n, text, c: {"q": _phrase(text, c), **_filters(n, c)},
    "phrase and two filters, newest": lambda n, text, c: {"q": _phrase(text, c), "sort": "newest", **_filters(n, c)},
    "phrase and two filters, without accents": lambda n, text, c: {
        "q": _phrase(text, c), "diacritics": "fold", **_filters(n, c),
    },
    "phrase alone": lambda _n, text, c: {"q": _phrase(text, c)},
    "words alone": lambda _n, text, c: {"q": _phrase(text, c).strip('"')},
    "two filters alone": lambda n, _text, c: _filters(n, c),
    "phrase and facets": lambda _n, text, c: {"q": _phrase(text, c, least=3), "facets": "source,province,month,entity"},
}  # fmt: skip


def _measured(url: str, name: str, ask: Ask, texts: list[Text], args: argparse.Namespace) -> dict[str, float]:
    chance = random.Random(name)
    seconds, found, each = [], [], []
    for turn in range(args.queries + 10):
        number = chance.randrange(args.articles)
        asked = urllib.parse.urlencode(ask(number, texts[number % len(texts)], chance))
        began = time.perf_counter()
        with urllib.request.urlopen(f"{url}/v1/articles?{asked}", timeout=30) as answer:
            told = json.load(answer)
        took = time.perf_counter() - began
        if turn >= 10:  # the first warm the pool of connections
            seconds.append(took)
            found.append(len(told["data"]))
            each.append((took, urllib.parse.unquote_plus(asked), len(told["data"])))
    for took, asked, hits in sorted(each, reverse=True)[: args.slow]:
        print(f"    {took * 1000:8.1f} ms {hits:3} {asked}", file=sys.stderr)
    told_of = spread(seconds)
    print(f"  {name}: {told_of}, {statistics.mean(found):.1f} on a page", file=sys.stderr)
    return {f"{name}: p50 (ms)": told_of["p50_ms"], f"{name}: p95 (ms)": told_of["p95_ms"]}


if __name__ == "__main__":
    main()
