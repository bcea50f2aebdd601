"""`python -m services.ops.tell WHAT`: the desk's documents as JSON, straight from PostgreSQL, for the command line."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from services.ops import repairs
from services.ops.documents import latency, ledger, probes, quarantine, queues, sources, workers
from services.ops.documents.history import history
from services.ops.records import controls, jobs
from services.ops.records.controls import Change
from services.ops.records.quarantine import FIRST
from services.ops.records.repairs import Which, count
from shared.database import in_one_line, make_engine, transaction
from shared.errors import NoSuchBulletin
from shared.ids import BULLETIN, read
from shared.settings import settings

NOT_FOUND = 3
_REPAIRS = ("replay", "discard")
_STEERING = ("pause", "resume", "limit", "stop", "continue")


def _queues(tx: Connection, _: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return queues.queues(tx, now=now)


def _workers(tx: Connection, _: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return workers.workers(tx, now=now)


def _ledger(tx: Connection, _: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return ledger.ledger(tx, now=now)


def _groups(tx: Connection, args: argparse.Namespace, _: datetime) -> dict[str, Any]:
    return quarantine.groups(tx, limit=args.limit)


def _held(tx: Connection, args: argparse.Namespace, _: datetime) -> dict[str, Any]:
    return quarantine.held(tx, signature=args.signature, after=FIRST, limit=args.limit)


def _history(tx: Connection, args: argparse.Namespace, _: datetime) -> dict[str, Any]:
    try:
        return history(tx, args.id, log_url=settings().log_url)
    except NoSuchBulletin as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(NOT_FOUND)


def _latency(tx: Connection, args: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return latency.latency(tx, now=now, minutes=args.minutes)


def _sources(tx: Connection, _: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return sources.sources(tx, now=now)


def _drift(tx: Connection, args: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return sources.drift(tx, now=now, days=args.days, source=args.source)


def _probes(tx: Connection, _: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return probes.probes(tx, now=now)


def _jobs(tx: Connection, args: argparse.Namespace, _: datetime) -> dict[str, Any]:
    return {"jobs": jobs.jobs(tx, limit=args.limit)}


def _all(tx: Connection, _: argparse.Namespace, now: datetime) -> dict[str, Any]:
    return {
        "queues": queues.queues(tx, now=now),
        "workers": workers.workers(tx, now=now),
        **quarantine.groups(tx, limit=10),
        "latency": latency.latency(tx, now=now, minutes=5),
        "probes": probes.probes(tx, now=now),
        "jobs": jobs.jobs(tx, limit=3),
    }


_READERS: dict[str, Callable[[Connection, argparse.Namespace, datetime], dict[str, Any]]] = {
    "queues": _queues,
    "workers": _workers,
    "ledger": _ledger,
    "groups": _groups,
    "held": _held,
    "history": _history,
    "latency": _latency,
    "sources": _sources,
    "drift": _drift,
    "probes": _probes,
    "jobs": _jobs,
    "all": _all,
}


def _repair(engine: Engine, args: argparse.Namespace) -> None:
    """Replay or discard, telling after each piece how many are done."""
    which = Which(
        ids=[_bulletin(one) for one in args.bulletin] or None,
        signature=args.signature,
        error_class=args.error_class,
        stage=args.stage,
    )
    now = datetime.now(UTC)
    if args.rate and not args.dry_run:
        with transaction(engine) as tx:
            _write(jobs.start(tx, args.what, which, rate=args.rate, actor=args.actor, reason=args.reason, now=now))
        return
    with transaction(engine) as tx:
        matched = count(tx, which)
    told: dict[str, Any] = {"matched": matched, "changed": 0, "actions": []}
    if not args.dry_run:
        doing = repairs.repair(engine, args.what, which, actor=args.actor, reason=args.reason, now=now)
        for number, changed in doing:
            told["actions"].append(number)
            told["changed"] += changed
            sys.stderr.write(f"{told['changed']} of {matched}\n")
    _write(told)


def _steer(engine: Engine, args: argparse.Namespace) -> None:
    """Pause, resume or limit a queue; stop a long repair or let it go on."""
    now, who = datetime.now(UTC), {"actor": args.actor, "reason": args.reason}
    with transaction(engine) as tx:
        if args.what in ("stop", "continue"):
            state = "stopped" if args.what == "stop" else "running"
            told = jobs.set_state(tx, int(args.id), state, now=now, **who) if args.id.isdecimal() else None
            if told is None:
                sys.stderr.write(f"there is no job {args.id}\n")
                sys.exit(NOT_FOUND)
        else:
            paused = {"pause": True, "resume": False}.get(args.what)
            limits = args.what == "limit"
            change = Change(
                queue=args.queue, action=args.what, paused=paused, limits=limits, most=args.most or None, **who
            )
            told = controls.change(tx, change, now=now)
    _write(told)


def _bulletin(text: str) -> UUID:
    id = read(BULLETIN, text)
    if id is None:
        sys.stderr.write(f"{text!r} is no bulletin's id\n")
        sys.exit(2)
    return id


def _write(document: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Read the command line, and write one document."""
    parser = argparse.ArgumentParser(prog="python -m services.ops.tell")
    parser.add_argument("what", choices=[*_READERS, *_REPAIRS, *_STEERING])
    parser.add_argument("id", nargs="?", default="")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--bulletin", action="append", default=[])
    parser.add_argument("--signature")
    parser.add_argument("--error-class")
    parser.add_argument("--stage")
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--source")
    parser.add_argument("--queue", choices=controls.QUEUES, default="all")
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--actor", default="")
    parser.add_argument("--reason", default="")
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    engine = make_engine(settings().database_url, "bantin-desk", pool_size=1)
    try:
        _tell(engine, args)
    except SQLAlchemyError as error:
        sys.stderr.write(f"the database: {in_one_line(error)}\n")
        sys.exit(4)


def _tell(engine: Engine, args: argparse.Namespace) -> None:
    if args.what in _REPAIRS:
        _repair(engine, args)
    elif args.what in _STEERING:
        _steer(engine, args)
    else:
        with transaction(engine) as tx:
            document = _READERS[args.what](tx, args, datetime.now(UTC))
        _write(document)


if __name__ == "__main__":
    main()
