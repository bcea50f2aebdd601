"""The fourth stage: likely slips of the pen, told and never mended."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from operator import eq
from typing import Any

from services.enrich.text.article import Article, Basis, Block, Slip

VERSION = "1"

# Whatever other blocks hold is no running text.
_READ = frozenset({"headline", "lead", "paragraph", "subhead", "caption", "list"})
# A unit of two to four syllables that stands twice in a row, or one syllable.
_TWICE = re.compile(r"(?<![\w-])(?P<unit>[^\W\d_]+(?:[ ][^\W\d_]+){0,3})[ ](?P=unit)(?![\w-])")
_SIGNS = ",.;:!?()[]\"“”‘’'/…–—-"
_BETWEEN_BLOCKS = " ¶ "
_ONCE = b"\1"
_PAIRS = re.compile(r"(?<![\w-])(?=(?P<first>[^\W\d_]+)[ ](?P<second>[^\W\d_]+)(?![\w-]))")


def find_slips(article: Article) -> Article:
    """Find words written twice by mistake and words that lost their first letter; each with what was likely meant."""
    read = [block for block in article.blocks if block.kind in _READ]
    words = _words_of(_BETWEEN_BLOCKS.join(block.text for block in read))
    # Whether there is one at all is seen from the list of words; only then the slow patterns say where it stands.
    looks = [look for look, may in ((_doubled, _may_be_doubled), (_lost, _may_be_lost)) if may(words)]
    found = [slip for block in read for look in looks for slip in look(block)]
    return article.evolve(slips=tuple(sorted(found, key=lambda slip: slip.span.start))) if found else article


def _words_of(text: str) -> list[str]:
    """The words of a text, with what parts them from others as words of their own."""
    for sign in _SIGNS:
        text = text.replace(sign, f" {sign} ")
    return text.split()


def _may_be_doubled(words: Sequence[str]) -> bool:
    return any(_is_slip_when_doubled(unit) for unit in _units_twice(words))


def _may_be_lost(words: Sequence[str]) -> bool:
    return not _without_first_letter().keys().isdisjoint(map(" ".join, pairwise(words)))


def _units_twice(words: Sequence[str]) -> Iterator[str]:
    """Runs of one to four words that stand twice in a row."""
    for length in range(1, 5):
        same = bytes(map(eq, words, words[length:]))
        place = same.find(_ONCE * length)
        while place >= 0:
            if words[place].isalpha():
                yield " ".join(words[place : place + length])
            place = same.find(_ONCE * length, place + 1)


def _doubled(block: Block) -> Iterator[Slip]:
    for match in _TWICE.finditer(block.text):
        unit = match["unit"]
        if _is_slip_when_doubled(unit):
            yield _slip(block, match.span(), "doubled_word", unit, 0.8, "the same words stand twice in a row")


def _is_slip_when_doubled(unit: str) -> bool:
    folded = unit.lower()
    if " " not in unit:
        return folded in _words()["never_twice"]
    # A name may be written twice with right: "Bora Bora", "… Quảng Ninh Quảng Ninh".
    return unit == folded and folded not in _words()["rightly_twice"] and len(set(folded.split())) > 1


def _lost(block: Block) -> Iterator[Slip]:
    lost = _without_first_letter()
    for match in _PAIRS.finditer(block.text):
        pair = f"{match['first']} {match['second']}"
        if (whole := lost.get(pair)) is not None:
            start = match.start("first")
            yield _slip(
                block, (start, start + len(pair)), "lost_letter", whole, 0.75, f"no word; {whole!r} without a letter"
            )


def _slip(block: Block, place: tuple[int, int], kind: Any, suggestion: str, confidence: float, reason: str) -> Slip:
    span = block.offsets.filed(*place)
    basis = Basis(method=f"slips.{kind}", version=VERSION, confidence=confidence, evidence=(span,), reason=reason)
    return Slip(span=span, kind=kind, text=block.text[slice(*place)], suggestion=suggestion, basis=basis)


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in tomllib.loads(_data("slips.toml").read_text("utf-8")).items()}


@cache
def _without_first_letter() -> dict[str, str]:
    """Of each word of two syllables that is left when a syllable's first letter is lost: the word that was meant.

    What could come from two words, and what is a word itself, is not in it.
    """
    whole: dict[str, set[str]] = {}
    words: set[str] = set()
    for line in _data("compounds.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        word, _, usual = line.partition("\t")
        words |= {word, *usual.split(", ")}
        first, second = word.split()
        for left in (f"{first[1:]} {second}", f"{first} {second[1:]}"):
            if all(left.partition(" ")[::2]):
                whole.setdefault(left, set()).add(word)
    return {left: meant.pop() for left, meant in whole.items() if len(meant) == 1 and left not in words}


def _data(name: str) -> Traversable:
    return files("services.enrich.text") / "data" / name
