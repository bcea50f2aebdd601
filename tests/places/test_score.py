"""Fifty bulletins of both eras, with the right unit of every place."""

import unicodedata

import pytest

from shared.places.units import unit_on
from tests.places.score import bulletins, verdicts

WANTED = 0.95


def test_nearly_all_places_have_their_unit_or_are_rightly_left_open() -> None:
    told = list(verdicts())
    wrong = [f"{one.bulletin} {one.text!r}: {one.found} for {one.wanted}" for one in told if not one.is_right]
    assert len(wrong) <= (1 - WANTED) * len(told), "\n".join(wrong)


def test_there_are_twenty_bulletins_and_more_of_each_era() -> None:
    eras = [bulletin["era"] for bulletin in bulletins().values()]
    assert min(eras.count("old"), eras.count("new")) >= 20


@pytest.mark.parametrize("name", sorted(bulletins()))
def test_what_is_annotated_stands_in_the_text_and_on_the_map(name: str) -> None:
    bulletin = bulletins()[name]
    assert unicodedata.is_normalized("NFC", bulletin["text"])
    for place in bulletin["places"]:
        assert bulletin["text"][place["start"] : place["end"]] == place["text"]
        if place.get("valid_from"):
            assert unit_on(place["unit"], place["valid_from"]) is not None
