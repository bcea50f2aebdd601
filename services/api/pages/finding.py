"""The pages by which articles are found: the front page with its filters, entities, stories and places."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from services.api.cursor import Cursors
from services.api.pages.drawing import bars_of, map_of
from services.api.pages.found import FILTERS, Found, find
from services.api.pages.rendering import TheReader, page
from services.api.records import entities as entity_records
from services.api.records import stories as story_records
from services.api.routes.dependencies import TheCursors, TheEngine
from services.api.routes.documents import summary
from services.api.routes.entities import EntitiesAsked, NoSuchEntity
from services.api.routes.places import AskedOfOne, NoSuchPlace
from services.api.routes.stories import NoSuchStory, StoriesAsked, what_each_adds
from services.api.search import find as search
from services.api.search.find import Wanted
from services.api.search.places import place_terms
from shared.database import transaction
from shared.errors import InvalidParameter
from shared.ids import ARTICLE, ENTITY, STORY, read, written
from shared.orthography.search import order
from shared.places.lookup import candidates, sorted_by_level
from shared.places.told import unit_document
from shared.places.units import Unit, forms, lies_in, unit_on
from shared.places.words import kind_and_name

router = APIRouter(include_in_schema=False)

_A_PAGE = 25
_MOST_BESIDE = 24
_MOST_MEMBERS = 200
_MOST_PLACES = 40
_HANOI = timedelta(hours=7)
_STORIES = "stories"


@router.get("/")
def show_articles(request: Request, engine: TheEngine, cursors: TheCursors, reader: TheReader) -> Response:
    """The articles, those of the filters or all, with the filters as a form."""
    asked = {name: value.strip() for name, value in request.query_params.items() if name in FILTERS and value.strip()}
    found, wrong = Found(), None
    try:
        found = find(request, engine, cursors, asked)
        with transaction(engine) as tx:
            named = _names(tx, asked)
    except (InvalidParameter, ValidationError) as error:
        wrong, named = _what_is_wrong(error), {}
    kept = {name: value for name, value in asked.items() if name not in ("cursor", "limit")}
    return page(
        "articles.html",
        reader,
        status=200 if wrong is None else 400,
        asked=dict.fromkeys(FILTERS, "") | asked,
        kept=kept,
        is_filtered=bool(kept.keys() - {"q", "date_field"}),
        named=named,
        found=found,
        wrong=wrong,
        onward=urlencode({**asked, "cursor": found.onward}) if found.onward else None,
        without={name: urlencode({key: one for key, one in kept.items() if key != name}) for name in kept},
    )


def _what_is_wrong(error: InvalidParameter | ValidationError) -> str:
    if isinstance(error, InvalidParameter):
        return str(error)
    first = error.errors()[0]
    return f"{'/'.join(map(str, first['loc']))}: {first['msg']}"


def _names(tx: Connection, asked: dict[str, str]) -> dict[str, str]:
    """The names of what is asked for by an id or a code."""
    named = {}
    for name, value in asked.items():
        if name in ("place", "province") and (known := forms(value)):
            named[value] = known[-1].title
        if (id := read(ENTITY, value)) and (found := entity_records.lead(tx, id)):
            named[value] = str(found.name)
    return named


@router.get("/entities")
def show_entities(request: Request, engine: TheEngine, reader: TheReader) -> Response:
    """Names that articles hold, in Vietnamese order, or those that were searched for."""
    given = {name: value for name, value in request.query_params.items() if name in ("q", "type") and value.strip()}
    try:
        asked = EntitiesAsked.model_validate(given)
    except ValidationError as error:
        raise InvalidParameter(_what_is_wrong(error)) from None
    with transaction(engine) as tx:
        rows = entity_records.entities(tx, q=asked.q, type=asked.type, after=None, limit=100)
    similar = [_brief(row) for row in rows if row.grade >= entity_records.SIMILAR]
    return page(
        "entities.html",
        reader,
        asked=asked,
        rows=[_brief(row) for row in rows][: len(rows) - len(similar)],
        similar=similar,
    )


@router.get("/entities/{id}")
def show_entity(id: Annotated[str, Path()], engine: TheEngine, reader: TheReader) -> Response:
    """Someone or something: names, posts over time, months, articles, and what is named beside it."""
    uuid = read(ENTITY, id)
    with transaction(engine) as tx:
        found = entity_records.lead(tx, uuid) if uuid else None
        if found is None:
            raise NoSuchEntity(f"no entity {id}: an id is ent_ and 32 hexadecimal digits")
        ids = entity_records.members(tx, [found.id])
        is_person = found.type == "person"
        told: dict[str, Any] = {
            "figures": entity_records.figures(tx, ids),
            "aliases": [one for one in sorted(entity_records.aliases(tx, ids), key=order) if one != found.name],
            "ranks": entity_records.ranks(tx, ids) if is_person else [],
            "posts": entity_records.posts(tx, ids) if is_person else [],
            "bars": bars_of(entity_records.months(tx, ids, before=None, limit=48)),
            "beside": [
                {**_brief(row), "articles": row.articles}
                for row in entity_records.cooccurring(tx, ids, type=None, after=None, limit=_MOST_BESIDE)
            ],
            "articles": _articles(tx, Wanted(entities=[ids])),
        }
    unit = _unit_of(found.key) if found.type == "place" else None
    return page("entity.html", reader, entity=_brief(found), unit=unit, **told)


def _articles(tx: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    return [summary(row) for row in search.page(tx, wanted, sort="newest", after=None, limit=_A_PAGE)]


def _brief(row: Any) -> dict[str, str]:
    return {"id": written(ENTITY, row.id), "type": row.type, "name": row.name}


def _unit_of(key: str | None) -> Unit | None:
    """The unit of a key such as `38@2008-08-01`, with whatever stands before it."""
    code, _, since = (key or "").rpartition(":")[2].partition("@")
    return next((unit for unit in forms(code) if unit.since == since), None)


@router.get("/stories")
def show_stories(
    asked: Annotated[StoriesAsked, Query()], engine: TheEngine, cursors: TheCursors, reader: TheReader
) -> Response:
    """Events of which several articles tell, that of the latest news first."""
    before = _position(cursors, asked.cursor) if asked.cursor else None
    with transaction(engine) as tx:
        rows = story_records.newest(tx, before=before, limit=_A_PAGE + 1)
        shown = rows[:_A_PAGE]
        titles = story_records.titles(tx, [row.id for row in shown])
    last = shown[-1] if len(rows) > _A_PAGE else None
    onward = cursors.encode(_STORIES, (last.last_at.isoformat(), last.id.hex)) if last else None
    stories = [{"id": written(STORY, row.id), "title": titles[row.id], "row": row} for row in shown]
    return page("stories.html", reader, stories=stories, onward=onward and urlencode({"cursor": onward}))


def _position(cursors: Cursors, text: str) -> tuple[datetime, UUID]:
    at, id = cursors.decode(_STORIES, text, (str, str))
    return datetime.fromisoformat(str(at)), UUID(hex=str(id))


@router.get("/stories/{id}")
def show_story(id: Annotated[str, Path()], engine: TheEngine, reader: TheReader) -> Response:
    """A story: who reported first, and what each article adds."""
    uuid = read(STORY, id)
    with transaction(engine) as tx:
        lead = story_records.lead_of(tx, uuid) if uuid else None
        rows = story_records.members(tx, lead, limit=_MOST_MEMBERS) if lead else []
    if lead is None or len(rows) < 2:
        raise NoSuchStory(f"no story {id}: an id is sto_ and 32 hexadecimal digits, and two articles must tell of it")
    members = [
        {
            "row": row,
            "id": written(ARTICLE, row.article_id),
            "by": written(ARTICLE, row.by_id) if row.by_id else None,
            "adds": adds,
        }
        for row, adds in zip(rows, what_each_adds(rows), strict=True)
    ]
    return page("story.html", reader, id=written(STORY, lead), members=members)


@router.get("/places")
def show_places(reader: TheReader, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The map of today with its provinces, or the units that bear a name."""
    today = _today()
    units: Sequence[Unit] = []
    if q.strip():
        kind, name = kind_and_name(q.strip())
        units = sorted_by_level(candidates(name, kind, None).units)[:_MOST_PLACES]
    drawn = map_of({}, day=None)
    listed = sorted(drawn.provinces, key=lambda one: order(one.name))
    return page(
        "places.html",
        reader,
        map=drawn,
        provinces=listed,
        q=q,
        units=[(one, lies_in(one)) for one in units],
        today=today,
    )


@router.get("/places/{code}")
def show_place(
    code: Annotated[str, Path()], asked: Annotated[AskedOfOne, Query()], engine: TheEngine, reader: TheReader
) -> Response:
    """A unit: where it lies, what it was made of, what it is today; and the articles that name it."""
    known = forms(code)
    unit = unit_on(code, asked.at.isoformat()) if asked.at and known else known[-1] if known else None
    if unit is None:
        raise NoSuchPlace(f"no unit had the code {code}" + (f" on {asked.at}" if asked.at else ""))
    with transaction(engine) as tx:
        articles = _articles(tx, Wanted(facts=[place_terms(code, "valid" if unit.until else "current")]))
    day = asked.at.isoformat() if asked.at else None if not unit.until else unit.since
    province = unit.code if unit.level == 1 else next((one.code for one in lies_in(unit, day) if one.level == 1), "")
    told = unit_document(unit, (asked.at or _today()).isoformat())
    drawn = map_of({province: 1}, day=day if unit.until else None)
    return page("place.html", reader, unit=unit, told=told, map=drawn, forms=known, articles=articles)


def _today() -> date:
    return (datetime.now(UTC) + _HANOI).date()
