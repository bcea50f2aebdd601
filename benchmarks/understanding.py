"""How fast texts are read: each stage alone, the dates of single sentences, and what a long text costs."""

import argparse
import re
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from uuid import UUID

from measure import ROOT, alternate, ratio, tell, texts  # noqa: F401  # ROOT sets the path

from services.enrich import pipeline
from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from services.enrich.text.dates import find_dates
from shared.decoding import take_text

_NOBODY = UUID(int=0)
_CHARACTERS = 3_500
_END_OF_SENTENCE = re.compile(r"(?<=[.!?]) (?=\w)|\n\n")
_BASELINE = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?|ngày\s+\d{1,2}|tháng\s+\d{1,2}|năm\s+\d{4}")
"""What a reader of dates must do at least: one pattern over the text."""


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=200, help="texts in each measurement")
    args = parser.parse_args()
    filed, origin = bulletins(args.count)
    raw = [text.encode() for text in filed]
    parted = [clean(Article(id=_NOBODY, filed=text)) for text in filed]
    lines = sentences(filed)[: 20 * args.count]
    single = [clean(Article(id=_NOBODY, filed=line)) for line in lines]
    ways: dict[str, Callable[[], float]] = {
        "bulletins decoded and split into lines": lambda: a_second(raw, _least),
        "bulletins decoded and parted": lambda: a_second(
            raw, lambda one: clean(Article(id=_NOBODY, filed=take_text(one, None)[0]))
        ),
        "bulletins through all stages": lambda: a_second(
            raw, lambda one: pipeline.understand(Article(id=_NOBODY, filed=take_text(one, None)[0]))
        ),
        "bulletins dated": lambda: a_second(parted, find_dates),
        "sentences scanned by one pattern": lambda: a_second(lines, _BASELINE.findall),
        "sentences dated": lambda: a_second(single, find_dates),
    }
    for way in ways.values():
        way()  # warm
    figures = alternate(args.rounds, ways)
    told = {f"{name} (a CPU-second)": statistics.median(values) for name, values in figures.items()}
    told["parted / split"] = ratio(figures, "bulletins decoded and parted", "bulletins decoded and split into lines")
    told["dated / scanned"] = ratio(figures, "sentences dated", "sentences scanned by one pattern")
    told |= lengths(filed)
    about = {"texts": origin, "characters": _CHARACTERS, "sentence": round(statistics.mean(map(len, lines)))}
    tell("understanding", told, {**about, "count": args.count, "rounds": args.rounds})


def bulletins(count: int) -> tuple[list[str], str]:
    """Texts of about 3,500 characters, in paragraphs."""
    pool, origin = texts(count * 2)
    joined = [_in_paragraphs(f"{a}\n\n{b}"[:_CHARACTERS]) for a, b in zip(pool[::2], pool[1::2], strict=True)]
    return joined[:count], origin


def _in_paragraphs(text: str) -> str:
    """News comes without paragraphs: a break after every second sentence."""
    parts = _END_OF_SENTENCE.split(text)
    return "\n\n".join(" ".join(parts[start : start + 2]) for start in range(0, len(parts), 2))


def sentences(filed: Sequence[str]) -> list[str]:
    """Their sentences."""
    return [line for text in filed for line in _END_OF_SENTENCE.split(text) if 20 <= len(line) <= 300]


def a_second(things: Sequence[object], work: Callable[..., object]) -> float:
    """How many things a second of processor time is enough for."""
    started = time.process_time()
    for thing in things:
        work(thing)
    return len(things) / (time.process_time() - started)


def lengths(filed: Sequence[str]) -> dict[str, float]:
    """The cost of a character in texts of 20 kB to 2 MB, as multiples of that in the shortest: 1 is linear."""
    whole = "\n\n".join(filed)
    while len(whole.encode()) < 2_000_000:
        whole += "\n\n" + whole
    costs = {}
    for size in (20_000, 200_000, 2_000_000):
        text = whole.encode()[:size].decode("utf-8", "ignore")
        repeats = max(1, 400_000 // size)
        costs[size] = min(_cost(text) for _ in range(repeats)) / len(text)
    return {f"cost of a character at {size:,} bytes / at 20,000": costs[size] / costs[20_000] for size in costs}


def _cost(text: str) -> float:
    started = time.process_time()
    pipeline.understand(Article(id=_NOBODY, filed=text))
    return time.process_time() - started


def _least(raw: bytes) -> list[str]:
    """What anybody must do at least: decode, compose, split."""
    return [line.strip() for line in unicodedata.normalize("NFC", raw.decode()).splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
