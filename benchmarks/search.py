"""How long a search takes: a phrase and any two filters, over many articles that were put into the tables at once."""

import argparse
import json
import random
import statistics
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
from archive import Text, entity_of, keep, known, news, value
from measure import NEWS, is_ready, spread, tell, until

from infra.stack import Stack
from shared.orthography.lexemes import tokens


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--keep", type=Path, help="a folder whose data are used again, or are left there")
    parser.add_argument("--slow", type=int, default=0, help="show so many of the slowest")
    args = parser.parse_args()
    if not NEWS.exists():
        print("no news articles here: nothing to search in", file=sys.stderr)
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        stack = Stack(home=args.keep or Path(folder), usual_ports=False, environment={"BANTIN_LOG_LEVEL": "WARNING"})
        try:
            stack.start()
            until(lambda: is_ready(stack.api_url), 60)
            texts = list(news())
            figures: dict[str, float] = {}
            with psycopg.connect(stack.database_url, autocommit=True) as connection:
                keep(connection, texts, args.articles)
                for table in ("article_search", "article_version"):
                    size = value(connection, f"SELECT pg_total_relation_size('{table}')")
                    figures[f"{table} (kB an article)"] = size / 1024 / args.articles
                gin = value(connection, "SELECT pg_relation_size('ix_article_search_vector')")
                figures["index of words (kB an article)"] = gin / 1024 / args.articles
            for name, ask in _KINDS.items():
                figures |= _measured(stack.api_url, name, ask, texts, args)
        finally:
            stack.stop()
    tell("search", figures, {"articles": args.articles, "queries": args.queries})


def _phrase(text: Text, chance: random.Random, *, least: int = 2) -> str:
    """Two to four words that stand together in the title or the text."""
    source = text.title if chance.random() < 0.5 else text.body
    found = [token.word for token in tokens(source)]
    length = chance.randint(least, 4)
    start = chance.randrange(max(1, len(found) - length))
    return f'"{" ".join(found[start : start + length])}"'


def _filters(number: int, chance: random.Random) -> dict[str, str]:
    """Any two filters; half of the time those of an article that has the phrase."""
    _, day, source, province, entities = known(number if chance.random() < 0.5 else chance.randrange(10_000))
    span = chance.choice([3, 30, 300])
    possible: list[dict[str, str]] = [
        {"source": source},
        {"province": province},
        {"kind": "first"},
        {"entity": f"ent_{entity_of(chance.choice(entities)).hex}"},
        {
            "date_field": chance.choice(["published", "mentioned", "event"]),
            "date_from": (day - timedelta(days=span)).isoformat(),
            "date_to": (day + timedelta(days=span)).isoformat(),
        },
    ]
    one, two = chance.sample(possible, 2)
    return {**one, **two}


Ask = Callable[[int, Text, random.Random], dict[str, str]]
_KINDS: dict[str, Ask] = {
    "phrase and two filters": lambda n, text, c: {"q": _phrase(text, c), **_filters(n, c)},
    "phrase and two filters, newest": lambda n, text, c: {"q": _phrase(text, c), "sort": "newest", **_filters(n, c)},
    "phrase and two filters, without accents": lambda n, text, c: {
        "q": _phrase(text, c), "diacritics": "fold", **_filters(n, c),
    },
    "phrase alone": lambda _n, text, c: {"q": _phrase(text, c)},
    "words alone": lambda _n, text, c: {"q": _phrase(text, c).strip('"')},
    "two filters alone": lambda n, _text, c: _filters(n, c),
    "phrase and facets": lambda _n, text, c: {"q": _phrase(text, c, least=3), "facets": "source,province,month,entity"},
}  # fmt: skip


def _measured(url: str, name: str, ask: Ask, texts: list[Text], args: argparse.Namespace) -> dict[str, float]:
    chance = random.Random(name)
    seconds, found, each = [], [], []
    for turn in range(args.queries + 10):
        number = chance.randrange(args.articles)
        asked = urllib.parse.urlencode(ask(number, texts[number % len(texts)], chance))
        began = time.perf_counter()
        with urllib.request.urlopen(f"{url}/v1/articles?{asked}", timeout=30) as answer:
            told = json.load(answer)
        took = time.perf_counter() - began
        if turn >= 10:  # the first warm the pool of connections
            seconds.append(took)
            found.append(len(told["data"]))
            each.append((took, urllib.parse.unquote_plus(asked), len(told["data"])))
    for took, asked, hits in sorted(each, reverse=True)[: args.slow]:
        print(f"    {took * 1000:8.1f} ms {hits:3} {asked}", file=sys.stderr)
    told_of = spread(seconds)
    print(f"  {name}: {told_of}, {statistics.mean(found):.1f} on a page", file=sys.stderr)
    return {f"{name}: p50 (ms)": told_of["p50_ms"], f"{name}: p95 (ms)": told_of["p95_ms"]}


if __name__ == "__main__":
    main()
