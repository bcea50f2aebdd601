"""What the descriptions say is true: Schemathesis asks everything they allow, and much that they do not.

The short run is the same every time. The long one looks for new examples, in all of Schemathesis's phases; some ten
thousand requests: `./bantin test -m long tests/access/test_descriptions.py`.
"""

import os
import subprocess
import sys

import pytest

from services.enrich import furnishing, pipeline
from shared.settings import Settings
from tests.access.conftest import Guarded
from tests.factories import a_text, some_bulletins
from tests.servers import ROOT

SERVICES = ("ingest", "api", "ops")
SCOPES = ("post", "embargo", "operate:admin")


def asked_about(guarded: Guarded, service: str, *words: str) -> None:
    """Let Schemathesis ask a service, with all its checks; fail with what it says if it finds a fault."""
    pipeline.warm_up()
    some_bulletins(guarded.database, [a_text() for _ in range(5)])
    bench = furnishing.furnish(Settings(database_url=guarded.database.url))
    while bench.enrich([]):
        pass
    bench.tx_engine.dispose()
    bench.side_engine.dispose()
    url = getattr(guarded, service).url
    key = guarded.key(*SCOPES, per_minute="1000000")["Authorization"]
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "run",
        f"{url}/openapi.json",
        "--header",
        f"Authorization: {key}",
    ]
    # A stream has no end, so no answer that could be held against anything.
    command += ["--checks=all", "--no-color", "--request-timeout=20", "--exclude-path=/v1/changes/stream", *words]
    # Warnings are errors in our tests, not in the tools'.
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.access.agreed", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "Test cases:" in done.stdout, done.stdout + done.stderr
    if done.returncode:
        pytest.fail(done.stdout, pytrace=False)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_as_it_describes_itself(guarded: Guarded, service: str) -> None:
    asked_about(guarded, service, "--phases=fuzzing", "--max-examples=4", "--generation-deterministic")


@pytest.mark.long
@pytest.mark.timeout(3 * 3600)
@pytest.mark.parametrize("service", SERVICES)
def test_thousands_of_new_examples_find_no_fault(guarded: Guarded, service: str) -> None:
    asked_about(guarded, service, "--max-examples=250", "--continue-on-failure", "--generation-database=none")
