"""The words of the command line. Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 try again later."""

import os
import sys
from pathlib import Path
from typing import Annotated, cast

import typer

from services.cli import desk, entities, follow, keys, life, places, show, steer
from services.cli.client import connect, document, exit_code
from services.cli.home import ROOT, addresses
from shared.client import BantinError
from shared.client.filing import About
from shared.contracts.article import ArticleOut
from shared.contracts.bulletin import PriorityName

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich",
    help="Turns the raw text a Vietnamese newsroom posts into clean, de-duplicated, dated, entity-linked articles.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 try again later.",
)  # fmt: skip

app.add_typer(places.app, name="places")
for order in (life.withhold, life.release, life.kill):
    app.command()(order)
app.add_typer(desk.quarantine, name="quarantine")
for command in (desk.queue, desk.workers, desk.ledger, desk.history, desk.top):
    app.command()(command)
for steering in (steer.pause, steer.resume, steer.limit, steer.latency, steer.sources):
    app.command()(steering)
app.add_typer(entities.app, name="entities")
app.add_typer(keys.app, name="keys")
app.command()(follow.tail)
app.command()(follow.export)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Bulletins: .json as JSON, all else as text.", exists=True, dir_okay=False, readable=True),
]


@app.command()
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
    from services.cli.run import Ports
    from services.cli.run import run as run_all

    samples = sorted((ROOT / "samples").glob("*.txt"))
    ports = Ports(ingest=ingest_port, api=api_port, ops=ops_port)
    raise typer.Exit(run_all(files or [], samples, once=once, as_json=as_json, ports=ports))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Check and test everything; further words go to pytest."""
    from services.cli.check import check

    raise typer.Exit(check(context.args))


@app.command()
def post(
    files: Files = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until each is finished and show its article.")] = False,
    source: Annotated[str, typer.Option(help="Who files it.")] = "",
    priority: Annotated[str, typer.Option(help="normal or flash.")] = "",
    published: Annotated[str, typer.Option(help="The day of publication: 2025-09-05.")] = "",
    embargo: Annotated[str, typer.Option(help="Nobody sees it before: 2025-09-05T17:00:00+07:00.")] = "",
    charset: Annotated[str | None, typer.Option(help="The charset of text files, if it is known.")] = None,
    as_json: Json = False,
) -> None:
    """Post bulletins: FILES, or standard input. A file of JSON lines (.ndjson, .jsonl) is posted as a batch."""
    from services.cli.post import post_all

    about: About = {
        "source": source or None,
        # What is neither is refused by the service, which says so.
        "priority": cast("PriorityName | None", priority or None),
        "published": published or None,
        "embargo_until": embargo or None,
    }
    with connect() as client:
        code = post_all(files or [], client, wait=wait, charset=charset, about=about, as_json=as_json)
    raise typer.Exit(code)


@app.command()
def status(id: Annotated[str, typer.Argument(help="A bulletin's id, bul_…")], as_json: Json = False) -> None:
    """Say what became of a bulletin."""
    with _ToldErrors(), connect() as client:
        receipt = document(client.bulletin(id))
    if as_json:
        show.document(receipt)
    else:
        show.receipt(receipt, addresses()["ingest_url"])


@app.command(name="show")
def show_article(
    id: Annotated[str, typer.Argument(help="An article's id, art_…, or its bulletin's, bul_…")],
    as_json: Json = False,
    as_ninjs: Annotated[bool, typer.Option("--ninjs", help="Write it as IPTC ninjs 3.1.")] = False,
) -> None:
    """Show an article with everything that was found in it."""
    with _ToldErrors(), connect() as client:
        found: ArticleOut | None
        if id.startswith("bul_"):
            receipt = client.bulletin(id)
            found = client.article(receipt.duplicate_of) if receipt.duplicate_of else receipt.article
        else:
            found = client.article(id)
        if found is None:
            show.fail(f"{id} has no article: see `bantin status {id}`", 3)
        if as_ninjs:
            show.document(client.ninjs(found.id).model_dump(mode="json", by_alias=True, exclude_unset=True))
            return
    article = document(found)
    if as_json:
        show.document(article)
    else:
        show.article(article, addresses()["api_url"])


@app.command()
def explain(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Bulletins.", exists=True, dir_okay=False, readable=True)
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read {id, text, published} line by line from standard input, write JSON.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Processes for --jsonl; 0: one for each core.", min=0)] = 1,
    published: Annotated[str, typer.Option(help="The day on which FILES were published: 2025-09-05.")] = "",
    charset: Annotated[str, typer.Option(help="The charset of FILES, if it is known.")] = "",
    as_json: Json = False,
) -> None:
    """Show what is found in FILES and why: every part, value and name with its place. Needs no server."""
    from services.cli.explain import explain_files, explain_lines

    if jsonl:
        explain_lines(jobs)
    raise typer.Exit(explain_files(files or [], published=published, charset=charset, as_json=as_json))


@app.command()
def dedupe(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read {id, title, text} line by line, in order of arrival.")
    ] = False,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Read {id, a: {title, text}, b: {title, text}} line by line.")
    ] = False,
) -> None:
    """Tell which texts of standard input say the same, as the workers do: write JSON, a line for each.

    --jsonl uses a scratch database: on the server of DATABASE_URL, else on a PostgreSQL of its own.
    """
    from services.cli.dedupe import dedupe_lines, dedupe_pairs

    if jsonl == pairs:
        show.fail("either --jsonl or --pairs, and lines on standard input", 2)
    if pairs:
        dedupe_pairs()
    raise typer.Exit(dedupe_lines())


@app.command()
def train(
    data: Annotated[
        list[Path],
        typer.Option(help="A file of annotated bulletins, or a folder of them; may be given again.", exists=True),
    ] = [ROOT / "data" / "training"],  # noqa: B006  # typer reads it, no one writes it
    out: Annotated[
        Path | None, typer.Option(help="Where the weights go; by default where the workers read them.")
    ] = None,
    score: Annotated[bool, typer.Option("--score", help="Hold a fifth back, score on it, write no weights.")] = False,
) -> None:
    """Train the tagger of names. The same data give the same weights, byte for byte."""
    from services.cli.train import train as train_on

    raise typer.Exit(train_on(data, out=out, score=score))


@app.command()
def replay(
    pipeline: Annotated[
        str, typer.Option(help="Articles made by this version; by default by any other than this engine's.")
    ] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(help="source=NAME, since=TIME, before=TIME or article=ID; may be given again: all must hold."),
    ] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Write nothing: only tell what would change.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Write what changes; begun again it goes on.")] = False,
    rate: Annotated[float, typer.Option(help="At most so many changed articles a second.", min=0.01)] = 20.0,
    jobs: Annotated[int, typer.Option(help="Processes; 0: one for each core.", min=0)] = 1,
    examples: Annotated[int, typer.Option(help="Examples of each field.", min=0)] = 3,
    as_json: Json = False,
) -> None:
    """Read what was published before with the engine of today: which articles would change, and in what."""
    from services.cli.replay import replay as replay_all

    if shadow == apply:
        show.fail("either --shadow or --apply", 2)
    raise typer.Exit(
        replay_all(
            made_by=pipeline,
            where=where or [],
            jobs=jobs,
            examples=examples,
            as_json=as_json,
            rate=rate if apply else None,
        )
    )


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look whether everything is well: Python, disk, database, broker, services, clocks."""
    from services.cli.doctor import examine

    findings = examine(addresses())
    if as_json:
        show.document([finding.document() for finding in findings])
    else:
        for finding in findings:
            sign = "[green]ok [/]" if finding.well else "[red]bad[/]"
            show.console.print(f"{sign} {finding.name:<10} ", end="")
            show.console.print(finding.detail, markup=False)
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


@app.command()
def chaos(
    kills: Annotated[int, typer.Option(help="Faults to make.", min=0)] = 60,
    bulletins: Annotated[int, typer.Option(help="Bulletins to post meanwhile.", min=1)] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed, the same texts and faults.")] = 1,
    naive: Annotated[bool, typer.Option("--naive", help="The control: a naive design, which must lose some.")] = False,
    each: Annotated[bool, typer.Option("--each", help="Each fault alone: how long until all goes on.")] = False,
    collisions: Annotated[
        int, typer.Option(help="Kill nothing: let as many bulletins meet another in eight hands at once.", min=0)
    ] = 0,
    home: Annotated[Path | None, typer.Option(help="A folder to keep; by default a temporary one.")] = None,
    as_json: Json = False,
) -> None:
    """Kill everything again and again under load, in a stack of its own, and draw up the account."""
    from services.cli.trial import collide, trial

    if collisions:
        raise typer.Exit(collide(collisions, seed, home=home, as_json=as_json))
    raise typer.Exit(trial(kills, bulletins, seed, naive=naive, each=each, home=home, as_json=as_json))


@app.command()
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
    _become("-m", f"services.{service}", "--host", host, "--port", str(port))


@app.command()
def worker(
    concurrency: Annotated[int, typer.Option(help="Child processes; 0: BANTIN_WORKER_CONCURRENCY.", min=0)] = 0,
    metrics_host: Annotated[str, typer.Option(help="Where to serve the worker's metrics.")] = "127.0.0.1",
    metrics_port: Annotated[int, typer.Option(help="Serve the worker's metrics there; 0: nowhere.")] = 0,
) -> None:
    """Run a worker in the foreground."""
    _become(
        "-m",
        "services.enrich",
        "worker",
        *(["--concurrency", str(concurrency)] if concurrency else []),
        "--metrics-host",
        metrics_host,
        "--metrics-port",
        str(metrics_port),
    )


@app.command()
def sweep(
    once: Annotated[bool, typer.Option("--once", help="One turn only.")] = False,
    metrics_host: Annotated[str, typer.Option(help="Where to serve the queue's metrics.")] = "127.0.0.1",
    metrics_port: Annotated[int, typer.Option(help="Serve the queue's metrics there; 0: nowhere.")] = 0,
) -> None:
    """Run the sweep in the foreground: it rings for what nobody works on."""
    _become(
        "-m",
        "services.enrich",
        "sweep",
        *(["--once"] if once else []),
        "--metrics-host",
        metrics_host,
        "--metrics-port",
        str(metrics_port),
    )


@app.command()
def deliver(
    metrics_host: Annotated[str, typer.Option(help="Where to serve the deliveries' metrics.")] = "127.0.0.1",
    metrics_port: Annotated[int, typer.Option(help="Serve the deliveries' metrics there; 0: nowhere.")] = 0,
) -> None:
    """Run the deliverer in the foreground: it sends changes to webhooks."""
    _become("-m", "services.deliver", "--metrics-host", metrics_host, "--metrics-port", str(metrics_port))


@app.command()
def erase(id: life.Id, reason: life.Reason, actor: life.Actor = "", note: life.Note = "") -> None:
    """Remove the words of an article for good, of all its versions and duplicates; hashes and who did it stay.

    Needs DATABASE_URL, or a `bantin run` of this folder: no service does this for anybody.
    """
    _become(*life.erasing(id, reason, actor, note))


@app.command()
def migrate(revision: Annotated[str, typer.Argument(help="By default the newest.")] = "head") -> None:
    """Bring the tables to a revision."""
    _become("-m", "shared.migrations.migrate", revision)


def _become(*command: str) -> None:
    """Be that process from now on, with the database and the broker of the Bantin that runs here, if one does."""
    where = addresses()
    if not where["database_url"]:
        show.fail("no database: set DATABASE_URL (and REDIS_URL), or start `bantin run`", 2)
    os.environ["DATABASE_URL"] = where["database_url"]
    if where["broker_url"]:
        os.environ["REDIS_URL"] = where["broker_url"]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606  # no shell is wanted


class _ToldErrors:
    """Turns what goes wrong with a service into one line and its exit code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, BantinError):
            show.fail(str(error), exit_code(error))
        if isinstance(error, KeyboardInterrupt):
            raise typer.Exit(0)


def main() -> None:
    """The command `bantin`."""
    try:
        app()
    except BrokenPipeError:
        # Whoever read our output has gone; that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
