"""What the tagger sees of each syllable: the word, its neighbours, its lists, and what the whole article shows of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import eq
from typing import Generic, NamedTuple, Protocol, Self, TypeVar

from services.enrich.text.names.lexicons import NOWHERE, Listed, listed, words
from services.enrich.text.names.syllables import Sentence
from services.enrich.text.names.usage import known_names
from services.enrich.text.names.words import Facts, facts_of, word_of


class Told(Protocol):
    """What becomes of facts; of several facts it is added up."""

    def __add__(self, other: Self, /) -> Self: ...


T = TypeVar("T", bound=Told)
_PERSON_CUES = frozenset({"rank", "degree", "trade", "address", "post"})
_NUMBERED = frozenset({"place", "body"})
_BEFORE, _BEHIND = 6, 3
_EDGE, _EDGES = ("^^", "^"), ("$", "$$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence to be tagged, and what is known of its place: the kind of its block, and whether it is all in capitals."""

    sentence: Sentence
    kind: str
    capitals: bool


class Stretch(NamedTuple, Generic[T]):
    """Tokens that may hold names: the first one's number in its sentence, and what each of them shows, added up."""

    first: int
    seen: list[T]


class Sight(Generic[T]):
    """Sees the facts about syllables, each as whatever `told` makes of it.

    What many syllables share is told once and kept: facts about a word, shapes in a row, lists that touch. `one` is
    asked for the single facts, which are seldom met again; it gets `nothing` to answer with where it knows nothing.
    """

    def __init__(self, told: Callable[[Facts], T], one: Callable[[str, T], T], nothing: T) -> None:
        self._one = one
        self._nothing = nothing
        self._told = told
        # Of one argument the cache is quicker than of two.
        self._word = lru_cache(12_000)(partial(self._word_seen, capitals=False))
        self._word_in_capitals = lru_cache(1_000)(partial(self._word_seen, capitals=True))
        self._around = lru_cache(6_000)(lambda around: told(_around(*around)))
        self._in_lists = lru_cache(4_000)(lambda touching: told(_in_lists(*touching)))
        self._known = lru_cache(4_000)(lambda touching: told(_known(*touching)))
        self._in_run = lru_cache(1_000)(lambda *place: told(_in_run(*place)))
        self._elsewhere = lru_cache(1_000)(told)

    def of(self, passages: Sequence[Passage]) -> list[list[Stretch[T]]]:
        """For each passage of one article its stretches that may hold names."""
        read = [
            _Read(passage, *zip(*map(seen, passage.sentence.words), strict=True))
            for passage in passages
            for seen in (self._word_in_capitals if passage.capitals else self._word,)
        ]
        article = _Article(read)
        return [self._stretches(one, article) for one in read]

    def _word_seen(self, word: str, *, capitals: bool) -> tuple[str, str, bool, T, T, T, T, T]:
        two, one, at, before, before_two = facts_of(word, capitals=capitals)
        told = self._told
        return *word_of(word, capitals=capitals), told(two), told(one), told(at), told(before), told(before_two)

    def _stretches(self, read: "_Read[T]", article: "_Article") -> list[Stretch[T]]:
        near = _near_names(read)
        if not near:
            return []
        sentence, capitals = read.passage.sentence, read.passage.capitals
        lists, lows, one, nothing, around = read.lists, read.lows, self._one, self._nothing, self._around
        known = known_names([word.title() for word in sentence.words] if capitals else sentence.words)
        near_lists = {beside for place in lists for beside in (place - 1, place, place + 1)}
        # Two marks before and two behind: what stands at `place` has the index `place + 2`.
        shapes = (*_EDGE, *read.shapes, *_EDGES)
        pairs = [f"{one} {two}" for one, two in zip(("^", *lows), (*lows, "$"), strict=True)]
        glued = [False, *map(eq, sentence.ends, sentence.starts[1:]), False]
        by_words = _added(read.seen, nothing)
        stretches: list[Stretch[T]] = []
        done = -1
        for place in near:
            if place != done:
                found: list[T] = []
                stretches.append(Stretch(place, found))
            done = place + 1
            seen = (
                by_words[place]
                + around((shapes[place : place + 5], glued[place], glued[done], capitals))
                + one(f"b-={pairs[place]}", nothing)
                + one(f"b+={pairs[done]}", nothing)
            )
            if place in near_lists and (touching := _touching(lists, place)) is not None:
                seen += self._in_lists(touching)
            if place in known:
                seen += self._known(known[place])
            if read.large[place]:
                seen += self._in_capitals(read, place) + self._elsewhere(article.seen(lows, place, _cue(lists, place)))
            found.append(seen)
        return stretches

    def _in_capitals(self, read: "_Read[T]", place: int) -> T:
        """The run of capitalised words that a token is in, and what stands around it."""
        start, stop = read.runs[place]
        lows, one, nothing = read.lows, self._one, self._nothing
        before = read.lists[start - 1].kinds if start - 1 in read.lists else ()
        return (
            self._in_run(place - start, stop - start, start == 0, before)
            + one(f"rb={lows[start - 1] if start else '^'}", nothing)
            + one(f"ra={lows[stop] if stop < len(lows) else '$'}", nothing)
            + one(f"rf={lows[start]}", nothing)
            + one(f"rl={lows[stop - 1]}", nothing)
        )


def _added(seen: Sequence[Sequence[T]], nothing: T) -> list[T]:
    """For each token what it and the two words on either side tell of it."""
    two_behind, behind, at, before, two_before = seen
    return [
        a + b + c + d + e
        for a, b, c, d, e in zip(
            at,
            (nothing, *behind),
            (nothing, nothing, *two_behind),
            (*before[1:], nothing),
            (*two_before[2:], nothing, nothing),
            strict=False,
        )
    ]


class _Read(Generic[T]):
    """A sentence as it is looked at: of each token the word folded, its shape, its lists and the run it is in."""

    def __init__(
        self,
        passage: Passage,
        lows: tuple[str, ...],
        shapes: tuple[str, ...],
        large: tuple[bool, ...],
        *seen: tuple[T, ...],
    ) -> None:
        self.passage = passage
        self.lows = lows
        self.shapes = shapes
        self.large = large
        self.seen = seen
        self.lists = listed(lows)
        self.runs = _runs(large)


def _around(shapes: tuple[str, ...], glued: bool, glues: bool, capitals: bool) -> Facts:
    """The shapes around a syllable, the middle one; whether it is glued to what stands before it and behind it."""
    s1, s2, s3, s4, s5 = shapes
    facts = [f"s3={s2} {s3} {s4}", f"s2+={s3} {s4} {s5}", f"s2-={s1} {s2} {s3}"]
    if s2 == "^":
        facts += ["^"] if s4 == "$" else ["^", f"^s+1={s4}"]
    if s4 == "$":
        facts.append("$")
    facts += [fact for fact, true in (("-g", glued), ("+g", glues), ("caps", capitals)) if true]
    return tuple(facts)


def _touching(lists: Mapping[int, Listed], place: int) -> tuple[Facts, bool, bool, Facts, Facts] | None:
    """The kinds of the phrase that the token is in, and of those that touch it; None if there are none."""
    kinds, begins, end = lists.get(place, NOWHERE)
    behind = end if kinds else place + 1
    before = lists[place - 1].kinds if place - 1 in lists and (begins or not kinds) else ()
    after = lists[behind].kinds if behind in lists else ()
    return (kinds, begins, end == place + 1, before, after) if kinds or before or after else None


def _in_lists(kinds: Facts, begins: bool, ends: bool, before: Facts, after: Facts) -> Facts:
    facts = [f"{'B' if begins else 'I'}{kind}" for kind in kinds]
    if kinds and ends:
        facts.append(f"E{'|'.join(kinds)}")
    if before:
        facts.append(f"-1G={'|'.join(before)}")
    if after:
        facts.append(f"+G={'|'.join(after)}")
    return tuple(facts)


def _known(code: str, part: str, before: str, after: str) -> Facts:
    """What the press's use of this name, and of those that touch it, was read as."""
    facts = [*(f"{part}v={one}" for one in code.split(" ")), f"{part}V={code}"] if code else []
    if before:
        facts.append(f"-1v={before}")
    if after:
        facts.append(f"+1v={after}")
    return tuple(facts)


def _in_run(place: int, length: int, opens: bool, before: Facts) -> Facts:
    """The run of capitalised words that the token is in: the token's place, the run's length, the list before it."""
    facts = (f"rn={min(place, 5)}/{min(length, 6)}", f"rs={'1' if opens else ''}{min(length, 5)}")
    return (*facts, f"rbG={'|'.join(before)}") if before else facts


_NO_RUN = (0, 0)


def _runs(large: Sequence[bool]) -> list[tuple[int, int]]:
    """For each token the run of capitalised words that it stands in, or an empty run."""
    count = len(large)
    result = [_NO_RUN] * count
    done = 0
    while True in large[done:]:
        start = large.index(True, done)
        done = large.index(False, start) if False in large[start:] else count
        result[start:done] = [(start, done)] * (done - start)
    return result


class _Article:
    """What the article as a whole shows of a word: after which cues it stands, and in which longer names."""

    def __init__(self, read: Sequence[_Read[T]]) -> None:
        self.cues: dict[str, Counter[str]] = defaultdict(Counter)
        self.last: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        surnames = words("surname")
        for one in read:
            lows = one.lows
            for place, (start, end) in enumerate(one.runs):
                if not end:
                    continue
                self.cues[lows[place]][_cue(one.lists, place)] += 1
                if place + 1 < end:
                    self.pairs[lows[place], lows[place + 1]] += 1
                elif not surnames.isdisjoint(lows[max(start, end - 4) : end - 1]):
                    self.last[lows[place]] += 1

    def seen(self, lows: Sequence[str], place: int, own: str) -> Facts:
        """What the rest of the article says of the word at `place`, before which `own` stands."""
        low = lows[place]
        told = [f"d={cue}" for cue, count in self.cues[low].items() if cue and count > (cue == own)]
        if low in self.last:
            told.append("dlast")
        if place + 1 < len(lows) and self.pairs.get((low, lows[place + 1]), 0) > 1:
            told.append("dpair")
        if place and self.pairs.get((lows[place - 1], low), 0) > 1:
            told.append("-1dpair")
        return tuple(told)


def _cue(lists: Mapping[int, Listed], place: int) -> str:
    """The kind of the phrase that ends just before `place`."""
    kinds, _, end = lists.get(place - 1, NOWHERE)
    if end != place or not kinds:
        return ""
    return kinds[0] if _PERSON_CUES.isdisjoint(kinds) else "P"


def _near_names(read: _Read[T]) -> list[int]:
    """The tokens so near to a capital, or to a number behind the type of a place, that they may be part of a name.

    Half of a text is further off; not to look at it halves the work.
    """
    near: list[int] = []
    lists = read.lists
    done = 0
    last = len(read.lows)
    for place, (large, shape) in enumerate(zip(read.large, read.shapes, strict=True)):
        if large or (shape[0] == "d" and place - 1 in lists and not _NUMBERED.isdisjoint(lists[place - 1].kinds)):
            end = min(place + _BEHIND + 1, last)
            near += range(max(done, place - _BEFORE), end)
            done = max(done, end)
    return near
