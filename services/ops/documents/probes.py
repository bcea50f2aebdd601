"""The synthetic bulletins of the last hour, and how long each took end to end."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.ops.records import probes as kept

_PROBES_KEPT = timedelta(hours=1)


def probes(tx: Connection, *, now: datetime) -> dict[str, Any]:
    """The probes of the last hour: how long from acceptance to readable, the latest, and what went wrong."""
    rows = kept.probes(tx, since=now - _PROBES_KEPT)
    seconds = sorted(row["readable_seconds"] for row in rows if row["readable_seconds"] is not None)
    return {
        "at": now,
        "sent": len(rows),
        "failed": sum(row["error"] is not None for row in rows),
        "p50_seconds": _quantile(seconds, 0.5),
        "p99_seconds": _quantile(seconds, 0.99),
        "latest": rows[0] if rows else None,
        "probes": [{**row, "bulletin": f"bul_{row['bulletin_id'].hex}"} for row in rows],
    }


def _quantile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
