from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from services.enrich import tally
from services.enrich.text.article import Article
from services.enrich.workbench import Workbench
from shared.ids import new_id
from tests.enrich.conftest import MakeBench
from tests.factories import TEXT, a_bulletin, some_bulletins
from tests.servers import Database

Gain = Callable[..., float]


@pytest.fixture
def gain() -> Gain:
    """By how much a figure grew since the test began."""
    before = {(s.name, tuple(sorted(s.labels.items()))): s.value for m in REGISTRY.collect() for s in m.samples}

    def grown(name: str, **labels: str) -> float:
        return (REGISTRY.get_sample_value(name, labels) or 0) - before.get((name, tuple(sorted(labels.items()))), 0)

    return grown


def test_what_was_committed_is_counted(database: Database, bench: Workbench, gain: Gain) -> None:
    received = datetime.now(UTC) - timedelta(seconds=20)
    some_bulletins(database, [TEXT, TEXT, "Tin ngắn\n\nHuyện Ba Bể họp.\n"], received_at=received)
    bench.enrich([])
    assert gain("bantin_attempts_total", outcome="published") == 2
    assert gain("bantin_attempts_total", outcome="duplicate") == 1
    assert gain("bantin_duplicates_total", kind="exact") == 1
    assert gain("bantin_claim_size_sum") == 3
    assert gain("bantin_claim_wait_seconds_count", priority="normal") == 3
    assert gain("bantin_stage_duration_seconds_count", stage="find_dates") == 3
    assert gain("bantin_dates_total", of="publication", status="unknown") >= 1
    assert 40 < gain("bantin_publish_latency_seconds_sum", priority="normal") < 60


def test_a_flash_bulletin_has_figures_of_its_own(database: Database, bench: Workbench, gain: Gain) -> None:
    a_bulletin(database, priority=0)
    bench.enrich([])
    assert gain("bantin_publish_latency_seconds_count", priority="flash") == 1


def test_a_failure_that_is_tried_again_is_counted_by_its_class(
    database: Database, make_bench: MakeBench, gain: Gain
) -> None:
    def fall(article: Article) -> Article:
        raise ZeroDivisionError

    a_bulletin(database)
    make_bench(stages=(fall,)).enrich([])
    assert gain("bantin_attempts_total", outcome="retry") == 1
    assert gain("bantin_retries_total", error_class="ZeroDivisionError") == 1
    assert gain("bantin_publish_latency_seconds_count", priority="normal") == 0


def test_a_bell_for_what_is_closed_already_is_counted(database: Database, bench: Workbench, gain: Gain) -> None:
    id = a_bulletin(database)
    bench.enrich([id])
    bench.enrich([id, new_id()])
    assert gain("bantin_claims_skipped_total") == 2


def test_classes_of_fault_are_so_many_labels_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "_classes", set())
    labels = {tally.bounded(f"Fault{number}") for number in range(500)}
    assert len(labels) <= 51
    assert "other" in labels
