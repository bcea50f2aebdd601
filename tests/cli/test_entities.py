"""`bantin entities` speaks to the API for reading, and has the owner of the tables decide."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli.main import app
from tests.api.test_entities import ALL
from tests.factories import some_bulletins
from tests.servers import Service


@pytest.fixture
def run(api: Service, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line on the read API and its database, with some articles."""
    from services.enrich import furnishing
    from shared.settings import Settings

    some_bulletins(api.database, ALL)
    bench = furnishing.furnish(Settings(database_url=api.database.url))
    bench.enrich([])
    bench.tx_engine.dispose()
    bench.side_engine.dispose()
    monkeypatch.setenv("BANTIN_API_URL", api.url)
    monkeypatch.setenv("DATABASE_URL", api.database.url)

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["entities", *words])

    return run


def documents(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_entities_are_found_and_shown(run: Any) -> None:
    (found,) = documents(run("search", "ngo van thu", "--json"))
    (told,) = documents(run("show", found["id"], "--json"))
    assert (found["name"], told["articles"]) == ("Ngô Văn Thử", 2)
    assert "Phó Giám đốc" in run("show", found["id"]).stdout
    assert run("search", "không có ai").exit_code == 3
    assert run("show", "ent_0").exit_code == 3


def test_a_person_merges_and_undoes_and_finds_both_in_the_log(run: Any, capfd: pytest.CaptureFixture[str]) -> None:
    one, other = (documents(run("search", words, "--json"))[0]["id"] for words in ("ngo van thu", "vang thi xuyen"))
    (merged,) = documents(run("merge", other, one, "--reason", "cùng một người", "--actor", "an", "--json"))
    assert (merged["kind"], merged["entity"], merged["into"], merged["actor"]) == ("merge", other, one, "an")
    assert documents(run("show", other, "--json"))[0]["id"] == one
    assert run("merge", other, one, "--reason", "lần nữa").exit_code == 2
    assert run("undo", merged["id"], "--reason", "nhầm", "--json").exit_code == 0
    assert run("undo", f"dec_{'0' * 32}", "--reason", "nhầm").exit_code == 3
    assert [told["kind"] for told in documents(run("log", one, "--json"))] == ["merge", "undo"]
    assert documents(run("show", other, "--json"))[0]["id"] == other


def test_a_person_splits_articles_off(run: Any, api: Service) -> None:
    (found,) = documents(run("search", "ngo van thu", "--json"))
    article = api.http.get(f"{found['href']}/articles?limit=1").json()["data"][0]["id"]
    (made,) = documents(run("split", found["id"], article, "--reason", "người khác", "--json"))
    assert made["articles"] == [article]
    assert {one["id"] for one in documents(run("search", "ngo van thu", "--json"))} == {found["id"], made["into"]}
    assert articles_about(api, made["into"]) == articles_about(api, made["into"], q="Thử") == [article]
    assert len(articles_about(api, found["id"])) == 1
    run("undo", made["id"], "--reason", "nhầm")
    assert article in articles_about(api, found["id"], q="Thử")
    assert len(articles_about(api, found["id"])) == 2


def articles_about(api: Service, entity: str, **asked: str) -> list[str]:
    told = api.http.get("/v1/articles", params={"entity": entity, **asked}).json()
    return [one["id"] for one in told["data"]]


def test_a_decision_without_a_reason_is_refused(run: Any) -> None:
    assert run("merge", "ent_1", "ent_2").exit_code == 2
