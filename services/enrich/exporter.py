"""The queue's figures for Prometheus, read from PostgreSQL when they are asked for: no lost event can falsify them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from services.enrich import pipeline
from services.enrich.records import gate, repository
from shared.contracts.states import Priority
from shared.database import transaction


class QueueCollector(Collector):
    """Waiting and retrying bulletins by priority, the age of the oldest, pauses, and the quarantine by class of fault."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked at registration."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        with transaction(self._engine) as tx:
            queue = repository.queue_figures(tx, now=self._clock())
            quarantine = repository.quarantine_figures(tx)
            paused = gate.paused(tx)
        items = GaugeMetricFamily("bantin_queue_items", "Bulletins in the queue.", labels=["state", "priority"])
        age = GaugeMetricFamily(
            "bantin_queue_oldest_age_seconds", "How long the oldest due bulletin has waited.", labels=["priority"]
        )
        figures = dict.fromkeys(Priority, (0, 0, 0.0)) | {row[0]: row[1:] for row in queue}
        for priority, (waiting, retrying, oldest) in figures.items():
            items.add_metric(["waiting", priority.name.lower()], waiting)
            items.add_metric(["retrying", priority.name.lower()], retrying)
            age.add_metric([priority.name.lower()], oldest)
        held = GaugeMetricFamily("bantin_quarantine_items", "Bulletins in quarantine.", labels=["error_class"])
        # Of an empty quarantine something is told as well: what was not there before does not grow.
        for error_class, count in ({"WorkerDied": 0} | dict(quarantine)).items():
            held.add_metric([error_class], count)
        stopped = GaugeMetricFamily("bantin_queue_paused", "1 while an operator holds it back.", labels=["queue"])
        for queue_name, is_paused in paused.items():
            stopped.add_metric([queue_name], float(is_paused))
        build = GaugeMetricFamily("bantin_build_info", "1, of the engine that runs.", labels=["version", "pipeline"])
        build.add_metric([_release(), pipeline.version()], 1)
        return items, age, held, stopped, build


@cache
def _release() -> str:
    """The version of the package; `source` where it runs from its folder, as in our images."""
    try:
        return version("bantin")
    except PackageNotFoundError:
        return "source"
