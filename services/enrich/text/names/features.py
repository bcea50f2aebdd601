"""What the tagger sees of each syllable: the word, its neighbours, its lists, and what the whole article shows of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.enrich.text.names.lexicons import Listed, listed, words
from services.enrich.text.names.syllables import Sentence
from services.enrich.text.names.usage import clusters, habits, known_names
from services.enrich.text.vietnamese import fold_tone_place

_PERSON_CUES = frozenset({"rank", "degree", "trade", "address", "post"})


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence to be tagged, and what is known of its place: the kind of its block, and whether it is all in capitals."""

    sentence: Sentence
    kind: str
    capitals: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """What a word shows by itself, once for each place beside the syllable that sees it."""

    low: str
    shape: str
    capital: bool
    seen: tuple[tuple[str, ...], ...]


def _shape(word: str) -> str:
    first = word[0]
    if first.isdigit():
        return "d" + (str(len(word)) if len(word) < 3 else "n") if word.isdigit() else "dx"
    if not first.isalpha():
        return word
    if first.islower():
        return "x" if word.islower() else "xX"
    if len(word) == 1:
        return "X1"
    if word[1:].islower():
        return "Xx"
    return "XX" if word.isupper() else "XxX"


@lru_cache(maxsize=30_000)
def _word(word: str, capitals: bool) -> _Word:
    low = fold_tone_place(word)
    shape = _shape(word)
    if capitals and shape in ("XX", "X1"):
        shape = "AC"
        word = word.title()
    facts = [f"w={low}", f"s={shape}"]
    facts += [f"c{n}={cluster}" for n, cluster in enumerate(clusters().get(word, ()))]
    if shape in ("Xx", "AC", "X1"):
        facts.append(f"u={habits().get(word.lower(), 'n')}")
        facts += [f"k={kind}" for kind in ("surname", "middle") if low in words(kind)]
    far = [f"w={low}", f"s={shape}", *facts[2:4]]
    at = [*facts, f"p={low[:2]}", f"q={low[-2:]}", f"l={min(len(word), 8)}"]
    if shape == "Xx" and low.isascii() and len(low) > 1 and low[-1] in "bdfjklrsvwxz":
        at.append("foreign")
    seen = tuple(
        tuple(f"{place}{fact}" for fact in told)
        for place, told in (("-2", far), ("-1", facts), ("", at), ("+1", facts), ("+2", far))
    )
    return _Word(low, shape, shape[0] in "XA", seen)


def features_of(passages: Sequence[Passage]) -> list[list[tuple[int, list[list[str]]]]]:
    """For each passage of one article its stretches that may hold names: the first token, and each token's features."""
    read = [[_word(word, passage.capitals) for word in passage.sentence.words] for passage in passages]
    lists = [listed([token.low for token in tokens]) for tokens in read]
    runs = [_runs(tokens) for tokens in read]
    known = _Document(read, lists, runs)
    return [
        _sentence_features(passage, tokens, phrases, run, known)
        for passage, tokens, phrases, run in zip(passages, read, lists, runs, strict=True)
    ]


def _runs(tokens: Sequence[_Word]) -> list[tuple[int, int]]:
    """For each token the run of capitalised words that it stands in, or an empty run."""
    count = len(tokens)
    result = [(0, 0)] * count
    done = 0
    for start, token in enumerate(tokens):
        if start < done or not token.capital:
            continue
        done = start + 1
        while done < count and tokens[done].capital:
            done += 1
        result[start:done] = [(start, done)] * (done - start)
    return result


class _Document:
    """What the article as a whole shows of a word: after which cues it stands, and in which longer names."""

    def __init__(
        self,
        read: Sequence[Sequence[_Word]],
        listed: Sequence[Sequence[Listed]],
        runs: Sequence[Sequence[tuple[int, int]]],
    ) -> None:
        self.cues: dict[str, Counter[str]] = defaultdict(Counter)
        self.last: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        surnames = words("surname")
        for tokens, lists, spans in zip(read, listed, runs, strict=True):
            for place, token in enumerate(tokens):
                start, end = spans[place]
                if start == end:
                    continue
                self.cues[token.low][_cue(lists, place)] += 1
                if place + 1 < end:
                    self.pairs[token.low, tokens[place + 1].low] += 1
                if place == end - 1 and any(
                    tokens[inner].low in surnames for inner in range(max(start, end - 4), end - 1)
                ):
                    self.last[token.low] += 1

    def seen(self, tokens: Sequence[_Word], place: int, own: str) -> list[str]:
        """What the rest of the article says of the word at `place`, before which `own` stands."""
        low = tokens[place].low
        told = [f"d={cue}" for cue, count in self.cues[low].items() if cue and count > (cue == own)]
        if self.last[low]:
            told.append("dlast")
        if place + 1 < len(tokens) and self.pairs[low, tokens[place + 1].low] > 1:
            told.append("dpair")
        if place and self.pairs[tokens[place - 1].low, low] > 1:
            told.append("-1dpair")
        return told


def _cue(lists: Sequence[Listed], place: int) -> str:
    """The kind of the phrase that ends just before `place`."""
    if not place:
        return ""
    kinds, _, end = lists[place - 1]
    if not kinds or end != place:
        return ""
    return "P" if _PERSON_CUES.intersection(kinds) else kinds[0]


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence as it is looked at: its tokens, and for each the phrase, the known name and the run that it is in.

    `lows` and `shapes` have two marks before and two behind, so that `lows[place + 2]` is the token at `place`.
    """

    passage: Passage
    tokens: Sequence[_Word]
    lists: Sequence[Listed]
    runs: Sequence[tuple[int, int]]
    kinds: Sequence[str]
    seen: Sequence[tuple[str, str]]
    lows: Sequence[str]
    shapes: Sequence[str]


def _sentence_features(
    passage: Passage,
    tokens: Sequence[_Word],
    lists: Sequence[Listed],
    runs: Sequence[tuple[int, int]],
    known: _Document,
) -> list[tuple[int, list[list[str]]]]:
    words_seen = [word.title() for word in passage.sentence.words] if passage.capitals else passage.sentence.words
    read = _Read(
        passage, tokens, lists, runs, ["|".join(kinds) for kinds, _, _ in lists], known_names(words_seen),
        ["^^", "^", *(token.low for token in tokens), "$", "$$"],
        ["^^", "^", *(token.shape for token in tokens), "$", "$$"],
    )  # fmt: skip
    stretches: list[tuple[int, list[list[str]]]] = []
    done = -1
    for place in _near_names(tokens, lists):
        if place != done:
            stretches.append((place, []))
        done = place + 1
        found = ["1", *tokens[place].seen[2]]
        _beside(read, place, found)
        _in_lists(read, place, found)
        _known_before(read, place, found)
        start, stop = runs[place]
        if stop > start:
            _in_run(read, place, found)
            found += known.seen(tokens, place, _cue(lists, place))
        if passage.capitals:
            found.append("caps")
        stretches[-1][1].append(found)
    return stretches


def _beside(read: _Read, place: int, found: list[str]) -> None:
    """The two words on either side, in pairs and by their shapes."""
    tokens, sentence, lows, shapes, at = read.tokens, read.passage.sentence, read.lows, read.shapes, place + 2
    if place:
        found += tokens[place - 1].seen[1]
        if sentence.starts[place] == sentence.ends[place - 1]:
            found.append("-g")
        if place > 1:
            found += tokens[place - 2].seen[0]
    else:
        found.append("^")
        if len(tokens) > 1:
            found.append(f"^s+1={shapes[at + 1]}")
    if place + 1 < len(tokens):
        found += tokens[place + 1].seen[3]
        if sentence.ends[place] == sentence.starts[place + 1]:
            found.append("+g")
        if place + 2 < len(tokens):
            found += tokens[place + 2].seen[4]
    else:
        found.append("$")
    found += (
        f"b-={lows[at - 1]} {lows[at]}",
        f"b+={lows[at]} {lows[at + 1]}",
        f"s3={shapes[at - 1]} {shapes[at]} {shapes[at + 1]}",
        f"s2+={shapes[at]} {shapes[at + 1]} {shapes[at + 2]}",
        f"s2-={shapes[at - 2]} {shapes[at - 1]} {shapes[at]}",
    )


def _in_lists(read: _Read, place: int, found: list[str]) -> None:
    """The phrase of the lists that the token is in, and those that touch it."""
    kinds, begins, end = read.lists[place]
    if kinds:
        found += [f"{'B' if begins else 'I'}{kind}" for kind in kinds]
        if end == place + 1:
            found.append(f"E{read.kinds[place]}")
    if place and read.kinds[place - 1] and (begins or not kinds):
        found.append(f"-1G={read.kinds[place - 1]}")
    behind = end if kinds else place + 1
    if behind < len(read.kinds) and read.kinds[behind]:
        found.append(f"+G={read.kinds[behind]}")


def _known_before(read: _Read, place: int, found: list[str]) -> None:
    """What the press's use of this name, and of those that touch it, was read as."""
    code, part = read.seen[place]
    if code:
        found += [f"{part}v={one}" for one in code.split(" ")]
        found.append(f"{part}V={code}")
    if place and read.seen[place - 1][0]:
        found.append(f"-1v={read.seen[place - 1][1]}{read.seen[place - 1][0]}")
    if place + 1 < len(read.seen) and read.seen[place + 1][0]:
        found.append(f"+1v={read.seen[place + 1][1]}{read.seen[place + 1][0]}")


def _in_run(read: _Read, place: int, found: list[str]) -> None:
    """The run of capitalised words that the token is in: its first and last word, its length, and what is around it."""
    start, stop = read.runs[place]
    lows = read.lows
    found += (
        f"rb={lows[start + 1]}",
        f"ra={lows[stop + 2]}",
        f"rn={min(place - start, 5)}/{min(stop - start, 6)}",
        f"rf={lows[start + 2]}",
        f"rl={lows[stop + 1]}",
        f"rs={'' if start else '1'}{min(stop - start, 5)}",
    )
    if start and read.kinds[start - 1]:
        found.append(f"rbG={read.kinds[start - 1]}")


def _near_names(tokens: Sequence[_Word], lists: Sequence[Listed]) -> list[int]:
    """The tokens so near to a capital, or to a number behind the type of a place, that they may be part of a name.

    Half of a text is further off; not to look at it halves the work.
    """
    near: list[int] = []
    done = 0
    last = len(tokens)
    for place, token in enumerate(tokens):
        if token.capital or (token.shape[0] == "d" and place and not _NUMBERED.isdisjoint(lists[place - 1].kinds)):
            end = min(place + _BEHIND + 1, last)
            near += range(max(done, place - _BEFORE), end)
            done = max(done, end)
    return near


_NUMBERED = frozenset({"place", "body"})
_BEFORE, _BEHIND = 6, 3
