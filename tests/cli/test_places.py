"""`bantin places`: the map, without any server."""

import json

import pytest

from tests.cli.conftest import run_bantin


def test_a_places_name_is_answered_with_its_unit_and_those_of_today() -> None:
    done = run_bantin("places", "resolve", "xã Đông Vinh (thành phố Thanh Hóa)", "--at", "2024-03-12")
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("16429", "xã Đông Vinh", "thành phố Thanh Hóa (380)", "phường Đông Quang (16417)"):
        assert told in done.stdout


def test_near_tells_which_of_several_is_meant() -> None:
    done = run_bantin("places", "resolve", "Hải Hòa", "--near", "Thanh Hóa", "--at", "2024-03-12", "--json")
    (found,) = map(json.loads, done.stdout.splitlines())
    assert [unit["code"] for unit in found["candidates"]] == ["16561"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["Vàm Sáng"], 3, "no unit bears the name"),
        (["Vinh", "--at", "hôm qua"], 2, "a day such as 2024-03-12 is wanted"),
    ],
)
def test_what_cannot_be_answered_is_said_and_the_exit_code_tells_why(words: list[str], code: int, told: str) -> None:
    done = run_bantin("places", "resolve", *words)
    assert (done.returncode, done.stdout.strip()) == (code, "")
    assert told in done.stderr


def test_a_country_is_answered_with_its_iso_code() -> None:
    assert run_bantin("places", "resolve", "Lào").stdout.split() == ["LA", "Lào"]
