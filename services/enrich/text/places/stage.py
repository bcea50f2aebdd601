"""The stage itself: from an article's blocks and names to the units of its places."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from services.enrich.text.article import Article, Basis, Block, PlaceLink
from services.enrich.text.places.mentions import Mention, echoes_of, mentions_of
from services.enrich.text.places.names import named_by_others
from services.enrich.text.places.resolve import Link, resolve
from services.enrich.text.places.words import Text
from shared.places.units import FIRST, lies_in, today
from shared.places.words import Kind

VERSION = "1"

_FULL_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SENTENCE_END = re.compile(r"[.!?…]+(?:\s+(?=[^\Wa-z\d_])|$)|\n")
# What stands between a place and the place that it lies in: "xã A (huyện B)", "xã A, huyện B", "xã A thuộc huyện B".
_LIES_IN = re.compile(r"\s*(?:[,(–-]|\s)\s*(?:(?:thuộc|của|ở|tại|nằm trên địa bàn|trên địa bàn)\s+)?", re.IGNORECASE)
# A headline and a dateline say more of what an article is about than what stands below.
_WEIGHTS = {"headline": 3, "dateline": 3, "lead": 2, "caption": 0, "placeholder": 0, "tail": 0, "source": 1}


def find_places(article: Article) -> Article:
    """The article with the places that it names, each with its unit on the day of the event, else of publication."""
    mentions = _mentions(article)
    day = _day(article)
    sentences = [[end.end() for end in _SENTENCE_END.finditer(block.text)] for block in article.blocks]

    def sentence(mention: Mention) -> tuple[int, int]:
        return mention.block, bisect_right(sentences[mention.block], mention.start)

    def lies_behind(first: Mention, second: Mention) -> bool:
        if first.block != second.block:
            return False
        between = article.blocks[first.block].text[first.end : second.start]
        return bool(_LIES_IN.fullmatch(between))

    def weight(mention: Mention) -> int:
        return _WEIGHTS.get(article.blocks[mention.block].kind, 1)

    links = resolve(mentions, day, sentence=sentence, lies_behind=lies_behind, weight=weight)
    return article.evolve(places=tuple(_places(links, article.blocks, day)))


def _mentions(article: Article) -> list[Mention]:
    """The names of places, in order: those that the map's own reading knows, those that the finder of names knows."""
    texts = [Text(block.text) for block in article.blocks]
    found = [
        named_by_others(mentions_of(text, number), article.entities, block, text, number)
        for number, (block, text) in enumerate(zip(article.blocks, texts, strict=True))
    ]
    kinds: dict[str, Kind | None] = {}
    for mention in (one for mentions in found for one in mentions if one.kind):
        kinds[mention.name] = mention.kind if kinds.get(mention.name, mention.kind) == mention.kind else None
    echoes = [echoes_of(text, found[number], kinds, number) for number, text in enumerate(texts)]
    return [
        mention
        for mentions, more in zip(found, echoes, strict=True)
        for mention in sorted([*mentions, *more], key=lambda one: one.start)
    ]


def _day(article: Article) -> str | None:
    """The day whose map counts."""
    for dating in (article.event, article.published):
        # What took place before the map begins is told with the names of the day it is told on.
        if dating.value and (day := _FULL_DAY.match(dating.value)) and day[0] >= FIRST:
            return day[0]
    return None


def _places(links: list[Link], blocks: tuple[Block, ...], day: str | None) -> Iterator[PlaceLink]:
    for link in links:
        mention, block = link.mention, blocks[link.mention.block]
        if not link.units and not link.foreign:
            continue
        span = block.offsets.filed(mention.start, mention.end)
        unit = link.units[0] if len(link.units) == 1 and not link.reason.startswith("left open") else None
        foreign = link.foreign
        yield PlaceLink(
            span=span,
            text=block.text[mention.start : mention.end],
            unit=unit.code if unit else foreign.code if foreign else None,
            name=unit.title if unit else foreign.name if foreign else None,
            valid_from=unit.since if unit else None,
            valid_to=unit.until or None if unit else None,
            lies_in=tuple(one.code for one in lies_in(unit, day)) if unit else (),
            today=tuple(one.code for one in today(unit)) if unit else (),
            candidates=() if unit else tuple(dict.fromkeys(one.code for one in link.units)),
            basis=Basis(
                method="places.map", version=VERSION, confidence=link.confidence, evidence=(span,), reason=link.reason
            ),
        )
