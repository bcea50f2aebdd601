"""Each alert has its page, and what the page says to type can be typed."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from services.cli.main import app as cli
from tests.servers import ROOT, Database

PAGES = sorted((ROOT / "docs/runbooks").glob("Bantin*.md"))
RULES = (ROOT / "infra/prometheus/bantin.rules.yml").read_text(encoding="utf-8")
OPERATIONS = sorted([ROOT / "docs/operations.md", *(ROOT / "docs/operations").glob("*.md"), *PAGES])


def words(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    alerts = re.findall(r"- alert: (\w+)", RULES)
    linked = re.findall(r"runbook_url: (\S+)", RULES)
    assert [path.stem for path in PAGES] == sorted(alerts)
    assert linked == [f"docs/runbooks/{alert}.md" for alert in alerts]
    listed = re.findall(r"^\| \[(\w+)\]", words(ROOT / "docs/runbooks/README.md"), re.MULTILINE)
    assert listed == alerts


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_means_how_to_look_how_to_mend_and_when_it_is_over(page: Path) -> None:
    assert re.findall(r"^## (.+)$", words(page), re.MULTILINE) == ["What it means", "Look", "Mend", "Over"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_to_be_typed_stands_in_blocks(page: Path) -> None:
    programs = r"^(?:\./bantin|curl|docker|kubectl|psql|pg_isready|redis-cli|df|kill|ps|SELECT|ALTER|DELETE)\b.*"
    outside = re.sub(r"```sql\n.*?```", "", words(page), flags=re.DOTALL)
    assert re.findall(programs, outside, re.MULTILINE) == []


def test_every_statement_of_the_runbooks_runs_on_our_tables(database: Database) -> None:
    ran = 0
    name = database.url.rsplit("/", 1)[1]
    for page in PAGES:
        for sql in re.findall(r"```sql\n(.*?)```", words(page), re.DOTALL):
            ran += 1
            if "pg_terminate_backend" not in sql:
                database.run(sql.replace("DATABASE bantin", f"DATABASE {name}").replace("%", "%%"))
            else:
                database.run(f"EXPLAIN {sql.replace('%', '%%')}")
    assert ran > 10


@pytest.mark.parametrize("page", OPERATIONS, ids=lambda page: page.stem)
def test_every_command_exists_with_its_options(page: Path) -> None:
    wrong = []
    for line in re.findall(r"(?:^ {4,}|`)\./bantin ([a-z][^`\n]*)", words(page), re.MULTILINE):
        command = typer.main.get_command(cli)
        for word in shlex.split(line.split(" #")[0]):
            if word.startswith("--") and word != "--help":
                known = {option for parameter in command.params for option in parameter.opts}
                wrong += [line] if word not in known else []
            elif hasattr(command, "commands"):
                if word not in command.commands:
                    wrong.append(line)
                    break
                command = command.commands[word]
    assert wrong == []


def test_every_figure_in_rules_and_runbooks_is_a_metric_of_ours() -> None:
    known = words(ROOT / "docs/metrics.md") + RULES
    named = {name for path in PAGES for name in re.findall(r"\bbantin[_:][a-z0-9_:]+", words(path))}
    named |= set(re.findall(r"\bbantin_[a-z0-9_]+", RULES))
    unknown = {
        name for name in named if name not in known and re.sub(r"_(bucket|sum|count|total)$", "", name) not in known
    }
    metrics = set(re.findall(r"`(bantin_\w+)`", words(ROOT / "docs/metrics.md")))
    of_rules = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bbantin_[a-z0-9_]+", RULES)}
    assert (sorted(unknown), sorted(of_rules - metrics)) == ([], [])


def test_every_setting_that_operations_name_exists() -> None:
    known = words(ROOT / "docs/settings.md") + words(ROOT / ".env.example")
    named = {name for path in OPERATIONS for name in re.findall(r"\bBANTIN_[A-Z_]+\b", words(path))}
    assert sorted(name for name in named if name not in known) == []
