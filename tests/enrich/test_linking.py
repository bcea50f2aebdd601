"""Workers who meet make one entity of one person; whom everybody knows, nobody waits for."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine

from services.enrich import linking, pipeline
from services.enrich.linking import Named
from services.enrich.records import registry
from services.enrich.text.article import Article
from services.enrich.text.named import Naming
from services.enrich.workbench import Workbench
from shared.database import make_engine, transaction
from shared.ids import new_id
from shared.tables.entities import entity
from tests.enrich.conftest import MakeBench
from tests.enrich.text.identity.test_subjects import named
from tests.factories import NOON, some_bulletins
from tests.servers import Database, wait_until

PEOPLE = "SELECT id FROM entity WHERE type = 'person'"


def a_report(number: int, *, name: str = "Ngô Văn Thử", rank: str = "Đại tá", province: str = "Thanh Hóa") -> str:
    return (
        f"Hội nghị số {number}\n\nNgày {1 + number % 27}/3/2024, {rank} {name}, Phó Giám đốc Công an tỉnh {province}, chủ trì"
        f" hội nghị lần thứ {number} tại tỉnh {province}.\n"
    )


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    engine = make_engine(database.url, "test", pool_size=8)
    yield engine
    engine.dispose()


def people_by_article(database: Database) -> dict[str, list[str]]:
    """The persons by the titles of the articles that name them."""
    sql = """
    SELECT version.title, link.entity_id::text FROM article_entity AS link JOIN article_version AS version USING (article_id)
    WHERE link.type = 'person' ORDER BY 1
    """
    found: dict[str, list[str]] = {}
    for title, id in database.rows(sql):
        found.setdefault(id, []).append(title)
    return found


def test_articles_of_one_batch_name_one_person(database: Database, bench: Workbench) -> None:
    some_bulletins(database, [a_report(number) for number in range(5)])
    bench.enrich([])
    assert [len(titles) for titles in people_by_article(database).values()] == [5]
    assert database.count("entity_fact") == 1, "what is said five times in a quarter is kept once"


def test_a_name_of_which_nothing_else_is_said_ties_no_two_articles(database: Database, bench: Workbench) -> None:
    some_bulletins(database, [f"Tin {n}\n\nÔng Nguyễn Văn Hùng kể chuyện thứ {n} về làng cũ." for n in range(3)])
    bench.enrich([])
    assert [len(titles) for titles in people_by_article(database).values()] == [1, 1, 1]


def test_people_of_one_name_in_two_provinces_stay_apart(database: Database, bench: Workbench) -> None:
    texts = [a_report(n, name="Nguyễn Văn Hùng", province=p) for n in range(3) for p in ("Thanh Hóa", "Nghệ An")]
    for text in texts:
        some_bulletins(database, [text])
        bench.enrich([])
    assert sorted(len(titles) for titles in people_by_article(database).values()) == [3, 3]
    told = "SELECT DISTINCT reason FROM article_entity WHERE type = 'person' AND reason LIKE 'kept apart%%'"
    assert database.rows(told) == [("kept apart: posts in two provinces (38, 40) at one time",)]


def test_workers_who_meet_make_one_person(database: Database, make_bench: MakeBench) -> None:
    workers = 6
    reports = [a_report(number) for number in range(workers * 8)]
    some_bulletins(database, reports)
    # Read beforehand: the tagger is one for a process, and a worker is a process.
    articles = {text: pipeline.understand(Article(id=UUID(int=0), filed=text)) for text in reports}
    stages = (lambda blank: replace(articles[blank.filed], id=blank.id),)
    benches = [make_bench(batch_size=8, stages=stages) for _ in range(workers)]
    start = threading.Barrier(workers)

    def work(bench: Workbench) -> None:
        start.wait()
        while bench.enrich([]):
            pass

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, benches))
    assert database.rows("SELECT outcome, error, count(*) FROM attempt GROUP BY 1, 2") == [
        ("published", None, workers * 8)
    ]
    assert [len(titles) for titles in people_by_article(database).values()] == [workers * 8]
    kinds = dict(database.rows("SELECT type, count(*) FROM entity GROUP BY 1"))
    assert kinds == {"person": 1, "organization": 1, "place": 1}


def test_nobody_waits_for_a_person_whom_everybody_knows(
    database: Database, engine: Engine, make_bench: MakeBench
) -> None:
    """A worker has written about someone and not committed: another goes on all the same."""
    some_bulletins(database, [a_report(0)])
    make_bench().enrich([])
    id, row = database.rows("SELECT id, xmin::text || ctid::text || xmax::text FROM entity WHERE type = 'person'")[0]
    article = database.value("SELECT id FROM article")
    some_bulletins(database, [a_report(1)])
    with transaction(engine) as slow:
        linking.link(slow, [Named(article_id=article, version=2, naming=named(a_report(0)))], now=NOON)
        assert make_bench(claim_idle_timeout=2).enrich([]) == 1
    assert database.rows(f"{PEOPLE} AND xmin::text || ctid::text || xmax::text = %(row)s", row=row) == [(id,)], (
        "the row of the person is as it was: no article writes to it"
    )


def test_who_makes_a_person_holds_the_name_until_the_end(database: Database, engine: Engine, bench: Workbench) -> None:
    some_bulletins(database, [a_report(1)])
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as first:
            registry.lock_names(first, ["ngô văn thử"])
            waiting = pool.submit(bench.enrich, [])
            wait_until(lambda: database.rows("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
        assert waiting.result(10) == 1
    assert len(database.rows(PEOPLE)) == 1


def test_overlapping_batches_never_wait_in_a_circle(database: Database, engine: Engine) -> None:
    """Eight workers write the same new entities in different orders, over and over."""
    ids = [new_id() for _ in range(40)]
    new = [registry.NewEntity(id=id, type="place", key=str(id), name=f"xã {id}", aliases=()) for id in ids]
    start = threading.Barrier(8)

    def write(turn: int) -> None:
        start.wait()
        for _ in range(5):
            with transaction(engine) as tx:
                registry.lock_names(tx, [f"name {(place * (turn + 1)) % 13}" for place in range(13)])
                registry.add_entities(tx, new[turn:] + new[:turn], now=NOON)
                registry.add_aliases(tx, [(id, "xã") for id in reversed(ids)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert (database.count("entity"), database.count("entity_alias")) == (40, 40)


def test_nothing_refers_to_an_entity_by_a_foreign_key(database: Database) -> None:
    """Its check would lock the row of a popular entity for each article."""
    assert database.rows("SELECT conname FROM pg_constraint WHERE confrelid = 'entity'::regclass") == []
    assert not entity.foreign_keys


def test_a_later_version_of_an_article_names_whom_the_earlier_named(
    database: Database, engine: Engine, bench: Workbench
) -> None:
    some_bulletins(database, [a_report(0)])
    bench.enrich([])
    before, article = database.rows("SELECT entity_id, article_id FROM article_entity WHERE type = 'person'")[0]
    again = named(a_report(0, rank="Thiếu úy", province="Nghệ An"))
    with transaction(engine) as tx:
        linking.link(tx, [Named(article_id=article, version=2, naming=again)], now=NOON)
    after = database.rows("SELECT entity_id, reason FROM article_entity WHERE type = 'person' AND version = 2")
    assert after == [(before, "an earlier version of the article named the same")]


def test_an_article_that_names_nothing_is_no_trouble(engine: Engine) -> None:
    with transaction(engine) as tx:
        linking.link(tx, [], now=NOON)
        linking.link(
            tx, [Named(article_id=new_id(), version=1, naming=Naming(day=None, people=(), subjects=()))], now=NOON
        )


def test_a_lost_transaction_leaves_no_entity_behind(database: Database, bench: Workbench) -> None:
    some_bulletins(database, [a_report(0)])
    with psycopg.connect(database.url) as admin:
        admin.execute("ALTER TABLE change ADD CONSTRAINT none CHECK (false)")
        admin.commit()
        bench.enrich([])
        assert database.count("entity") == database.count("article_entity") == 0


def test_what_is_too_long_for_a_name_is_no_entity_and_no_trouble(database: Database, bench: Workbench) -> None:
    many, others = (" ".join(f"{word}{number}" for number in range(900)) for word in ("Văn", "Thị"))
    some_bulletins(
        database, [f'Tin\n\nXã mở Mô hình "Đèn {many}" và Chương trình OCOP.', f"Tin\n\nÔng Nguyễn {others} dự."]
    )
    bench.enrich([])
    assert database.rows("SELECT outcome, error FROM attempt") == [("published", None)] * 2
    assert database.value("SELECT max(length(alias)) FROM entity_alias") <= 300
