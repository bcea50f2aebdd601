"""May a rule's match be a date, by the words on both sides of it?"""

import re

from services.enrich.text.dates.lexicon import WIDEST_GUARD, lexicon
from services.enrich.text.dates.rules import Rule


class Sides:
    """The words around stretches of a text, each looked up once."""

    __slots__ = ("_after", "_before", "small")

    def __init__(self, small: str) -> None:
        self.small = small
        self._before: dict[int, frozenset[str]] = {}
        self._after: dict[int, frozenset[str]] = {}

    def before(self, place: int) -> frozenset[str]:
        """The phrases that end before a place."""
        if place not in self._before:
            self._before[place] = words_before(self.small, place)
        return self._before[place]

    def after(self, place: int) -> frozenset[str]:
        """The phrases that begin after a place."""
        if place not in self._after:
            self._after[place] = words_after(self.small, place)
        return self._after[place]


def guards_pass(rule: Rule, match: re.Match[str], text: str, sides: Sides) -> bool:
    """Do the words on both sides, and the letters as they were written, let this be a date?"""
    start, stop = match.span()
    if rule.written and not rule.written.match(text, start):
        return False
    before = sides.before(start) if rule.not_after or rule.after else _NO_WORDS
    after = sides.after(stop) if rule.not_before or rule.before or rule.no_fraction or rule.rescue else _NO_WORDS
    if not before.isdisjoint(rule.not_after) and after.isdisjoint(rule.rescue) and not _lifted(rule, before):
        return False
    if not after.isdisjoint(rule.not_before) or (rule.no_fraction and _looks_like_a_share(match, text, after)):
        return False
    return not (rule.after or rule.before) or not (before.isdisjoint(rule.after) and after.isdisjoint(rule.before))


_NO_WORDS: frozenset[str] = frozenset()


def _lifted(rule: Rule, before: frozenset[str]) -> bool:
    """Does a phrase before it say more than the word that forbids?"""
    allowing = max((len(word) for word in before & rule.lifted_by), default=0)
    return allowing > max((len(word) for word in before & rule.not_after), default=0)


def _looks_like_a_share(match: re.Match[str], text: str, after: frozenset[str]) -> bool:
    """2/3 before a noun is a share: its first figure is no greater, and no word of a sentence's frame follows."""
    if int(match["d"]) > int(match["m"]) or not after:
        return False
    following = text[match.end() :].lstrip()[:1]
    return following.islower() and after.isdisjoint(lexicon().words["frame"])


_FAR = 40
_OTHER_END = re.compile(r"(?:\d{1,2}\s?[-–])?$")


def words_before(small: str, place: int) -> frozenset[str]:
    """The last one, two, three, … words before a place, up to the nearest sign; all of them with "^" if they open a sentence."""
    if place and small[place - 1] in "-–":
        # "từ 6-9 giờ": what stands before the first figure counts.
        place -= len(_OTHER_END.search(small[max(0, place - 8) : place])[0])  # type: ignore[index]  # it always matches
    words = small[max(0, place - _FAR) : place].split()[-WIDEST_GUARD:]
    if not words or (place and not small[place - 1].isspace()):
        return frozenset(small[place - 1 : place])
    found, phrase = [], ""
    opens = place <= _FAR
    for word in reversed(words):
        if word[-1] in ',.;:!?)…”"':
            opens = word[-1] in ".;!?"
            break
        word = word.lstrip("(“\"'‘")  # noqa: PLW2901
        phrase = f"{word} {phrase}" if phrase else word
        found.append(phrase)
    else:
        opens = opens and len(words) < WIDEST_GUARD
    if opens and found:
        found.append(f"^{phrase}")
    return frozenset(found)


def words_after(small: str, place: int) -> frozenset[str]:
    """The first one, two, three, … words after a place, up to the nearest sign; or the sign itself."""
    following = small[place : place + 40]
    if not following[:1].isspace():
        return frozenset(following[:1])
    found, phrase = [], ""
    for word in following.split()[:WIDEST_GUARD]:
        bare = word.rstrip(',.;:!?)…”"')
        if not bare:
            break
        phrase = f"{phrase} {bare}" if phrase else bare
        found.append(phrase)
        if bare != word:
            break
    return frozenset(found)
