"""May a rule's match be a date, by the words on both sides of it?"""

import re

from services.enrich.text.dates.lexicon import WIDEST_GUARD, lexicon
from services.enrich.text.dates.rules import Rule


class Sides:
    """The words around stretches of a text, each looked up once."""

    __slots__ = ("_after", "_before", "_small")

    def __init__(self, small: str) -> None:
        self._small = small
        self._before: dict[int, frozenset[str]] = {}
        self._after: dict[int, frozenset[str]] = {}

    def before(self, place: int) -> frozenset[str]:
        """The phrases that end before a place."""
        if place not in self._before:
            self._before[place] = words_before(self._small, place)
        return self._before[place]

    def after(self, place: int) -> frozenset[str]:
        """The phrases that begin after a place."""
        if place not in self._after:
            self._after[place] = words_after(self._small, place)
        return self._after[place]


def guards_pass(rule: Rule, match: re.Match[str], text: str, sides: Sides) -> bool:
    """Do the words on both sides, and the letters as they were written, let this be a date?"""
    start, stop = match.span()
    if rule.written and not rule.written.match(text, start):
        return False
    before = sides.before(start) if rule.not_after or rule.after else _NO_WORDS
    after = sides.after(stop) if rule.not_before or rule.before or rule.no_fraction or rule.rescue else _NO_WORDS
    if _any(rule.not_after, before) and not _any(rule.rescue, after) and not _lifted(rule, before):
        return False
    if _any(rule.not_before, after) or (rule.no_fraction and _looks_like_a_share(match, text, after)):
        return False
    return not (rule.after or rule.before) or _any(rule.after, before) or _any(rule.before, after)


_NO_WORDS: frozenset[str] = frozenset()


def _lifted(rule: Rule, before: frozenset[str]) -> bool:
    """Does a phrase before it say more than the word that forbids?"""
    allowing = max((len(word) for group in rule.lifted_by for word in before & group), default=0)
    return allowing > max((len(word) for group in rule.not_after for word in before & group), default=0)


def _any(groups: tuple[frozenset[str], ...], words: frozenset[str]) -> bool:
    # A loop, not any(): this is asked some fifty times a sentence.
    for group in groups:  # noqa: SIM110
        if not words.isdisjoint(group):
            return True
    return False


def _looks_like_a_share(match: re.Match[str], text: str, after: frozenset[str]) -> bool:
    """2/3 before a noun is a share: its first figure is no greater, and no word of a sentence's frame follows."""
    if int(match["d"]) > int(match["m"]) or not after:
        return False
    following = text[match.end() :].lstrip()[:1]
    return following.islower() and after.isdisjoint(lexicon().words["frame"])


_OTHER_END = re.compile(r"(?:\d{1,2}\s?[-–])?$")


def words_before(small: str, place: int) -> frozenset[str]:
    """The last one, two, three, … words before a place, up to the nearest sign."""
    if place and small[place - 1] in "-–":
        # "từ 6-9 giờ": what stands before the first figure counts.
        place -= len(_OTHER_END.search(small[max(0, place - 8) : place])[0])  # type: ignore[index]  # it always matches
    words = small[max(0, place - 40) : place].split()[-WIDEST_GUARD:]
    if not words or (place and not small[place - 1].isspace()):
        return frozenset(small[place - 1 : place])
    found, phrase = [], ""
    for word in reversed(words):
        if word[-1] in ',.;:!?)…”"':
            break
        word = word.lstrip("(“\"'‘")  # noqa: PLW2901
        phrase = f"{word} {phrase}" if phrase else word
        found.append(phrase)
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
