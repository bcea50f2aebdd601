"""The walls of the house, and what its documents must name."""

import importlib
import pkgutil
import re
import subprocess
from pathlib import Path

import grimp
import pytest
import typer

import services
import shared
from services.api.app import make_app as make_api
from services.cli.main import app as cli
from services.ingest.app import make_app as make_ingest
from services.ops.app import make_app as make_ops
from shared import metrics
from shared.errors import ServiceError
from shared.settings import Settings
from tests.servers import ROOT

DOCS = ROOT / "docs"
SERVICES = ("ingest", "enrich", "api", "ops", "deliver")
USED_BY_ONE: dict[str, str] = {
    # A room of shared/ that only one service reaches, and why it may stay there.
    "shared.client": "the command line and everybody else's programs use it; it stands on the contracts alone",
}


def words_of(*names: str) -> str:
    paths = [ROOT / name for name in names]
    missing = [str(path.relative_to(ROOT)) for path in paths if not path.exists()]
    assert not missing, f"not written yet: {', '.join(missing)}"
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def unnamed(names: list[str], words: str) -> list[str]:
    return sorted(name for name in names if not re.search(rf"(?<![\w/]){re.escape(name)}(?![\w])", words))


def load_everything() -> None:
    for package in (services, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("__main__", ".env", ".worker")) and ".versions" not in module.name:
                importlib.import_module(module.name)


def all_problems(kind: type[ServiceError] = ServiceError) -> set[type[ServiceError]]:
    return {kind}.union(*(all_problems(sub) for sub in kind.__subclasses__()))


def all_metrics() -> list[str]:
    names = {name for metric in vars(metrics).values() if (name := getattr(metric, "_name", None))}
    asked = words_of("services/enrich/exporter.py", "services/ops/gauges.py", "services/deliver/deliverer.py")
    return sorted(names | set(re.findall(r'"(bantin_\w+)"', asked)))


def test_the_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_shared_means_shared() -> None:
    graph = grimp.build_graph("services", "shared", "infra")
    alone = {}
    for room in sorted(graph.find_children("shared")):
        inside = {room, *graph.find_descendants(room)}
        users = {
            service
            for service in SERVICES
            for module in graph.find_descendants(f"services.{service}")
            if inside & graph.find_upstream_modules(module)
        }
        if len(users) < 2 and room not in USED_BY_ONE:
            alone[room] = users
    assert alone == {}, "a room of shared/ is used by two services, or moves to the one that uses it"


def test_every_problem_has_a_code_of_its_own() -> None:
    load_everything()
    codes = [problem.code for problem in all_problems() if problem.__module__.startswith(("services", "shared"))]
    assert sorted(codes) == sorted({*codes, "not_found"}), "two problems share a code"


def test_every_problem_is_explained() -> None:
    load_everything()
    codes = [problem.code for problem in all_problems()]
    assert unnamed(codes, words_of("docs/problems.md")) == [], "docs/problems.md does not explain these codes"


def test_every_setting_is_explained() -> None:
    names = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        names += [str(choice) for choice in alias.choices] if alias is not None else [f"BANTIN_{name.upper()}"]  # type: ignore[union-attr]
    assert unnamed(names, words_of("docs/settings.md")) == [], "docs/settings.md does not explain these settings"


def test_every_default_stands_beside_its_setting() -> None:
    words = words_of("docs/settings.md").replace(",", "").replace("_", "")
    numbers = {
        name: f"{field.default:g}" if isinstance(field.default, float) else str(field.default)
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, int | float)
    }
    wrong = {}
    for name, default in numbers.items():
        lines = [line for line in words.splitlines() if f"BANTIN{name.upper().replace('_', '')}" in line]
        if not any(re.search(rf"(?<![\d.]){re.escape(default)}(\.0)?(?![\d.]*\d)", line) for line in lines):
            wrong[name] = default
    assert wrong == {}, "docs/settings.md does not give these defaults"


def test_every_metric_is_explained() -> None:
    words = words_of("docs/metrics.md")
    missing = [name for name in all_metrics() if not re.search(rf"\b{name}(_total)?\b", words)]
    assert missing == [], "docs/metrics.md does not explain these metrics"


def test_every_command_is_shown() -> None:
    commands = list(typer.main.get_command(cli).commands)  # type: ignore[attr-defined]
    words = words_of("README.md", "docs/cli.md")
    missing = [name for name in commands if not re.search(rf"bantin {name}\b", words)]
    assert missing == [], "README.md and docs/cli.md do not show these commands"


@pytest.mark.parametrize("service", ["ingest", "api", "ops"])
def test_every_route_is_described(service: str) -> None:
    app = {"ingest": make_ingest, "api": make_api, "ops": make_ops}[service](Settings())
    missing = [
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if not re.search(
            rf"{method.upper()} {re.escape(path)}(?![\w/])",
            words_of("docs/api.md", "docs/desk.md", "docs/following.md"),
        )
    ]
    assert missing == [], "docs/api.md does not describe these routes as `METHOD /path`"


def test_every_state_of_a_bulletin_is_drawn() -> None:
    states = ["queued", "published", "duplicate", "rejected", "quarantined", "withdrawn"]
    assert unnamed(states, words_of("docs/states.md")) == [], "docs/states.md does not draw these states"


def test_every_decision_that_the_code_names_is_written_down() -> None:
    named = set()
    for folder in ("services", "shared", "infra"):
        for path in (ROOT / folder).rglob("*.py"):
            named |= set(re.findall(r"docs/decisions/(\d{4})", path.read_text(encoding="utf-8")))
    written = {path.name[:4] for path in (DOCS / "decisions").glob("*.md")}
    assert sorted(named - written) == [], "the code names decisions that docs/decisions/ does not hold"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-traces.lock"])
def test_a_lock_file_holds_no_address(name: str) -> None:
    lines = [line for line in words_of(name).splitlines() if "://" in line]
    assert lines == [], "packages come from the registry that the machine knows"


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)} -> {target}"
        for path in [ROOT / "README.md", *DOCS.rglob("*.md")]
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_no_file_of_code_is_too_long_to_be_read_in_one_sitting() -> None:
    long: dict[str, int] = {}
    for folder in ("services", "shared"):
        for path in Path(ROOT / folder).rglob("*.py"):
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500:
                long[str(path.relative_to(ROOT))] = lines
    assert long == {}


@pytest.mark.parametrize("service", ["enrich", "ops"])
def test_sql_is_spoken_in_its_rooms_only(service: str) -> None:
    rooms = ROOT / "services" / service
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in rooms.rglob("*.py")
        if path.parent.name != "records" and "exec_driver_sql" in path.read_text("utf-8")
    ]
    assert elsewhere == [], f"statements of {service} stand in services/{service}/records/"


def test_what_readers_get_goes_through_the_views() -> None:
    """`article` itself holds what is under embargo, withheld or killed: no query of a reader may name it."""
    rooms = [ROOT / "shared/reading.py", ROOT / "shared/following.py", *sorted((ROOT / "services/api").rglob("*.py"))]
    past = {
        str(room.relative_to(ROOT)): line
        for room in rooms
        for line in re.findall(
            r"^from shared\.tables\.articles import .*(?<!\w)article(?!\w).*$",
            room.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    sql = {
        str(room.relative_to(ROOT)): found[0]
        for room in rooms
        if (found := re.findall(r"(?:FROM|JOIN) article(?!\w)", room.read_text(encoding="utf-8")))
    }
    assert past | sql == {}, "read through readable_article or recalled_article"
