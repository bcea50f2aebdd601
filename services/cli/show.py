"""How things look in a terminal."""

import json
import sys
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

console = Console(highlight=False)
aside = Console(stderr=True, highlight=False)

_MOST = 12
_COLOURS = {"published": "green", "duplicate": "yellow", "queued": "cyan"}


def document(value: object) -> None:
    """One JSON document on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def fail(message: str, code: int = 1) -> NoReturn:
    """One line on standard error, and the end."""
    sys.stderr.write(f"bantin: {message}\n")
    raise typer.Exit(code)


def note(message: str) -> None:
    """One line beside the results."""
    aside.print(f"[dim]{escape(message)}[/]")


def receipt(receipt: dict[str, Any], ingest_url: str) -> None:
    """A bulletin's state."""
    state = receipt["state"]
    table = _facts()
    table.add_row("bulletin", f"{ingest_url}/v1/bulletins/{receipt['id']}")
    table.add_row("state", f"[{_COLOURS.get(state, 'red')}]{state}[/]")
    table.add_row("received", receipt["received_at"])
    if receipt.get("attempts"):
        table.add_row("attempts", str(receipt["attempts"]))
    if receipt.get("next_try_at"):
        table.add_row("next try", receipt["next_try_at"])
    if receipt.get("embargo_until"):
        table.add_row("embargo until", receipt["embargo_until"])
    if receipt.get("pub_status") not in (None, "usable"):
        table.add_row("article", receipt["pub_status"])
    if receipt.get("duplicate_of"):
        table.add_row("duplicate of", receipt["duplicate_of"])
    if receipt.get("failure"):
        last = receipt["failure"]["detail"].strip().splitlines()[-1:]
        table.add_row("failure", escape(f"{receipt['failure']['error_class']}: {' '.join(last)}"))
    console.print(table)


def article(article: dict[str, Any], api_url: str, *, heading: str = "", also: str = "") -> None:
    """An article: its parts, its dates and names, each with where it first stands in the filed text; its URLs."""
    table = _facts()
    kinds = [block["kind"] for block in article["blocks"]]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    published = article["published"]
    table.add_row("published", f"{published['value'] or '–'} ({published['basis']})")
    table.add_row("blocks", counted)
    table.add_row("dates", _mentions(article["dates"], "value"))
    table.add_row("names", _mentions(article["entities"], "key"))
    lead = next((block["text"] for block in article["blocks"] if block["kind"] in ("lead", "paragraph")), "")
    if lead:
        table.add_row("text", escape(lead if len(lead) <= 240 else lead[:239] + "…"))
    console.print(Panel(table, title=f"[bold]{escape(article['title'])}[/]", subtitle=escape(heading), expand=True))
    # Outside the frame and never broken, so that they can be clicked and copied.
    for url in (f"{api_url}/v1/articles/{article['id']}", also):
        if url:
            console.print(f"  {url}", soft_wrap=True, markup=False)


def _facts() -> Table:
    table = Table(show_header=False, box=None, padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _mentions(mentions: list[dict[str, Any]], value: str) -> str:
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for mention in mentions:
        first.setdefault((mention["text"], mention[value] or "open"), mention)
    told = [f"{text} → {known} [{m['start']}:{m['end']}]" for (text, known), m in first.items()]
    told[_MOST:] = [f"and {len(told) - _MOST} more"] if len(told) > _MOST else []
    return escape("; ".join(told)) or "–"
