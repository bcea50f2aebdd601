"""Which unit each mention means: the evidence in order, until one unit is left, or the rest is left open."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from services.enrich.text.places.mentions import Mention
from shared.places.abroad import Foreign, abroad, is_shy
from shared.places.lookup import Standing, candidates, gone, within
from shared.places.units import Unit, forms, lies_in
from shared.places.words import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """What a mention means: one of `units` or a place abroad; several units where that is left open."""

    mention: Mention
    units: tuple[Unit, ...]
    foreign: Foreign | None
    standing: Standing
    confidence: float
    reason: str


@dataclass(kw_only=True, slots=True, eq=False)
class _Case:
    """A mention while it is being settled."""

    mention: Mention
    units: tuple[Unit, ...]
    standing: Standing
    foreign: Foreign | None = None
    confidence: float = 0.95
    reasons: list[str] = field(default_factory=list)
    above: "_Case | None" = None
    """The place that the text says, right behind the name, it lies in."""
    holds: bool = False
    """Is it the place that another is said to lie in?"""
    sentence: tuple[int, int] = (0, 0)
    is_shared: bool = False
    """Does the article tell of several units of the name?"""

    def keep(self, units: Sequence[Unit], confidence: float, reason: str) -> None:
        """Go on with these, if there are any and they are fewer."""
        if units and len(units) < len(self.units):
            self.units, self.reasons = tuple(units), [*self.reasons, reason]
            self.confidence = min(self.confidence, confidence)


_REACH = 40
"""So many mentions before or behind one are looked at: a row can be long, a list of all communes is none."""

# How sure each kind of evidence makes us.
_WRITTEN, _SHARED, _PROVINCE, _NEIGHBOUR, _LEVEL, _ALONE, _GONE = 0.97, 0.93, 0.9, 0.8, 0.75, 0.8, 0.85


def resolve(
    mentions: Sequence[Mention],
    day: str | None,
    *,
    sentence: Callable[[Mention], tuple[int, int]],
    lies_behind: Callable[[Mention, Mention], bool],
    weight: Callable[[Mention], int],
) -> list[Link]:
    """What each mention of an article means on the day, as far as the article tells.

    `sentence` numbers the sentences; `lies_behind` says whether the second mention stands behind the first as the
    place that it lies in: in brackets, behind a comma or "thuộc"; `weight` is how much a mention says of what the
    article is about. Without a day, only what had one form for ever is linked.
    """
    cases = [_case(mention, day, sentence(mention)) for mention in mentions]
    for case, other in pairwise(cases):
        if lies_behind(case.mention, other.mention) and _lie_in(case.units, [other], day):
            case.above, other.holds = other, True
    for number in reversed(range(len(cases))):
        _by_place_behind(number, cases, day)
    province = _province_of(cases, weight, day)
    _by_namesakes(cases)
    _by_province(cases, province, day)
    _by_namesakes(cases)
    _by_neighbours(cases, day)
    for case in cases:
        _by_level(case, day)
    return [_link(case, province, day) for case in cases]


def _case(mention: Mention, day: str | None, sentence: tuple[int, int]) -> _Case:
    found = candidates(mention.name, mention.kind, day)
    units, standing = found.units, found.standing
    if day and mention.is_former and (former := gone(mention.name, mention.kind, day)):
        units, standing = former, "gone"
    case = _Case(mention=mention, units=units, standing=standing, sentence=sentence)
    if mention.kind is None and not mention.is_body:
        # Alone, it is a province where there is one of the name; there need not be one on that day.
        case.keep([unit for unit in units if unit.level == 1], 0.9, "a province's name")
    if not case.units or (mention.kind is None and not is_shy(mention.name) and units and units[0].level > 1):
        case.foreign = abroad(mention.name, mention.kind)
    if case.foreign:
        case.units = ()
    elif not mention.is_typed and mention.kind is None:
        case.confidence = 0.9
    return case


def _by_place_behind(number: int, cases: list[_Case], day: str | None) -> None:
    """What lies in the place written behind it; or behind its neighbours in a row; or in one named before it."""
    case = cases[number]
    if case.above:
        case.keep(
            _lie_in(case.units, [case.above], day), _WRITTEN, f"it lies in {_told(case.above)}, which stands behind it"
        )
        # And the place behind is one in which it lies: "thành phố", not "tỉnh", Thanh Hóa.
        case.above.keep(_hold(case.above.units, case.units, day), _WRITTEN, "what stands before it lies in it")
    if len(case.units) < 2:
        return
    for other in cases[number + 1 : number + _REACH]:
        if other.sentence != case.sentence or not _is_sibling(case, other):
            break
        if other.mention.name == case.mention.name:
            continue
        if other.above:
            case.keep(_lie_in(case.units, [other.above], day), _SHARED, f"its neighbours lie in {_told(other.above)}")
            break
    seen = set[str]()
    for other in reversed(cases[max(0, number - _REACH) : number]):
        if other.sentence != case.sentence or len(case.units) < 2:
            break
        # A district does not say that its town of that name is meant.
        if other.mention.name in (case.mention.name, *seen) or _lowest(other) >= _highest(case):
            continue
        seen.add(other.mention.name)
        case.keep(_lie_in(case.units, [other], day), _SHARED, f"it lies in {_told(other)}, named before it")


def _province_of(cases: Iterable[_Case], weight: Callable[[Mention], int], day: str | None) -> str | None:
    """The code of the province that the article speaks of most, if one stands out."""
    score: Counter[str] = Counter()
    for case in cases:
        codes = {_province(unit, day) for unit in case.units}
        if len(codes) == 1:
            score[codes.pop()] += weight(case.mention) * (2 if case.mention.is_typed else 1)
    if not score:
        # Nothing is certain: the province where most of what is named can lie.
        for case in cases:
            score.update({_province(unit, day) for unit in case.units})
        if not score or score.most_common(1)[0][1] < 2:
            return None
    best, *others = score.most_common(2)
    return None if others and others[0][1] == best[1] else best[0]


def _by_province(cases: list[_Case], province: str | None, day: str | None) -> None:
    """What lies in the article's province; else in one of those that it names."""
    named = {case.units[0].code for case in cases if len(case.units) == 1 and case.units[0].level == 1}
    for case in cases:
        if len(case.units) < 2 or case.above or case.is_shared:
            continue
        inside = [unit for unit in case.units if _province(unit, day) == province]
        case.keep(inside, _PROVINCE, "it lies in the province that the article is about")
        if len(case.units) > 1:
            near = [unit for unit in case.units if _province(unit, day) in named]
            case.keep(near, _NEIGHBOUR, "its province is named")


def _by_namesakes(cases: list[_Case]) -> None:
    """What the same name and kind means elsewhere in the article; of several, one of these."""
    known: dict[tuple[str, Kind | None], set[str]] = defaultdict(set)
    for case in cases:
        if len(case.units) == 1:
            known[case.mention.name, case.mention.kind].add(case.units[0].code)
    for case in cases:
        codes = known.get((case.mention.name, case.mention.kind))
        if codes and len(case.units) > 1:
            same = [unit for unit in case.units if unit.code in codes]
            case.keep(same, _SHARED, "the same name elsewhere in the article")
            case.is_shared = len(codes) > 1


def _by_neighbours(cases: list[_Case], day: str | None) -> None:
    """What lies in a district, or beside a commune, that the article names."""
    districts = {
        one.code
        for case in cases
        if len(case.units) == 1
        for one in (case.units[0], *lies_in(case.units[0], day))
        if one.level == 2
    }
    for case in cases:
        if len(case.units) > 1 and not case.is_shared:
            near = [unit for unit in case.units if any(one.code in districts for one in (unit, *lies_in(unit, day)))]
            case.keep(near, _NEIGHBOUR, "other places of its district are named")


def _by_level(case: _Case, day: str | None) -> None:
    """Of a district and its town of one name, the district, where no kind is said."""
    if len(case.units) < 2 or case.mention.kind:
        return
    highest = min(unit.level for unit in case.units)
    top = [unit for unit in case.units if unit.level == highest]
    if len(top) == 1 and len(within(case.units, top, day)) == len(case.units) - 1:
        case.keep(top, _LEVEL, "the others of the name lie in it")


def _link(case: _Case, province: str | None, day: str | None) -> Link:
    mention = case.mention
    if case.foreign:
        return Link(
            mention=mention, units=(), foreign=case.foreign, standing="valid", confidence=0.9,
            reason="the name of a country, or of a unit abroad",
        )  # fmt: skip
    units, confidence, reasons = case.units, case.confidence, case.reasons
    if len(units) == 1:
        inside = _province(units[0], day) == province
        if mention.kind is None and units[0].level > 1 and not (case.above or case.holds or inside):
            # A name without a kind can be that of a village, a mountain, a man.
            return _open(case, "a name without a kind, and not in the article's province")
        if mention.kind is None and units[0].level > 1:
            confidence = min(confidence, _ALONE)
        if case.standing != "valid":
            confidence = min(confidence, _GONE)
            reasons = [
                *reasons,
                "it was no more on the day" if case.standing == "gone" else "it was not yet on the day",
            ]
        first = "its kind and name" if mention.kind else "its name"
        return Link(
            mention=mention, units=units, foreign=None, standing=case.standing, confidence=confidence,
            reason="; ".join([first, *reasons]),
        )  # fmt: skip
    return _open(case, "several units bear the name" if units else "no unit bears the name")


def _open(case: _Case, reason: str) -> Link:
    return Link(
        mention=case.mention, units=case.units, foreign=None, standing=case.standing, confidence=0.5,
        reason="; ".join(["left open", reason, *case.reasons]),
    )  # fmt: skip


def _told(case: _Case) -> str:
    """The place's title, or its name where it is left open."""
    return case.units[0].title if len(case.units) == 1 else case.mention.name


def _lowest(case: _Case) -> int:
    """The number of the level that is nearest the province, of those a place can have; 9: it is none of ours."""
    return min((unit.level for unit in case.units), default=9)


def _highest(case: _Case) -> int:
    return max((unit.level for unit in case.units), default=0)


def _is_sibling(case: _Case, other: _Case) -> bool:
    """Can both stand in one row: are they of one level?"""
    levels = {unit.level for unit in case.units}
    return bool(levels & {unit.level for unit in other.units})


def _lie_in(units: Iterable[Unit], above: Iterable[_Case], day: str | None) -> tuple[Unit, ...]:
    """Those that lie in one of the places named; if none does on the day, those that ever did."""
    units, places = tuple(units), [unit for case in above for unit in case.units]
    if found := within(units, places, day):
        return found
    return tuple(unit for unit in units if any(within([form], places, None) for form in forms(unit.code) if form.until))


def _hold(units: Iterable[Unit], below: Sequence[Unit], day: str | None) -> list[Unit]:
    """Those in which one of `below` lies."""
    codes = {one.code for unit in below for one in lies_in(unit, day)}
    return [unit for unit in units if unit.code in codes]


def _province(unit: Unit, day: str | None) -> str:
    """The code of the province in which a unit lies, or which it is."""
    above = lies_in(unit, day)
    return above[-1].code if above else unit.code
