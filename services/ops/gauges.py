"""Is the database well, who works, is all accounted for: the desk's figures for Prometheus, asked at each scrape.

The queue's own figures are the sweep's to tell. These are told by the desk because they must be there when the sweep
is not: it dies with a database that takes no writes, and the desk only reads.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import itemgetter

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from services.ops.documents.workers import workers
from services.ops.records import feed, followers, ledger, quarantine
from shared.database import takes_writes, transaction
from shared.logging import logger

log = logger(__name__)

_MOST_CONSUMERS = 50
_OTHERS = "other"
"""The label of all consumers above so many: a label for each would be as many as anybody cares to make."""

_BOOKS_KEPT_FOR = timedelta(seconds=45)
"""The account is held against every row there is, so it is not made anew at each scrape."""


class DeskCollector(Collector):
    """What of Bantin can be told from the database alone; and whether that answers, and takes writes."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock
        self._books: list[Metric] = []
        self._books_made_at: datetime | None = None
        self._books_in_hand = threading.Lock()

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked at registration."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment, as far as the database can tell them."""
        up = GaugeMetricFamily("bantin_database_up", "1 if PostgreSQL answers.")
        state = self._asked(_state)
        up.add_metric([], state is not None)
        yield up
        if state is not None:
            yield from state
            yield from self._asked(lambda tx: _workers(tx, self._clock())) or ()
            yield from self._asked(lambda tx: _consumers(tx, self._clock())) or ()
            yield from self._account()

    def _asked(self, question: Callable[[Connection], list[Metric]]) -> list[Metric] | None:
        try:
            with transaction(self._engine) as tx:
                return question(tx)
        except SQLAlchemyError as error:
            log.warning("figures not told", error=type(error).__name__)
            return None

    def _account(self) -> list[Metric]:
        now = self._clock()
        with self._books_in_hand:
            if self._books_made_at is None or now - self._books_made_at >= _BOOKS_KEPT_FOR:
                self._books, self._books_made_at = self._asked(_books) or [], now
            return self._books


def _state(tx: Connection) -> list[Metric]:
    writable = GaugeMetricFamily("bantin_database_writable", "1 if PostgreSQL takes writes.")
    writable.add_metric([], takes_writes(tx))
    head = GaugeMetricFamily("bantin_changes_head_seq", "The number of the newest entry of the feed of changes.")
    head.add_metric([], feed.head(tx))
    oldest = GaugeMetricFamily(
        "bantin_quarantine_oldest_age_seconds", "How long the bulletin that was quarantined first has been there."
    )
    oldest.add_metric([], quarantine.oldest(tx))
    return [writable, head, oldest]


def _workers(tx: Connection, now: datetime) -> list[Metric]:
    """Processes by health. One whose place on its host was taken soon after it fell silent is missed by nobody."""
    processes = workers(tx, now=now)["processes"]
    health = {(role, state): 0 for role in ("worker", "sweep") for state in ("well", "silent", "stalled")}
    health |= Counter((one["role"], one["health"]) for one in processes if one["health"] != "replaced")
    told = GaugeMetricFamily("bantin_workers", "Workers and sweeps by health.", labels=["role", "health"])
    for labels, count in health.items():
        told.add_metric(list(labels), count)
    progress = GaugeMetricFamily(
        "bantin_worker_last_progress_timestamp_seconds", "When any worker last got on with its work."
    )
    progress.add_metric(
        [], max((p["progress_at"].timestamp() for p in processes if p["role"] == "worker"), default=0.0)
    )
    return [told, progress]


def _consumers(tx: Connection, now: datetime) -> list[Metric]:
    """How far each consumer is behind: the first fifty that were made by name, of all others the one furthest behind."""
    found = followers.consumers(tx, now=now)
    named = {one["name"] for one in sorted(found, key=itemgetter("created_at", "name"))[:_MOST_CONSUMERS]}
    told: list[Metric] = []
    for unit, key, meaning in (
        ("items", "lag", "Changes that a consumer has not acknowledged."),
        ("seconds", "lag_seconds", "How long the first of them has waited for it."),
    ):
        lag = GaugeMetricFamily(f"bantin_consumer_lag_{unit}", meaning, labels=["consumer"])
        worst: dict[str, float] = {}
        for one in found:
            name = one["name"] if one["name"] in named else _OTHERS
            worst[name] = max(worst.get(name, 0.0), one[key])
        for name, value in worst.items():
            lag.add_metric([name], value)
        told.append(lag)
    return told


def _books(tx: Connection) -> list[Metric]:
    imbalance = GaugeMetricFamily(
        "bantin_ledger_imbalance_items",
        "Bulletins that break a rule of the ledger, at most 20 of each rule; 0, always.",
    )
    broken = ledger.unbalanced(tx)
    imbalance.add_metric([], sum(len(one["bulletins"]) for one in broken))
    violations = GaugeMetricFamily("bantin_invariant_violations", "Rules of the ledger that are broken; 0, always.")
    violations.add_metric([], len(broken))
    articles = GaugeMetricFamily("bantin_articles", "Articles by status of publication.", labels=["pub_status"])
    for status, count in ledger.articles(tx).items():
        articles.add_metric([status], count)
    return [imbalance, violations, articles]
