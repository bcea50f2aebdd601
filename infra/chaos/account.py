"""The verdict: the poster's own ledger held against the database, and every invariant."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from infra.chaos.load import POISON, Entry

INVARIANTS = Path(__file__).parent / "invariants.sql"


@dataclass(kw_only=True, slots=True)
class Account:
    """What came of everything that was accepted. Right if every list is empty."""

    accepted: int
    states: dict[str, int]
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    broken: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Is nothing lost, doubled, unfinished or otherwise wrong?"""
        return not (self.lost or self.doubled or self.unfinished or self.wrong or self.broken)

    def document(self) -> dict[str, Any]:
        """The account as JSON, with examples of what is wrong."""
        return {
            "accepted": self.accepted,
            "states": self.states,
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "unfinished": len(self.unfinished),
            "wrong": len(self.wrong),
            "broken_invariants": {name: len(rows) for name, rows in self.broken.items()},
            "examples": [*self.lost[:3], *self.doubled[:3], *self.unfinished[:3], *self.wrong[:5]],
            "right": self.right,
        }


def settle(
    database_url: str, ledger: Sequence[Entry], seen: Sequence[tuple[int, str]], faults: Sequence[str]
) -> Account:
    """Hold what was accepted, and what a reader of the feed saw, against the database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT 'bul_' || replace(id::text, '-', ''), idem_key, status, error_class FROM bulletin"
        ).fetchall()
        articles = connection.execute("SELECT 'art_' || replace(article_id::text, '-', ''), seq FROM change").fetchall()
        account = Account(accepted=len(ledger), states=dict(Counter(row[2] for row in rows)))
        account.broken = check(connection)
    by_id = {row[0]: row for row in rows}
    keys = Counter(row[1] for row in rows)
    for entry in ledger:
        if len(entry.ids) > 1 or keys[entry.key] > 1:
            account.doubled.append(f"{entry.key} has {keys[entry.key]} rows and the ids {entry.ids}")
        row = by_id.get(next(iter(entry.ids)))
        if row is None:
            account.lost.append(f"{entry.key} was accepted and is not there")
        elif row[2] == "queued":
            account.unfinished.append(f"{row[0]} ({entry.kind}) is still queued")
        elif (row[2] == "quarantined") != (entry.kind in POISON):
            account.wrong.append(f"{row[0]} ({entry.kind}) is {row[2]}: {row[3]}")
    if sorted(seen) != sorted((seq, article) for article, seq in articles):
        account.wrong.append(f"a reader saw {len(seen)} changes, the feed holds {len(articles)}")
    account.wrong.extend(faults)
    return account


def check(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """The invariants that do not hold, by name, with the rows that break them."""
    broken = {}
    for name, query in invariants():
        rows = connection.execute(query).fetchall()
        if rows:
            broken[name] = rows
    return broken


def invariants() -> list[tuple[str, str]]:
    """Every invariant: its name and the query that lists what breaks it."""
    parts = INVARIANTS.read_text().split("-- name: ")[1:]
    return [(part.splitlines()[0], part.partition("\n")[2]) for part in parts]
