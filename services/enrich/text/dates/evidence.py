"""What an article says of its own year: expressions with a year, and whether they tell of what was or will be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from services.enrich.text.article import Block
from services.enrich.text.dates.calendar import day_of, first_day
from services.enrich.text.dates.cues import Signs, signs_of
from services.enrich.text.dates.find import Piece
from services.enrich.text.dates.guards import words_before
from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.value import Moment
from services.enrich.text.dates.years import Evidence


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A block of the article, its text in small letters, and the times that were found in it."""

    block: Block
    small: str
    pieces: tuple[Piece, ...]

    @cached_property
    def signs(self) -> Signs:
        """The signs in it, looked for when they are first needed: most times say everything themselves."""
        return signs_of(self.small)


def years_named(passages: Iterable[Passage]) -> frozenset[int]:
    """Every year that the text names."""
    pieces = [piece for passage in passages for piece in passage.pieces]
    ends = [piece.moment for piece in pieces] + [piece.until for piece in pieces if piece.until]
    return frozenset(moment.year for moment in ends if moment.year is not None)


def evidence_of(passages: Iterable[Passage]) -> tuple[Evidence, ...]:
    """Every expression that says its year and may say when the article was written."""
    return tuple(
        found for passage in passages for piece in passage.pieces if (found := _evidence(passage, piece)) is not None
    )


def _evidence(passage: Passage, piece: Piece) -> Evidence | None:
    moment = piece.until or piece.moment
    if piece.kind in {"period", "set"} or moment.year is None or moment.year < 1800 or moment.fixed:
        return None
    if moment.lunar and moment.month:
        return None
    before = words_before(passage.small, piece.start)
    words = lexicon().words
    begin = _begin(moment, piece, before)
    if begin is None or not before.isdisjoint(words["no_evidence"]):
        return None
    whole_year = moment.grain == "year" and moment.modifier is None
    if whole_year and not before.isdisjoint(words["far_year"]):
        return None
    span = passage.block.offsets.filed(piece.start, piece.stop)
    text = passage.block.text[piece.start : piece.stop]
    side = _side(passage, piece, before)
    return Evidence(begin=begin, side=side, whole_year=whole_year, text=text, span=span)


def _side(passage: Passage, piece: Piece, before: frozenset[str]) -> Literal["past", "about", "ahead"]:
    """Does the article look back to this time, or ahead?"""
    words = lexicon().words
    if not before.isdisjoint(words["review"]):
        return "past"
    looks = passage.signs.outlook(piece.start, piece.stop)
    if looks in {"future", "planned"} or not before.isdisjoint(words["future_year"]):
        return "ahead"
    return "past" if looks == "past" else "about"


def _begin(moment: Moment, piece: Piece, before: frozenset[str]) -> date | None:
    """The day after which an article that speaks of this time was written, at the earliest."""
    assert moment.year is not None
    begin = first_day(moment, moment.year)
    if begin is None or moment.month or moment.quarter:
        return begin
    if piece.rule == "dates.year.new" or not before.isdisjoint(lexicon().words["new_year"]):
        return day_of(moment.year - 1, 12, 1)
    if moment.modifier == "END" or not before.isdisjoint(lexicon().words["review"]):
        return day_of(moment.year, 10, 1)
    return begin
