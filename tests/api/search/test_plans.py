"""No question reads a whole table: each shape of one is planned on many articles, and no plan goes through all of them."""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid5

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

from services.api.app import _SESSION
from services.api.records import articles as article_records
from services.api.records import entities as entity_records
from services.api.search import find
from services.api.search.asked import ArticlesAsked
from services.api.search.facets import facets
from services.api.search.find import Place
from shared.database import make_engine, transaction
from shared.orthography.lexemes import BODY, LEAD, TITLE, Part, fact, quoted, vector
from tests.servers import Servers

COUNT = 12_000
NOON = datetime(2026, 1, 1, 5, tzinfo=UTC)
BIG = {"article", "article_version", "article_search", "article_entity", "change", "entity_alias"}
COMMON = ["ngày", "tỉnh", "người", "dân", "công", "an", "thành", "phố", "đường", "cầu", "nhà", "nước"]
ENTITY = UUID(int=7)
# Surnames, middle names and given names as they are met: some in many names, most in few.
_NAMES = """
WITH syllable AS (
    SELECT number, ('[0:5]={nguyen,tran,le,pham,hoang,vu}'::text[])[floor(6 * random() ^ 2)] || ' ' ||
           ('[0:3]={van,thi,duc,minh}'::text[])[floor(4 * random() ^ 2)] || ' ' ||
           substr(md5(number::text), 1, 4) AS name
    FROM generate_series(1, 12000) AS number
), made AS (INSERT INTO entity SELECT gen_random_uuid(), 'person', name, name, name, NULL, now() FROM syllable RETURNING id, name)
INSERT INTO entity_alias SELECT id, name, name, name FROM made
"""


_DAYS_AND_NAMES = """
UPDATE article_search SET facts = article_search.facts || more.facts,
    vector = vector || array_to_tsvector(ARRAY(SELECT '@' || unnest(more.facts)))
FROM (SELECT article_id, day_facts(published_days, event_days, mentioned_days) || name_facts(article_id, version) AS facts
      FROM article_search) AS more
WHERE more.article_id = article_search.article_id
"""


def id_of(number: int) -> UUID:
    return uuid5(UUID(int=0), str(number))


@cache
def text(number: int) -> str:
    """The vector of a text: a few words are in most, and most words in few."""
    chance = random.Random(-number)
    said = [
        chance.choice(COMMON) if chance.random() < 0.7 else f"từ{int(5_000 * chance.random() ** 2)}" for _ in range(18)
    ]
    parts = [Part(TITLE, " ".join(said[:6])), Part(LEAD, " ".join(said[6:12])), Part(BODY, " ".join(said[12:]))]
    return vector(parts, [])


def rows(number: int) -> dict[str, tuple[Any, ...]]:
    """An article as it stands in the tables."""
    chance = random.Random(number)
    at, day = NOON + timedelta(seconds=number), date(2023, 1, 1) + timedelta(days=chance.randrange(1_000))
    source, province = f"báo {int(40 * chance.random() ** 3)}", str(1 + int(90 * chance.random() ** 2))
    facts = ["kind first", "dated given", f"source {source}", f"province {province}", f"byline tac gia {number % 500}"]
    kept = " ".join([text(number % 500), *(quoted(fact(one)) for one in facts)])
    days = f"[{day},{day}]"
    id = id_of(number)
    return {
        "article (id, source, current_version, pub_status, available_at)": (id, source, 1, "usable", at),
        "article_version (article_id, version, bulletin_id, kind, pipeline, received_at, valid_from, title, text, published, "
        "blocks, dates, entities)": (id, 1, id, "first", "p", at, at, "", "", "{}", "[]", "[]", "[]"),
        "article_search (article_id, version, at, published_on, event_on, published_days, event_days, mentioned_days, "
        "provinces, form, facts, vector, pipeline)": (
            id, 1, at, day, day, days, days, "{" + days + "}", [province], 1, facts, kept, "p",
        ),
        "article_entity (article_id, version, entity_id, type, name, spans, confidence, reason)": (
            id, 1, UUID(int=int(2_000 * chance.random() ** 2)), "person", "", [], 1, "",
        ),
        "change (seq, type, article_id, version, at)": (number + 1, "article.published", id, 1, at),
    }  # fmt: skip


@pytest.fixture(scope="module")
def engine(servers: Servers) -> Iterator[Engine]:
    """12,000 articles, as a reader is connected to them."""
    with servers.database() as database:
        made = [rows(number) for number in range(COUNT)]
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DROP INDEX ix_article_search_vector")
            for table in made[0]:
                with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:  # type: ignore[arg-type]  # one of ours
                    for one in made:
                        copy.write_row(one[table])
            connection.execute(_DAYS_AND_NAMES)
            connection.execute("CREATE INDEX ix_article_search_vector ON article_search USING gin (vector)")
            connection.execute(
                "INSERT INTO entity SELECT DISTINCT ON (entity_id) entity_id, type, '', name, 'x', NULL, now() FROM article_entity"
            )
            connection.execute(_NAMES)
            connection.execute("VACUUM ANALYZE")
        made_engine = make_engine(database.url, "test", session=_SESSION)
        yield made_engine
        made_engine.dispose()


def whole_tables(tx: Connection, ask: Any) -> set[str]:
    """The big tables that the statements of a question read from end to end."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in statement:
            asked.append((statement, parameters))

    event.listen(tx, "before_cursor_execute", note)
    ask()
    event.remove(tx, "before_cursor_execute", note)
    assert asked
    read: set[str] = set()
    for statement, parameters in asked:
        plan = tx.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        read |= set(sequential(plan if isinstance(plan, list) else json.loads(plan)))
    return read & BIG


def sequential(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for one in plan:
            yield from sequential(one)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for value in plan.values():
            yield from sequential(value)


FILTERS: dict[str, Any] = {
    "nothing": {}, "a frequent source": {"source": ["báo 0"]}, "a rare source": {"source": ["báo 39"]},
    "no such source": {"source": ["không có"]}, "not a source": {"source": ["-báo 0"]}, "two sources": {"source": ["báo 1", "báo 2"]},
    "a byline": {"byline": ["Tác giả 7"]}, "a kind": {"kind": ["first"]}, "a rare kind": {"kind": ["correction"]},
    "captions": {"has": ["captions"]}, "a province": {"province": ["Lào Cai"]}, "a place": {"place": ["Lào Cai"]},
    "an entity": {"entity": [f"ent_{ENTITY.hex}"]}, "not an entity": {"entity": [f"-ent_{ENTITY.hex}"]},
    "a person": {"person": ["Không Ai"]}, "a story": {"story": ["sto_" + "0" * 32]},
    "ids": {"id": f"art_{id_of(1).hex},art_{id_of(2).hex}"},
    "a day": {"date_from": "2024-02-03", "date_to": "2024-02-03", "date_field": "published"},
    "an event's months": {"date_from": "2024-02-01", "date_to": "2024-04-30", "date_field": "event"},
    "the pipeline of all": {"pipeline": ["p"]}, "no such pipeline": {"pipeline": ["q"]}, "not a pipeline": {"pipeline": ["-p"]},
    "sure days": {"date_from": "2025-09-01", "min_confidence": 0.9}, "a sure entity": {"entity": [f"ent_{ENTITY.hex}"], "min_confidence": 0.9},
    "long ago": {"as_of_seq": 50}, "just now": {"as_of_seq": COUNT - 1}, "another language": {"language": ["en"]},
    "days since": {"date_from": "2025-09-01"}, "all days": {"date_from": "2000-01-01"},
}  # fmt: skip
QUERIES: dict[str, str | None] = {
    "no words": None, "a frequent word": "tỉnh", "a rare word": "từ4321", "a frequent phrase": '"thành phố"',
    "a rare phrase": '"tỉnh từ4321"', "a phrase without accents": '"thanh pho"', "a beginning": "từ43*",
    "one of two": "từ4321 OR từ1234", "words but not": "công -cầu", "nothing but not": "-cầu",
    "a title": 'title:"nhà nước"', "a body": "body:từ4321", "days in words": "tỉnh date:2024-02",
    "a person in words": 'tỉnh person:"Không Ai"', "an unknown word": "khôngcótừnày",
}  # fmt: skip


def full_reads(engine: Engine, asked: Iterable[tuple[str | None, dict[str, Any], str, bool]]) -> dict[Any, set[str]]:
    """Of each question (words, filters, order, from the middle on) the big tables that it reads from end to end."""
    full = {}
    with transaction(engine) as tx:
        for words, filters, sort, onward in asked:
            question = ArticlesAsked.model_validate({"q": words, "sort": sort, **filters})
            wanted = question.wanted(tx)
            moment: Any = NOON + timedelta(seconds=6_000) if sort in ("relevance", "newest") else date(2024, 1, 1)
            after = Place(grade=0, by=moment, id=id_of(6_000)) if onward else None

            def ask(wanted: Any = wanted, sort: Any = sort, after: Any = after) -> None:
                find.page(tx, wanted, sort=sort, after=after, limit=51)

            if found := whole_tables(tx, ask):
                full[words, str(filters), sort, onward] = found
    return full


def test_no_words_with_a_filter_read_a_whole_table(engine: Engine) -> None:
    chosen = ("nothing", "a frequent source", "a rare source", "an entity", "a day")
    asked = [(words, FILTERS[name], "relevance", False) for words in QUERIES.values() for name in chosen]
    assert full_reads(engine, asked) == {}


def test_no_filter_reads_a_whole_table(engine: Engine) -> None:
    asked = [(words, filters, "newest", False) for words in (None, "tỉnh") for filters in FILTERS.values()]
    assert full_reads(engine, asked) == {}


def test_no_order_and_no_later_page_reads_a_whole_table(engine: Engine) -> None:
    asked = [
        (words, FILTERS[name], sort, onward)
        for words in (None, '"tỉnh từ4321"')
        for name in ("nothing", "a rare source", "a day")
        for sort in ("relevance", "newest", "published", "event")
        for onward in (False, True)
    ]
    assert full_reads(engine, asked) == {}


def test_neither_the_newest_nor_counts_and_facets_of_what_is_found_read_a_whole_table(engine: Engine) -> None:
    with transaction(engine) as tx:
        assert whole_tables(tx, lambda: article_records.newest(tx, before=None, limit=51)) == set()
        wanted = ArticlesAsked.model_validate({"q": "từ4321"}).wanted(tx)
        assert whole_tables(tx, lambda: find.count(tx, wanted, most=None)) == set()
        assert (
            whole_tables(tx, lambda: facets(tx, wanted, ("source", "province", "month", "entity", "kind", "type")))
            == set()
        )


def test_a_page_is_the_same_whether_the_first_articles_fill_it_or_not(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine) as tx:
        for name, filters in FILTERS.items():
            for sort in ("newest", "published"):
                wanted = ArticlesAsked.model_validate({"sort": sort, **filters}).wanted(tx)
                pages = []
                for most in (1_000, 1):
                    monkeypatch.setattr(find, "_FIRST", most)
                    pages.append(find.page(tx, wanted, sort=sort, after=None, limit=51))
                assert pages[0] == pages[1], (name, sort)


@pytest.mark.parametrize(
    "words", ["cầu", "thành phố", "thanh pho", '"thanh pho"', "title:cau OR duong", "nha cong -nuoc"]
)
def test_a_page_is_the_same_whether_grades_are_told_by_the_index_or_row_by_row(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    found = 0
    with transaction(engine) as tx:
        for filters in ({}, FILTERS["a frequent source"], FILTERS["an entity"], FILTERS["days since"]):
            wanted = ArticlesAsked.model_validate({"q": words, "diacritics": "fold", **filters}).wanted(tx)
            pages = []
            for most in (COUNT, 0):
                monkeypatch.setattr(find, "_FEW", most)
                first = find.page(tx, wanted, sort="relevance", after=None, limit=5)
                after = Place(grade=first[-1].grade, by=first[-1].by, id=first[-1].id) if first else None
                pages.append([first, find.page(tx, wanted, sort="relevance", after=after, limit=20)])
            assert pages[0] == pages[1], filters
            found += len(pages[0][0]) + len(pages[0][1])
    assert found


@pytest.mark.parametrize("after", [None, entity_records.Place(0, "", ENTITY), entity_records.Place(30, "", ENTITY)])
@pytest.mark.parametrize("name", ["Nguyễn Văm Ngãi", "uy ban nhna dan", "tran", "le thi 12a"])
def test_neither_names_nor_names_with_slips_read_a_whole_table(
    engine: Engine, name: str, after: entity_records.Place | None
) -> None:
    with transaction(engine) as tx:

        def ask() -> None:
            entity_records.entities(tx, q=name, type=None, after=after, limit=51)

        assert whole_tables(tx, ask) == set()
