"""The terms by which an article is found by its places."""

from collections.abc import Iterable, Iterator

from services.enrich.text.article import PlaceLink
from shared.places.units import forms, lies_in
from shared.places.words import key, kind_and_name


def terms_of(places: Iterable[PlaceLink]) -> tuple[str, ...]:
    """`written NAME` (a key, with and without its kind), `valid CODE`, `current CODE`, `province CODE` of today; once each."""
    return tuple(sorted({term for place in places for term in _terms(place)}))


def _terms(place: PlaceLink) -> Iterator[str]:
    yield f"written {key(place.text)}"
    yield f"written {kind_and_name(place.text)[1]}"
    if place.unit:
        yield f"valid {place.unit}"
    for code in place.today or ((place.unit,) if place.unit else ()):
        yield f"current {code}"
    for code in place.today:
        unit = forms(code)[-1]
        yield f"province {(lies_in(unit) or (unit,))[-1].code}"
