"""The last stage of the text: names of people, bodies and places, the posts people hold, and the documents referred to."""

from collections import Counter
from collections.abc import Iterator, Sequence

from services.enrich.text.article import Article, Basis, Block, EntityMention, Reference
from services.enrich.text.names.bodies import Resolution, resolve_short_forms
from services.enrich.text.names.found import Found
from services.enrich.text.names.people import find_people
from services.enrich.text.names.provinces import NamedProvince, provinces_in
from services.enrich.text.names.references import find_references
from services.enrich.text.names.rules import settle
from services.enrich.text.names.tagging import model_version, passages_of, tag

VERSION = "2"

# With its type noun it is the province; alone it may be a town or a person of that name.
_WITH_TYPE, _ALONE = 0.95, 0.7


def find_entities(article: Article) -> Article:
    """The article with its names, its people and what it refers to. A place inside a body's name is a mention too."""
    blocks = article.blocks
    provinces = [tuple(provinces_in(block.text)) for block in blocks]
    passages = passages_of(blocks)
    names = settle(article, tag(blocks, passages))
    names = sorted([*names, *_missed(blocks, provinces, names)], key=lambda name: (name.block, name.start))
    whole = resolve_short_forms(names, Counter(unit.name for units in provinces for unit in units))
    citations = find_references(blocks)
    mentions = [
        *(
            _mention(blocks[name.block], name, whole.get(place), provinces[name.block])
            for place, name in enumerate(names)
        ),
        *_places_inside(blocks, names, provinces),
        *(_cited(one) for one in citations),
    ]
    return article.evolve(
        entities=tuple(sorted(mentions, key=lambda mention: (mention.span.start, -mention.span.end))),
        people=find_people(
            blocks,
            [(number, one.sentence) for number, one in passages],
            names,
            {names[place]: one.name for place, one in whole.items()},
        ),
        citations=citations,
    )


def _missed(
    blocks: Sequence[Block], provinces: Sequence[Sequence[NamedProvince]], names: Sequence[Found]
) -> Iterator[Found]:
    """The provinces that no other name covers."""
    for number, units in enumerate(provinces):
        taken = [name for name in names if name.block == number]
        for unit in units:
            if not any(name.start < unit.end and unit.start < name.end for name in taken):
                yield Found(
                    block=number, start=unit.start, end=unit.end, text=blocks[number].text[unit.start : unit.end],
                    type="LOCATION", confidence=_WITH_TYPE if unit.typed else _ALONE, method="names.province",
                    reason="a province's name behind its type" if unit.typed else "a province's name",
                )  # fmt: skip


def _mention(block: Block, name: Found, whole: Resolution | None, provinces: Sequence[NamedProvince]) -> EntityMention:
    span = block.offsets.filed(name.start, name.end)
    unit = next((unit for unit in provinces if (unit.start, unit.end) == (name.start, name.end)), None)
    reason = f"{name.reason}; stands for {whole.name}: {whole.reason}" if whole else name.reason
    return EntityMention(
        span=span,
        text=name.text,
        type=name.type,
        name=whole.name if whole else unit.name if unit and name.type == "LOCATION" else name.text,
        key=unit.key if unit and name.type == "LOCATION" else None,
        basis=Basis(
            method=name.method,
            version=model_version() if name.method == "names.crf" else VERSION,
            confidence=round(name.confidence * whole.confidence, 2) if whole else name.confidence,
            evidence=(span,),
            reason=reason,
        ),
    )


def _places_inside(
    blocks: Sequence[Block], names: Sequence[Found], provinces: Sequence[Sequence[NamedProvince]]
) -> Iterator[EntityMention]:
    """The provinces inside the names of bodies: "tỉnh Cao Bằng" in "Công an tỉnh Cao Bằng"."""
    for name in names:
        if name.type != "ORGANIZATION":
            continue
        block = blocks[name.block]
        for unit in provinces[name.block]:
            if name.start <= unit.start and unit.end <= name.end and (unit.start, unit.end) != (name.start, name.end):
                span = block.offsets.filed(unit.start, unit.end)
                yield EntityMention(
                    span=span, text=block.text[unit.start : unit.end], type="LOCATION", name=unit.name, key=unit.key,
                    basis=Basis(
                        method="names.province", version=VERSION, confidence=_WITH_TYPE if unit.typed else _ALONE,
                        evidence=(span,), reason=f"a province's name inside {name.text}",
                    ),
                )  # fmt: skip


def _cited(one: Reference) -> EntityMention:
    name = (
        " ".join(filter(None, (one.kind, one.number, one.issuer and f"của {one.issuer}"))) if one.number else one.text
    )
    return EntityMention(span=one.span, text=one.text, type=one.type, name=name, key=None, basis=one.basis)
