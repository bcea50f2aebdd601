"""How fast names are found: the stage alone and beside the whole text engine; and underthesea's `ner`, where its Python is given."""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from measure import ROOT, tell, texts  # noqa: F401  # ROOT sets the path
from understanding import bulletins

from services.enrich import pipeline
from services.enrich.text.article import Article
from services.enrich.text.entities import find_entities
from shared.garbage import collect_seldom

_NOBODY = UUID(int=0)
_THEIRS = """
import json, sys, time
from underthesea import ner
texts = json.load(sys.stdin)
ner(texts[0])
before = time.process_time()
for text in texts:
    ner(text)
print((time.process_time() - before) / len(texts) * 1000)
"""


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=100, help="texts of 3,500 characters")
    parser.add_argument(
        "--underthesea", metavar="PYTHON", help="a Python that has underthesea, such as /tmp/venv/bin/python"
    )
    args = parser.parse_args()
    filed, origin = bulletins(args.count)
    before = time.process_time()
    find_entities(pipeline.understand(Article(id=_NOBODY, filed=filed[0])))
    first = (time.process_time() - before) * 1000
    ready = [_until_names(text) for text in filed]
    collect_seldom()  # as workers do
    figures: dict[str, list[float]] = {"names": [], "whole engine": []}
    for _ in range(args.rounds):
        figures["names"].append(_cpu_ms(ready, find_entities))
        figures["whole engine"].append(
            _cpu_ms(filed, lambda text: pipeline.understand(Article(id=_NOBODY, filed=text)))
        )
    told = {f"{name} (CPU-ms a bulletin)": statistics.median(values) for name, values in figures.items()}
    told["first bulletin of a process (CPU-ms)"] = first
    told["articles named a CPU-second"] = 1000 / told["names (CPU-ms a bulletin)"]
    told["peak memory of the whole engine, with the texts (MiB)"] = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    )
    if args.underthesea:
        theirs = subprocess.run(
            [args.underthesea, "-c", _THEIRS], input=json.dumps(filed[:20]), capture_output=True, text=True, check=True
        )
        told["underthesea ner (CPU-ms a bulletin)"] = float(theirs.stdout)
        told["articles named a CPU-second by underthesea"] = 1000 / float(theirs.stdout)
        told["underthesea / names"] = float(theirs.stdout) / told["names (CPU-ms a bulletin)"]
    tell("names", told, {"texts": origin, "count": args.count, "rounds": args.rounds, "python": sys.version.split()[0]})


def _until_names(text: str) -> Article:
    article = Article(id=_NOBODY, filed=text)
    for stage in pipeline.STAGES[:-1]:
        article = stage(article)
    return article


def _cpu_ms(values: Sequence[Any], way: Callable[[Any], object]) -> float:
    before = time.process_time()
    for value in values:
        way(value)
    return (time.process_time() - before) / len(values) * 1000


if __name__ == "__main__":
    main()
