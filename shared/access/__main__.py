"""`python -m shared.access make|list|revoke|rotate`: keys, made and taken back; only PostgreSQL must run."""

import argparse
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import orjson
from sqlalchemy import Connection, Engine

from shared.access import register
from shared.access.keys import Entry, mint
from shared.access.scopes import Scope, UnknownScope, listed, scopes_of
from shared.database import make_engine, transaction
from shared.settings import settings

WRONG, NOT_FOUND = 2, 3
_PERIOD = re.compile(r"(\d{1,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WHEN = "%Y-%m-%d %H:%M"


def make(tx: Connection, args: argparse.Namespace, now: datetime) -> dict[str, Any]:
    """Make a key; its document, which holds the key this one time."""
    names = [name for told in args.scope for name in listed(told)]
    try:
        scopes = scopes_of(names)
    except UnknownScope as error:
        fail(str(error), WRONG)
    if args.source and Scope.POST not in scopes:
        fail("--source is for keys that may post", WRONG)
    expires_at = now + period(args.expires) if args.expires else None
    wanted = {
        "label": args.label,
        "scopes": tuple(dict.fromkeys(names)),
        "source": args.source or None,
        "per_minute": args.per_minute or None,
        "expires_at": expires_at,
        "replaces": None,
    }
    return _add(tx, wanted, now)


def rotate(tx: Connection, args: argparse.Namespace, now: datetime) -> dict[str, Any]:
    """Make a key that takes the place of another, which goes on for a while."""
    old = _known(tx, args.id, now)
    register.expire(tx, old.id, now + period(args.grace))
    kept = {name: getattr(old, name) for name in ("label", "scopes", "source", "per_minute", "expires_at")}
    return _add(tx, {**kept, "replaces": old.id}, now)


def revoke(tx: Connection, args: argparse.Namespace, now: datetime) -> dict[str, Any]:
    """Take a key back, at once and for good."""
    entry = register.entry(tx, args.id)
    if entry is None:
        fail(f"there is no key {args.id}: `bantin keys list` has the ids", NOT_FOUND)
    register.revoke(tx, args.id, now=now)
    return document(entry, now) | {"state": "revoked"}


def period(text: str) -> timedelta:
    """A length of time such as 90d, 12h, 30m or 45s; ends the process if it is none."""
    found = _PERIOD.fullmatch(text)
    if not found:
        fail(f"{text!r} is no length of time: 90d, 12h, 30m, 45s", WRONG)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def document(entry: Entry, now: datetime) -> dict[str, Any]:
    """A key as it is told: without its hash."""
    told = {name: getattr(entry, name) for name in Entry.__slots__ if name != "hash"}
    return {"id": told.pop("id"), "state": entry.state(now), **told}


def fail(line: str, code: int) -> NoReturn:
    """Say what is wrong, and end."""
    sys.stderr.write(f"bantin: {line}\n")
    sys.exit(code)


def _add(tx: Connection, wanted: dict[str, Any], now: datetime) -> dict[str, Any]:
    minted = mint(os.urandom)
    entry = Entry(
        id=minted.id, hash=minted.hash, created_at=now, revoked_at=None, last_used_at=None, **wanted
    )  # fmt: skip
    register.add(tx, entry)
    return {"key": minted.key, **document(entry, now)}


def _known(tx: Connection, id: str, now: datetime) -> Entry:
    entry = register.entry(tx, id)
    if entry is None:
        fail(f"there is no key {id}: `bantin keys list` has the ids", NOT_FOUND)
    if entry.state(now) != "valid":
        fail(f"the key {id} is {entry.state(now)}: make a new one", WRONG)
    return entry


def _tell(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _write(found)
    elif "key" in found:
        # The key alone on standard output: it goes into a file or a variable as it is.
        sys.stderr.write(f"{found['id']}  {found['label']}: this key is shown now and never again\n")
        sys.stdout.write(found["key"] + "\n")
    else:
        sys.stdout.write(f"{found['id']}  {found['state']}\n")


def _list(engine: Engine, *, as_json: bool) -> None:
    with transaction(engine) as tx:
        entries, now = register.entries(tx), datetime.now(UTC)
    for entry in entries:
        if as_json:
            _write(document(entry, now))
            continue
        used = f"{entry.last_used_at:{_WHEN}}" if entry.last_used_at else "never"
        until = f"{entry.expires_at:{_WHEN}}" if entry.expires_at else "for ever"
        only = f" only {entry.source}" if entry.source else ""
        scopes = ",".join(entry.scopes) + only
        sys.stdout.write(
            f"{entry.id}  {entry.state(now):<7}  {scopes:<28}  {entry.label:<24}  used {used:<16}  until {until}\n"
        )


def _write(found: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
    sys.stdout.buffer.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bantin keys", description=__doc__)
    words = parser.add_subparsers(dest="what", required=True)
    making = words.add_parser("make", help="make a key")
    making.add_argument("--label", required=True, help="who holds it; keys of one label are one client")
    making.add_argument("--scope", required=True, action="append", help=", ".join(Scope))
    making.add_argument("--source", help="the only source for which it may post")
    making.add_argument("--expires", help="after how long it ends: 90d, 12h")
    making.add_argument("--per-minute", type=int, help="requests a minute")
    rotating = words.add_parser("rotate", help="make a key that takes the place of another")
    rotating.add_argument("id")
    rotating.add_argument("--grace", default="24h", help="for how long the old one goes on")
    words.add_parser("revoke", help="take a key back").add_argument("id")
    words.add_parser("list", help="all keys")
    for one in words.choices.values():
        one.add_argument("--json", action="store_true")
    return parser


def main() -> None:
    """Read the command line, and do it in one transaction."""
    args = _parser().parse_args()
    engine = make_engine(settings().database_url, "bantin-keys", pool_size=1)
    if args.what == "list":
        _list(engine, as_json=args.json)
        return
    if args.what == "make" and not 0 < len(args.label) <= 200:  # as the table has it
        fail("--label is 1 to 200 characters", WRONG)
    doing = {"make": make, "rotate": rotate, "revoke": revoke}[args.what]
    with transaction(engine) as tx:
        found = doing(tx, args, datetime.now(UTC))
    _tell(found, as_json=args.json)


if __name__ == "__main__":
    main()
