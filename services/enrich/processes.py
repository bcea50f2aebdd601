"""What the kernel tells of processes: whose children they are, and how much memory they take. Linux only; else nothing."""

import re
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")
_SHARE = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that are still there; none where the kernel does not tell."""
    found: list[int] = []
    for tasks in _PROC.glob(f"{pid}/task/*/children"):
        try:
            found += [int(word) for word in tasks.read_text().split()]
        except OSError:
            continue
    return sorted(found)


def memory_of(pids: Iterable[int]) -> int | None:
    """The bytes that processes take together, what they share counted once; None where the kernel does not tell.

    Children are forked from a process that holds all lists and patterns: each by itself seems to take all of it.
    """
    sizes = [size for pid in pids if (size := _share_of(pid)) is not None]
    return sum(sizes) if sizes else None


def _share_of(pid: int) -> int | None:
    try:
        found = _SHARE.search((_PROC / str(pid) / "smaps_rollup").read_bytes())
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
