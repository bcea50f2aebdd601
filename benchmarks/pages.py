"""How long the server draws a page of 50 articles, and the page of one, beside the same as JSON."""

import argparse
import statistics
import time
import urllib.request
from collections.abc import Callable

import psycopg
from measure import a_stack, alternate, post_backlog, queued, ratio, tell, texts, until

_REPEATS = 20


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=300)
    args = parser.parse_args()
    filed, origin = texts(args.articles)
    with a_stack() as stack:
        post_backlog(stack, filed)
        until(lambda: queued(stack) == 0, 300)
        with psycopg.connect(stack.database_url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        listed = _get(f"{stack.api_url}/v1/articles?limit=1").decode()
        id = listed.partition('"id":"')[2].partition('"')[0]

        def seconds(path: str) -> Callable[[], float]:
            def measure() -> float:
                started = time.perf_counter()
                for _ in range(_REPEATS):
                    _get(stack.api_url + path)
                return (time.perf_counter() - started) / _REPEATS * 1_000

            return measure

        ways = {
            "list, page": seconds("/?limit=50"),
            "list, JSON": seconds("/v1/articles?limit=50&highlight=true&facets=source,person,org,province,month,kind"),
            "article, page": seconds(f"/articles/{id}"),
            "article, JSON": seconds(f"/v1/articles/{id}"),
        }
        for way in ways.values():
            way()  # warm
        figures = alternate(args.rounds, ways)
        weight = len(_get(f"{stack.api_url}/articles/{id}"))
    told = {f"{name} (ms)": statistics.median(values) for name, values in figures.items()}
    for what in ("list", "article"):
        told[f"{what}, page / JSON"] = ratio(figures, f"{what}, page", f"{what}, JSON")
    told["article, page (bytes)"] = weight
    tell("pages", told, {"texts": origin, "articles": args.articles, "rounds": args.rounds, "repeats": _REPEATS})


def _get(url: str) -> bytes:
    request = urllib.request.Request(url, headers={"Accept": "text/html, application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: bytes = answer.read()
    return found


if __name__ == "__main__":
    main()
