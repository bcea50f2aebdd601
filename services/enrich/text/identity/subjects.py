"""The organisations, places and documents of an article, each with the key by which all articles know it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from services.enrich.text.article import Article, EntityMention, PlaceLink, Reference
from services.enrich.text.identity.words import begins_with, holds, lists, words
from services.enrich.text.named import Subject
from shared.orthography.search import folded
from shared.places.units import forms, lies_in
from shared.places.words import kind_and_name

_FILE = "bodies"
LONGEST_NAME = 300
"""Characters. What is longer is no name; and an index takes no more than some thousand bytes."""

_BRACKETED = re.compile(r"\s*\([^()]*\)")
_PROVINCE = 3
_LEVEL_OF_CODE = {2: _PROVINCE, 3: 2, 5: 1}


def subjects_of(article: Article) -> list[Subject]:
    """All of them, those of one key as one; without what is left open or names too little to be told apart."""
    found = [*_bodies(article), *_places(article.places), *_documents(article.citations)]
    by_key: dict[tuple[str, str], list[Subject]] = defaultdict(list)
    for one in found:
        if len(one.name) <= LONGEST_NAME:
            by_key[one.type, one.key].append(one)
    return [_joined(same) for same in by_key.values()]


def _joined(same: Sequence[Subject]) -> Subject:
    first = same[0]
    return Subject(
        type=first.type,
        key=first.key,
        name=first.name,
        aliases=tuple(sorted({alias for one in same for alias in one.aliases if len(alias) <= LONGEST_NAME})),
        spans=tuple(sorted({span for one in same for span in one.spans}, key=lambda span: (span.start, span.end))),
        confidence=max(one.confidence for one in same),
        reason=first.reason,
        province=first.province,
        level=first.level,
    )


def _places(links: Iterable[PlaceLink]) -> Iterator[Subject]:
    for link in links:
        if not link.unit or not link.name:
            continue
        kind, _ = kind_and_name(link.name)
        short = link.name[len(kind.name) :].strip() if kind and link.valid_from else link.name
        yield Subject(
            type="place",
            key=f"{link.unit}@{link.valid_from}" if link.valid_from else link.unit,
            name=link.name,
            aliases=tuple(sorted({link.name, short or link.name, _tidy(link.text)})),
            spans=(link.span,),
            confidence=link.basis.confidence,
            reason="the unit of the map that is meant",
        )


def _documents(citations: Iterable[Reference]) -> Iterator[Subject]:
    for one in citations:
        whole = bool(one.number and "/" in one.number)
        if one.type == "LEGAL_DOCUMENT" and one.number and not (whole or one.issuer or one.year):
            # "Nghị quyết số 5": of whom, and of which year? Each body has one.
            continue
        of = f" của {one.issuer}" if one.issuer and not whole else ""
        name = f"{one.kind} {one.number}{of}" if one.number else _tidy(one.text)
        aliases = {name, _tidy(one.text), *([one.number] if whole and one.number else [])}
        yield Subject(
            type="document",
            key=folded(name),
            name=name,
            aliases=tuple(sorted(aliases)),
            spans=(one.span,),
            confidence=one.basis.confidence,
            reason="its kind and number" if one.number else "its name",
        )


@dataclass(frozen=True, slots=True)
class _Where:
    """The place in a body's name: as written there, its unit's name and code, and the province of today."""

    written: str
    name: str
    code: str
    province: str


def _bodies(article: Article) -> Iterator[Subject]:
    mentions = [mention for mention in article.entities if mention.type == "ORGANIZATION"]
    inside = _places_inside(mentions, article.places)
    main = _main_province(article.places)
    for mention in mentions:
        name = _tidy(_BRACKETED.sub("", mention.name))
        body = _body(name, inside.get(folded(name)), main)
        if body is None:
            continue
        own = {mention.name, name, body.name}
        # A short form is no name of the body: "Công an tỉnh" is said of sixty.
        aliases = own | {mention.text} if folded(mention.text) == folded(mention.name) else own
        yield Subject(
            type="organization",
            key=body.key,
            name=body.name,
            aliases=tuple(sorted({_tidy(alias) for alias in aliases})),
            spans=(mention.span,),
            confidence=mention.basis.confidence,
            reason=body.reason,
            province=body.province,
            level=body.level,
        )


@dataclass(frozen=True, slots=True)
class _Body:
    """What a body's name says: key, name, why, the province of today in which it is, and its level."""

    key: str
    name: str
    reason: str
    province: str = ""
    level: int = 0


def _body(name: str, where: _Where | None, main: tuple[str, str] | None) -> _Body | None:
    """None if the name says too little."""
    key = _whole(folded(name))
    if where is None:
        return _without_place(key, name, main)
    if not where.code.isdigit():
        return _Body(key, name, "its name")
    level = _LEVEL_OF_CODE[len(where.code)]
    if level == _PROVINCE:
        return _of_province(key, name, where)
    reason = f"its name and its place, {where.name} ({where.code})"
    return _Body(f"{key}@{where.code}", name, reason, where.province, level)


def _without_place(key: str, name: str, main: tuple[str, str] | None) -> _Body | None:
    if not key or key in words(_FILE, "too_little"):
        return None
    if not begins_with(key, words(_FILE, "local")):
        return _Body(key, name, "its name", level=_level(key))
    if main is None:
        return None
    code, province = main
    reason = f"its name, and the article's province, {province}"
    return _Body(f"{key}@{code}", f"{name} ({province})", reason, code, _PROVINCE)


def _of_province(key: str, name: str, where: _Where) -> _Body:
    """A body of a province: "Công an Thanh Hóa" is that of the province; "Câu lạc bộ Thanh Hóa" may be anybody's."""
    written, whole = folded(where.written), folded(where.name)
    head = key.removesuffix(written).strip()
    if written == whole or head not in words(_FILE, "of_a_place") or not name.endswith(where.written):
        return _Body(key, name, "its name", where.province, _PROVINCE)
    title = f"{name[: -len(where.written)].strip()} {where.name}"
    return _Body(f"{head} {whole}", title, f"its name; {where.written} is {where.name}", where.province, _PROVINCE)


def _places_inside(mentions: Iterable[EntityMention], places: Sequence[PlaceLink]) -> dict[str, _Where]:
    """The place in each body's name, by the folded name: the lowest unit in it. A name has one place in an article."""
    inside: dict[str, _Where] = {}
    linked = [place for place in places if place.unit]
    for mention in mentions:
        name = folded(_BRACKETED.sub("", mention.name))
        within = [
            place
            for place in linked
            if mention.span.start <= place.span.start and place.span.end <= mention.span.end
        ]  # fmt: skip
        # A short form ("Tỉnh ủy" for "Tỉnh ủy Thanh Hóa") holds no place where it stands, but in its whole name.
        within = within or [place for place in linked if name.endswith(f" {folded(place.text)}")]
        if within and name not in inside:
            lowest = max(within, key=lambda place: (len(place.unit or ""), -place.span.start))
            inside[name] = _where(lowest)
    return inside


def _where(place: PlaceLink) -> _Where:
    return _Where(_tidy(place.text), place.name or "", place.unit or "", _province_today(place) or "")


def _main_province(places: Iterable[PlaceLink]) -> tuple[str, str] | None:
    """Code and title of the province of today that the article is about: that of two thirds of its places or more."""
    counted = Counter(code for place in places if (code := _province_today(place)))
    if not counted:
        return None
    code, times = counted.most_common(1)[0]
    return (code, forms(code)[-1].title) if 3 * times >= 2 * counted.total() else None


def _province_today(place: PlaceLink) -> str | None:
    if not place.today:
        return None
    unit = forms(place.today[0])[-1]
    return (lies_in(unit) or (unit,))[-1].code


def _level(key: str) -> int:
    for level, name in enumerate(("commune", "district", "province", "central"), start=1):
        if holds(key, words("ladders", "levels", name)):
            return level
    return 0


@lru_cache(maxsize=4096)
def _whole(key: str) -> str:
    """A folded name with its short words written out."""
    padded = f" {key} "
    for short, long in _shorts():
        padded = padded.replace(short, long)
    return padded.strip()


@cache
def _shorts() -> tuple[tuple[str, str], ...]:
    return tuple((f" {folded(short)} ", f" {folded(long)} ") for short, long in lists(_FILE)["same"].items())


def _tidy(text: str) -> str:
    return " ".join(text.split())
