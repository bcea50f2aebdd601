"""Is every accepted bulletin accounted for? As the desk tells it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.ops.records.ledger import probes, states, unbalanced
from shared.ids import BULLETIN, written


def ledger(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """Every accepted bulletin accounted for, and the ids of those for which it does not hold."""
    by_state = states(tx)
    broken = [{**one, "bulletins": [written(BULLETIN, id) for id in one["bulletins"]]} for one in unbalanced(tx)]
    return {
        "at": now,
        "accepted": sum(by_state.values()),
        "states": by_state,
        "probes": probes(tx),
        "balanced": not broken,
        "broken": broken,
    }
