"""`python -m services.enrich worker|sweep|explain|dedupe|train|replay`: the processes of the workshop."""

import argparse
import atexit
import json
import os
import shutil
import socket
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from shared.settings import settings


def run_worker(args: argparse.Namespace) -> None:
    """Work on what is rung for; serve the metrics of all its processes."""
    folder = shared_figures() if args.metrics_port else None
    # Imported here: the module is the Celery application, and the sweep must not become one.
    from services.enrich import worker

    if folder is not None:
        from services.enrich.family import serve

        serve(folder, host=args.metrics_host, port=args.metrics_port)
    worker.main(args.concurrency)


def shared_figures() -> Path:
    """A fresh folder in which the processes of one worker keep their figures; before any figure is made."""
    folder = Path(tempfile.mkdtemp(prefix="bantin-figures-"))
    atexit.register(_remove_in, os.getpid(), folder)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def _remove_in(process: int, folder: Path) -> None:
    # Children inherit what is registered, and must leave the folder to those who are left.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def run_sweep(args: argparse.Namespace) -> None:
    """Turn until SIGTERM; serve the queue's metrics beside it."""
    from prometheus_client import REGISTRY, start_http_server

    from services.enrich import furnishing
    from services.enrich.exporter import QueueCollector
    from services.enrich.sweep import Sweep
    from shared import tracing
    from shared.logging import configure
    from shared.queue import Bell, make_celery, tower_of

    configure("sweep", settings().log_level, worker=furnishing.worker_name)
    tracing.start("sweep", on=settings().traces)
    bench = furnishing.furnish(settings())
    sweep = Sweep(
        engine=bench.tx_engine,
        bell=Bell(celery := make_celery(settings())),
        tower=tower_of(celery, settings().broker_url),
        bench=bench,
        settings=settings(),
        clock=furnishing.utc_now,
    )
    if args.once:
        sweep.turn()
        sweep.sign_off()
        return
    if args.metrics_port:
        REGISTRY.register(QueueCollector(bench.side_engine, furnishing.utc_now))
        start_http_server(args.metrics_port, addr=args.metrics_host)
    sweep.run()
    tracing.stop()


def run_check(args: argparse.Namespace) -> None:
    """Exit 0 if a worker or sweep of this host has beaten lately, 1 if none has, or if work waits and it gets none done."""
    from services.enrich.records import gate, repository, workers
    from shared.database import make_engine, transaction

    # No workbench: containers ask this again and again, and what reads bulletins is slow to import.
    patience = {"statement_timeout": f"{int(settings().claim_idle_timeout * 3000)}ms"}
    engine = make_engine(settings().database_url, "bantin-check", pool_size=1, session=patience, autocommit=True)
    now, host = datetime.now(UTC), socket.gethostname()
    stuck_since = now - timedelta(seconds=args.stuck)
    with transaction(engine) as side:
        reach = gate.standing(side).reach
        waits = reach is not None and repository.work_waits(side, since=stuck_since, reach=reach)
        since = now - timedelta(seconds=args.seconds)
        progress_since = stuck_since if waits else None
        sys.exit(not workers.heard_from(side, host=host, since=since, progress_since=progress_since))


def run_explain(args: argparse.Namespace) -> None:
    """Tell what is found in files, or in the lines of standard input."""
    from services.enrich.commands.explain import explain_files, explain_lines

    if args.jsonl:
        sys.exit(explain_lines(sys.stdin.buffer, sys.stdout.buffer, jobs=args.jobs or len(os.sched_getaffinity(0))))
    sys.exit(explain_files(args.files, given=args.published, charset=args.charset))


def run_dedupe(args: argparse.Namespace) -> None:
    """Tell which pairs or lines of standard input say the same."""
    from services.enrich.commands.dedupe import dedupe_lines, dedupe_pairs

    if args.pairs:
        sys.exit(dedupe_pairs(sys.stdin.buffer, sys.stdout.buffer))
    sys.exit(dedupe_lines(sys.stdin.buffer, sys.stdout.buffer, settings()))


def run_train(args: argparse.Namespace) -> None:
    """Train the tagger of names, or score it on what is held back."""
    from services.enrich.commands.training import train

    sys.exit(train(args.data, args.out, args.config, score=args.score))


def run_replay(args: argparse.Namespace) -> None:
    """Read what was published before again and write the report; how far it has come goes to standard error."""
    from services.enrich import furnishing, pipeline
    from services.enrich.commands.applying import AnotherReplay, Replay
    from services.enrich.commands.replay import UnusableCondition, selected, shadow
    from shared.database import make_engine
    from shared.ids import new_id

    def progress(done: int, total: int) -> None:
        sys.stderr.write(f"{done} of {total}\n")

    try:
        selection = selected(args.pipeline, args.where)
    except UnusableCondition as error:
        sys.exit(f"bantin: --where {error}")
    # One connection says that a replay is at work; the other one works.
    engine = make_engine(settings().database_url, "bantin-replay", pool_size=2)
    jobs = args.jobs or len(os.sched_getaffinity(0))
    os.nice(10)
    if args.apply:
        replay = Replay(
            engine=engine, rate=args.rate, jobs=jobs, clock=furnishing.utc_now, new_id=new_id, most_examples=args.examples,
            progress=progress,
        )  # fmt: skip
        try:
            report = replay.run(selection)
        except AnotherReplay as error:
            sys.exit(f"bantin: {error}")
    else:
        report = shadow(engine, selection, jobs=jobs, most_examples=args.examples, progress=progress)
    sys.stdout.write(json.dumps(report.document(pipeline.version()), ensure_ascii=False) + "\n")


def run_entities(args: argparse.Namespace) -> None:
    """Decide something about entities, and print the decision; exit code 3 if there is no such thing, 2 if it is refused."""
    import orjson

    from services.enrich.commands import rulings
    from shared.database import make_engine, transaction
    from shared.ids import new_id

    engine = make_engine(settings().database_url, "bantin-entities", pool_size=1)
    by = (
        {"actor": args.actor, "reason": args.reason, "now": datetime.now(UTC), "new_id": new_id}
        if args.do != "log"
        else {}
    )
    try:
        with transaction(engine) as tx:
            if args.do == "merge":
                told = [rulings.document(rulings.merge(tx, args.id, args.into, **by))]
            elif args.do == "split":
                told = [rulings.document(rulings.split(tx, args.id, args.articles, into=args.into, **by))]
            elif args.do == "undo":
                told = [rulings.document(rulings.undo(tx, args.id, **by))]
            else:
                told = rulings.decisions_about(tx, args.id)
    except rulings.RulingRefused as error:
        sys.stderr.write(f"bantin: {error}\n")
        sys.exit(3 if isinstance(error, rulings.NotKnown) else 2)
    finally:
        engine.dispose()
    for one in told:
        sys.stdout.buffer.write(orjson.dumps(one) + b"\n")


def _add_entities(roles: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of `entities`."""
    entities = roles.add_parser("entities", help="decide what entities are one, and what articles are about another")
    entities.set_defaults(run=run_entities)
    doing = entities.add_subparsers(dest="do", required=True)
    merge = doing.add_parser("merge", help="two entities are one")
    merge.add_argument("id")
    merge.add_argument("into")
    split = doing.add_parser("split", help="articles are about another entity of the name")
    split.add_argument("id")
    split.add_argument("articles", nargs="+")
    split.add_argument("--into", help="that entity; by default a new one")
    undo = doing.add_parser("undo", help="a decision no longer holds")
    undo.add_argument("id")
    for parser in (merge, split, undo):
        parser.add_argument("--actor", required=True, help="who decides")
        parser.add_argument("--reason", required=True, help="and why")
    doing.add_parser("log", help="what was decided about an entity").add_argument("id")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.enrich")
    roles = parser.add_subparsers(required=True)
    worker = roles.add_parser("worker", help="work on bulletins")
    worker.add_argument("--concurrency", type=int, default=settings().worker_concurrency)
    worker.add_argument("--metrics-host", default="127.0.0.1")
    worker.add_argument("--metrics-port", type=int, default=0)
    worker.set_defaults(run=run_worker)
    sweep = roles.add_parser("sweep", help="ring again for what nobody works on")
    sweep.add_argument("--once", action="store_true", help="one turn only")
    sweep.add_argument("--metrics-host", default="127.0.0.1")
    sweep.add_argument("--metrics-port", type=int, default=0)
    sweep.set_defaults(run=run_sweep)
    check = roles.add_parser("check", help="is a worker or sweep of this host alive and getting on?")
    check.add_argument("--seconds", type=float, default=30.0, help="how old its last beat may be")
    check.add_argument(
        "--stuck", type=float, default=25.0, help="how long it may get nothing done while bulletins wait"
    )
    check.set_defaults(run=run_check)
    explain = roles.add_parser("explain", help="tell what is found in a text, without any server")
    explain.add_argument("files", nargs="*", type=Path)
    explain.add_argument("--jsonl", action="store_true", help="read {id, text, published} from standard input")
    explain.add_argument("--jobs", type=int, default=1, help="processes; 0: one for each core")
    explain.add_argument("--published", type=date.fromisoformat, help="the day on which the files were published")
    explain.add_argument("--charset", help="the charset of the files")
    explain.set_defaults(run=run_explain)
    dedupe = roles.add_parser("dedupe", help="tell which texts of standard input say the same")
    form = dedupe.add_mutually_exclusive_group(required=True)
    form.add_argument(
        "--jsonl", action="store_true", help="lines {id, title, text} in order of arrival; fills the database"
    )
    form.add_argument(
        "--pairs", action="store_true", help="lines {id, a: {title, text}, b: {title, text}}; no database"
    )
    dedupe.set_defaults(run=run_dedupe)
    train = roles.add_parser("train", help="train the tagger of names")
    train.add_argument("--data", nargs="+", type=Path, required=True, help="files or folders of annotated bulletins")
    train.add_argument("--config", type=Path, required=True)
    train.add_argument("--out", type=Path, default=Path(__file__).parent / "text" / "names" / "names.weights")
    train.add_argument("--score", action="store_true", help="hold a fifth back, score on it, write no weights")
    train.set_defaults(run=run_train)
    replay = roles.add_parser("replay", help="what would this engine say of what was published before?")
    replay.add_argument("--pipeline", help="articles made by this version; by default by any other than this one")
    replay.add_argument("--where", action="append", default=[], metavar="KEY=VALUE")
    replay.add_argument("--jobs", type=int, default=1, help="processes; 0: one for each core")
    replay.add_argument("--examples", type=int, default=3, help="of each field")
    replay.add_argument("--apply", action="store_true", help="write what changed")
    replay.add_argument("--rate", type=float, default=20.0, help="at most so many changed articles a second")
    replay.set_defaults(run=run_replay)
    _add_entities(roles)
    args = parser.parse_args()
    if args.run in (run_worker, run_sweep):
        args.run(args)
    else:
        _answer(args)


def _answer(args: argparse.Namespace) -> None:
    """Do what somebody asked for who waits; a fault of the database is told in one line."""
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database import in_one_line

    try:
        args.run(args)
    except SQLAlchemyError as error:
        sys.stderr.write(f"bantin: the database: {in_one_line(error)}\n")
        sys.exit(4)


if __name__ == "__main__":
    main()
