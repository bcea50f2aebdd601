"""The addresses of what earlier engines said of an article, before it was read again."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from services.api.diff import changed_fields
from services.api.records import articles as article_records
from services.api.routes.article import readable_row
from services.api.routes.dependencies import ArticleId, TheEngine, VersionNumber
from shared.contracts.article import ReadingList, ReadingOut
from shared.database import AnyRow, transaction
from shared.errors import (
    ArticleErased,
    ArticleKilled,
    ArticleMerged,
    ArticleWithheld,
    DatabaseAway,
    InvalidParameter,
    NoSuchArticle,
    NotFound,
)
from shared.http import json_response, problem_answers
from shared.ids import ARTICLE, written

router = APIRouter(prefix="/v1", tags=["articles"])

_WHY_NOT = (NoSuchArticle, ArticleMerged, ArticleWithheld, ArticleKilled, ArticleErased, DatabaseAway)


class NoSuchReading(NotFound):
    """The version has no earlier reading of this number."""

    code = "no_such_reading"


@router.get(
    "/articles/{id}/readings",
    response_model=ReadingList,
    summary="What earlier engines said of an article",
    responses=problem_answers(*_WHY_NOT),
)
def list_readings(id: ArticleId, engine: TheEngine) -> Response:
    """The readings that gave way to another one of the same text: by version, the first first. Most articles have none."""
    with transaction(engine) as tx:
        rows = article_records.readings(tx, readable_row(tx, id).article_id)
    return json_response({"data": [_told(row) for row in rows]})


@router.get(
    "/articles/{id}/readings/{version}/{number}",
    response_model=ReadingOut,
    summary="One earlier reading of a version",
    responses=problem_answers(*_WHY_NOT, NoSuchReading, InvalidParameter),
)
def get_reading(
    id: ArticleId,
    version: VersionNumber,
    number: Annotated[int, Path(ge=1, le=2**31 - 1, description="A reading's number.")],
    engine: TheEngine,
) -> Response:
    """What was found then, under the names that an article has, and what the version says otherwise now."""
    with transaction(engine) as tx:
        now = readable_row(tx, id, version)
        row = article_records.reading(tx, now.article_id, version, number)
    if row is None:
        raise NoSuchReading(f"version {version} of {id} has no reading {number}: see /v1/articles/{id}/readings")
    says_now = {name: getattr(now, name) for name in row.found}
    return json_response({**_told(row), "found": row.found, "since": changed_fields(row.found, says_now)})


def _told(row: AnyRow) -> dict[str, Any]:
    id = written(ARTICLE, row.article_id)
    return {
        "version": row.version,
        "reading": row.reading,
        "pipeline": row.pipeline,
        "replaced_at": row.replaced_at,
        "title": row.found.get("title"),
        "href": f"/v1/articles/{id}/readings/{row.version}/{row.reading}",
    }
