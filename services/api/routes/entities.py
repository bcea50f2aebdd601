"""The entities' addresses: who and what articles name, and where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.api.cursor import BadCursor, CursorFilterMismatch, Cursors
from services.api.records import entities as entity_records
from services.api.records.entities import Place
from services.api.routes.articles import read_place, write_place
from services.api.routes.dependencies import TheCursors, TheEngine
from services.api.routes.documents import summary
from services.api.search import find
from services.api.search.find import Wanted
from shared.contracts.article import ArticleList
from shared.contracts.entity import CooccurringList, EntityDetail, EntityList, Timeline
from shared.database import AnyRow, transaction
from shared.errors import DatabaseAway, InvalidParameter, NotFound
from shared.http import json_response, problem_answers
from shared.ids import ENTITY, read, written
from shared.orthography.search import order

router = APIRouter(prefix="/v1/entities", tags=["entities"])

_LIST, _TIMELINE, _COOCCURRING = "entities", "entity timeline", "entity cooccurring"

Kind = Literal["person", "organization", "place", "document"]
TheId = Annotated[str, Path(description="An entity's id; one that was merged answers with the entity it leads to.")]


class NoSuchEntity(NotFound):
    """No article that you may see names an entity of this id."""

    code = "no_such_entity"


class PageAsked(BaseModel):
    """What may be asked of a list; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="Entries on a page.")
    cursor: str | None = Field(None, max_length=1000, description="`page.next` of the page before.")


class EntitiesAsked(PageAsked):
    """What may be asked of the list of entities."""

    q: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description='Words of a name, accents optional: "tran quoc to", "Thanh Hóa".',
    )
    type: Kind | None = Field(None, description="Only entities of this type.")


class CooccurringAsked(PageAsked):
    """What may be asked of what is named beside an entity."""

    type: Kind | None = Field(None, description="Only entities of this type.")


@router.get(
    "",
    response_model=EntityList,
    summary="Entities by name",
    responses=problem_answers(InvalidParameter, BadCursor, CursorFilterMismatch, DatabaseAway),
)
def list_entities(asked: Annotated[EntitiesAsked, Query()], engine: TheEngine, cursors: TheCursors) -> Response:
    """Entities that articles name, in Vietnamese order. With `q`, names with the accents as typed come first,
    names that are only like it, as after a slip, last."""
    filter = asked.model_dump_json(include={"q", "type"})
    with transaction(engine) as tx:
        rows = entity_records.entities(
            tx, q=asked.q, type=asked.type, after=_after(cursors, _LIST, asked.cursor, filter), limit=asked.limit + 1
        )
    page = rows[: asked.limit]
    onward = _onward(cursors, _LIST, page[-1].grade, page[-1], filter) if len(rows) > asked.limit else None
    return _listed("/v1/entities", [_found_by_name(row) for row in page], asked, onward)


@router.get(
    "/{id}",
    response_model=EntityDetail,
    summary="One entity",
    responses=problem_answers(NoSuchEntity, DatabaseAway),
)
def get_entity(id: TheId, engine: TheEngine) -> Response:
    """Everything an entity is called and, of a person, every rank and post with the first and last day that it is said."""
    with transaction(engine) as tx:
        found, ids = _found(tx, id)
        figures = entity_records.figures(tx, ids)
        names = entity_records.aliases(tx, ids)
        is_person = found.type == "person"
        ranks = entity_records.ranks(tx, ids) if is_person else []
        posts = entity_records.posts(tx, ids) if is_person else []
    return json_response(
        {
            **_brief(found),
            "key": found.key,
            "aliases": sorted(names, key=order),
            "merged": sorted(written(ENTITY, one) for one in ids if one != found.id),
            **figures._asdict(),
            "ranks": [row._asdict() for row in ranks],
            "posts": [row._asdict() for row in posts],
        }
    )


@router.get(
    "/{id}/articles",
    response_model=ArticleList,
    summary="The articles that name an entity, newest first",
    responses=problem_answers(InvalidParameter, BadCursor, CursorFilterMismatch, NoSuchEntity, DatabaseAway),
)
def list_articles_of_entity(
    id: TheId, asked: Annotated[PageAsked, Query()], engine: TheEngine, cursors: TheCursors
) -> Response:
    """A page of articles, in the order of `GET /v1/articles`."""
    after = read_place(cursors, asked.cursor, "newest", id) if asked.cursor is not None else None
    with transaction(engine) as tx:
        found, ids = _found(tx, id)
        rows = find.page(tx, Wanted(entities=[ids]), sort="newest", after=after, limit=asked.limit + 1)
    page = rows[: asked.limit]
    onward = write_place(cursors, page[-1], id) if len(rows) > asked.limit else None
    return _listed(f"{_href(found)}/articles", [summary(row) for row in page], asked, onward)


@router.get(
    "/{id}/timeline",
    response_model=Timeline,
    summary="An entity over time",
    responses=problem_answers(InvalidParameter, BadCursor, CursorFilterMismatch, NoSuchEntity, DatabaseAway),
)
def timeline_of_entity(
    id: TheId, asked: Annotated[PageAsked, Query()], engine: TheEngine, cursors: TheCursors
) -> Response:
    """Month by month, the newest first: articles, mentions, and of a person the ranks and posts that were said."""
    before = _month(cursors, asked.cursor, id) if asked.cursor is not None else None
    with transaction(engine) as tx:
        found, ids = _found(tx, id)
        rows = entity_records.months(tx, ids, before=before, limit=asked.limit + 1)
        page = rows[: asked.limit]
        said = (
            entity_records.posts_by_month(tx, ids, first=page[-1].month, last=page[0].month)
            if page and found.type == "person"
            else []
        )
    onward = cursors.encode(_TIMELINE, (str(page[-1].month),), id) if len(rows) > asked.limit else None
    posts = _by_month(said)
    return _listed(
        f"{_href(found)}/timeline", [{**row._asdict(), "posts": posts[row.month]} for row in page], asked, onward
    )


@router.get(
    "/{id}/cooccurring",
    response_model=CooccurringList,
    summary="What is named together with an entity",
    responses=problem_answers(InvalidParameter, BadCursor, CursorFilterMismatch, NoSuchEntity, DatabaseAway),
)
def list_cooccurring(
    id: TheId, asked: Annotated[CooccurringAsked, Query()], engine: TheEngine, cursors: TheCursors
) -> Response:
    """Who and what the newest thousand articles about an entity name beside it, in how many of them."""
    filter = f"{id} {asked.type}"
    with transaction(engine) as tx:
        found, ids = _found(tx, id)
        rows = entity_records.cooccurring(
            tx, ids, type=asked.type, after=_after(cursors, _COOCCURRING, asked.cursor, filter), limit=asked.limit + 1
        )
    page = rows[: asked.limit]
    onward = _onward(cursors, _COOCCURRING, -page[-1].articles, page[-1], filter) if len(rows) > asked.limit else None
    data = [{**_brief(row), "articles": row.articles} for row in page]
    return _listed(f"{_href(found)}/cooccurring", data, asked, onward)


def _found(tx: Connection, id: str) -> tuple[Any, list[UUID]]:
    """The entity of a written id, and the ids of all that are it. Raises NoSuchEntity."""
    uuid = read(ENTITY, id)
    found = entity_records.lead(tx, uuid) if uuid else None
    if found is None:
        raise NoSuchEntity(f"no entity {id}: an id is ent_ and 32 hexadecimal digits")
    return found, entity_records.members(tx, [found.id])


def _brief(row: AnyRow) -> dict[str, Any]:
    return {"id": written(ENTITY, row.id), "type": row.type, "name": row.name, "href": _href(row)}


def _found_by_name(row: AnyRow) -> dict[str, Any]:
    return {**_brief(row), "similar": row.grade >= entity_records.SIMILAR}


def _href(row: Any) -> str:
    return f"/v1/entities/{written(ENTITY, row.id)}"


def _after(cursors: Cursors, name: str, text: str | None, filter: str) -> Place | None:
    """Where the page before ended. Raises BadCursor and CursorFilterMismatch."""
    if text is None:
        return None
    grade, name_order, id = cursors.decode(name, text, (int, str, str), filter)
    return Place(int(grade), str(name_order), UUID(hex=str(id)))


def _onward(cursors: Cursors, name: str, grade: int, row: AnyRow, filter: str) -> str:
    return cursors.encode(name, (grade, row.name_order, row.id.hex), filter)


def _month(cursors: Cursors, text: str, filter: str) -> date:
    (month,) = cursors.decode(_TIMELINE, text, (str,), filter)
    return date.fromisoformat(str(month))


def _by_month(rows: Sequence[AnyRow]) -> Mapping[date, list[dict[str, Any]]]:
    months: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        values = row._asdict()
        months[values.pop("month")].append(values)
    return months


def _listed(path: str, data: list[dict[str, Any]], asked: PageAsked, onward: str | None) -> Response:
    query = asked.model_dump(exclude_unset=True) | {"limit": asked.limit, "cursor": onward}
    headers = {"Link": f'<{path}?{urlencode(query)}>; rel="next"'} if onward else {}
    return json_response({"data": data, "page": {"limit": asked.limit, "next": onward}}, headers=headers)
