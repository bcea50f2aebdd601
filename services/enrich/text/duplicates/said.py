"""The fifth stage: by what the text is known again."""

import hashlib
from collections.abc import Iterator, Sequence

from services.enrich.text.article import Article, Block, Said
from services.enrich.text.duplicates.signature import band_keys
from services.enrich.text.duplicates.wording import exact_form, wording

VERSION = "3"

_NOT_SAID = frozenset({"dateline", "placeholder", "byline", "source", "tail"})
"""Parts that come and go between two filings of one article."""
_LONGEST_CAPTION = 120
"""Characters; a longer one holds news of its own."""
_SURE = 0.9
"""A caption that is only taken for one is compared like everything else: it may be a short paragraph."""
_SHORT = 800
"""Characters; in a shorter text the day above it may be all that tells today's bulletin from yesterday's."""
_DASHES = frozenset("-–—•+*")


def fingerprint(article: Article) -> Article:
    """Give the article what it says, the key that all texts of the same words have, and those of similar texts."""
    said = said_by(article.blocks)
    key = hashlib.blake2b(exact_form(said.text), digest_size=16).digest()
    return article.evolve(exact_key=key, said=said, bands=band_keys(wording(said.text).shingles))


def said_by(blocks: Sequence[Block]) -> Said:
    """What counts of a bulletin: no captions, pictures' places, datelines, bylines, sources and tails."""
    counted = list(_counted(blocks))
    if sum(len(block.text) for block in counted) < _SHORT:
        those = {id(block) for block in counted}
        counted = [block for block in blocks if id(block) in those or _is_dated(block)]
    lines, places, start = [], [], 0
    for block in counted:
        places += [(start + at, filed) for at, filed in _places(block)]
        lines.append(block.text)
        start += len(block.text) + 1
    return Said(text="\n".join(lines), places=tuple(places))


def _counted(blocks: Sequence[Block]) -> Iterator[Block]:
    under_a_tail = False
    for block in blocks:
        if under_a_tail and (block.kind == "list" or block.text[0] in _DASHES):
            continue  # what is listed under "Tin liên quan:"
        under_a_tail = block.kind == "tail" and block.text.endswith(":")
        if block.kind not in _NOT_SAID and not _is_surely_a_caption(block):
            yield block


def _is_dated(block: Block) -> bool:
    return block.kind == "dateline" and any(character.isdigit() for character in block.text)


def _is_surely_a_caption(block: Block) -> bool:
    return block.kind == "caption" and block.basis.confidence >= _SURE and len(block.text) <= _LONGEST_CAPTION


def _places(block: Block) -> list[tuple[int, int]]:
    """Where the block's characters stand in the filed text: from each offset on, the filed offset that it came from."""
    if not block.offsets.changes and block.offsets.under is None:
        return [(0, block.span.start)]
    found: list[tuple[int, int]] = []
    shift = None
    for start, filed in block.offsets.pieces(0, len(block.text) + 1):
        if filed - start != shift:
            shift = filed - start
            found.append((start, filed))
    return found
