"""What was measured, as the terminal shows it: latency as distributions, probes, sources."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

_BARS = " ▁▂▃▄▅▆▇█"


def latency(found: dict[str, Any]) -> Group:
    """How long each stage took, with its distribution from the shortest to the longest."""
    if not found["measures"]:
        return Group(Text(f"nothing was finished in the last {found['minutes']} min\n"))
    table = _table(f"last {found['minutes']} min", "count", "p50", "p90", "p99", "distribution")
    for one in found["measures"]:
        times = (time_of(one[name]) for name in ("p50_ms", "p90_ms", "p99_ms"))
        table.add_row(one["measure"], str(one["count"]), *times, _bars([each["count"] for each in one["buckets"]]))
    return Group(table)


def probes(found: dict[str, Any]) -> Group:
    """How long the synthetic bulletins of the last hour took."""
    if not found["sent"]:
        return Group(Text("no probe was sent in the last hour"))
    p50, p99 = (
        time_of(found[name] * 1000) if found[name] is not None else "–" for name in ("p50_seconds", "p99_seconds")
    )
    style = "bold red" if found["failed"] else ""
    told = f"probes of the last hour: p50 {p50}, p99 {p99}; {found['failed']} of {found['sent']} failed\n"
    return Group(Text(told, style=style))


def sources(found: dict[str, Any]) -> Group:
    """What came from each source lately, and whether that is odd."""
    table = _table("source", "last hour", "last day", "waiting", "against its habit")
    for one in found["sources"]:
        odd = one["oddity"]
        told = "as usual"
        if odd:
            told = f"{odd['what']}: {odd['came']} in {odd['hours']} h, usually {odd['usual']:g} ({odd['least']}–{odd['most']})"
        counts = (str(one[name]) for name in ("last_hour", "last_day", "waiting"))
        table.add_row(Text(one["source"] or "(none)"), *counts, Text(told), style="bold red" if odd else "")
    return Group(table)


def drift(found: dict[str, Any]) -> Group:
    """The last day of each source, and what has drifted."""
    names = ("dates_refused", "places_open", "unread", "duplicates", "quarantined")
    table = _table("source", "day", *names)
    for one in found["sources"]:
        day = one["days"][-1]
        shares = (
            Text(_share(day["shares"][name]), "bold red" if day["shares"][name]["drifted"] else "") for name in names
        )
        table.add_row(Text("all" if one["source"] is None else one["source"] or "(none)"), day["day"], *shares)
    return Group(table)


def _share(found: dict[str, Any]) -> str:
    return "–" if found["share"] is None else f"{found['share']:.1%}"


def time_of(milliseconds: float | None) -> str:
    """A length of time in its own unit, with two figures."""
    if milliseconds is None:
        return "–"
    for size, unit in ((60_000, "min"), (1_000, "s")):
        if milliseconds >= size:
            return (
                f"{milliseconds / size:.2g} {unit}" if milliseconds < 10 * size else f"{milliseconds / size:.0f} {unit}"
            )
    return f"{milliseconds:.2g} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"


def _bars(counts: list[int]) -> str:
    most = max(counts)
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name)
    return table
