"""What a reader is told of a name, a place, a day or a document where it stands in the text. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from services.api.pages.shown import Mark, quoted
from shared.places.units import Unit, forms, lies_in, today

Kind = Literal["person", "organization", "place", "date", "document"]
_KINDS: dict[str, Kind] = {
    "PERSON": "person",
    "ORGANIZATION": "organization",
    "LOCATION": "place",
    "LEGAL_DOCUMENT": "document",
    "PROGRAMME": "document",
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
Document = Mapping[str, Any]
Careers = Mapping[str, Sequence[Any]]
"""By the written id of a person: what articles said of rank and posts, and when."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """Everything that is told of one thing; `told` is what only its kind has."""

    number: int
    kind: Kind
    title: str
    href: str | None
    basis: Mapping[str, Any]
    quotes: Sequence[str]
    told: Mapping[str, Any] = field(default_factory=dict)


class _Maker:
    """Makes cards, one for each thing, and the marks that lead to them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cards: dict[tuple[Any, ...], Card] = {}
        self.marks: dict[tuple[int, int, Kind], Mark] = {}

    def add(
        self, key: tuple[Any, ...], kind: Kind, title: str, basis: Document, spans: Sequence[Document], **more: Any
    ) -> None:
        """A thing, and where it stands; what stands where one of its kind stands already is the same."""
        spans = [span for span in spans if (span["start"], span["end"], kind) not in self.marks]
        if not spans:
            return
        card = self.cards.get((kind, *key))
        if card is None:
            card = self.cards[kind, *key] = Card(
                number=len(self.cards) + 1,
                kind=kind,
                title=title,
                href=more.pop("href", None),
                basis=basis,
                quotes=quoted(self.text, basis["evidence"]),
                told=more,
            )
        for span in spans:
            self.marks[span["start"], span["end"], kind] = Mark(start=span["start"], end=span["end"], card=card.number)


def cards_of(document: Document, careers: Careers) -> tuple[list[Card], list[Mark]]:
    """The cards of an article's document, in the order of their numbers, and the marks that lead to them."""
    maker = _Maker(document["text"])
    day = day_of(document)
    for number, person in enumerate(document["people"]):
        maker.add(
            (number,),
            "person",
            person["name"],
            person["basis"],
            [*person["mentions"], *person["titles"]],
            href=_entity(person),
            rank=person["rank"],
            positions=person["positions"],
            career=careers.get(person["entity"], ()),
        )
    for place in document["places"]:
        key = (place["unit"] or place["text"], place["valid_from"], place["entity"])
        maker.add(
            key, "place", place["text"], place["basis"], [place], href=_entity(place), **_then_and_now(place, day)
        )
    for one in document["citations"]:
        parts = {name: one[name] for name in ("kind", "number", "year", "issuer")}
        maker.add(
            (one["entity"] or one["text"],),
            "document",
            one["text"],
            one["basis"],
            [one],
            href=_entity(one),
            parts=parts,
        )
    for one in document["dates"]:
        maker.add(
            (one["text"], one["value"], one["basis"]["method"]), "date", one["text"], one["basis"], [one], date=one
        )
    for one in document["entities"]:
        kind = _KINDS[one["type"]]
        maker.add((one["entity"] or one["name"],), kind, one["name"], one["basis"], [one], href=_entity(one))
    return list(maker.cards.values()), list(maker.marks.values())


def _entity(one: Document) -> str | None:
    return f"/entities/{one['entity']}" if one["entity"] else None


def day_of(document: Document) -> str | None:
    """The day whose map counts: that of the event, else of publication."""
    values = (document[name].get("value") for name in ("event", "published"))
    return next((value[:10] for value in values if value and _DAY.match(value)), None)


def _then_and_now(place: Document, day: str | None) -> dict[str, Any]:
    """The unit as it was, the units it lay in then, and the units of today; or the candidates that are open."""
    unit = form_of(place["unit"], place["valid_from"]) if place["unit"] else None
    if unit is None:
        return {
            "then": [],
            "now": [],
            "abroad": place["unit"] and (place["name"] or place["text"]),
            "open": [form.title for code in place["candidates"][:8] if (form := newest_form(code))],
            "unit": None,
        }
    return {
        "then": [one.title for one in (unit, *lies_in(unit, day))],
        "now": [", ".join(form.title for form in (one, *lies_in(one))) for one in today(unit)],
        "abroad": None,
        "open": [],
        "unit": unit,
    }


def form_of(code: str, since: str | None) -> Unit | None:
    """The form of a code that began on that day; its newest, if no day is given."""
    return next((form for form in reversed(forms(code)) if since in (None, form.since)), None)


def newest_form(code: str) -> Unit | None:
    """The newest form of a code, or of a key such as `38@2008-08-01` that form."""
    code, _, since = code.partition("@")
    return form_of(code, since or None)


def provinces_of(places: Sequence[Document]) -> Iterator[tuple[str | None, str | None]]:
    """For each mention of a place whose unit is known: the code of its province then, and of that today."""
    for place in places:
        unit = form_of(place["unit"], place["valid_from"]) if place["unit"] else None
        if unit is None:
            continue
        then = unit.code if unit.level == 1 else next((code for code in place["lies_in"] if len(code) == 2), None)
        heirs = today(unit)
        now = next((one.code for one in (heirs[0], *lies_in(heirs[0])) if one.level == 1), None) if heirs else None
        yield then, now
