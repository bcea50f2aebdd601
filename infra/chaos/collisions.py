"""The same bulletin in eight hands at the same instant, thousands of times: each must end as one original and duplicates."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from infra.chaos import account
from infra.chaos.load import wait_for
from infra.stack import Stack

HANDS = 8
_AHEAD = 40
"""Groups that are posted before it is waited until all of them are finished: so no queue hides who meets whom."""
_PATIENCE = 300.0
_SYLLABLES = [
    onset + rime
    for onset in ("b", "ch", "đ", "g", "kh", "l", "m", "ng", "ph", "qu", "tr", "v")
    for rime in ("à", "áo", "ên", "iếm", "ôi", "ương", "ũng", "ạch", "ẻ", "ười")
]

# Each group files under a source of its own.
_WRONG = """
SELECT source, array_agg(DISTINCT status), count(DISTINCT coalesce(article_id, original_id)) FROM (
    SELECT bulletin.source, bulletin.status, made.article_id, tied.original_id
    FROM bulletin LEFT JOIN article_version AS made ON made.bulletin_id = bulletin.id
    LEFT JOIN duplicate_relation AS tied ON tied.bulletin_id = bulletin.id AND tied.kind IN ('exact', 'near')
) AS ended GROUP BY source
HAVING count(*) <> %(hands)s OR count(*) FILTER (WHERE status = 'published') <> 1
    OR count(*) FILTER (WHERE status = 'duplicate') <> %(hands)s - 1
    OR count(DISTINCT coalesce(article_id, original_id)) <> 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Collisions:
    """So many groups of eight forms of one bulletin; the same seed makes the same."""

    groups: int
    seed: int


def run(plan: Collisions, stack: Stack, say: Callable[[str], None]) -> dict[str, Any]:
    """Post every group from eight threads at the same instant to a stack of eight worker processes; the account."""
    gate = threading.Barrier(HANDS)
    chance = random.Random(plan.seed)
    with ThreadPoolExecutor(HANDS) as pool, httpx.Client(base_url=stack.ingest_url, timeout=20) as http:
        for number in range(plan.groups):
            forms = versions(chance)
            chance.shuffle(forms)
            list(pool.map(lambda text, source=f"group-{number}": _post(http, gate, text, source), forms))
            if number % _AHEAD == _AHEAD - 1:
                _finish(stack)
                say(f"{(number + 1) * (HANDS - 1)} collisions")
    drained = _finish(stack)
    with psycopg.connect(stack.database_url) as connection:
        wrong = connection.execute(_WRONG, {"hands": HANDS}).fetchall()
        hands = connection.execute("SELECT count(DISTINCT worker) FROM attempt").fetchone()
        broken = account.check(connection)
    told = {"collisions": plan.groups * (HANDS - 1), "processes": hands[0] if hands else 0, "wrong": len(wrong)}
    right = drained and not wrong and not broken
    return told | {"examples": [list(row) for row in wrong[:5]], "broken": broken, "seed": plan.seed, "right": right}


def versions(chance: random.Random) -> list[str]:
    """Eight forms of one bulletin that no other group has; of any two the later is a duplicate of the earlier."""
    words = chance.choices(_SYLLABLES, k=90)
    rest = [" ".join(words[start : start + 15]).capitalize() + "." for start in range(0, 90, 15)]
    head, whole = f"Bản tin {words[0]} {words[1]} {words[2]}", "\n\n".join(rest)
    said = whole.split(" ")
    return [
        f"{head}\n\n{whole}",
        f"{head}\n\n{whole}".upper(),
        f"{head}\n\n{whole}\n\nNguồn: TTXVN",
        f"{head}\n\n{' '.join([*said[:7], 'vẫn', *said[7:]])}",
        f"{head}\n\n{' '.join([*said[:21], 'đã', *said[21:]])}\n\nKim Sa",
        f"Bản tin sáng: {head}\n\n{whole}",
        f"{head}\n\n{whole}".replace(" ", "  "),
        f"{head}\n\n" + "\n\n".join([rest[1], rest[0], *rest[2:]]),
    ]


def _post(http: httpx.Client, gate: threading.Barrier, text: str, source: str) -> None:
    gate.wait(30)
    http.post("/v1/bulletins", json={"text": text, "source": source}).raise_for_status()


def _finish(stack: Stack) -> bool:
    return wait_for(lambda: _queued(stack) == 0, _PATIENCE, stack.tend)


def _queued(stack: Stack) -> int:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM bulletin WHERE status = 'queued'").fetchone()
    return row[0] if row else -1
