"""The figures of one worker and all its child processes, added up for Prometheus; also of children that are gone."""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_GONE = "0"
"""No process has this number: the counts of those that ended are kept under it."""


class FamilyCollector(Collector):
    """Adds up the files in which each process counts.

    A child that dies leaves its files behind. Deleted, its counts would go back and every rate would be wrong; kept,
    they would fill the disk. So they are added to those of `_GONE`. One scrape at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = MultiProcessCollector(None, str(folder))

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked at registration."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        self._bury()
        metrics: Iterable[Metric] = self._files.collect()
        return metrics

    def _bury(self) -> None:
        for path in self._folder.glob("*.db"):
            kind, _, process = path.stem.rpartition("_")
            if process == _GONE or _runs(int(process)):
                continue
            if not kind.startswith("gauge"):
                _add(path, self._folder / f"{kind}_{_GONE}.db")
            path.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _add(source: Path, target: Path) -> None:
    sums = MmapedDict(str(target))
    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(source)):
        sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    sums.close()


def serve(folder: Path, *, host: str, port: int) -> None:
    """Serve the figures in `folder` at http://host:port/metrics, from a thread of this process."""
    registry = CollectorRegistry()
    registry.register(FamilyCollector(folder))
    start_http_server(port, addr=host, registry=registry)
