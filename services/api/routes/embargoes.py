"""What is under embargo, for those who are trusted with it. No other address shows any of it to anybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.api.routes.dependencies import ArticleId, TheEngine
from shared.contracts.article import ArticleOut, EmbargoList
from shared.database import AnyRow, transaction
from shared.errors import DatabaseAway, InvalidParameter, NoSuchArticle
from shared.http import dumps, json_response, problem_answers
from shared.ids import ARTICLE, BULLETIN, read, written
from shared.reading import document, embargoed_row, embargoed_rows, relations_of

router = APIRouter(prefix="/v1/embargoes", tags=["embargoes"])

_NO_STORE = {"Cache-Control": "no-store"}


@router.get(
    "",
    response_model=EmbargoList,
    summary="What is under embargo",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def list_embargoes(engine: TheEngine, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> Response:
    """Articles that are made and not yet published: those that end soonest."""
    with transaction(engine) as tx:
        rows = embargoed_rows(tx, limit=limit)
    return json_response({"data": [_told(row) for row in rows]}, headers=_NO_STORE)


@router.get(
    "/{id}",
    response_model=ArticleOut,
    summary="One article under embargo",
    responses=problem_answers(NoSuchArticle, DatabaseAway),
)
def get_embargoed(id: ArticleId, engine: TheEngine) -> Response:
    """The article as it will be published; `Bulletin-Embargo` says when."""
    uuid = read(ARTICLE, id)
    with transaction(engine) as tx:
        row = embargoed_row(tx, uuid) if uuid else None
        if row is None:
            raise NoSuchArticle(f"no article {id} is under embargo")
        relations = relations_of(tx, row)
    headers = {**_NO_STORE, "Bulletin-Embargo": row.embargo_until.isoformat()}
    return Response(dumps(document(row, relations)), media_type="application/json", headers=headers)


def _told(row: AnyRow) -> dict[str, Any]:
    id = written(ARTICLE, row.article_id)
    return {
        "id": id,
        "version": row.version,
        "bulletin": written(BULLETIN, row.bulletin_id),
        "source": row.source,
        "title": row.title,
        "embargo_until": row.embargo_until,
        "href": f"/v1/embargoes/{id}",
    }
