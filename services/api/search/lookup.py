"""Articles by what others know of them: ids, a sender's keys, hashes, whole texts and addresses."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection

from services.api.search import find
from services.api.search.conditions import Meanings, Query
from services.api.search.find import Wanted
from services.api.search.tree import And, Node, Words
from services.api.search.vectors import Grade, Match, Region
from shared.contracts.problem import Fault
from shared.contracts.search import ExternalId, LookupIn
from shared.database import AnyRow
from shared.errors import InvalidParameter
from shared.ids import ARTICLE, read
from shared.orthography.lexemes import words

MOST_ASKED = 100
_MOST_FOUND = 20
_MOST_WORDS = 24
"""Words of a text by which it is looked for; it is held against all of them then."""
_HASH = re.compile("[0-9a-f]{64}")
_NOTHING = Meanings(entities={}, facts={}, day_field="mentioned")
_AS_TYPED = Grade(match=Match.AS_TYPED, region=Region.ANYWHERE)


class Answer(NamedTuple):
    """What was asked, and the rows of the articles that it is known of."""

    by: str
    asked: str | ExternalId
    rows: Sequence[AnyRow]


def look_up(tx: Connection, asked: LookupIn) -> Iterator[Answer]:
    """What is found for each thing that was asked for, in order. Raises InvalidParameter if too much is asked at once."""
    _check(asked)
    for id in asked.ids:
        yield Answer("id", id, _by_id(tx, id))
    for one in asked.external_ids:
        facts = [f"source {one.source}", f"external_id {one.external_id}"]
        yield Answer("external_id", one, _by_facts(tx, facts))
    for source in asked.sources:
        yield Answer("source", source, _by_facts(tx, [f"source {source}"]))
    for hash in asked.hashes:
        yield Answer("hash", hash, _by_facts(tx, [f"sha256 {hash.lower()}"]))
    for text in asked.texts:
        yield Answer("text", text, _by_text(tx, text))
    for url in asked.urls:
        own = read(ARTICLE, urlsplit(url).path.rpartition("/")[2])
        rows = _by_id(tx, urlsplit(url).path.rpartition("/")[2]) if own else _by_facts(tx, [f"external_id {url}"])
        yield Answer("url", url, rows)


def _check(asked: LookupIn) -> None:
    values = [*asked.ids, *asked.sources, *asked.hashes, *asked.texts, *asked.urls]
    values += [part for one in asked.external_ids for part in (one.source, one.external_id)]
    number = len(asked.external_ids) + len(values) - 2 * len(asked.external_ids)
    if not 1 <= number <= MOST_ASKED:
        told = f"ask for 1 to {MOST_ASKED} things at once; these are {number}"
        raise InvalidParameter(told, errors=[Fault(pointer="body", detail="as a whole")])
    if any("\0" in value for value in values):
        raise InvalidParameter("no text holds the character NUL")
    for place, hash in enumerate(asked.hashes):
        if not _HASH.fullmatch(hash.lower()):
            detail = "a hash is 64 hexadecimal digits"
            raise InvalidParameter(detail, errors=[Fault(pointer=f"/hashes/{place}", detail=detail)])
    for place, url in enumerate(asked.urls):
        if not _is_url(url):
            detail = "this is no address"
            raise InvalidParameter(detail, errors=[Fault(pointer=f"/urls/{place}", detail=detail)])


def _is_url(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _by_id(tx: Connection, id: str) -> Sequence[AnyRow]:
    uuid = read(ARTICLE, id)
    return _found(tx, Wanted(ids=[uuid])) if uuid else []


def _by_facts(tx: Connection, facts: Iterable[str]) -> Sequence[AnyRow]:
    """What all of these are true of. The facts that are kept are cut where a name or a key is very long."""
    return _found(tx, Wanted(facts=[[fact] for fact in facts]))


def _by_text(tx: Connection, text: str) -> Sequence[AnyRow]:
    """What says the same words; neither letter case nor signs and blanks count, nor where a tone stands."""
    said = words(text)
    # The longest are the rarest.
    rare = sorted(dict.fromkeys(said), key=lambda word: (-len(word), word))[:_MOST_WORDS]
    parts: list[Node] = [Words(words=(word,), start=0, end=0) for word in rare]
    if not parts:
        return []
    node = parts[0] if len(parts) == 1 else And(tuple(parts))
    rows = _found(tx, Wanted(query=Query(node=node, meanings=_NOTHING), grades=(_AS_TYPED,)))
    texts = find.texts(tx, [row.id for row in rows])
    return [row for row in rows if row.id in texts and _says(texts[row.id], said)]


def _says(text: Any, said: list[str]) -> bool:
    # Filed in an old encoding, its words are those of the clean text.
    return words(text.text) == said or words(" ".join(block["text"] for block in text.blocks)) == said


def _found(tx: Connection, wanted: Wanted) -> Sequence[AnyRow]:
    return find.page(tx, wanted, sort="newest", after=None, limit=_MOST_FOUND)
