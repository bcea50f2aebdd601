"""The address of exports: everything that was published, in one stream, as it is at one position of the feed."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy import Connection
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from services.api.exporting import FORMATS, Export, Format, gzipped
from services.api.formats.specimens import ITEM
from services.api.records import articles as article_records
from services.api.routes.dependencies import base_of
from services.api.routes.documents import item_of
from services.api.search import find
from services.api.search.asked import FiltersAsked
from services.api.search.language import BadQuery
from shared.contracts import examples
from shared.contracts.article import ArticleOut
from shared.contracts.ninjs import EXTENSION, extended_schema
from shared.database import make_engine, transaction
from shared.errors import DatabaseAway, InvalidParameter, NotFound, ServiceError
from shared.following import head_seq
from shared.http import json_response, problem_answers
from shared.logging import logger

router = APIRouter(prefix="/v1", tags=["feeds"])
log = logger(__name__)

HEAD_SEQ = "Bantin-Head-Seq"
"""The header that says which position of the feed an export was taken at."""


class TooManyExports(ServiceError):
    """This process writes as many exports as it can."""

    status, code = 503, "too_many_exports"


class NoSuchSchema(NotFound):
    """There is no schema of this name."""

    code = "no_such_schema"


class Exports:
    """The places where exports are written: their own connections, so that none waits for one and none holds up a reader.

    A transaction of one ends if its reader takes nothing for `patience` seconds: the database must keep for it whatever
    is deleted meanwhile.
    """

    def __init__(self, database_url: str, *, most: int, patience: float) -> None:
        session = {
            "default_transaction_read_only": "on",
            # A statement runs as long as its reader reads.
            "statement_timeout": "0",
            # What begins at once is better than what ends first: nobody waits for the end.
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
            "random_page_cost": "1.1",
            # The net under the service's own cut, which comes first.
            "idle_in_transaction_session_timeout": f"{2 * patience:.0f}s",
        }
        self.patience = patience
        self._engine = make_engine(database_url, "bantin-export", pool_size=most, session=session, repeatable=True)
        self._places = BoundedSemaphore(most)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A snapshot of the database. Raises TooManyExports."""
        if not self._places.acquire(blocking=False):
            raise TooManyExports("try again in 10 s", headers={"Retry-After": "10"})
        try:
            with transaction(self._engine) as tx:
                yield tx
        finally:
            self._places.release()

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()


class ExportAsked(FiltersAsked):
    """What may be exported; anything else is refused."""

    format: Literal["ndjson", "ninjs", "ninjs-bantin", "csv", "csv-excel", "parquet"] = Field(
        "ndjson", description="The form of the articles; csv-excel is csv with a byte order mark."
    )


def _specimen(format: Format) -> str:
    """A whole export of one article, as a description shows it; of what is no text, its first and last bytes."""
    writer = format.writer()
    made = writer.head() + writer.rows([ITEM]) + writer.end()
    return f"{made[:4].decode()} … {made[-4:].decode()}" if format.packed else made.decode()


@router.get(
    "/export",
    summary="All articles at once",
    response_class=Response,
    responses={
        200: {
            "content": {
                one.media_type.partition(";")[0]: {"schema": {"type": "string"}, "example": _specimen(one)}
                for one in reversed(FORMATS.values())
            },
            "headers": {HEAD_SEQ: {"schema": {"type": "integer"}, "description": "Go on with /v1/changes from here."}},
        },
        **problem_answers(InvalidParameter, BadQuery, TooManyExports, DatabaseAway),
    },
)
def export(asked: Annotated[ExportAsked, Query()], request: Request) -> Response:
    """Every readable article with the filters of `GET /v1/articles`, the first published first, without a ceiling. All of
    it is as it was at the position of the feed that `Bantin-Head-Seq` names: follow /v1/changes from there on."""
    exports: Exports = request.app.state.exports
    base = base_of(request)
    with ExitStack() as kept:
        tx = kept.enter_context(exports.transaction())
        export = Export(
            tx=tx,
            # The first statement: it takes the snapshot.
            head_seq=head_seq(tx),
            chosen=find.every(asked.wanted(tx)) if asked.filters else article_records.everything(),
            format=FORMATS[asked.format],
            item_of=lambda row, relations: item_of(row, relations, base),
            kept=kept.pop_all(),
        )
    return ExportResponse(export, zipped=_takes_gzip(request), patience=exports.patience)


def _takes_gzip(request: Request) -> bool:
    codings = [one.partition(";") for one in request.headers.get("accept-encoding", "").lower().split(",")]
    return any(name.strip() == "gzip" and more.replace(" ", "") not in ("q=0", "q=0.0") for name, _, more in codings)


class ExportResponse(StreamingResponse):
    """An export that is sent as its reader takes it, and closed however that ends."""

    def __init__(self, export: Export, *, zipped: bool, patience: float) -> None:
        form = export.format
        zipped = zipped and not form.packed
        headers = {
            HEAD_SEQ: str(export.head_seq),
            "Content-Disposition": f'attachment; filename="bantin-{export.head_seq}.{form.ending}"',
            "Cache-Control": "no-store",
            "Vary": "Accept-Encoding",
        }
        if zipped:
            headers["Content-Encoding"] = "gzip"
        self._export, self._patience = export, patience
        self._pieces = gzipped(export.pieces()) if zipped else export.pieces()
        super().__init__(self._pieces, media_type=form.media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a reader that takes nothing for too long is cut off, and sees that the end is missing."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._patience):
                await send(message)

        try:
            await super().__call__(scope, receive, send_in_time)
        except (TimeoutError, ClientDisconnect):
            log.warning("export cut off", format=self.media_type, head_seq=self._export.head_seq)
        finally:
            self._pieces.close()
            self._export.close()


@router.get(
    "/schemas/{name}",
    summary="A JSON Schema of ours",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}, "example": examples.SCHEMA}}},
        **problem_answers(NoSuchSchema),
    },
)
def get_schema(name: str, request: Request) -> Response:
    """The schema of `article`, or of the extended form of ninjs (`ninjs-bantin`)."""
    id = f"{base_of(request)}/v1/schemas/{name}"
    article = ArticleOut.model_json_schema(mode="serialization")
    if name == "article":
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": id, **article}
    elif name == EXTENSION:
        schema = extended_schema(id, article)
    else:
        raise NoSuchSchema(f"no schema is called {name}: article, {EXTENSION}")
    return json_response(schema, headers={"Cache-Control": "max-age=3600"})
