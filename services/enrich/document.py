"""What was found in a text, as plain documents: for the database, for readers, for `bantin explain`.

Every offset is half-open, in code points, into the text as it was filed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.enrich.text.article import (
    Abbreviation,
    Article,
    Basis,
    Block,
    Byline,
    DateMention,
    Dating,
    EntityMention,
    Item,
    Note,
    Person,
    PlaceLink,
    Position,
    Reference,
    Relation,
    Slip,
    SourceLine,
)
from services.enrich.text.span import Span


def findings(article: Article) -> dict[str, Any]:
    """Everything that was found in the article's text, each kind under its name, as the database keeps it."""
    return {
        "published": dating(article.published),
        "event": dating(article.event),
        "blocks": [block(one) for one in article.blocks],
        "items": [item(one) for one in article.items],
        "byline": article.byline and byline(article.byline),
        "source_line": article.source and source_line(article.source),
        "abbreviations": [abbreviation(one) for one in article.abbreviations],
        "slips": [slip(one) for one in article.slips],
        "notes": [note(one) for one in article.notes],
        "dates": [date(one) for one in article.dates],
        "entities": [entity(one) for one in article.entities],
        "places": [place(one) for one in article.places],
        "people": [person(one) for one in article.people],
        "citations": [reference(one) for one in article.citations],
    }


def block(block: Block) -> dict[str, Any]:
    """A part of the bulletin."""
    return _placed(block.span, {"kind": block.kind, "text": block.text, "picture": block.picture}, block.basis)


def item(item: Item) -> dict[str, Any]:
    """One of several articles in a bulletin."""
    return {**_offsets(item.span), "title": item.title}


def byline(byline: Byline) -> dict[str, Any]:
    """Who wrote it."""
    return _placed(byline.span, {"author": byline.author, "affiliation": byline.affiliation}, byline.basis)


def source_line(source: SourceLine) -> dict[str, Any]:
    """From whom the newsroom has it."""
    return _placed(source.span, {"name": source.name}, source.basis)


def abbreviation(one: Abbreviation) -> dict[str, Any]:
    """A short form and its long one."""
    return _placed(one.span, {"short": one.short, "long": one.long, "origin": one.origin}, one.basis)


def slip(slip: Slip) -> dict[str, Any]:
    """A likely slip of the pen."""
    return _placed(slip.span, {"kind": slip.kind, "text": slip.text, "suggestion": slip.suggestion}, slip.basis)


def note(note: Note) -> dict[str, Any]:
    """What a reader should know of the whole."""
    return {"code": note.code, "detail": note.detail, "spans": _spans(note.spans)}


def date(mention: DateMention) -> dict[str, Any]:
    """A temporal expression."""
    return _placed(
        mention.span,
        {
            "text": mention.text,
            "type": mention.type,
            "value": mention.value,
            "calendar": mention.calendar,
            "granularity": mention.granularity,
            "modifier": mention.modifier,
            "written": list(mention.written),
            "inferred": list(mention.inferred),
            "lunar": mention.lunar,
        },
        mention.basis,
    )


def dating(dating: Dating) -> dict[str, Any]:
    """When something was, and how that is known; `basis` says it in one word, as everywhere on the wire."""
    told = dating.basis
    return {
        "value": dating.value,
        "basis": dating.status,
        "method": told.method,
        "version": told.version,
        "confidence": told.confidence,
        "reason": told.reason,
        "evidence": _spans(told.evidence),
    }


def entity(mention: EntityMention) -> dict[str, Any]:
    """A name."""
    return _placed(
        mention.span,
        {"text": mention.text, "type": mention.type, "name": mention.name, "key": mention.key},
        mention.basis,
    )


def place(link: PlaceLink) -> dict[str, Any]:
    """A place and the unit that was meant."""
    return _placed(
        link.span,
        {
            "text": link.text,
            "unit": link.unit,
            "name": link.name,
            "valid_from": link.valid_from,
            "valid_to": link.valid_to,
            "lies_in": list(link.lies_in),
            "today": list(link.today),
            "candidates": list(link.candidates),
        },
        link.basis,
    )


def person(person: Person) -> dict[str, Any]:
    """Someone with rank and posts."""
    return {
        "name": person.name,
        "mentions": _spans(person.mentions),
        "titles": _spans(person.titles),
        "rank": person.rank and {**_offsets(person.rank.span), "text": person.rank.text},
        "positions": [position(one) for one in person.positions],
        "basis": _basis(person.basis),
    }


def position(position: Position) -> dict[str, Any]:
    """A post."""
    return {**_offsets(position.span), "text": position.text, "organisation": position.organisation}


def reference(one: Reference) -> dict[str, Any]:
    """A law, decision or programme that is referred to."""
    values = {
        "text": one.text,
        "type": one.type,
        "kind": one.kind,
        "number": one.number,
        "year": one.year,
        "issuer": one.issuer,
    }
    return _placed(one.span, values, one.basis)


def differences(relation: Relation) -> list[dict[str, int]]:
    """Where an article and the earlier one of a relation differ: its own characters, and those of the other."""
    return [
        {"start": ours.start, "end": ours.end, "other_start": theirs.start, "other_end": theirs.end}
        for ours, theirs in relation.spans
    ]


def _placed(span: Span, values: Mapping[str, Any], basis: Basis) -> dict[str, Any]:
    return {**_offsets(span), **values, "basis": _basis(basis)}


def _basis(basis: Basis) -> dict[str, Any]:
    return {
        "method": basis.method,
        "version": basis.version,
        "confidence": basis.confidence,
        "reason": basis.reason,
        "evidence": _spans(basis.evidence),
    }


def _offsets(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _spans(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [_offsets(span) for span in spans]
