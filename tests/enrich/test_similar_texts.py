"""Similar bulletins in many hands at the same instant end as one original and its duplicates; relations are kept."""

import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine

from infra.chaos.account import invariants
from services.enrich import furnishing
from services.enrich.commands.dedupe import STAGES
from services.enrich.records import fingerprints
from services.enrich.text.article import Said
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import MOST_CANDIDATES, fingerprint
from services.enrich.text.duplicates.comparison import VERSION
from services.enrich.text.duplicates.signature import BANDS
from services.enrich.workbench import Workbench
from shared.database import make_engine, transaction
from shared.ids import ARTICLE, BULLETIN, written
from shared.reading import article_of
from shared.settings import Settings
from tests.enrich.conftest import MakeBench
from tests.enrich.text.duplicates.test_relations import BASE as LONG
from tests.factories import a_bulletin, an_article, some_bulletins
from tests.servers import Database, wait_until

WORKERS = 8
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bantin-worker' AND wait_event = 'advisory'"
    " AND datname = current_database()"
)
_PLACES = ["Cồn Phụng", "Trà Sư", "Vàm Nao", "Bảy Núi", "Láng Le", "Gò Sao", "Đất Mũi", "Cái Răng", "Tân Phú", "Mỏ Cày"]


def a_story(number: int) -> str:
    """A bulletin of some ninety words that shares no phrase with one of another number."""
    chance = random.Random(number)
    syllables = [f"{a}{b}" for a in ("b", "ch", "đ", "g", "kh", "l", "m", "ng", "ph", "qu", "tr", "v") for b in
                 ("à", "áo", "ên", "iếm", "ôi", "ương", "ũng", "ạch", "ẻ", "ười")]  # fmt: skip
    words = chance.choices(syllables, k=90)
    sentences = [" ".join(words[start : start + 15]).capitalize() + "." for start in range(0, 90, 15)]
    return f"{chance.choice(_PLACES)} {words[0]} {words[1]}\n\n" + "\n\n".join(sentences)


def versions(story: str) -> list[str]:
    """Eight forms of one bulletin; of any two, in either order, the later is a duplicate of the earlier."""
    head, *rest = story.split("\n\n")
    whole = "\n\n".join(rest)
    words = whole.split(" ")
    return [
        story,
        story.upper(),
        f"{head}\n\n{whole}\n\nNguồn: TTXVN",
        f"{head}\n\n{' '.join([*words[:7], 'vẫn', *words[7:]])}",
        f"{head}\n\n{' '.join([*words[:21], 'đã', *words[21:]])}\n\nKim Sa",
        f"Bản tin sáng: {head}\n\n{whole}",
        f"{head}\n\n{whole}".replace(" ", "  "),
        f"{head}\n\n" + "\n\n".join([rest[1], rest[0], *rest[2:]]),
    ]


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    made = make_engine(database.url, "test")
    yield made
    made.dispose()


def drain(bench: Workbench) -> int:
    done = 0
    while closed := bench.enrich([]):
        done += closed
    return done


def same_instant(benches: list[Workbench], ids: list[list[UUID]]) -> None:
    """Each workbench begins with bulletins of its own at the same moment."""
    gate = threading.Barrier(len(benches))

    def work(bench: Workbench, mine: list[UUID]) -> None:
        gate.wait(10)
        bench.enrich(mine)

    with ThreadPoolExecutor(len(benches)) as pool:
        list(pool.map(work, benches, ids))


def wrong_groups(database: Database, groups: int) -> list[tuple[str, Counter[str]]]:
    """The groups that have not one original and all others its duplicates."""
    rows = database.rows(
        "SELECT bulletin.external_id, bulletin.status, coalesce(article_version.article_id, duplicate_relation.original_id)"
        " FROM bulletin LEFT JOIN article_version ON article_version.bulletin_id = bulletin.id"
        " LEFT JOIN duplicate_relation ON duplicate_relation.bulletin_id = bulletin.id AND duplicate_relation.kind IN ('exact', 'near')"
    )
    wrong = []
    for number in range(groups):
        mine = [(status, article) for group, status, article in rows if group == str(number)]
        found = Counter(status for status, _ in mine)
        if found["published"] != 1 or found["duplicate"] != len(mine) - 1 or len({article for _, article in mine}) != 1:
            wrong.append((str(number), found))
    return wrong


def collide(database: Database, make_bench: MakeBench, groups: int, *, batch: int) -> list[tuple[str, Counter[str]]]:
    """File eight versions of each story, one to each worker, shuffled, and let all begin at the same instant."""
    benches = [make_bench(batch_size=batch, stages=STAGES) for _ in range(WORKERS)]
    mine: list[list[UUID]] = [[] for _ in benches]
    for number in range(groups):
        texts = random.Random(number).sample(versions(a_story(number)), WORKERS)
        for worker, id in enumerate(some_bulletins(database, texts, external_id=str(number))):
            mine[worker].append(id)
    for start in range(0, groups, batch):
        same_instant(benches, [ids[start : start + batch] for ids in mine])
    drain(benches[0])
    return wrong_groups(database, groups)


def test_versions_of_one_bulletin_are_duplicates_in_whatever_order_they_come(
    database: Database, bench: Workbench
) -> None:
    for number in range(3):
        for text in random.Random(number).sample(versions(a_story(number)), 8):
            bench.enrich([a_bulletin(database, text, external_id=str(number))])
    assert wrong_groups(database, 3) == []


@pytest.mark.parametrize("batch", [1, 8])
def test_eight_who_decide_on_one_bulletin_at_the_same_instant_agree(
    database: Database, make_bench: MakeBench, batch: int
) -> None:
    before = database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert collide(database, make_bench, 16, batch=batch) == []
    assert database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == before
    assert broken(database) == {}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("batch", [1, 5])
def test_in_thousands_of_collisions_of_eight_processes_no_group_is_wrong(database: Database, batch: int) -> None:
    groups = 400
    mine: list[list[UUID]] = [[] for _ in range(WORKERS)]
    for number in range(groups):
        texts = random.Random(number).sample(versions(a_story(number)), WORKERS)
        for worker, id in enumerate(some_bulletins(database, texts, external_id=str(number))):
            mine[worker].append(id)
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(WORKERS)
    workers = [spawn.Process(target=a_process_works, args=(database.url, gate, ids, batch)) for ids in mine]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * WORKERS
    assert wrong_groups(database, groups) == []
    assert broken(database) == {}
    assert database.rows("SELECT outcome, count(*) FROM attempt GROUP BY outcome ORDER BY 2 DESC") == [
        ("duplicate", groups * (WORKERS - 1)), ("published", groups),
    ]  # fmt: skip


def a_process_works(url: str, gate: Barrier, ids: list[UUID], batch: int) -> None:
    """Begin with each batch of bulletins when the other processes begin with theirs."""
    bench = replace(furnishing.furnish(Settings(database_url=url, batch_size=batch)), stages=STAGES)
    for start in range(0, len(ids), batch):
        gate.wait(60)
        bench.enrich(ids[start : start + batch])
    while bench.enrich([]):
        pass


def test_unrelated_bulletins_never_wait_for_each_other(
    database: Database, make_bench: MakeBench, engine: Engine
) -> None:
    """While somebody decides on one text, another text is finished; only a version of the first must wait."""
    original, *_, version = versions(a_story(1))
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as tx:
            fingerprints.lock(tx, [fingerprint(clean(an_article(original)))])
            a_bulletin(database, a_story(2))
            assert make_bench().enrich([]) == 1
            waiting = pool.submit(make_bench().enrich, [a_bulletin(database, version)])
            wait_until(lambda: database.value(WAITING) == 1)
        assert waiting.result(10) == 1


def test_whoever_waited_for_the_locks_sees_what_was_decided_meanwhile(
    database: Database, make_bench: MakeBench, engine: Engine
) -> None:
    original, *_, version = versions(a_story(1))
    with ThreadPoolExecutor(2) as pool:
        with transaction(engine) as tx:
            fingerprints.lock(tx, [fingerprint(clean(an_article(original)))])
            ids = [a_bulletin(database, text) for text in (original, version)]
            work = [pool.submit(make_bench(batch_size=1).enrich, [id]) for id in ids]
            wait_until(lambda: database.value(WAITING) == 2)
        assert sum(one.result(10) for one in work) == 2
    assert dict(database.rows("SELECT status, count(*) FROM bulletin GROUP BY status")) == {
        "published": 1,
        "duplicate": 1,
    }


def test_a_near_duplicate_keeps_its_relation_and_is_told_of_in_the_originals_article(
    database: Database, bench: Workbench, engine: Engine
) -> None:
    bench.enrich([a_bulletin(database, LONG)])
    later = a_bulletin(database, LONG.replace("nhiều gia đình", "không ít hộ"))
    bench.enrich([later])
    with transaction(engine) as tx:
        article = article_of(tx, database.value("SELECT id FROM article"))
    assert article
    (relation,) = article.relations
    assert (relation.kind, relation.direction, relation.article, relation.bulletin, relation.decided_by) == (
        "near", "from", None, written(BULLETIN, later), "rule",
    )  # fmt: skip
    assert (relation.method, relation.version) == ("duplicates.compared", VERSION)
    assert 0.8 < relation.score < 1
    assert (database.count("article"), database.count("article_fingerprint"), database.count("change")) == (1, 1, 1)


def test_a_revision_is_published_as_an_article_of_its_own_with_its_relation(
    database: Database, bench: Workbench, engine: Engine
) -> None:
    bench.enrich([a_bulletin(database, LONG)])
    later = LONG.replace("420 hộ dân ở ba", "480 hộ dân ở ba")
    revision = a_bulletin(database, later)
    bench.enrich([revision])
    sql = "SELECT article_id FROM article_version WHERE bulletin_id {} %(id)s"
    first, second = (database.value(sql.format(sign), id=revision) for sign in ("<>", "="))
    with transaction(engine) as tx:
        told = [article_of(tx, id) for id in (second, first)]
    ((ours,), (theirs,)) = (article.relations for article in told if article)
    assert (ours.kind, ours.direction, ours.article) == ("revision", "to", written(ARTICLE, first))
    assert ours.reason == "the same bulletin with other facts: 420 → 480"
    (place,) = ours.differences
    assert (later[place.start : place.end], LONG[place.other_start : place.other_end]) == ("480", "420")
    assert (theirs.kind, theirs.direction, theirs.article) == ("revision", "from", written(ARTICLE, second))


def test_what_differs_keeps_the_next_of_a_series_apart_and_is_told(
    database: Database, bench: Workbench, engine: Engine
) -> None:
    bench.enrich([a_bulletin(database, LONG)])
    next_day = a_bulletin(database, LONG.replace("5/9/2025", "6/9/2025"))
    bench.enrich([next_day])
    with transaction(engine) as tx:
        article = article_of(
            tx, database.value("SELECT article_id FROM article_version WHERE bulletin_id = %(id)s", id=next_day)
        )
    assert article
    (relation,) = article.relations
    assert (relation.kind, relation.reason) == ("none", "the same form with other values: 5/9/2025 → 6/9/2025")


def test_keys_of_duplicates_are_not_kept(database: Database, bench: Workbench) -> None:
    for text in versions(a_story(1)):
        a_bulletin(database, text)
    bench.enrich([])
    assert database.count("article_fingerprint") == 1
    assert database.count("article_band") <= BANDS


def test_under_a_key_that_thousands_share_the_newest_are_read(
    database: Database, bench: Workbench, engine: Engine
) -> None:
    """A form of words that comes every day: what is read for one bulletin does not grow with its archive."""
    texts = [LONG.replace("420", str(1000 + number)).replace("5/9", f"{number % 28 + 1}/9") for number in range(60)]
    some_bulletins(database, texts)
    while bench.enrich([]):
        pass
    assert database.count("article") == 60
    article = fingerprint(clean(an_article(texts[-1])))
    known: dict[int, tuple[UUID, Said]] = {}
    with transaction(engine) as tx:
        found = fingerprints.candidates(tx, [article], known)[article.id]
    assert len(found) <= MOST_CANDIDATES
    assert found[0].said == article.said


def broken(database: Database) -> dict[str, list[object]]:
    return {name: rows for name, query in invariants() if (rows := database.rows(query))}
