"""People: which mentions are of one person, what rank they have, and which posts they hold."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from services.enrich.text.article import Basis, Block, Person, Position, Rank
from services.enrich.text.names.found import Found
from services.enrich.text.names.lexicons import folded_phrase
from services.enrich.text.names.syllables import Sentence
from services.enrich.text.names.titles import Line, Post, Titles, lines_of, posts_without_name, titles_of
from services.enrich.text.span import Span
from services.enrich.text.vietnamese import fold_tone_place

VERSION = "1"


def find_people(
    blocks: Sequence[Block],
    sentences: Sequence[tuple[int, Sentence]],
    names: Sequence[Found],
    bodies: Mapping[Found, str],
) -> tuple[Person, ...]:
    """Everyone whom the names of the blocks name, in order of the first mention.

    `sentences` are those of all blocks, each with the number of its block.
    `bodies` has, for each body among `names` that stands as a short form, its whole name. A given name alone belongs to
    the one person of the article whose name ends in it; where two do, it is nobody's.
    """
    groups = _groups(names)
    if not groups:
        return ()
    lines = lines_of(blocks, sentences, names)
    titles = {name: titles_of(line, name) for line in lines for name in line.names if name.type == "PERSON"}
    people = [_person(blocks, mentions, titles, bodies) for mentions in groups]
    named = {(name.block, post.start) for name, one in titles.items() for post in one.posts}
    return tuple(_tied_by_post(blocks, people, lines, named))


def _groups(names: Sequence[Found]) -> list[list[Found]]:
    """The mentions of each person, in the order of the text."""
    people = [name for name in names if name.type == "PERSON"]
    keys = {name: _key(name.text) for name in people}
    known = set(keys.values())
    groups: dict[tuple[str, ...], list[Found]] = defaultdict(list)
    for name in people:
        if (whole := _whole(keys[name], known)) is not None:
            groups[whole].append(name)
    return sorted(groups.values(), key=lambda group: (group[0].block, group[0].start))


def _key(text: str) -> tuple[str, ...]:
    return tuple(folded_phrase(text).split(" "))


def _whole(key: tuple[str, ...], known: set[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The fullest name that ends in `key` (or, of a foreign name, begins with it); None if several do."""
    longer = [other for other in known if len(other) > len(key) and other[-len(key) :] == key]
    # "Nguyễn Văn An" and "Văn An" are one: of names that end in each other only the longest counts.
    longer = [one for one in longer if not any(len(two) > len(one) and two[-len(one) :] == one for two in longer)]
    if not longer:
        return key
    return longer[0] if len(longer) == 1 else None


def _person(
    blocks: Sequence[Block], mentions: Sequence[Found], titles: Mapping[Found, Titles], bodies: Mapping[Found, str]
) -> Person:
    fullest = max(mentions, key=lambda name: (len(name.text.split()), not name.text.isupper(), name.confidence))
    told = [(name, titles[name]) for name in mentions if name in titles]
    ranked = [(name, one.rank) for name, one in told if one.rank is not None]
    # The longest is the fullest: "Thượng tướng, PGS.TS" says more than "Thượng tướng".
    rank = max(ranked, key=lambda one: one[1].end - one[1].start, default=None)
    posts = _distinct([(name.block, post) for name, one in told for post in one.posts])
    return Person(
        name=" ".join(fullest.text.split()),
        mentions=tuple(_span(blocks, name.block, name) for name in mentions),
        titles=(),
        rank=rank and Rank(span=_span(blocks, rank[0].block, rank[1]), text=rank[1].text),
        positions=tuple(
            Position(
                span=_span(blocks, block, post),
                text=post.text,
                organisation=bodies.get(post.body, post.body.text) if post.body else None,
            )
            for block, post in posts
        ),
        basis=Basis(
            method="people.titles",
            version=VERSION,
            confidence=min(0.95, fullest.confidence),
            evidence=tuple(_span(blocks, name.block, name) for name in mentions[:1]),
            reason="the name with what stands before and after it" if ranked or posts else "the name alone",
        ),
    )


def _distinct(posts: Sequence[tuple[int, Post]]) -> list[tuple[int, Post]]:
    """The posts, each once: "Thứ trưởng" is no other than "Thứ trưởng Bộ Công an"."""
    kept: list[tuple[int, Post]] = []
    folded = [fold_tone_place(post.text) for _, post in posts]
    for place, (block, post) in enumerate(posts):
        others = [(other, text) for other, text in enumerate(folded) if other != place]
        shorter = any(text.startswith(folded[place] + " ") for _, text in others)
        repeated = any(text == folded[place] and other < place for other, text in others)
        if not shorter and not repeated:
            kept.append((block, post))
    return kept


def _tied_by_post(
    blocks: Sequence[Block], people: Sequence[Person], lines: Sequence[Line], named: Collection[tuple[int, int]]
) -> list[Person]:
    """The people, each with the places that call them by their post: "đồng chí Giám đốc", where one alone holds it.

    `named` are the places of the posts that stand beside a name.
    """
    titles: dict[str, list[Span]] = defaultdict(list)
    for line in lines:
        for post in posts_without_name(line):
            if (line.block, post.start) in named:
                continue
            text = fold_tone_place(post.text)
            holders = [
                person
                for person in people
                if any(f"{fold_tone_place(held.text)} ".startswith(f"{text} ") for held in person.positions)
            ]
            if len(holders) == 1:
                titles[holders[0].name].append(_span(blocks, line.block, post))
    return [replace(person, titles=tuple(titles[person.name])) for person in people]


def _span(blocks: Sequence[Block], block: int, place: Found | Post) -> Span:
    return blocks[block].offsets.filed(place.start, place.end)
