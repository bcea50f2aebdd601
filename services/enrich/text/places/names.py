"""The places that the finder of names has found beside those of the map's own reading."""

from collections.abc import Sequence

from services.enrich.text.article import Block, EntityMention
from services.enrich.text.places.mentions import Mention, Taken
from services.enrich.text.places.words import Text
from services.enrich.text.span import Span
from shared.places.abroad import abroad
from shared.places.units import named
from shared.places.words import kind_and_name


def named_by_others(
    mentions: Sequence[Mention], entities: Sequence[EntityMention], block: Block, text: Text, number: int
) -> list[Mention]:
    """The mentions of a block without those inside a person's name, with the locations that only the finder knows."""
    here = [one for one in entities if block.span.start <= one.span.start and one.span.end <= block.span.end]
    people = Taken(one.span for one in here if one.type == "PERSON")
    kept = [one for one in mentions if not people or not people.meets(block.offsets.filed(one.start, one.end))]
    taken = Taken(Span(mention.start, mention.end) for mention in kept)
    for one in here:
        # A province that the tagger passed over is read here, with more care.
        if one.type == "LOCATION" and one.basis.method != "names.province" and (place := _place_of(one, block)):
            kept += [] if taken.meets(place) else _mention(place, text, number)
    return sorted(kept, key=lambda mention: mention.start)


def _place_of(entity: EntityMention, block: Block) -> Span | None:
    """Where a name found in the filed text stands in the block's text."""
    start = block.text.find(entity.text)
    while start >= 0:
        end = start + len(entity.text)
        if block.offsets.filed(start, end) == entity.span:
            return Span(start, end)
        start = block.text.find(entity.text, start + 1)
    return None


def _mention(place: Span, text: Text, block: int) -> list[Mention]:
    kind, name = kind_and_name(place.of(text.text))
    known = any(kind is None or (unit.kind == kind.name and unit.level in kind.levels) for unit in named(name))
    if not known and not abroad(name, kind):
        return []
    return [Mention(block=block, start=place.start, end=place.end, name=name, kind=kind, is_typed=kind is not None)]
