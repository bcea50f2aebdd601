"""How fast articles are read, beside a route that does the same SELECT and answers a stored document."""

import argparse
import statistics
import time
import urllib.request
from collections.abc import Callable
from uuid import UUID

import archive
import psycopg
from measure import (
    Requests,
    a_process,
    a_stack,
    alternate,
    hammer,
    is_ready,
    post_backlog,
    queued,
    ratio,
    tell,
    texts,
    until,
)

from infra.embedded.process import free_port
from services.api.records import articles as article_records
from shared.database import make_engine, transaction
from shared.reading import article_row

_CLIENTS = 16


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--articles", type=int, default=1_000, help="that workers made, and are on the first page")
    parser.add_argument(
        "--archive", type=int, default=0, help="older articles behind them, of news, put into the tables"
    )
    args = parser.parse_args()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    filed, origin = texts(args.articles)
    with a_stack() as stack:
        if args.archive:
            with psycopg.connect(stack.database_url, autocommit=True) as connection:
                archive.keep(connection, list(archive.news()), args.archive)
        post_backlog(stack, filed)
        until(lambda: queued(stack) == 0, 120)
        # As autovacuum does within a minute or so: until then the planner sorts all articles for one page.
        with psycopg.connect(stack.database_url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        with a_process(stack, "doors", "benchmarks/doors.py", "api", "--port", str(port)):
            until(lambda: is_ready(url), 60)
            page = _get(f"{url}/v1/articles?limit=50")
            id = page.partition(b'"id":"')[2].partition(b'"')[0].decode()
            _put(f"{url}/stored/list", page)
            _put(f"{url}/stored/article", _get(f"{url}/v1/articles/{id}"))

            def read(path: str) -> float:
                told = hammer(Requests(url=url + path, clients=_CLIENTS, seconds=args.seconds))
                if told["wrong"]:
                    raise RuntimeError(f"{path} answered {told['wrong']}")
                return float(told["rate"])

            engine = make_engine(stack.database_url, "bantin-bench", pool_size=1)
            uuid = UUID(hex=id.removeprefix("art_"))

            def select(what: Callable[[], object]) -> float:
                deadline, count = time.perf_counter() + args.seconds, 0
                started = time.perf_counter()
                while time.perf_counter() < deadline:
                    what()
                    count += 1
                return count / (time.perf_counter() - started)

            def select_list() -> None:
                with transaction(engine) as tx:
                    article_records.newest(tx, before=None, limit=51)

            def select_article() -> None:
                with transaction(engine) as tx:
                    article_row(tx, uuid)

            ways: dict[str, Callable[[], float]] = {
                "list": lambda: read("/v1/articles?limit=50"),
                "list, bare route": lambda: read("/bare/articles"),
                "list, SELECT alone": lambda: select(select_list),
                "article": lambda: read(f"/v1/articles/{id}"),
                "article, bare route": lambda: read(f"/bare/articles/{id}"),
                "article, SELECT alone": lambda: select(select_article),
            }
            for way in ways.values():
                way()  # warm
            figures = alternate(args.rounds, ways)
            engine.dispose()
    told = {f"{name} (a second)": statistics.median(values) for name, values in figures.items()}
    for what in ("list", "article"):
        told[f"{what} / bare route"] = ratio(figures, what, f"{what}, bare route")
        told[f"{what} / SELECT alone"] = ratio(figures, what, f"{what}, SELECT alone")
    tell(
        "reading",
        told,
        {
            "texts": origin,
            "articles": args.articles,
            "archive": args.archive,
            "clients": _CLIENTS,
            "rounds": args.rounds,
        },
    )


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        found: bytes = answer.read()
    return found


def _put(url: str, content: bytes) -> None:
    urllib.request.urlopen(urllib.request.Request(url, content, method="PUT"), timeout=30).close()


if __name__ == "__main__":
    main()
