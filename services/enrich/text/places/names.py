"""The places that the finder of names has found beside those of the map's own reading."""

from collections.abc import Sequence

from services.enrich.text.article import Block, EntityMention
from services.enrich.text.places.mentions import Mention
from services.enrich.text.places.words import Text
from shared.places.abroad import abroad
from shared.places.units import named
from shared.places.words import kind_and_name


def named_by_others(
    mentions: Sequence[Mention], entities: Sequence[EntityMention], block: Block, text: Text, number: int
) -> list[Mention]:
    """The mentions of a block without those inside a person's name, with the locations that only the finder knows."""
    here = [one for one in entities if block.span.start <= one.span.start and one.span.end <= block.span.end]
    people = [one.span for one in here if one.type == "PERSON"]
    kept = []
    for mention in mentions:
        span = block.offsets.filed(mention.start, mention.end)
        if not any(person.start <= span.start and span.end <= person.end for person in people):
            kept.append(mention)
    taken = [(mention.start, mention.end) for mention in kept]
    for one in here:
        # The provinces that the first finder of names knew are read here, with more care.
        if (
            one.type != "LOCATION"
            or one.basis.method == "entities.province"
            or (place := _place_of(one, block)) is None
        ):
            continue
        start, end = place
        if all(end <= first or last <= start for first, last in taken):
            kept += _mention(text.text[start:end], start, end, number)
    return sorted(kept, key=lambda mention: mention.start)


def _place_of(entity: EntityMention, block: Block) -> tuple[int, int] | None:
    """Where a name found in the filed text stands in the block's text."""
    start = block.text.find(entity.text)
    while start >= 0:
        end = start + len(entity.text)
        if block.offsets.filed(start, end) == entity.span:
            return start, end
        start = block.text.find(entity.text, start + 1)
    return None


def _mention(written: str, start: int, end: int, block: int) -> list[Mention]:
    kind, name = kind_and_name(written)
    known = any(kind is None or (unit.kind == kind.name and unit.level in kind.levels) for unit in named(name))
    if not known and not abroad(name, kind):
        return []
    return [Mention(block=block, start=start, end=end, name=name, kind=kind, is_typed=kind is not None)]
