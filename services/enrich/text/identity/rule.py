"""Are two people of one name one? By rank, post, body, province and time; what cannot be told stays apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Literal
from uuid import UUID

from services.enrich.text.identity.career import is_national
from services.enrich.text.named import Fact

VERSION = "1"

_YEAR = 365
_AT_ONE_TIME = 270
"""Days between two posts that nobody holds in two provinces: who moves is not seen in both within three quarters."""
_FAR_APART = 2 * _YEAR
"""Days within which nobody rises from a commune to the centre, or goes from the army to the police."""
_CENTRAL, _COMMUNE = 4, 1
_SETTLED = 0.97
"""So sure is the same post in the same body."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a known person is the one whom an article names, how sure that is, and why."""

    answer: Literal["same", "other", "unknown"]
    confidence: float
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A known person of the name: the id under which the name is known, that which it leads to, and what is known."""

    id: UUID
    lead: UUID
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The known person whom an article names, or None for a new one; how sure that is, and why."""

    id: UUID | None
    confidence: float
    reason: str


def choose(facts: Sequence[Fact], candidates: Sequence[Candidate], *, frequent: bool) -> Choice:
    """Which of the known people of the name is meant. `facts` are the article's; `frequent`: many people bear the name.

    A name that two known people bear is as good as frequent. Of two who fit equally well none is taken. Those whom a
    person merged are judged one by one: who fits one of them is all of them, whatever the others' facts say.
    """
    if not candidates:
        return Choice(id=None, confidence=1.0, reason="nobody of this name was known")
    frequent = frequent or len({one.lead for one in candidates}) > 1
    verdicts = [(judge(one.facts, facts, frequent=frequent), one) for one in candidates]
    same = sorted(
        ((verdict, one) for verdict, one in verdicts if verdict.answer == "same"),
        key=lambda pair: (-pair[0].confidence, pair[1].id),
    )
    if not same:
        nearest = max((verdict for verdict, _ in verdicts), key=lambda verdict: verdict.answer == "unknown")
        return Choice(id=None, confidence=nearest.confidence, reason=f"kept apart: {nearest.reason}")
    verdict, best = same[0]
    if any(other.confidence == verdict.confidence and one.lead != best.lead for other, one in same):
        return Choice(id=None, confidence=0.5, reason="kept apart: two known people of this name fit equally well")
    return Choice(id=best.id, confidence=verdict.confidence, reason=verdict.reason)


def judge(known: Sequence[Fact], told: Sequence[Fact], *, frequent: bool) -> Verdict:
    """Is the person of whom `told` is said the one of whom `known` is? What contradicts outweighs what agrees.

    Only who is known by the very post in the very body may hold another one elsewhere beside it.
    """
    pairs = list(product(known, told))
    agreed = max((found for one, other in pairs if (found := _agreement(one, other, frequent=frequent))), default=None)
    settled = bool(agreed and agreed[0] >= _SETTLED)
    against = next((why for one, other in pairs if (why := _contradiction(one, other, settled=settled))), None)
    if against:
        return Verdict(answer="other", confidence=0.9, reason=against)
    if agreed:
        return Verdict(answer="same", confidence=agreed[0], reason=agreed[1])
    if not frequent:
        return Verdict(answer="same", confidence=0.7, reason="a name that few bear, and nothing speaks against it")
    return Verdict(answer="unknown", confidence=0.5, reason="the name is a frequent one, and nothing else ties them")


def _contradiction(one: Fact, other: Fact, *, settled: bool) -> str | None:
    """Why these cannot be of one person, if they cannot; once `settled`, only rank and service can say so."""
    apart = _days_between(one, other)
    if {one.service, other.service} == {"army", "police"} and (apart is None or apart < _FAR_APART):
        return "one serves in the army, the other in the police"
    if one.rank and other.rank and (reason := _ranks(one, other)):
        return reason
    if settled:
        return None
    if one.is_local and other.is_local and one.province != other.province and (apart is None or apart <= _AT_ONE_TIME):
        return f"posts in two provinces ({one.province}, {other.province}) at one time"
    if {one.level, other.level} == {_CENTRAL, _COMMUNE} and (apart is None or apart < _FAR_APART):
        return "a post in a commune and one at the centre at one time"
    return None


def _ranks(one: Fact, other: Fact) -> str | None:
    """A rank only rises, and a step takes a year at least."""
    if one.quarter is None or other.quarter is None:
        return None
    earlier, later = (one, other) if one.quarter <= other.quarter else (other, one)
    steps = later.rank - earlier.rank
    if one.quarter == other.quarter:
        return "two ranks far from each other at one time" if abs(steps) > 1 else None
    if steps < 0:
        return "the rank would have fallen"
    years = (_day(later) - _day(earlier)).days / _YEAR
    return "the rank would have risen too fast" if steps > years + 1 else None


def _agreement(one: Fact, other: Fact, *, frequent: bool) -> tuple[float, str] | None:
    """How surely these are of one person, and why; None if nothing ties them."""
    if one.post and one.post == other.post and is_national(one.post):
        return 0.95, f"the same post, {one.post}"
    if one.body and one.body == other.body:
        # A ministry has several of one name; a province's office seldom has.
        if one.post == other.post:
            return _SETTLED, f"the same post in the same body, {one.body}"
        if one.level != _CENTRAL and one.is_local:
            return 0.85 if frequent else 0.92, f"the same body, {one.body}"
        if not frequent or (one.rank and one.rank == other.rank):
            return 0.85, f"the same body, {one.body}, and nothing speaks against it"
    if one.is_local and one.province == other.province and one.rank and other.rank and one.service == other.service:
        return 0.85, f"a rank of the same service in the same province ({one.province})"
    return None


def _days_between(one: Fact, other: Fact) -> int | None:
    if one.quarter is None or other.quarter is None:
        # A post no longer held, or an article without a day: nothing is at one time.
        return _FAR_APART if not (one.province and other.province) else None
    return abs((one.quarter - other.quarter).days)


def _day(fact: Fact) -> date:
    assert fact.quarter is not None
    return fact.quarter
