"""An article as a page: its text with what is known of it, its versions, what it is like, and the story around it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from services.api.diff import difference
from services.api.pages import queries
from services.api.pages.cards import cards_of, day_of, provinces_of
from services.api.pages.comparing import beside, woven
from services.api.pages.drawing import line_of, maps_of
from services.api.pages.rendering import TheReader, page
from services.api.pages.shown import Mark, pieces
from services.api.records import stories as story_records
from services.api.routes.article import DiffAsked, NoSuchVersion
from services.api.routes.dependencies import TheEngine
from services.api.routes.stories import what_each_adds
from shared.database import AnyRow, transaction
from shared.ids import ARTICLE, ENTITY, STORY, read, written
from shared.reading import article_row, document, relations_of, version_rows, why_not

router = APIRouter(include_in_schema=False)

_MOST_MEMBERS = 30
_MOST_RELATIONS = 20
_LONGEST_COMPARED = 60_000
"""Characters of a text that a page shows beside another; the rest is left to the machine-readable answer."""
Id = Annotated[str, Path()]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/articles/{id}")
def show_article(id: Id, engine: TheEngine, reader: TheReader) -> Response:
    """The article in its current version."""
    with transaction(engine) as tx:
        return page("article.html", reader, **_told(tx, _row(tx, id)))


@router.get("/articles/{id}/versions/{number}")
def show_version(id: Id, number: Number, engine: TheEngine, reader: TheReader) -> Response:
    """The article as that version has it."""
    with transaction(engine) as tx:
        return page("article.html", reader, **_told(tx, _row(tx, id, number)))


@router.get("/articles/{id}/diff")
def show_diff(id: Id, asked: Annotated[DiffAsked, Query()], engine: TheEngine, reader: TheReader) -> Response:
    """What differs between two versions, woven into one text."""
    with transaction(engine) as tx:
        after = _row(tx, id, asked.after)
        versions = version_rows(tx, after.article_id)
        earlier = [row.version for row in versions if row.version < after.version]
        before = _row(tx, id, asked.before or (earlier[-1] if earlier else after.version))
    stretches, coarse = woven(before.text[:_LONGEST_COMPARED], after.text[:_LONGEST_COMPARED])
    fields = difference(document(before, []), document(after, []))["fields"]
    return page(
        "diff.html",
        reader,
        id=id,
        before=before,
        after=after,
        versions=versions,
        stretches=stretches,
        coarse=coarse,
        fields=[_field(one) for one in fields if one["field"] not in _DERIVED],
    )


@router.get("/articles/{id}/beside/{other}")
def show_beside(id: Id, other: Id, engine: TheEngine, reader: TheReader) -> Response:
    """Two articles side by side, the differing words marked."""
    with transaction(engine) as tx:
        rows = [_row(tx, id), _row(tx, other)]
    ours, theirs, coarse = beside(*(row.text[:_LONGEST_COMPARED] for row in rows))
    ids = [written(ARTICLE, row.article_id) for row in rows]
    return page("beside.html", reader, rows=rows, ids=ids, sides=[ours, theirs], coarse=coarse)


_DERIVED = {"text", "blocks", "pipeline", "story", "valid_from"}
"""Fields of which the woven text tells enough."""


def _field(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "field": one["field"],
        "removed": [_briefly(value) for value in one["removed"]],
        "added": [_briefly(value) for value in one["added"]],
    }


def _briefly(value: Any) -> str:
    """A value in a line: what it is called, and what it means."""
    if not isinstance(value, Mapping):
        return str(value)
    named = next((value[key] for key in ("text", "name", "author", "title", "short") if value.get(key)), None)
    meant = value.get("value") or value.get("long") or value.get("suggestion")
    return " → ".join(str(part) for part in (named, meant) if part) or ", ".join(
        f"{key}: {part}" for key, part in value.items() if part
    )


def _row(tx: Connection, id: str, number: int | None = None) -> AnyRow:
    """The row of a readable article. Raises why it is not to be read."""
    uuid = read(ARTICLE, id)
    row = article_row(tx, uuid, number) if uuid else None
    if row is None:
        if uuid and number is not None and article_row(tx, uuid):
            raise NoSuchVersion(f"{id} has no version {number}")
        raise why_not(tx, uuid, id)
    return row


def _told(tx: Connection, row: AnyRow) -> dict[str, Any]:
    """Everything that an article's page shows."""
    relations = relations_of(tx, row)
    told = document(row, relations)
    people = [id for one in told["people"] if one["entity"] and (id := read(ENTITY, one["entity"]))]
    cards, marks = cards_of(told, queries.careers(tx, people))
    others = [relation.article_id for relation in relations if relation.article_id]
    day = day_of(told)
    return {
        "article": told,
        "row": row,
        "is_current": row.version == row.current_version,
        "blocks": _blocks(told, marks),
        "cards": {card.number: card for card in cards},
        "kinds": [kind for kind in _KINDS if any(card.kind == kind for card in cards)],
        "maps": maps_of(provinces_of(told["places"]), day),
        "day": day,
        "line": line_of(told),
        "versions": version_rows(tx, row.article_id),
        "relations": _relations(told["relations"], queries.titles(tx, others)),
        "story": _story(tx, row.story_id) if row.story_id else None,
    }


_KINDS = ("person", "organization", "place", "date", "document")


def _blocks(told: Mapping[str, Any], marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """The parts of the bulletin in their order, each with the pieces of its text."""
    items = {item["start"]: item["title"] for item in told["items"]}
    return [
        {
            "kind": block["kind"],
            "picture": block["picture"],
            "item": items.get(block["start"]),
            "pieces": pieces(told["text"][block["start"] : block["end"]], block["text"], block["start"], marks),
        }
        for block in told["blocks"]
    ]


def _relations(relations: Sequence[Mapping[str, Any]], titles: Mapping[UUID, AnyRow]) -> list[dict[str, Any]]:
    """What the article is to others, with their headlines; a note that they have nothing in common is left out."""
    by_id = {written(ARTICLE, id): row for id, row in titles.items()}
    told = [one for one in relations if one["kind"] != "none"]
    return [{**one, "other": by_id.get(one["article"])} for one in told[:_MOST_RELATIONS]]


def _story(tx: Connection, id: UUID) -> dict[str, Any]:
    members = story_records.members(tx, id, limit=_MOST_MEMBERS)
    adds = what_each_adds(members)
    return {
        "id": written(STORY, id),
        "members": [
            {"row": row, "id": written(ARTICLE, row.article_id), "adds": one}
            for row, one in zip(members, adds, strict=True)
        ],
    }
