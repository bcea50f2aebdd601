"""A batch of bulletins becomes articles in one transaction, whatever happens meanwhile."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich import furnishing, pipeline
from services.enrich.text.article import Article, UnreadableBulletin
from services.enrich.workbench import Workbench, backoff
from shared.contracts.article import ArticleOut
from shared.database import make_engine, transaction
from shared.ids import ARTICLE, BULLETIN, written
from shared.reading import article_of, article_row, document, relations_of
from shared.settings import Settings
from tests.enrich.conftest import MakeBench
from tests.factories import TEXT, a_bulletin, a_json, a_text, some_bulletins
from tests.servers import Database, wait_until

STATES = "SELECT status, count(*) FROM bulletin GROUP BY status"
OUTCOMES = "SELECT outcome, count(*) FROM attempt GROUP BY outcome"


def states(database: Database) -> dict[str, int]:
    return dict(database.rows(STATES))


def outcomes(database: Database) -> dict[str, int]:
    return dict(database.rows(OUTCOMES))


def bulletin(database: Database, id: UUID) -> dict[str, Any]:
    return database.documents("SELECT * FROM bulletin WHERE id = %(id)s", id=id)[0]


def let_run_now(database: Database) -> None:
    database.run("UPDATE bulletin SET run_at = now() - interval '1 s' WHERE status = 'queued'")


class Faulty:
    """A stage that raises for texts that hold a word, and leaves all others as they are."""

    __name__ = "faulty"

    def __init__(self, word: str, error: Exception) -> None:
        self.word, self.error = word, error

    def __call__(self, article: Article) -> Article:
        if self.word in article.filed:
            raise self.error
        return article


def test_a_bulletin_becomes_an_article_with_all_that_was_found_in_it(database: Database, bench: Workbench) -> None:
    received = datetime(2025, 9, 5, 5, tzinfo=UTC)
    id = a_bulletin(database, TEXT, source="báo", external_id="7", received_at=received, run_at=received)
    assert bench.enrich([id]) == 1
    engine = make_engine(database.url, "test")
    with transaction(engine) as tx:
        article = article_of(tx, database.value("SELECT article_id FROM article_version"))
        row = article_row(tx, database.value("SELECT id FROM article"))
        assert row
        relations = relations_of(tx, row)
    engine.dispose()
    assert article
    assert ArticleOut.model_validate(document(row, relations)) == article
    found_date, found_length = article.dates
    found_name = next(one for one in article.entities if one.key is None and one.name == "Vĩnh Long")
    (place,) = article.places
    told = {"published", "event", "blocks", "dates", "entities", "people", "places"}
    assert article.model_dump(exclude={"id", "available_at", *told}) == {
        "version": 1, "kind": "first", "note": None, "pub_status": "usable", "bulletin": written(BULLETIN, id), "source": "báo",
        "external_id": "7", "received_at": received, "pipeline": pipeline.version(), "title": TEXT.splitlines()[0],
        "text": TEXT, "items": [], "byline": None, "source_line": None, "abbreviations": [], "slips": [], "notes": [],
        "citations": [], "relations": [], "story": None,
    }  # fmt: skip
    assert [(block.kind, TEXT[block.start : block.end] == block.text) for block in article.blocks] == [
        ("headline", True), ("lead", True), ("paragraph", True),
    ]  # fmt: skip
    assert (found_date.value, TEXT[found_date.start : found_date.end]) == ("2025-09-05TMO", "Sáng 5/9/2025")
    assert (found_length.value, found_length.text) == ("P16M", "16 tháng")
    assert (article.event.value, article.event.basis) == ("2025-09-05TMO", "stated")
    assert (found_name.name, TEXT[found_name.start : found_name.end]) == ("Vĩnh Long", "tỉnh Vĩnh Long")
    assert (place.unit, str(place.valid_from), TEXT[place.start : place.end]) == ("86", "2025-07-01", "tỉnh Vĩnh Long")
    assert database.value("SELECT place_terms FROM article_version") == [
        "current 86", "province 86", "valid 86", "written tỉnh vĩnh long", "written vĩnh long",
    ]  # fmt: skip


def test_article_attempt_change_and_state_are_written_in_one_transaction(database: Database, bench: Workbench) -> None:
    id = a_bulletin(database, TEXT)
    bench.enrich([id])
    written_by = database.rows(
        "SELECT xmin::text FROM bulletin UNION SELECT xmin::text FROM article UNION SELECT xmin::text FROM article_version"
        " UNION SELECT xmin::text FROM change UNION SELECT xmin::text FROM feed_head UNION SELECT xmin::text FROM attempt"
    )
    (attempt,) = database.documents("SELECT * FROM attempt")
    (change,) = database.documents("SELECT seq, type, article_id, version FROM change")
    assert len(written_by) == 1
    assert {name: attempt[name] for name in ("bulletin_id", "number", "worker", "pipeline", "outcome", "error")} == {
        "bulletin_id": id, "number": 1, "worker": furnishing.worker_name(), "pipeline": pipeline.version(),
        "outcome": "published", "error": None,
    }  # fmt: skip
    assert set(attempt["stage_ms"]) == {stage.__name__ for stage in pipeline.STAGES}
    assert change == {
        "seq": 1, "type": "article.published", "article_id": database.value("SELECT id FROM article"), "version": 1,
    }  # fmt: skip


def test_an_articles_id_begins_with_art(database: Database, bench: Workbench) -> None:
    a_bulletin(database)
    bench.enrich([])
    assert written(ARTICLE, database.value("SELECT id FROM article")).startswith("art_")


@pytest.mark.parametrize(
    ("raw", "media_type", "charset"),
    [
        (a_json(text="Tin về hoà bình"), "application/json", "utf-8"),
        ("Tin về hoà bình".encode("utf-16"), "text/plain", "utf-16"),
        ("Tin v\u00ea\u0300 hoa\u0300 bi\u0300nh".encode("cp1258"), "text/plain", "cp1258"),
        (b"\xef\xbb\xbf" + "Tin về hoà bình".encode(), "text/plain", "utf-8-sig"),
    ],
)
def test_however_a_text_was_sent_it_is_the_same_article(
    database: Database, bench: Workbench, raw: bytes, media_type: str, charset: str
) -> None:
    a_bulletin(database, "", raw=raw, media_type=media_type, charset=charset)
    bench.enrich([])
    assert database.value("SELECT title FROM article_version") == "Tin về hoà bình"


def test_of_two_that_say_the_same_in_one_batch_the_earlier_is_the_original(
    database: Database, bench: Workbench
) -> None:
    first, second = some_bulletins(database, ["Tin hoà bình", "TIN  hòa bình"])
    assert bench.enrich([second, first]) == 2
    (version,) = database.documents("SELECT article_id, bulletin_id FROM article_version")
    (relation,) = database.documents("SELECT * FROM duplicate_relation")
    assert (version["bulletin_id"], states(database)) == (first, {"published": 1, "duplicate": 1})
    assert {name: relation[name] for name in ("bulletin_id", "original_id", "kind", "score", "method", "decided_by")} == {
        "bulletin_id": second, "original_id": version["article_id"], "kind": "exact", "score": 1.0,
        "method": "duplicates.exact", "decided_by": "rule",
    }  # fmt: skip


def test_what_an_earlier_batch_said_is_the_original(database: Database, bench: Workbench) -> None:
    bench.enrich([a_bulletin(database, TEXT)])
    again = a_bulletin(database, TEXT)
    bench.enrich([again])
    assert (bulletin(database, again)["status"], database.count("article"), database.count("change")) == (
        "duplicate",
        1,
        1,
    )


def test_what_is_done_is_done_once_however_often_it_is_rung_for(database: Database, bench: Workbench) -> None:
    id = a_bulletin(database)
    assert [bench.enrich([id]) for _ in range(3)] == [1, 0, 0]
    assert (database.count("attempt"), database.count("article")) == (1, 1)


def test_whoever_comes_takes_what_waits_beside_what_was_rung_for(database: Database, bench: Workbench) -> None:
    ids = some_bulletins(database, [a_text() for _ in range(5)])
    assert bench.enrich(ids[:1]) == 5


def test_what_runs_later_is_left_until_then(database: Database, bench: Workbench) -> None:
    a_bulletin(database, run_at=datetime.now(UTC) + timedelta(minutes=1))
    assert bench.enrich([]) == 0


def test_a_batch_has_its_size(database: Database, make_bench: MakeBench) -> None:
    ids = some_bulletins(database, [a_text() for _ in range(7)])
    bench = make_bench(batch_size=3)
    assert [bench.enrich(ids) for _ in range(4)] == [3, 3, 1, 0]


def test_a_batch_has_its_weight_and_the_largest_goes_alone(database: Database, make_bench: MakeBench) -> None:
    some_bulletins(database, ["Tin " + letter * 400 for letter in "abcd"])
    some_bulletins(database, ["Tin " + "e" * 5000], received_at=datetime.now(UTC))
    bench = make_bench(batch_bytes=1000)
    assert [bench.enrich([]) for _ in range(4)] == [2, 2, 1, 0]


def test_flash_is_worked_on_first_and_in_a_transaction_of_its_own(database: Database, bench: Workbench) -> None:
    normal = some_bulletins(database, [a_text() for _ in range(3)])
    flash = some_bulletins(database, [a_text() for _ in range(2)], priority=0)
    assert bench.enrich(normal) == 5
    feed = database.rows(
        "SELECT bulletin_id, change.xmin::text FROM change JOIN article_version USING (article_id) ORDER BY seq"
    )
    assert [row[0] for row in feed] == [*flash, *normal]
    assert len({row[1] for row in feed[:2]}) == len({row[1] for row in feed[2:]}) == 1
    assert len({row[1] for row in feed}) == 2


def test_flash_that_comes_while_a_batch_is_read_does_not_wait_for_its_end(
    database: Database, make_bench: MakeBench
) -> None:
    normal = some_bulletins(database, [a_text() for _ in range(5)])
    flash: list[UUID] = []

    def slow(article: Article) -> Article:
        if not flash:
            flash.extend(some_bulletins(database, [a_text() for _ in range(2)], priority=0))
        time.sleep(0.06)
        return article

    assert make_bench(stages=(slow, *pipeline.STAGES)).enrich(normal) == 5
    feed = database.rows("SELECT bulletin_id FROM change JOIN article_version USING (article_id) ORDER BY seq")
    assert [row[0] for row in feed] == [*flash, *normal]
    assert states(database) == {"published": 7}


def test_slow_flash_beside_a_batch_comes_a_few_at_a_time_and_is_itself_to_blame(
    database: Database, make_bench: MakeBench
) -> None:
    """While it is read no other is let pass: there is no third connection to wait for."""
    normal = some_bulletins(database, [a_text() for _ in range(2)])
    flash: list[UUID] = []
    in_hand: list[UUID] = []

    def slow(article: Article) -> Article:
        if not flash:
            flash.extend(some_bulletins(database, [a_text() for _ in range(6)], priority=0))
        in_hand.append(database.value("SELECT bulletin_id FROM worker_hand"))
        time.sleep(0.12)
        return article

    began = time.monotonic()
    assert make_bench(stages=(slow, *pipeline.STAGES)).enrich(normal) == 2
    assert time.monotonic() - began < 4
    assert in_hand == [normal[0], *flash, normal[1]]
    told = database.rows(
        "SELECT bulletin_id, change.xmin::text FROM change JOIN article_version USING (article_id) ORDER BY seq"
    )
    assert [row[0] for row in told] == [*flash, *normal]
    assert len({row[1] for row in told[:5]}) == 1


def test_a_worker_whose_database_goes_away_after_a_flash_gives_up(database: Database, make_bench: MakeBench) -> None:
    """It must not turn in circles: its bell is answered, and the sweep rings for what was left."""
    away = threading.Event()
    looks = 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        # Each batch looks at the clock: to claim, to note its starts, and to close. The fourth look is the next claim's.
        if looks == 4:
            set_away(allowed=False)
            away.set()
        return datetime.now(UTC)

    name = database.url.rsplit("/", 1)[1]

    def set_away(*, allowed: bool) -> None:
        with psycopg.connect(database.url.replace(name, "postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
            if not allowed:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    a_bulletin(database, priority=0)
    bench = make_bench(clock=clock)
    worker = threading.Thread(target=bench.enrich, args=([],), daemon=True)
    worker.start()
    try:
        assert away.wait(5)
        worker.join(3)
        gave_up = not worker.is_alive()
    finally:
        set_away(allowed=True)
        worker.join(10)
    assert gave_up


def test_eight_who_claim_the_same_close_each_exactly_once(database: Database, make_bench: MakeBench) -> None:
    ids = some_bulletins(database, [a_text() for _ in range(50)])
    benches = [make_bench(batch_size=8) for _ in range(8)]

    def work(bench: Workbench) -> int:
        mine, done = random.sample(ids, 50), 0
        while closed := bench.enrich(mine):
            done += closed
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, benches)) == 50
    assert (states(database), outcomes(database)) == ({"published": 50}, {"published": 50})
    assert database.count("article") == 50


def test_identical_texts_in_overlapping_batches_of_eight_have_one_original_each(
    database: Database, make_bench: MakeBench
) -> None:
    some_bulletins(database, [f"Tin số {number % 20}" for number in random.sample(range(160), 160)])
    benches = [make_bench(batch_size=10) for _ in range(8)]
    before = database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")

    def work(bench: Workbench) -> int:
        done = 0
        while closed := bench.enrich([]):
            done += closed
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, benches)) == 160
    assert states(database) == {"published": 20, "duplicate": 140}
    assert (database.count("article"), database.count("duplicate_relation")) == (20, 140)
    assert outcomes(database) == {"published": 20, "duplicate": 140}
    deadlocks = database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks == before


def test_one_that_cannot_be_worked_on_spoils_no_other(database: Database, make_bench: MakeBench) -> None:
    ids = some_bulletins(database, [a_text() for _ in range(49)])
    bad = a_bulletin(database, "Tin hỏng")
    bench = make_bench(stages=(*pipeline.STAGES, Faulty("hỏng", ZeroDivisionError("chia cho không"))))
    assert bench.enrich([*ids, bad]) == 50
    assert states(database) == {"published": 49, "queued": 1}
    assert outcomes(database) == {"published": 49, "retry": 1}


def test_what_fails_is_tried_again_later_and_quarantined_in_the_end(database: Database, make_bench: MakeBench) -> None:
    id = a_bulletin(database, "Tin hỏng")
    stages = (*pipeline.STAGES, Faulty("hỏng", ZeroDivisionError("chia cho không")))
    bench = make_bench(stages=stages, chance=lambda: 0.5, max_tries=3)
    bench.enrich([id])
    row = bulletin(database, id)
    waits = (row["run_at"] - datetime.now(UTC)).total_seconds()
    assert (row["status"], row["suspect"], row["error_class"]) == ("queued", False, "ZeroDivisionError")
    assert "chia cho không" in row["last_error"]
    assert 0.5 < waits <= 1.0
    assert bench.enrich([id]) == 0
    for _ in range(2):
        let_run_now(database)
        a_bulletin(database, a_text())
        assert bench.enrich([id]) == 2  # whatever waits comes with it: what a stage says no to does no harm
    row = bulletin(database, id)
    assert (row["status"], row["error_class"]) == ("quarantined", "ZeroDivisionError")
    assert database.rows("SELECT number, outcome FROM attempt WHERE bulletin_id = %(id)s ORDER BY number", id=id) == [
        (1, "retry"), (2, "retry"), (3, "quarantined"),
    ]  # fmt: skip


def test_what_failed_once_may_succeed_later(database: Database, make_bench: MakeBench) -> None:
    id = a_bulletin(database, "Tin hỏng")
    make_bench(stages=(Faulty("hỏng", ZeroDivisionError()),)).enrich([id])
    let_run_now(database)
    assert make_bench().enrich([id]) == 1
    row = bulletin(database, id)
    assert (row["status"], row["suspect"], row["error_class"], row["last_error"]) == ("published", False, None, None)


def test_what_no_article_can_be_made_of_is_quarantined_at_once(database: Database, bench: Workbench) -> None:
    id = a_bulletin(database, "\u3000\n")
    bench.enrich([id])
    row = bulletin(database, id)
    assert (row["status"], row["error_class"], database.count("attempt")) == ("quarantined", "UnreadableBulletin", 1)
    assert UnreadableBulletin.__name__ in row["last_error"]


@pytest.mark.parametrize("told", ["\0", "\ud800", "x" * 10_000])
def test_an_error_that_the_database_cannot_hold_is_told_as_well_as_can_be(
    database: Database, make_bench: MakeBench, told: str
) -> None:
    id = a_bulletin(database, "Tin hỏng")
    make_bench(stages=(Faulty("hỏng", ValueError(told)),)).enrich([id])
    row = bulletin(database, id)
    assert (row["error_class"], row["status"], len(row["last_error"]) <= 4000) == ("ValueError", "queued", True)


def test_what_the_database_refuses_is_noted_while_the_bulletins_are_still_held(
    database: Database, make_bench: MakeBench
) -> None:
    """Whoever found them free and begun would take their worker for dead."""
    looks: list[int] = []

    def clock() -> datetime:
        looks.append(
            database.value(
                "SELECT count(*) FROM (SELECT id FROM bulletin WHERE status = 'queued' FOR UPDATE SKIP LOCKED) AS free"
                " JOIN attempt ON bulletin_id = free.id AND ended_at IS NULL"
            )
        )
        return datetime.now(UTC)

    database.run("ALTER TABLE article_version ADD CONSTRAINT refused CHECK (title <> 'Tin') NOT VALID")
    try:
        ids = some_bulletins(database, ["Tin\n\nMưa to.", "Tin\n\nNắng to."])
        bench = make_bench(clock=clock)
        bench.enrich(ids)
    finally:
        database.run("ALTER TABLE article_version DROP CONSTRAINT refused")
    assert (set(looks), len(looks) > 4) == ({0}, True)
    assert outcomes(database)["interrupted"] == 2
    said = database.value("SELECT min(error) FROM attempt WHERE outcome = 'interrupted'")
    assert said.splitlines()[-1].startswith("sqlalchemy.exc.IntegrityError: new row for relation")


def test_an_article_that_the_database_refuses_is_its_bulletins_failure(
    database: Database, make_bench: MakeBench
) -> None:
    def spoil(article: Article) -> Article:
        return article.evolve(filed="a\0b") if "hỏng" in article.filed else article

    ids = some_bulletins(database, ["Tin hỏng", "Tin lành"])
    bench = make_bench(stages=(*pipeline.STAGES, spoil), max_tries=1)
    for _ in range(3):  # together it is nobody's fault; so each comes back alone
        bench.enrich([])
    assert outcomes(database) == {"interrupted": 2, "quarantined": 1, "published": 1}
    assert [bulletin(database, id)["status"] for id in ids] == ["quarantined", "published"]


def test_a_connection_lost_between_claim_and_commit_leaves_nothing_written(
    database: Database, make_bench: MakeBench
) -> None:
    def lose_connection(article: Article) -> Article:
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bantin-worker'"
                     " AND datname = current_database()")  # fmt: skip
        return article

    ids = some_bulletins(database, [a_text() for _ in range(3)])
    assert make_bench(stages=(*pipeline.STAGES, lose_connection)).enrich(ids) == 0
    # The three together, and the first of them once more, alone.
    assert (states(database), outcomes(database)) == ({"queued": 3}, {"interrupted": 4})
    assert [database.count(table) for table in ("article", "article_version", "change")] == [0, 0, 0]
    bench = make_bench()
    while bench.enrich_suspect():
        pass
    assert (states(database), outcomes(database)) == ({"published": 3}, {"interrupted": 4, "published": 3})


def test_a_worker_that_is_silent_inside_its_transaction_loses_it(database: Database, make_bench: MakeBench) -> None:
    naps = iter([1.0])

    def freeze_once(article: Article) -> Article:
        time.sleep(next(naps, 0.0))
        return article

    id = a_bulletin(database)
    frozen = make_bench(stages=(*pipeline.STAGES, freeze_once), claim_idle_timeout=0.3)
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(frozen.enrich, [id])
        wait_until(lambda: database.count("attempt"))
        free = wait_until(lambda: database.rows("SELECT id FROM bulletin FOR UPDATE SKIP LOCKED"), 0.9)
        awake = work.done()
        assert (free, awake, work.result()) == ([(id,)], False, 1)
    assert (states(database), outcomes(database)) == ({"published": 1}, {"interrupted": 1, "published": 1})


def test_a_bulletin_that_takes_too_long_fails_by_itself(database: Database, make_bench: MakeBench) -> None:
    def slow(article: Article) -> Article:
        if "dài" in article.filed:
            time.sleep(5)
        return article

    ids = some_bulletins(database, ["Tin dài", "Tin ngắn"])
    assert make_bench(stages=(*pipeline.STAGES, slow), bulletin_timeout=0.2).enrich(ids) == 2
    assert [bulletin(database, id)["status"] for id in ids] == ["queued", "published"]
    assert outcomes(database) == {"retry": 1, "published": 1}


def test_what_takes_too_long_runs_alone_and_three_times_at_most(database: Database, make_bench: MakeBench) -> None:
    def slow(article: Article) -> Article:
        time.sleep(5)
        return article

    id = a_bulletin(database, "Tin dài")
    bench = make_bench(stages=(slow,), bulletin_timeout=0.05)
    suspect = []
    for _ in range(3):
        bench.enrich([id])
        suspect.append(bulletin(database, id)["suspect"])
        let_run_now(database)
    assert (suspect, outcomes(database)) == ([True, True, False], {"retry": 2, "quarantined": 1})


def test_whoever_looks_sees_which_bulletin_of_a_batch_is_being_read(database: Database, make_bench: MakeBench) -> None:
    seen: list[UUID] = []

    def look(article: Article) -> Article:
        seen.append(
            database.value("SELECT bulletin_id FROM worker_hand JOIN attempt USING (worker, bulletin_id, number)")
        )
        return article

    ids = some_bulletins(database, [a_text() for _ in range(3)])
    assert make_bench(stages=(*pipeline.STAGES, look)).enrich(ids) == 3
    assert (sorted(seen), database.value("SELECT bulletin_id FROM worker_hand")) == (sorted(ids), None)


def test_a_long_batch_is_no_silence(database: Database, make_bench: MakeBench) -> None:
    def slow(article: Article) -> Article:
        time.sleep(0.6)
        return article

    ids = some_bulletins(database, [a_text() for _ in range(3)])
    assert make_bench(stages=(*pipeline.STAGES, slow), claim_idle_timeout=1.0).enrich(ids) == 3


def test_a_bulletin_whose_last_attempt_has_no_end_is_left_to_the_sweep(database: Database, bench: Workbench) -> None:
    id = a_bulletin(database)
    database.run("INSERT INTO attempt VALUES (%(id)s, 1, 'w', 'p', now())", id=id)
    assert (bench.enrich([id]), bench.enrich_suspect()) == (0, 0)


def test_nothing_is_raised_when_the_database_is_away() -> None:
    bench = furnishing.furnish(Settings(database_url="postgresql://bantin@127.0.0.1:9/bantin"))
    assert (bench.enrich([]), bench.enrich_suspect()) == (0, 0)


def test_the_feed_has_no_gap_and_a_reader_misses_nothing(database: Database, make_bench: MakeBench) -> None:
    """Eight publish while a ninth follows the feed by the last number it saw."""
    texts = [f"Tin {number}" for number in range(160)]
    some_bulletins(database, texts)
    done = threading.Event()
    read: list[int] = []

    def follow() -> None:
        with psycopg.connect(database.url, autocommit=True) as connection:
            while True:
                last_round = done.is_set()
                since = read[-1] if read else 0
                rows = connection.execute("SELECT seq FROM change WHERE seq > %s ORDER BY seq", (since,)).fetchall()
                read.extend(row[0] for row in rows)
                if last_round and not rows:
                    return

    def work(bench: Workbench) -> None:
        while bench.enrich([]):
            pass

    benches = [make_bench(batch_size=4) for _ in range(8)]
    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(follow)
        list(pool.map(work, benches))
        done.set()
        reader.result()
    assert read == list(range(1, 161))
    assert database.rows("SELECT seq FROM feed_head") == [(160,)]


def test_one_text_in_every_batch_is_published_once(database: Database, make_bench: MakeBench) -> None:
    some_bulletins(database, ["Tin chung", *[a_text() for _ in range(9)]] * 4)
    benches = [make_bench(batch_size=10) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda bench: bench.enrich([]), benches))
    titles = Counter(row[0] for row in database.rows("SELECT title FROM article_version"))
    assert set(titles.values()) == {1}


@given(st.integers(1, 1_000), st.floats(0, 1, exclude_max=True))
def test_the_wait_after_a_failure_is_bounded(failures: int, chance: float) -> None:
    wait = backoff(failures, chance).total_seconds()
    assert 0.5 <= wait <= 450


@given(st.integers(1, 8), st.floats(0, 1, exclude_max=True))
def test_the_wait_doubles_with_every_failure(failures: int, chance: float) -> None:
    assert abs(backoff(failures + 1, chance) - 2 * backoff(failures, chance)) <= timedelta(microseconds=2)
