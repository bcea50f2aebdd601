"""Whatever a description says may be answered, it shows an example of, and the example fits its own schema."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.api.app import make_app as make_api
from services.ingest.app import make_app as make_ingest
from shared.contracts.problem import MEDIA_TYPE
from shared.settings import Settings

DESCRIPTIONS = {"api": make_api(Settings()).openapi(), "ingest": make_ingest(Settings()).openapi()}
WITHOUT_BODY = {"204", "304"}


class Answer(NamedTuple):
    """What an operation may answer, in one media type."""

    service: str
    operation: str
    status: str
    kind: str
    media: dict[str, Any]


def answers() -> Iterator[Answer]:
    for service, description in DESCRIPTIONS.items():
        for path, operations in description["paths"].items():
            for method, operation in operations.items():
                for status, answer in operation["responses"].items():
                    for kind, media in answer.get("content", {"nothing": {}}).items():
                        if status not in WITHOUT_BODY:
                            yield Answer(service, f"{method} {path}", status, kind, media)


ANSWERS = list(answers())


def examples_of(answer: Answer) -> list[Any]:
    """What stands beside the schema, else in the schema that it refers to."""
    media = answer.media
    if "example" in media:
        return [media["example"]]
    if "examples" in media:
        return [one["value"] for one in media["examples"].values()]
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = DESCRIPTIONS[answer.service]["components"]["schemas"].get(name, {})
    return list(schema.get("examples", []))


def faults(answer: Answer, example: Any) -> list[str]:
    # References lead into the description, so the schema stands in it.
    whole = {**answer.media["schema"], "components": DESCRIPTIONS[answer.service]["components"]}
    return [fault.message for fault in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(example)]


@pytest.mark.parametrize("service", DESCRIPTIONS)
def test_every_answer_has_an_example(service: str) -> None:
    told = [one for one in ANSWERS if one.service == service]
    assert len(told) > 100
    assert [(one.operation, one.status, one.kind) for one in told if not examples_of(one)] == []


@pytest.mark.parametrize("service", DESCRIPTIONS)
def test_every_example_fits_its_own_schema(service: str) -> None:
    told = [one for one in ANSWERS if one.service == service]
    assert [one[1:4] for one in told if not one.media.get("schema")] == []
    wrong = {one[1:4]: found for one in told for example in examples_of(one) if (found := faults(one, example))}
    assert wrong == {}


def test_a_problem_s_example_is_of_its_own_status() -> None:
    problems = [(one, example) for one in ANSWERS if one.kind == MEDIA_TYPE for example in examples_of(one)]
    assert len(problems) > 100
    assert [one[1:3] for one, example in problems if str(example["status"]) != one.status] == []
    for one in ANSWERS:
        if one.kind == MEDIA_TYPE:
            assert {name: told["value"]["code"] for name, told in one.media["examples"].items()} == {
                name: name for name in one.media["examples"]
            }


def test_an_example_that_does_not_fit_is_found() -> None:
    (articles,) = [one for one in ANSWERS if one[1:4] == ("get /v1/articles", "200", "application/json")]
    assert faults(articles, {"data": [{"id": 7}], "page": {}})
