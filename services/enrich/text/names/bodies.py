"""Short forms of bodies ("Công an tỉnh", "Tỉnh ủy"): which body is meant, and how that is known."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.enrich.text.names.found import Found
from services.enrich.text.vietnamese import fold_tone_place

# Of each body that leaves its level unsaid, the level.
_LEVEL_OF = {"tỉnh ủy": "tỉnh", "thành ủy": "thành phố", "huyện ủy": "huyện", "quận ủy": "quận", "thị ủy": "thị xã"}
_PROVINCIAL = ("tỉnh", "thành phố")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_SAME = {"ủy ban nhân dân": "ubnd", "hội đồng nhân dân": "hđnd"}
_HEAD = re.compile(
    r"(?:(?P<what>công an|ubnd|ủy ban nhân dân|hđnd|hội đồng nhân dân)\s"
    r"(?P<level>tỉnh|thành phố|huyện|quận|thị xã|thị trấn|xã|phường)"
    rf"|(?P<party>{'|'.join(_LEVEL_OF)}))(?!\w)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """The whole name that a short form stands for, and how that is known."""

    name: str
    confidence: float
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Body:
    """A body of a place: its short form and level, folded; the place, empty in a short form; the name without brackets."""

    short: str
    level: str
    where: str
    name: str


def resolve_short_forms(names: Sequence[Found], provinces: Mapping[str, int]) -> dict[int, Resolution]:
    """For each short form among `names`, by its place there: the whole name, where the article tells it.

    `provinces` are the names of the provinces that the article speaks of, with how often it does.
    """
    bodies = {
        place: body
        for place, name in enumerate(names)
        if name.type == "ORGANIZATION" and (body := _read(name.text)) is not None
    }
    full = {place: body for place, body in bodies.items() if body.where}
    resolved = {place: _resolve(body, place, full, provinces) for place, body in bodies.items() if not body.where}
    return {place: resolution for place, resolution in resolved.items() if resolution is not None}


def _read(text: str) -> _Body | None:
    """A body of a place, whole or short; None if it is another body."""
    plain = " ".join(_BRACKETS.sub("", text).split())
    match = _HEAD.match(fold_tone_place(plain))
    where = plain[match.end() :].strip() if match else ""
    if match is None or (where and not where[0].isupper()):
        return None
    if party := match["party"]:
        return _Body(short=party, level=_LEVEL_OF[party], where=where, name=plain)
    short = f"{_SAME.get(match['what'], match['what'])} {match['level']}"
    return _Body(short=short, level=match["level"], where=where, name=plain)


def _resolve(body: _Body, place: int, full: Mapping[int, _Body], provinces: Mapping[str, int]) -> Resolution | None:
    """What the rest of the article makes of a short form; None if it leaves that open."""
    before = [other.name for at, other in full.items() if other.short == body.short and at < place]
    if before:
        sure = 0.97 if len(set(before)) == 1 else 0.8
        return Resolution(name=before[-1], confidence=sure, reason="the last body of that kind named in full")
    later = {other.name for other in full.values() if other.short == body.short}
    if len(later) == 1:
        return Resolution(name=later.pop(), confidence=0.85, reason="the only body of that kind named in full")
    places = {other.where for other in full.values() if other.level == body.level}
    if len(places) == 1:
        where = places.pop()
        reason = f"the only {body.level} among the article's bodies: {where}"
        return Resolution(name=f"{body.name} {where}", confidence=0.9, reason=reason)
    if body.level in _PROVINCIAL and not places and (province := _most(provinces)):
        reason = f"the province of the article: {province}"
        return Resolution(name=f"{body.name} {province}", confidence=0.7, reason=reason)
    return None


def _most(provinces: Mapping[str, int]) -> str | None:
    """The province that is named twice as often as any other."""
    ranked = Counter(provinces).most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]):
        return None
    return ranked[0][0]
