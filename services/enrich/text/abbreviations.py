"""The third stage: short forms, and what they stand for."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from services.enrich.text.article import Abbreviation, Article, Basis, Block
from services.enrich.text.vietnamese import fold_tone_place

VERSION = "1"

_SHORT = r"[A-ZĐ][\w&.-]{0,14}[A-ZĐ]"
_BRACKETED = re.compile(rf"(?<=\w)\s*\((?:(?:gọi|viết) tắt(?: là)?:?\s+)?[\"“]?(?P<short>{_SHORT})[\"”]?\)")
_EXPLAINED = re.compile(rf"(?<!\w)(?P<short>{_SHORT})\s*\((?P<long>[^\W\d_][^()]{{4,90}})\)")
_USED = re.compile(rf"(?<![\w.&-]){_SHORT}(?![\w&])")
_WORD = re.compile(r"[^\W\d_]+")
# Words that a short form may pass over.
_PASSED_OVER = frozenset({"và", "của", "về", "các", "những", "cho", "trong", "với", "tại", "trên"})
_LONGEST = 160
"""How many characters before its bracket a long form may begin."""


def find_abbreviations(article: Article) -> Article:
    """Find the short forms that the text itself explains, then, of the others it uses, those that everyone knows.

    What stands before a bracket is its long form only if the first letters of its syllables spell the short form, or
    if the lexicon says the same; each short form is listed once, at its first explanation or use.
    """
    found: dict[str, Abbreviation] = {}
    for block in article.blocks:
        if "(" in block.text:
            for abbreviation in _explained(block):
                found.setdefault(abbreviation.short, abbreviation)
    for block in article.blocks:
        for match in _USED.finditer(block.text):
            short = match[0]
            if short not in found and short in lexicon():
                found[short] = _known(block, match)
    return article.evolve(abbreviations=tuple(sorted(found.values(), key=lambda one: one.span.start)))


@cache
def lexicon() -> dict[str, tuple[str, str]]:
    """Of each well-known short form its long form, and where that is from."""
    text = (files("services.enrich.text") / "data" / "abbreviations.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {short: (long, source) for short, long, source in rows}


def _explained(block: Block) -> Iterator[Abbreviation]:
    text = block.text
    for match in _BRACKETED.finditer(text):
        start = _long_form_before(text, match.start(), match["short"])
        if start is not None:
            yield _stated(block, match["short"], (start, match.start()), match.span("short"))
    for match in _EXPLAINED.finditer(text):
        long = match["long"].strip()
        words = [word[0] for word in _WORD.finditer(long)]
        if _spells(words, match["short"], whole=True) is not None:
            yield _stated(block, match["short"], match.span("long"), match.span("short"))


def _stated(block: Block, short: str, long: tuple[int, int], place: tuple[int, int]) -> Abbreviation:
    span = block.offsets.filed(*place)
    basis = Basis(
        method="abbreviations.defined",
        version=VERSION,
        confidence=0.97,
        evidence=(block.offsets.filed(*long), span),
        reason="the text explains it in brackets",
    )
    return Abbreviation(span=span, short=short, long=block.text[slice(*long)].strip(), origin="text", basis=basis)


def _known(block: Block, match: re.Match[str]) -> Abbreviation:
    long, source = lexicon()[match[0]]
    span = block.offsets.filed(*match.span())
    basis = Basis(method="abbreviations.lexicon", version=VERSION, confidence=0.9, evidence=(span,), reason=source)
    return Abbreviation(span=span, short=match[0], long=long, origin="lexicon", basis=basis)


def _long_form_before(text: str, end: int, short: str) -> int | None:
    """Where the long form of `short` begins that ends at `end`; None if nothing there spells it."""
    if short in lexicon():
        long = fold_tone_place(lexicon()[short][0])
        if fold_tone_place(text[:end].rstrip()).endswith(long):
            return len(text[:end].rstrip()) - len(long)
    words = list(_WORD.finditer(text, max(0, end - _LONGEST), end))
    first = _spells([word[0] for word in words], short, whole=False)
    return None if first is None else words[first].start()


def _spells(words: Sequence[str], short: str, *, whole: bool) -> int | None:
    """At which word the last words whose first letters spell `short` begin; `whole`: all words have to be among them."""
    letters = [_letter(character) for character in short if character.isalpha()]
    place = _matched(words, len(words), letters)
    if place is None or (whole and place > 0):
        return None
    return place


def _matched(words: Sequence[str], end: int, letters: Sequence[str]) -> int | None:
    """Where the words before `end` begin that spell `letters`, read from the last to the first."""
    if not letters:
        return end
    if end == 0:
        return None
    word = words[end - 1].lower()
    if _letter(word[0]) == letters[-1] and (found := _matched(words, end - 1, letters[:-1])) is not None:
        return found
    return _matched(words, end - 1, letters) if word in _PASSED_OVER and end < len(words) + 1 and len(letters) else None


def _letter(character: str) -> str:
    """A letter without its marks; đ stays what it is."""
    lower = character.lower()
    return "đ" if lower == "đ" else unicodedata.normalize("NFD", lower)[0]
