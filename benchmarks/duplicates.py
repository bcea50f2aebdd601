"""What it costs to know a text again: fingerprint, look-up, comparison; at 10,000 articles and more.

Beside it, on the same texts: MinHashLSH of datasketch in memory, if it can be imported (`PYTHONPATH=…`), and pg_trgm in
the same database, if the server has it.
"""

import argparse
import gc
import gzip
import importlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from measure import NEWS, ROOT, cpu_ms, tell
from sqlalchemy import Connection

from infra.embedded import process
from infra.embedded.postgres import Postgres
from services.enrich import closing, furnishing, pipeline, workbench
from services.enrich.records import fingerprints
from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import fingerprint, pack
from services.enrich.text.duplicates.signature import BANDS
from services.enrich.text.duplicates.wording import wording
from shared.migrations import migrate
from shared.settings import Settings

_GENERATOR = ROOT.parent / "shared" / "eval" / "duplicates" / "generate.py"
_NOBODY = UUID(int=0)
_TRGM_QUERIES = 10
_FEW = 10_000
"""Articles after which the check is measured first; beyond them rows are copied, and it is measured again."""


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="in the database before anything is measured")
    parser.add_argument("--checks", type=int, default=2_000, help="texts that are checked against them")
    parser.add_argument("--folder", type=Path, help="where to keep the database meanwhile; by default temporary")
    args = parser.parse_args()
    stream, origin = texts(min(args.articles, _FEW) + args.checks)
    cleaned = [clean(Article(id=_NOBODY, filed=text)) for text in stream]
    # A worker has no ten thousand articles in memory, through which Python would look for garbage again and again.
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="bantin-bench-", dir=args.folder) as folder:
        server = Postgres(folder=Path(folder), port=process.free_port())
        server.start()
        try:
            migrate.command.upgrade(migrate.config(server.url()), "head")
            told = {**pure(cleaned), **stored(server, cleaned, args.articles, args.checks)}
        finally:
            server.stop()
    told |= in_memory(cleaned[-args.checks :], cleaned[: -args.checks])
    tell("duplicates", told, {"texts": origin, "articles": args.articles, "checks": args.checks})


def texts(count: int) -> tuple[list[str], str]:
    """Bulletins in order of arrival: copies, versions and templates among them where the generator is at hand."""
    if not (_GENERATOR.exists() and NEWS.exists()):
        from measure import texts as varied

        return varied(count)
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "overlap.jsonl.gz"
        gzip.open(nothing, "wt").close()
        command = [sys.executable, _GENERATOR, NEWS, nothing, folder, "--prefix", "dev", "--stream", str(count)]
        subprocess.run([*command, "--scale", "0"], check=True, stdout=subprocess.DEVNULL)
        with gzip.open(Path(folder) / "devstream.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    return [f"{row['title']}\n\n{row['text']}" for row in rows], "a stream of news with copies, versions and templates"


def pure(cleaned: Sequence[Article]) -> dict[str, float]:
    """Processor time of what needs no database."""
    sample = cleaned[:1_000]
    for article in sample:
        fingerprint(article)
    wording.cache_clear()
    started = time.process_time()
    marked = [fingerprint(article) for article in sample]
    told = {"fingerprint (ms CPU)": _ms(started, len(sample))}
    said = [article.said for article in marked if article.said]
    started = time.process_time()
    sizes = [len(pack(one)) for one in said]
    told["packing, of originals (ms CPU)"] = _ms(started, len(said))
    told["packed (bytes)"] = statistics.mean(sizes)
    told["characters of a text"] = statistics.mean(len(one.text) for one in said)
    return told


def _ms(started: float, count: int) -> float:
    return (time.process_time() - started) * 1000 / count


def stored(server: Postgres, cleaned: Sequence[Article], articles: int, checks: int) -> dict[str, float]:
    """The whole check with its queries: `checks` texts after `articles`, in batches as a worker has them.

    Where there are more than 10,000 articles, the same texts are checked in turns in a copy of the database that holds no
    more than those: whatever else the machine does meanwhile meets both alike.
    """
    known, checked = cleaned[:-checks], cleaned[-checks:]
    stages = (_parted(cleaned), fingerprint)
    bench = _bench(server, "bantin", stages)
    _file(bench, [article.filed for article in known])
    _leave(bench)
    benches = {articles: _bench(server, "bantin", stages)}
    if articles > _FEW:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE few TEMPLATE bantin")
        _file_simulated(server, articles - len(known))
        benches[_FEW] = _bench(server, "few", stages)
    told = _measured(benches, checked)
    for bench in benches.values():
        _leave(bench)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        return {**told, **_sizes(connection), **_trigrams(connection, cleaned)}


def _parted(cleaned: Sequence[Article]) -> pipeline.Stage:
    """A stage that knows the parts of each text already."""
    by_text = {article.filed: article for article in cleaned}
    return lambda article: article.evolve(blocks=by_text[article.filed].blocks)


def _bench(server: Postgres, database: str, stages: Sequence[pipeline.Stage]) -> workbench.Workbench:
    settings = Settings(database_url=server.url(database), batch_size=50, claim_idle_timeout=60)
    return replace(furnishing.furnish(settings), stages=stages)


def _leave(bench: workbench.Workbench) -> None:
    bench.tx_engine.dispose()
    bench.side_engine.dispose()


_LOOK_UP = "look-up of 24 keys, p50 (ms)"
_WHOLE = "the whole check, with the fingerprint apart (ms CPU)"
_PIECE = 250
"""Texts that are checked in one database before the other has its turn."""


def _measured(benches: dict[int, workbench.Workbench], checked: Sequence[Article]) -> dict[str, float]:
    """What it costs to check texts after those that are there, in each of the databases, by how many articles they hold."""
    clocks, looked_up = {count: _Clock() for count in benches}, {}
    for count, bench in benches.items():
        with psycopg.connect(bench.settings.database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            looked_up[count] = _look_ups(connection, checked)
    for start in range(0, len(checked), _PIECE):
        for count, bench in benches.items():
            with clocks[count]:
                _file(bench, [article.filed for article in checked[start : start + _PIECE]])
    many, *few = (clocks[count].told(len(checked)) | looked_up[count] for count in benches)
    if not few:
        return many
    others = {f"at {_FEW:,} articles: {name}": value for name, value in few[0].items()}
    return {**many, **others, "the whole check against that at 10,000": many[_WHOLE] / few[0][_WHOLE]}


def _file(bench: workbench.Workbench, filed: Sequence[str]) -> None:
    for chunk in (filed[start : start + 1_000] for start in range(0, len(filed), 1_000)):
        with bench.side_engine.begin() as side:
            fingerprints.file_texts(side, [(bench.new_id(), text) for text in chunk], now=bench.clock())
        while bench.enrich([]):
            pass


def _file_simulated(server: Postgres, count: int) -> None:
    """Articles beyond those of the stream: their rows copied from it, nine of ten keys new and one as it was."""
    if count <= 0:
        return
    with psycopg.connect(server.url()) as connection:
        connection.execute("SET max_parallel_maintenance_workers = 0")
        connection.execute(
            "CREATE TEMP TABLE known AS SELECT number AS old, row_number() OVER (ORDER BY number) AS place"
            " FROM (SELECT DISTINCT number FROM article_band) AS found"
        )
        # In turns, so that what is copied can be written while the next is made.
        for start in range(0, count, _TURN):
            turn = {"count": min(_TURN, count - start), "start": start}
            connection.execute(
                "CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT uuidv7() AS id, said, row_number() OVER () AS place"
                " FROM generate_series(1, %(count)s) AS turn"
                " JOIN known ON place = (turn + %(start)s) %% (SELECT count(*) FROM known) + 1"
                " JOIN article_fingerprint ON number = old",
                turn,
            )
            connection.execute(
                "INSERT INTO article (id, current_version, pub_status, available_at) SELECT id, 1, 'usable', now() FROM copied"
            )
            connection.execute(
                "WITH kept AS (INSERT INTO article_fingerprint (article_id, said) SELECT id, said FROM copied ORDER BY place"
                "  RETURNING number, article_id)"
                " INSERT INTO article_band SELECT"
                "  CASE WHEN random() < 0.9 THEN (random() * 9.2e18)::int8 ELSE key END, kept.number"
                " FROM kept JOIN copied ON copied.id = kept.article_id"
                " JOIN known ON known.place = (copied.place + %(start)s) %% (SELECT count(*) FROM known) + 1"
                " JOIN article_band ON article_band.number = known.old ON CONFLICT DO NOTHING",
                turn,
            )
            connection.commit()


_TURN = 20_000


class _Clock:
    """Processor time of the deciding part of a batch, ours and the server's, and how long it took."""

    _DECIDING = (
        (closing, "_lock_words"), (fingerprints, "candidates"), (pipeline, "settle"), (fingerprints, "add"),
    )  # fmt: skip

    def __init__(self) -> None:
        self._ours = self._theirs = self._wall = 0.0

    def __enter__(self) -> None:
        self._inside = False
        self._were = [(room, name, vars(room)[name]) for room, name in self._DECIDING]
        for room, name, work in self._were:
            bare = work.__func__ if isinstance(work, staticmethod) else work
            timed = self._timed(bare)
            setattr(room, name, staticmethod(timed) if isinstance(work, staticmethod) else timed)

    def __exit__(self, *_: object) -> None:
        for room, name, work in self._were:
            setattr(room, name, work)

    def _timed(self, work: Any) -> Any:
        def timed(*args: Any) -> Any:
            if self._inside:
                return work(*args)
            self._inside = True
            backend = [args[0].connection.dbapi_connection.info.backend_pid] if isinstance(args[0], Connection) else []
            theirs, ours, wall = cpu_ms(backend) if backend else 0.0, time.process_time(), time.perf_counter()
            done = work(*args)
            self._ours += (time.process_time() - ours) * 1000
            self._wall += (time.perf_counter() - wall) * 1000
            self._theirs += cpu_ms(backend) - theirs if backend else 0.0
            self._inside = False
            return done

        return timed

    def told(self, count: int) -> dict[str, float]:
        """The figures of one article."""
        return {
            "look up, compare, keep: ours (ms CPU)": self._ours / count,
            "the same: PostgreSQL's (ms CPU)": self._theirs / count,
            "the same: by the clock (ms)": self._wall / count,
            _WHOLE: (self._ours + self._theirs) / count,
            "articles a core and second, without the fingerprint": 1000 * count / (self._ours + self._theirs),
        }


def _sizes(connection: psycopg.Connection[Any]) -> dict[str, float]:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM article_fingerprint), pg_total_relation_size('article_band'),"
        " pg_relation_size('article_band'), pg_total_relation_size('article_fingerprint')"
    ).fetchone()
    assert row
    count, bands, heap, said = row
    return {
        "bytes an article: bands, their rows": heap / count,
        "bytes an article: bands, their index": (bands - heap) / count,
        "bytes an article: what it says, with two indexes": said / count,
        "bytes an article: all": (bands + said) / count,
    }


def _look_ups(connection: psycopg.Connection[Any], cleaned: Sequence[Article]) -> dict[str, float]:
    """How long the candidates of one text take, one text at a time."""
    took = []
    for article in random.Random(1).sample(list(cleaned), min(500, len(cleaned))):
        keys = list(set(fingerprint(article).bands))
        values = {"askers": [0] * len(keys), "keys": keys, "belows": [2**63 - 1] * len(keys), "newest": 30, "most": 20}
        started = time.perf_counter()
        connection.execute(fingerprints._CANDIDATES, values).fetchall()  # noqa: SLF001  # it is what is measured
        took.append((time.perf_counter() - started) * 1000)
    took.sort()
    return {_LOOK_UP: took[len(took) // 2], "the same, p99 (ms)": took[int(len(took) * 0.99)]}


def _trigrams(connection: psycopg.Connection[Any], cleaned: Sequence[Article]) -> dict[str, float]:
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except psycopg.Error as error:
        print(f"  no pg_trgm: {error}".strip(), file=sys.stderr)
        return {}
    connection.execute("CREATE TABLE trigrams (said text)")
    with connection.cursor() as cursor, cursor.copy("COPY trigrams FROM STDIN") as copy:
        for article in cleaned[:10_000]:
            said = fingerprint(article).said
            assert said
            copy.write_row([said.text])
    connection.execute("CREATE INDEX ON trigrams USING gin (said gin_trgm_ops)")
    connection.execute("VACUUM ANALYZE trigrams")
    connection.execute("SET pg_trgm.similarity_threshold = 0.77")
    took = []
    for article in random.Random(1).sample(list(cleaned), _TRGM_QUERIES):
        said = fingerprint(article).said
        assert said
        started = time.perf_counter()
        connection.execute("SELECT count(*) FROM trigrams WHERE said %% %s", (said.text,)).fetchone()
        took.append((time.perf_counter() - started) * 1000)
    return {f"pg_trgm similarity, GIN, {min(len(cleaned), 10_000):,} texts, p50 (ms)": statistics.median(took)}


def in_memory(checked: Sequence[Article], known: Sequence[Article]) -> dict[str, float]:
    """MinHashLSH of datasketch with the same shingles and as many hashes; processor time."""
    try:
        datasketch = importlib.import_module("datasketch")
    except ImportError:
        print("  no datasketch: not measured", file=sys.stderr)
        return {}
    index = datasketch.MinHashLSH(params=(BANDS, 3), num_perm=72)

    def signature(words: Sequence[bytes]) -> Any:
        made = datasketch.MinHash(num_perm=BANDS * 3)
        made.update_batch([b" ".join(words[start : start + 3]) for start in range(max(1, len(words) - 2))])
        return made

    for number, article in enumerate(known[:5_000]):
        index.insert(number, signature(_words(article)))
    words = [_words(article) for article in checked]
    started = time.process_time()
    signatures = [signature(one) for one in words]
    told = {"datasketch: signature (ms CPU)": _ms(started, len(checked))}
    started = time.process_time()
    for number, made in enumerate(signatures):
        index.query(made)
        index.insert(-1 - number, made)
    told[f"datasketch: look up and keep, in memory, {len(known[:5_000]):,} texts (ms CPU)"] = _ms(started, len(checked))
    return told


def _words(article: Article) -> Sequence[bytes]:
    said = fingerprint(article).said
    assert said
    return wording(said.text).words


if __name__ == "__main__":
    main()
