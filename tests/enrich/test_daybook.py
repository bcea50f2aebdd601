"""What a closing transaction writes down, and that nothing of it is lost or counted twice when it is added up."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.chaos.account import invariants
from services.enrich.records import daybook
from services.enrich.text.article import Article
from services.enrich.workbench import Workbench
from shared.contracts.states import PROBE
from shared.database import transaction
from shared.latency import bucket_of, percentile, upper_bound
from tests.enrich.conftest import MakeBench
from tests.factories import TEXT, a_bulletin, a_text, some_bulletins
from tests.servers import Database

NOW = datetime.now(UTC)


def add_up(bench: Workbench) -> int:
    with transaction(bench.tx_engine) as tx:
        return daybook.add_up(tx)


def sources(database: Database) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in database.documents("SELECT * FROM source_hour")}


def test_what_came_from_whom_is_counted_once(database: Database, bench: Workbench) -> None:
    some_bulletins(database, [TEXT, TEXT], source="báo An")
    bench.enrich([])
    a_bulletin(
        database, "Lịch họp\n\nNgày 31/2/2025 và ngày 5/9/2025 họp ở xã Không Ai Biết, tỉnh Cà Mau.", source="báo Bình"
    )
    bench.enrich([])
    assert add_up(bench) == 2
    assert add_up(bench) == 0
    found = sources(database)
    assert (found["báo An"]["finished"], found["báo An"]["duplicates"]) == (2, 1)
    assert (found["báo Bình"]["dates"], found["báo Bình"]["dates_refused"]) == (1, 1)
    assert found["báo Bình"]["places"] >= found["báo Bình"]["places_open"] >= 0
    assert found["báo An"]["hour"] == NOW.replace(minute=0, second=0, microsecond=0) or NOW.minute >= 59


def test_pages_of_one_hour_are_added_together(database: Database, bench: Workbench) -> None:
    for _ in range(3):
        a_bulletin(database, a_text())
        bench.enrich([])
        add_up(bench)
    assert sources(database)[""]["finished"] == 3
    stages = dict(database.rows("SELECT measure, sum(count) FROM latency_minute GROUP BY measure"))
    assert (stages["readable"], stages["waiting"], stages["clean"], stages["closing"]) == (3, 3, 3, 3)


def test_how_long_it_took_from_accepted_to_readable(database: Database, bench: Workbench) -> None:
    a_bulletin(database, a_text(), received_at=datetime.now(UTC) - timedelta(seconds=100))
    bench.enrich([])
    add_up(bench)
    (bucket,) = database.rows("SELECT bucket FROM latency_minute WHERE measure = 'readable'")[0]
    assert 100_000 <= upper_bound(bucket) < 130_000


def test_what_failed_is_no_finished_bulletin(database: Database, make_bench: MakeBench) -> None:
    def broken(article: Article) -> Article:
        raise ValueError(article.id)

    bench = make_bench(max_tries=2, stages=(broken,))
    a_bulletin(database, a_text(), source="báo An")
    for _ in range(2):
        bench.enrich([])
        database.run("UPDATE bulletin SET run_at = now() - interval '1 s'")
    add_up(bench)
    found = sources(database)["báo An"]
    assert (found["finished"], found["quarantined"]) == (0, 1)
    stage = database.rows(
        "SELECT bulletin.error_stage, attempt.error_stage FROM bulletin JOIN attempt ON bulletin_id = id"
    )
    assert stage == [("broken", "broken")] * 2


def test_the_failing_stage_is_the_first_that_was_not_done(database: Database, make_bench: MakeBench) -> None:
    def sound(article: Article) -> Article:
        return article

    def broken(article: Article) -> Article:
        raise ValueError(article.id)

    a_bulletin(database, a_text())
    make_bench(max_tries=1, stages=(sound, broken, sound)).enrich([])
    assert database.value("SELECT error_stage FROM bulletin") == "broken"


def test_a_probe_is_finished_and_nobody_sees_it(database: Database, bench: Workbench) -> None:
    ids = [a_bulletin(database, TEXT, source=PROBE, probe=True) for _ in range(2)]
    bench.enrich([])
    article = a_bulletin(database, TEXT)
    bench.enrich([])
    states = Counter(row[0] for row in database.rows("SELECT status FROM bulletin"))
    assert states == {"published": 3}, "it repeats nothing, and nothing repeats it"
    assert database.rows(
        "SELECT bulletin_id FROM readable_article JOIN article_version ON article_id = readable_article.id"
    ) == [(article,)]
    counts = {
        table: database.count(table)
        for table in ("change", "article_fingerprint", "duplicate_relation", "story_member")
    }
    assert counts == {"change": 1, "article_fingerprint": 1, "duplicate_relation": 0, "story_member": 0}
    versions = dict(database.rows("SELECT article_id, bulletin_id FROM article_version"))
    linked = {versions[row[0]] for row in database.rows("SELECT DISTINCT article_id FROM article_entity")}
    assert linked.isdisjoint(ids)
    assert [name for name, query in invariants() if database.rows(query)] == []
    add_up(bench)
    assert list(sources(database)) == [""]
    assert database.value("SELECT sum(count) FROM latency_minute WHERE measure = 'readable'") == 1


def test_old_probes_go_with_all_that_was_made_of_them(database: Database, bench: Workbench) -> None:
    old = NOW - timedelta(days=1, minutes=1)
    a_bulletin(database, TEXT, source=PROBE, probe=True, received_at=old)
    fresh = a_bulletin(database, TEXT, source=PROBE, probe=True)
    other = a_bulletin(database, a_text(), received_at=old)
    bench.enrich([])
    with transaction(bench.tx_engine) as tx:
        daybook.forget(tx, now=NOW)
    assert sorted(row[0] for row in database.rows("SELECT id FROM bulletin")) == sorted([fresh, other])
    for table in ("article", "article_version", "attempt"):
        assert database.count(table) == 2, table


def test_a_length_of_time_is_told_at_most_a_fifth_too_high() -> None:
    for milliseconds in (0.01, 0.1, 0.2, 1, 7.3, 999, 60_000, 86_400_000):
        bound = upper_bound(bucket_of(milliseconds))
        assert milliseconds <= bound <= max(0.1, milliseconds * 2**0.25 * 1.000_001)


def test_percentiles_are_those_of_what_was_counted() -> None:
    counts = {bucket_of(10): 50, bucket_of(100): 49, bucket_of(1000): 1}
    told = [percentile(counts, share) for share in (0.5, 0.9, 0.99, 1.0)]
    assert told == [upper_bound(bucket_of(one)) for one in (10, 100, 100, 1000)]
    assert percentile({}, 0.5) is None
