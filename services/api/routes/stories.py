"""The addresses of the stories."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.cursor import BadCursor, Cursors
from services.api.records import stories as story_records
from services.api.routes.dependencies import TheCursors, TheEngine
from shared.contracts.story import StoryList, StoryOut
from shared.database import AnyRow, transaction
from shared.errors import DatabaseAway, InvalidParameter, NotFound
from shared.http import json_response, problem_answers
from shared.ids import ARTICLE, STORY, read, written

router = APIRouter(prefix="/v1", tags=["stories"])

_LIST = "stories"
_MOST_ARTICLES = 200


class NoSuchStory(NotFound):
    """There is no story of this id."""

    code = "no_such_story"


class StoriesAsked(BaseModel):
    """What may be asked of the list of stories; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="Stories on a page.")
    cursor: str | None = Field(None, max_length=500, description="`page.next` of the page before.")


@router.get(
    "/stories",
    response_model=StoryList,
    summary="Stories, that of the latest news first",
    responses=problem_answers(InvalidParameter, BadCursor, DatabaseAway),
)
def list_stories(asked: Annotated[StoriesAsked, Query()], engine: TheEngine, cursors: TheCursors) -> Response:
    """Events of which at least two articles tell. A story that grows moves to the front."""
    before = _position(cursors, asked.cursor) if asked.cursor is not None else None
    with transaction(engine) as tx:
        rows = story_records.newest(tx, before=before, limit=asked.limit + 1)
        page, more = rows[: asked.limit], len(rows) > asked.limit
        titles = story_records.titles(tx, [row.id for row in page])
    onward = cursors.encode(_LIST, (page[-1].last_at.isoformat(), page[-1].id.hex)) if more else None
    query = urlencode({"limit": asked.limit, "cursor": onward})
    headers = {"Link": f'</v1/stories?{query}>; rel="next"'} if onward else {}
    listed = [_summary(row, titles[row.id]) for row in page]
    return json_response({"data": listed, "page": {"limit": asked.limit, "next": onward}}, headers=headers)


@router.get(
    "/stories/{id}",
    response_model=StoryOut,
    summary="One story",
    responses=problem_answers(NoSuchStory, DatabaseAway),
)
def get_story(id: Annotated[str, Path(description="A story's id.")], engine: TheEngine) -> Response:
    """Its articles in the order in which they came, why each belongs to it, and what each adds. The id of a story that was
    merged into another is answered with the other."""
    uuid = read(STORY, id)
    with transaction(engine) as tx:
        lead = story_records.lead_of(tx, uuid) if uuid else None
        members = story_records.members(tx, lead, limit=_MOST_ARTICLES) if lead else []
        merged = story_records.merged_into(tx, lead) if lead else []
    if lead is None or len(members) < 2:
        raise NoSuchStory(f"no story {id}: an id is sto_ and 32 hexadecimal digits, and two articles must tell of it")
    return json_response(
        {
            "id": written(STORY, lead),
            "title": members[0].title,
            "first_at": members[0].received_at,
            "last_at": members[-1].received_at,
            "merged": [written(STORY, one) for one in merged],
            "articles": [
                {**_member(row), "adds": adds} for row, adds in zip(members, what_each_adds(members), strict=True)
            ],
        }
    )


def what_each_adds(members: Sequence[AnyRow]) -> list[dict[str, list[str]]]:
    """The names, places and days of each article that no article before it has, in its own words and order."""
    seen: dict[str, set[str]] = {"names": set(), "places": set(), "dates": set()}
    told = []
    for row in members:
        said = {
            "names": [(one["name"], one["name"]) for one in row.entities if one["type"] != "LOCATION"],
            "places": [(one["unit"] or one["text"], one["name"] or one["text"]) for one in row.places],
            "dates": [(one["value"], one["text"]) for one in row.dates if one["value"]],
        }
        added: dict[str, list[str]] = {}
        for field, pairs in said.items():
            fresh = {key: words for key, words in reversed(pairs) if key not in seen[field]}
            added[field] = list(reversed(fresh.values()))
            seen[field] |= fresh.keys()
        told.append(added)
    return told


def _position(cursors: Cursors, text: str) -> tuple[datetime, UUID]:
    at, id = cursors.decode(_LIST, text, (str, str))
    return datetime.fromisoformat(str(at)), UUID(hex=str(id))


def _summary(row: AnyRow, title: str) -> dict[str, Any]:
    id = written(STORY, row.id)
    return {
        "id": id,
        "title": title,
        "first_at": row.first_at,
        "last_at": row.last_at,
        "articles": row.articles,
        "sources": row.sources,
        "href": f"/v1/stories/{id}",
    }


def _member(row: AnyRow) -> dict[str, Any]:
    id = written(ARTICLE, row.article_id)
    return {
        "article": id,
        "title": row.title,
        "source": row.source,
        "received_at": row.received_at,
        "by": written(ARTICLE, row.by_id) if row.by_id else None,
        "score": round(row.score, 4),
        "method": row.method,
        "version": row.method_version,
        "reason": row.reason,
        "href": f"/v1/articles/{id}",
    }
