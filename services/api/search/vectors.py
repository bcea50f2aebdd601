"""A tree of words as tsqueries: what must be so, what the index can tell of it, and how well it is hit.

Only words of the tree come here, and facts; names and days are asked for in find.py.
"""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Literal

from services.api.search.tree import Node, Words, wanted
from shared.orthography import lexemes
from shared.orthography.lexemes import BYLINE, CAPTION, LEAD, TITLE, fact, lexeme, pair, plain, quoted

Diacritics = Literal["auto", "strict", "fold"]


class Match(Enum):
    """How a word is compared: with the accents as typed, without any, or without but where the text has some."""

    AS_TYPED = "as typed"
    FOLDED = "folded"
    ACCENTED = "accented"


class Region(Enum):
    """Where in the article the words of no field must stand."""

    # By module: in here TITLE is the member.
    TITLE = (lexemes.TITLE,)
    OPENING = (lexemes.TITLE, lexemes.LEAD)
    ANYWHERE = (lexemes.BODY,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """How an article is hit; the first grades are the best. ACCENTED asks that some word of the query has accents."""

    match: Match
    region: Region


_REGIONS = (Region.TITLE, Region.OPENING, Region.ANYWHERE)
_SIGN = {"title": TITLE, "lead": LEAD, "caption": CAPTION, "by": BYLINE}


def has_accents(node: Node) -> bool:
    """Is any word of the query typed with accents?"""
    typed = [word for leaf in wanted(node) if isinstance(leaf, Words) for word in leaf.words]
    return any(plain(word) != word for word in typed)


def grades(node: Node, diacritics: Diacritics) -> tuple[Grade, ...]:
    """The grades by which the articles that hit a query are put in order; together they are all of these.

    With accents, `auto` takes them as typed. Typed without, the words are found with whatever accents, and texts that
    have some come first. `fold` puts what is as typed first.
    """
    if diacritics == "strict" or (diacritics == "auto" and has_accents(node)):
        matches = [Match.AS_TYPED]
    elif has_accents(node):
        matches = [Match.AS_TYPED, Match.FOLDED]
    else:
        matches = [Match.ACCENTED, Match.FOLDED]
    free = any(isinstance(leaf, Words) and leaf.field is None for leaf in wanted(node))
    return tuple(
        Grade(match=match, region=region) for match in matches for region in (_REGIONS if free else _REGIONS[2:])
    )


def all_of(found: tuple[Grade, ...]) -> Grade:
    """The grade of whatever the query finds: it holds all the others."""
    return found[-1]


def exact(words: Words, grade: Grade) -> str:
    """The tsquery of what must be so of some words."""
    if words.field == "body":
        return _phrase(words, "", grade.match, weights="BC")
    return _any([_phrase(words, sign, grade.match) for sign in _signs(words, grade)])


def candidates(words: Words, grade: Grade) -> str:
    """The tsquery of what the index can tell: it finds all that `exact` finds, and little else. Of ACCENTED ones only that
    some word has an accent, which goes with what FOLDED ones say."""
    if grade.match is Match.ACCENTED:
        return _any([one for sign in _signs(words, grade) for one in _written(words, sign, "", match=grade.match)])
    return _any([_together(words, sign, grade.match) for sign in _signs(words, grade)])


def is_told_by_index(words: Words) -> bool:
    """Is what the index tells all that must be so?"""
    return len(words.words) == 1 and words.field != "body"


def fact_query(told: str) -> str:
    """The tsquery of a fact."""
    return quoted(fact(told))


def _signs(words: Words, grade: Grade) -> tuple[str, ...]:
    return (_SIGN.get(words.field, ""),) if words.field else grade.region.value


def _phrase(words: Words, sign: str, match: Match, weights: str = "") -> str:
    """The words one after the other; of ACCENTED ones at least one with an accent."""
    places = range(len(words.words))
    if match is Match.ACCENTED:
        return _any([" <-> ".join(_written(words, sign, weights, accented=place)) for place in places])
    return f"({' <-> '.join(_written(words, sign, weights, match=match))})"


def _together(words: Words, sign: str, match: Match) -> str:
    """The words and their pairs, anywhere."""
    told = _written(words, sign, "", match=match)
    paired = words.words[:-1] if words.prefix else words.words
    pairs = [quoted(pair(plain(one), plain(two))) for one, two in pairwise(paired)]
    if pairs and not sign and match is not Match.AS_TYPED and not words.prefix:
        # The pairs tell it all but for accents and part.
        told = []
    return f"({' & '.join([*pairs, *told])})"


def _written(
    words: Words, sign: str, weights: str, *, match: Match = Match.FOLDED, accented: int | None = None
) -> list[str]:
    """Each word as a tsquery; that of number `accented` with an accent."""
    last = len(words.words) - 1
    told = []
    for place, word in enumerate(words.words):
        bare = plain(word)
        forms = {Match.AS_TYPED: [word], Match.FOLDED: [bare, f"~{bare}"], Match.ACCENTED: [f"~{bare}"]}
        ending = weights + ("*" if words.prefix and place == last else "")
        mark = f":{ending}" if ending else ""
        chosen = forms[Match.ACCENTED if place == accented else match]
        told.append(_any([quoted(lexeme(form, sign)) + mark for form in chosen]))
    return told


def _any(told: list[str]) -> str:
    return told[0] if len(told) == 1 else f"({' | '.join(told)})"
