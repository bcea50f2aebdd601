"""The addresses of one article: itself, its versions, what differs between two, where its values come from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Annotated, Any
from uuid import UUID
from zlib import crc32

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.api.diff import difference
from services.api.formats.negotiation import NotAcceptable, preferred
from services.api.formats.ninjs import tombstone
from services.api.formats.representations import FORMS, JSON, NINJS, OFFERED, content_type
from services.api.formats.specimens import article_as
from services.api.modified import asks_by_date, is_known, last_modified
from services.api.provenance import told
from services.api.records import articles as article_records
from services.api.revalidation import matches
from services.api.routes.dependencies import ArticleId, TheEngine, VersionNumber, base_of
from services.api.routes.documents import item_of
from shared.contracts.article import ArticleOut, DiffOut, VersionList
from shared.contracts.ninjs import NinjsOut
from shared.contracts.search import ProvenanceOut
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
from shared.http import dumps, json_response, problem_answers
from shared.ids import ARTICLE, BULLETIN, read, written
from shared.reading import article_row, document, relations_of, version_rows, why_not

router = APIRouter(prefix="/v1", tags=["articles"])


class NoSuchVersion(NotFound):
    """The article has no version of this number."""

    code = "no_such_version"


_WHY_NOT = (NoSuchArticle, ArticleMerged, ArticleWithheld, ArticleKilled, ArticleErased, NotAcceptable, DatabaseAway)
_HIDDEN = problem_answers(*_WHY_NOT)
_HIDDEN_VERSION = problem_answers(*_WHY_NOT, NoSuchVersion, InvalidParameter)


def _schema_of(kind: str) -> dict[str, Any]:
    """What a form is made of: of ninjs its own schema, extended a document of its own schema's, else text."""
    if kind == NINJS[0]:
        return NinjsOut.model_json_schema(by_alias=True)
    return {"type": "object" if kind in NINJS else "string"}


_FORMS: dict[str, dict[str, Any]] = {
    kind: {"schema": _schema_of(kind), "example": article_as(kind)} for kind in OFFERED[1:]
}


@router.get(
    "/articles/{id}",
    response_model=ArticleOut,
    summary="One article",
    responses={200: {"content": _FORMS}, 304: {"description": "As you have it."}, **_HIDDEN},
)
def get_article(id: ArticleId, request: Request, engine: TheEngine) -> Response:
    """The article's current version: its blocks, dates and names, each with its place in the text as filed and why.

    `Accept` chooses the form: JSON, IPTC ninjs 3.1 (strict or with our extension), plain text, Markdown. In ninjs an
    article that was withheld or killed is a tombstone with its `pubStatus`."""
    form = preferred(request.headers.get("accept"), OFFERED)
    with transaction(engine) as tx:
        uuid = read(ARTICLE, id)
        if form in NINJS and uuid and (recalled := article_records.recalled(tx, uuid)):
            return _tombstone(id, recalled)
        row = readable_row(tx, id)
        relations = relations_of(tx, row)
        changed_at = _changed_at(tx, row, relations, request)
    return _shown(row, relations, request, form, changed_at)


@router.get(
    "/articles/{id}/versions", response_model=VersionList, summary="The versions of an article", responses=_HIDDEN
)
def list_versions(id: ArticleId, engine: TheEngine) -> Response:
    """All versions of an article, the first first."""
    with transaction(engine) as tx:
        readable_row(tx, id)
        rows = version_rows(tx, _uuid(id))
    return json_response({"data": [_version(row) for row in rows]})


@router.get(
    "/articles/{id}/versions/{number}",
    response_model=ArticleOut,
    summary="One version of an article",
    responses={
        200: {"content": _FORMS},
        304: {"description": "As you have it."},
        **_HIDDEN_VERSION,
    },
)  # fmt: skip
def get_version(id: ArticleId, number: VersionNumber, request: Request, engine: TheEngine) -> Response:
    """The article as that version has it, in the form that `Accept` names."""
    form = preferred(request.headers.get("accept"), OFFERED)
    with transaction(engine) as tx:
        row = readable_row(tx, id, number)
        relations = relations_of(tx, row)
        changed_at = _changed_at(tx, row, relations, request)
    return _shown(row, relations, request, form, changed_at)


class DiffAsked(BaseModel):
    """Which two versions are held against each other."""

    model_config = ConfigDict(extra="forbid")

    before: int | None = Field(None, alias="from", ge=1, le=2**31 - 1, description="By default the one before `to`.")
    after: int | None = Field(None, alias="to", ge=1, le=2**31 - 1, description="By default the current one.")


@router.get(
    "/articles/{id}/diff",
    response_model=DiffOut,
    summary="What differs between two versions",
    responses=_HIDDEN_VERSION,
)
def get_diff(id: ArticleId, asked: Annotated[DiffAsked, Query()], engine: TheEngine) -> Response:
    """By field, what only the earlier says and what only the later says; and the changed spans in both filed texts."""
    with transaction(engine) as tx:
        after = readable_row(tx, id, asked.after)
        number = asked.before
        if number is None:
            earlier = [row.version for row in version_rows(tx, _uuid(id)) if row.version < after.version]
            number = earlier[-1] if earlier else after.version
        before = readable_row(tx, id, number)
    return json_response(difference(document(before, []), document(after, [])))


@router.get(
    "/articles/{id}/provenance",
    response_model=ProvenanceOut,
    summary="Where every value of an article comes from",
    responses=_HIDDEN,
)
def get_provenance(id: ArticleId, engine: TheEngine) -> Response:
    """Every value of the current version: its places in the text as filed, in the clean text of a block and in the bytes
    as received, the rule and its version, how sure it is, why, and what it rests on."""
    with transaction(engine) as tx:
        row = readable_row(tx, id)
        received = article_records.bytes_of(tx, row.article_id, row.version)
    return json_response(
        {"article": id, "version": row.version, "pipeline": row.pipeline, **told(document(row, []), received)}
    )


def _uuid(id: str) -> UUID:
    found = read(ARTICLE, id)
    assert found is not None  # its row was found
    return found


def readable_row(tx: Connection, id: str, number: int | None = None) -> AnyRow:
    """The row of a readable article, in its current version or that of a number. Raises why it is not to be read."""
    uuid = read(ARTICLE, id)
    row = article_row(tx, uuid, number) if uuid else None
    if row is None:
        if uuid and number is not None and article_row(tx, uuid):
            raise NoSuchVersion(f"{id} has no version {number}: see /v1/articles/{id}/versions")
        raise why_not(tx, uuid, id)
    return row


def _tombstone(id: str, row: AnyRow) -> Response:
    """What ninjs has for an article that was taken back. Why it is withheld is nobody's business."""
    note = row.note if row.pub_status == "canceled" else None
    told = tombstone(id, version=row.version, pub_status=row.pub_status, at=row.at, note=note)
    return Response(dumps(told), media_type=NINJS[0], headers={"Cache-Control": "no-cache", "Vary": "Accept"})


def _changed_at(tx: Connection, row: AnyRow, relations: Sequence[AnyRow], request: Request) -> datetime | None:
    """Since when the document is as it is; looked up only for who asks by date."""
    if not asks_by_date(request.headers):
        return None
    told = article_records.one_changed(tx, row.article_id)
    times: list[datetime] = [row.valid_from, row.available_at, *(one.decided_at for one in relations)]
    return max([*times, told] if told else times)


def _shown(
    row: AnyRow, relations: Sequence[AnyRow], request: Request, form: str, changed_at: datetime | None
) -> Response:
    # Whatever changes the document changes one of these.
    last = max((relation.decided_at.timestamp() for relation in relations), default=0)
    links = crc32(dumps(row.links))
    of_form = "" if form == JSON else f"-{form.partition('/')[2]}"
    etag = f'"{row.version}-{row.pipeline}-{row.pub_status}-{len(relations)}-{last:.6f}-{links:08x}-{row.story_id}{of_form}"'
    modified = max(row.valid_from.timestamp(), row.available_at.timestamp(), last)
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Last-Modified": formatdate(modified, usegmt=True)}
    headers["Vary"] = "Accept"
    now = datetime.now(UTC)
    if changed_at and (told := last_modified(changed_at, now)):
        headers["Last-Modified"] = told
    if matches(request.headers.get("if-none-match"), etag) or is_known(request.headers, changed_at, now):
        return Response(status_code=304, headers=headers)
    shown = FORMS[form](item_of(row, relations, base_of(request)))
    return Response(shown, media_type=content_type(form), headers=headers)


def _version(row: AnyRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "kind": row.kind,
        "note": row.note,
        "current": row.version == row.current_version,
        "bulletin": written(BULLETIN, row.bulletin_id),
        "received_at": row.received_at,
        "valid_from": row.valid_from,
        "pipeline": row.pipeline,
        "title": row.title,
        "href": f"/v1/articles/{written(ARTICLE, row.article_id)}/versions/{row.version}",
    }
