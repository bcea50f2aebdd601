"""What each process takes in memory, idle and at work, and what an article takes on disk.

    python benchmarks/capacity.py [--bulletins 5000]

Memory is the proportional set size of /proc/*/smaps_rollup: what processes share (the pages before a fork, PostgreSQL's
buffers) is counted once over all of them. Disk is the difference of pg_database_size, beside the bytes that were filed.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from measure import a_stack, ask, children, post_backlog, queued, tell, texts

from infra.stack import Stack

_SETTLED = 20.0
"""Seconds of idleness before memory is measured."""
_EVERY = 1.0
"""Seconds between two looks while there is work."""
_MOST_TABLES = 8

_SIZE = "SELECT pg_database_size(current_database())"
_DONE = "SELECT count(*) FROM article"
_TABLE = "SELECT coalesce(pg_total_relation_size(to_regclass(%(name)s)), 0)"
_TABLES = """
SELECT string_agg(relname, ',') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def memory_mb(pids: Sequence[int]) -> float:
    """The megabytes that processes take together."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def processes(stack: Stack) -> dict[str, list[int]]:
    """The processes of each kind. A worker is its main process and its children."""
    found = {name: [child.pid, *_children(child.pid)] for name, child in stack.children.items() if child.pid}
    for name, server in (("postgresql", stack.postgres), ("valkey", stack.valkey)):
        if server is not None and server.pid is not None:
            found[name] = [server.pid, *_children(server.pid)]
    return found


def _children(pid: int) -> list[int]:
    try:
        return children(pid)
    except OSError:
        return []


def work(stack: Stack, filed: Sequence[str]) -> dict[str, float]:
    """Have everything read; the most that each kind of process took meanwhile."""
    most: dict[str, float] = defaultdict(float)
    post_backlog(stack, filed)
    while queued(stack):
        for name, pids in processes(stack).items():
            most[name] = max(most[name], memory_mb(pids))
        stack.tend()
        time.sleep(_EVERY)
    return most


def sizes(stack: Stack) -> dict[str, int]:
    """The bytes of the database, and of each table with its indexes and long values."""
    names = str(ask(stack.database_url, _TABLES)).split(",")
    return {"": int(ask(stack.database_url, _SIZE))} | {
        name: int(ask(stack.database_url, _TABLE, name=name)) for name in names
    }


def per_article(before: Mapping[str, int], after: Mapping[str, int], articles: int) -> dict[str, float]:
    """The bytes that an article takes, in all and in the tables that take most."""
    grown = {name: (after[name] - before[name]) / articles for name in after}
    largest = sorted((name for name in grown if name), key=lambda name: grown[name], reverse=True)[:_MOST_TABLES]
    return {"bytes an article": grown[""], **{f"- {name}": grown[name] for name in largest}}


def main() -> None:
    """Read the command line, measure idle, at work, and on disk."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bulletins", type=int, default=5_000)
    args = parser.parse_args()
    filed, origin = texts(args.bulletins)
    with a_stack(with_desk=True, with_deliveries=True, concurrency=2) as stack:
        # What is read first makes lists and tables that stay: they are no part of what an article takes.
        work(stack, texts(50)[0])
        deadline = time.monotonic() + _SETTLED
        while time.monotonic() < deadline:
            stack.tend()
            time.sleep(_EVERY)
        idle = {name: memory_mb(pids) for name, pids in processes(stack).items()}
        before, articles = sizes(stack), int(ask(stack.database_url, _DONE))
        at_work = work(stack, filed)
        made = int(ask(stack.database_url, _DONE)) - articles
        grown = per_article(before, sizes(stack), made)
    memory = {
        f"MB {name}, {when}": kinds[name] for name in idle for when, kinds in (("idle", idle), ("at work", at_work))
    }
    text = {"bytes filed": sum(len(text.encode()) for text in filed) / len(filed), "articles": float(made)}
    tell("capacity", {**memory, **text, **grown}, {"bulletins": len(filed), "texts": origin})


if __name__ == "__main__":
    sys.exit(main())
