"""`bantin run`: everything on this machine, the bulletins posted, the articles shown."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli import show
from services.cli.client import connect
from services.cli.home import ROOT, addresses, home
from services.cli.outcome import Files, Outcome, post_file
from shared.client import Bantin

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]

_AT_ONCE = 8
_AWAKE = 30.0
"""Seconds until a service that was just started must answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """Where the services are served; 0: at the usual port, or any that is free."""

    ingest: int
    api: int
    ops: int


def run(
    files: Files = None,
    once: Annotated[bool, typer.Option("--once", help="Stop when everything posted is finished.")] = False,
    as_json: Json = False,
    ingest_port: Annotated[int, typer.Option(help="0: 8001, or any that is free.", min=0, max=65535)] = 0,
    api_port: Annotated[int, typer.Option(help="0: 8002, or any that is free.", min=0, max=65535)] = 0,
    ops_port: Annotated[int, typer.Option(help="0: 8003, or any that is free.", min=0, max=65535)] = 0,
) -> None:
    """Run everything on this machine, post the samples or FILES, and print each article.

    PostgreSQL and Valkey are embedded unless DATABASE_URL and REDIS_URL say where others are. All data stays in
    .bantin (BANTIN_HOME names another folder) and is there again at the next start.
    """
    samples = sorted((ROOT / "samples").glob("*.txt"))
    ports = Ports(ingest=ingest_port, api=api_port, ops=ops_port)
    raise typer.Exit(_run_all(files or [], samples, once=once, as_json=as_json, ports=ports))


def _run_all(files: Sequence[Path], samples: Sequence[Path], *, once: bool, as_json: bool, ports: Ports) -> int:
    """Start all, post the files, or else the samples, show what becomes of them; the exit code."""
    from infra.embedded.process import ServerError
    from infra.stack import AlreadyRunning, Stack

    def ask_to_stop(*_: object) -> None:
        raise KeyboardInterrupt

    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, ask_to_stop)
    say = show.note
    stack = Stack(
        home=home(),
        say=say,
        database_url=os.environ.get("DATABASE_URL", ""),
        broker_url=os.environ.get("BROKER_URL") or os.environ.get("REDIS_URL", ""),
        ingest_port=ports.ingest,
        api_port=ports.api,
        ops_port=ports.ops,
        # Nobody looks at the desk of what stops by itself.
        with_desk=not once,
        # Deliveries take their time: what is not sent yet is sent by the next run.
        with_deliveries=not once,
    )
    try:
        say("starting PostgreSQL, Valkey, ingest, worker, sweep and api …")
        stack.start()
        failed = _post_and_show(
            files or samples, connect(stack.ingest_url, stack.api_url, _AWAKE), stack.tend, as_json=as_json
        )
        if once:
            return 1 if failed else 0
        say(f"ingest {stack.ingest_url}/docs   api {stack.api_url}/docs   operator's desk {stack.ops_url}/")
        say(f"logs {stack.home / 'log'}")
        say("everything runs; Ctrl-C stops it")
        while True:
            stack.tend()
            time.sleep(0.2)
    except AlreadyRunning:
        return _use_the_running_one(files, once=once, as_json=as_json)
    except ServerError as error:
        show.fail(str(error))
    except OSError as error:
        show.fail(f"{error.strerror or error}: {error.filename or stack.home}")
    except KeyboardInterrupt:
        say("stopping …")
        return 0
    finally:
        # A second Ctrl-C must not leave half of it standing.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stack.stop()


def _use_the_running_one(files: Sequence[Path], *, once: bool, as_json: bool) -> int:
    """Another `bantin run` holds the folder: hand it the files."""
    where = addresses()
    if not once and not files:
        show.fail(f"Bantin already runs here: ingest {where['ingest_url']}, api {where['api_url']}")
    show.note(f"Bantin already runs here; posting to {where['ingest_url']}")
    client = connect(patience=_AWAKE)
    return 1 if _post_and_show(files, client, lambda: None, as_json=as_json) else 0


def _post_and_show(files: Sequence[Path], client: Bantin, tend: Callable[[], None], *, as_json: bool) -> int:
    """Post every file and show each outcome as it comes; how many did not finish."""
    failed = 0
    for outcome in _with_progress(post_files(files, client, tend), len(files), hidden=as_json):
        failed += not outcome.finished
        if as_json:
            show.document(outcome.document())
        elif outcome.article:
            receipt = f"{client.ingest_url}/v1/bulletins/{outcome.bulletin}"
            show.article(outcome.article, client.api_url, heading=f"{outcome.file}: {outcome.state}", also=receipt)
        else:
            detail = (outcome.problem or {}).get("detail", "see `bantin status`")
            show.aside.print(f"[red]{outcome.file}: {outcome.state}[/] {detail}", markup=True)
    return failed


def post_files(files: Sequence[Path], client: Bantin, tend: Callable[[], None]) -> Iterator[Outcome]:
    """Post the files, some at once; the outcome of each as it comes. `tend` is called all the while."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        pending: set[Future[Outcome]] = {pool.submit(post_file, path, client) for path in files}
        try:
            while pending:
                done, pending = wait(pending, timeout=0.1, return_when=FIRST_COMPLETED)
                tend()
                for future in done:
                    yield future.result()
        finally:
            for future in pending:
                future.cancel()


def _with_progress(outcomes: Iterator[Outcome], total: int, *, hidden: bool) -> Iterator[Outcome]:
    """The same outcomes, with a bar on standard error while more than a few are awaited."""
    if hidden or total < 3 or not show.aside.is_terminal:
        yield from outcomes
        return
    columns = (TextColumn("bulletins"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=show.aside, transient=True) as bar, contextlib.closing(outcomes):  # type: ignore[type-var]  # a generator
        task = bar.add_task("", total=total)
        for outcome in outcomes:
            bar.advance(task)
            yield outcome
