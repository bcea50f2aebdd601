"""`bantin serve|worker|sweep|deliver|migrate`: this process becomes one of Bantin's own, in the foreground."""

import os
import sys
from typing import Annotated

import typer

from services.cli import show
from services.cli.home import ROOT, addresses


def serve(
    service: Annotated[str, typer.Argument(help="ingest, api or ops")],
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: 8001 for ingest, 8002 for api, 8003 for ops.")] = 0,
) -> None:
    """Serve one of the HTTP services in the foreground."""
    usual = {"ingest": 8001, "api": 8002, "ops": 8003}
    if service not in usual:
        show.fail(f"there is no service {service}: ingest, api or ops", 2)
    port = port or usual[service]
    become("-m", f"services.{service}", "--host", host, "--port", str(port))


def worker(
    concurrency: Annotated[int, typer.Option(help="Child processes; 0: BANTIN_WORKER_CONCURRENCY.", min=0)] = 0,
    metrics_host: Annotated[str, typer.Option(help="Where to serve the worker's metrics.")] = "127.0.0.1",
    metrics_port: Annotated[int, typer.Option(help="Serve the worker's metrics there; 0: nowhere.")] = 0,
) -> None:
    """Run a worker in the foreground."""
    become(
        "-m",
        "services.enrich",
        "worker",
        *(["--concurrency", str(concurrency)] if concurrency else []),
        "--metrics-host",
        metrics_host,
        "--metrics-port",
        str(metrics_port),
    )


def sweep(
    once: Annotated[bool, typer.Option("--once", help="One turn only.")] = False,
    metrics_host: Annotated[str, typer.Option(help="Where to serve the queue's metrics.")] = "127.0.0.1",
    metrics_port: Annotated[int, typer.Option(help="Serve the queue's metrics there; 0: nowhere.")] = 0,
) -> None:
    """Run the sweep in the foreground: it rings for what nobody works on."""
    become(
        "-m",
        "services.enrich",
        "sweep",
        *(["--once"] if once else []),
        "--metrics-host",
        metrics_host,
        "--metrics-port",
        str(metrics_port),
    )


def deliver(
    metrics_host: Annotated[str, typer.Option(help="Where to serve the deliveries' metrics.")] = "127.0.0.1",
    metrics_port: Annotated[int, typer.Option(help="Serve the deliveries' metrics there; 0: nowhere.")] = 0,
) -> None:
    """Run the deliverer in the foreground: it sends changes to webhooks."""
    become("-m", "services.deliver", "--metrics-host", metrics_host, "--metrics-port", str(metrics_port))


def migrate(revision: Annotated[str, typer.Argument(help="By default the newest.")] = "head") -> None:
    """Bring the tables to a revision."""
    become("-m", "shared.migrations.migrate", revision)


def become(*command: str) -> None:
    """Be that process from now on, with the database and the broker of the Bantin that runs here, if one does."""
    where = addresses()
    if not where["database_url"]:
        show.fail("no database: set DATABASE_URL (and REDIS_URL), or start `bantin run`", 2)
    os.environ["DATABASE_URL"] = where["database_url"]
    if where["broker_url"]:
        os.environ["REDIS_URL"] = where["broker_url"]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606  # no shell is wanted
