"""The pieces of dates in a text, from left to right: at each word the longest rule that fits."""

import re
from functools import cache
from typing import NamedTuple

from services.enrich.text.dates.guards import Sides, guards_pass
from services.enrich.text.dates.read import read
from services.enrich.text.dates.rules import FIGURE, SIGNS, Rule, gate, rules_by_trigger
from services.enrich.text.dates.scan import any_word_of
from services.enrich.text.dates.value import Moment

_ROMAN = {
    numeral: value
    for value, numeral in enumerate(
        [
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
            "xxi",
            "xxii",
        ],
        start=1,
    )
}
# What can follow a figure that is one of several days, months or hours: "3, 5 và 7/10", "25 - 27/12".
_LONGEST_NUMBER = 4


class Piece(NamedTuple):
    """A stretch of a block's text and the time it names; `until` the other end where it is a span of time."""

    start: int
    stop: int
    kind: str
    moment: Moment
    until: Moment | None
    rule: str
    confidence: float
    loose: bool


def find_pieces(text: str, small: str) -> list[Piece]:
    """The pieces in a block's text, in order and apart from each other; `small` is the text in small letters."""
    pieces: list[Piece] = []
    known: dict[tuple[str, int], Piece | None] = {}
    sides = Sides(small)
    done = 0
    for word in _beginnings().finditer(small):
        key, start = word[0], word.start()
        trigger = _figure_trigger(small, word.end()) if key[0].isdecimal() else key
        if start < done or (trigger[0] == FIGURE and _no_figure_of_a_date(key, small, start, done)):
            continue
        possible = gate(trigger)
        if possible is None or not possible.match(small, start):
            piece = _number(small, word, figure=trigger[0] == FIGURE)
        else:
            piece = _known_piece(known, trigger, word, text, sides)
        if piece and not (piece.kind == "number" and pieces and _goes_on(pieces[-1], piece, small)):
            pieces.append(piece)
            done = piece.stop
    return pieces


@cache
def _beginnings() -> re.Pattern[str]:
    """The figures and words with which a piece may begin."""
    words = {trigger for trigger in rules_by_trigger() if trigger[0] != FIGURE} | _ROMAN.keys()
    return re.compile(rf"\d+|(?<![^\W\d_]){any_word_of(words)}(?![^\W\d_])")


def _no_figure_of_a_date(key: str, small: str, start: int, done: int) -> bool:
    return len(key) > _LONGEST_NUMBER or _inside_a_number(small, start, done)


# No rule looks farther back, and none farther ahead.
_BACK, _AHEAD = 48, 200


def _known_piece(
    known: dict[tuple[str, int], Piece | None], trigger: str, word: re.Match[str], text: str, sides: Sides
) -> Piece | None:
    """The piece that begins with a word; the same letters around the same letters are read once."""
    start = word.start()
    back = min(start, _BACK)
    around = (text[start - back : start + _AHEAD], back)
    if around in known:
        piece = known[around]
        return piece and Piece._make((start, start + piece.stop - piece.start, *piece[2:]))
    piece = _longest(rules_by_trigger()[trigger], text, sides, start)
    piece = piece or _number(sides.small, word, figure=trigger[0] == FIGURE)
    known[around] = piece
    return piece


def _goes_on(before: Piece, piece: Piece, small: str) -> bool:
    """Is the figure a further part of a row of figures such as "02-06-08-11"? Those are no days."""
    return before.kind == "number" and before.stop + 1 == piece.start and small[before.stop] in "-–"


def _figure_trigger(small: str, stop: int) -> str:
    """What follows the figure decides which rules may begin with it."""
    following = small[stop : stop + 1]
    if following.isspace():
        following = small[stop : stop + 4].lstrip()[:1]
    return FIGURE + ("w" if following.isalpha() else following if following in SIGNS else "")


def _inside_a_number(small: str, start: int, done: int) -> bool:
    """Is the figure at `start` part of a longer number, code or version? A dash after a piece is a span, not a code."""
    before = small[start - 1] if start else " "
    if before.isalnum() or before == "_":
        return True
    if before not in "/.,:-–+$#@" or start < 2 or (start - 1 == done and before in "-–"):
        return False
    return small[start - 2].isalnum()


def _longest(rules: tuple[Rule, ...], text: str, sides: Sides, start: int) -> Piece | None:
    """The longest match of a rule whose guards let it pass; of two as long, the earlier rule's."""
    matches = [(match, rule) for rule in rules if (match := rule.pattern.match(sides.small, start))]
    if len(matches) > 1:
        matches.sort(key=_length, reverse=True)
    for match, rule in matches:
        if not guards_pass(rule, match, text, sides):
            if rule.swallows:
                return _a_name(match, rule)
            continue
        reading = read(rule, match)
        if reading:
            stop = match.start() + len(match[0].rstrip())
            return Piece(
                start=start, stop=stop, kind=reading.kind, moment=reading.moment, until=reading.until, rule=rule.id,
                confidence=rule.confidence, loose=rule.loose,
            )  # fmt: skip
    return None


def _a_name(match: re.Match[str], rule: Rule) -> Piece:
    """A stretch that is no date, nor any part of it: "Đường 30 Tháng 4"."""
    return Piece(
        start=match.start(),
        stop=match.end(),
        kind="name",
        moment=Moment(),
        until=None,
        rule=rule.id,
        confidence=0.0,
        loose=True,
    )


def _length(found: tuple[re.Match[str], Rule]) -> int:
    return found[0].end()


@cache
def _count(value: int) -> Moment:
    return Moment(number=value)


_NUMBER_ENDS = re.compile(r"(?![\w%/:]|[.,]\d)")


def _number(small: str, word: re.Match[str], *, figure: bool) -> Piece | None:
    """A figure that may be one of several days, months, hours; "II" that may be one of several quarters."""
    value = int(word[0]) if figure and len(word[0]) <= 2 else _ROMAN.get(word[0])
    if not value or not _NUMBER_ENDS.match(small, word.end()):
        return None
    return Piece(
        start=word.start(), stop=word.end(), kind="number" if figure else "roman", moment=_count(value), until=None,
        rule="dates.number", confidence=0.7, loose=True,
    )  # fmt: skip
