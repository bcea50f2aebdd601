"""The address of a bulletin under its sender's own key."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from services.ingest import admission, revisions
from services.ingest.acceptor import count_taken
from services.ingest.admission import Filing, InvalidBulletin, Sender
from services.ingest.body import MalformedForm, headers_of, read_body, read_files
from services.ingest.desk import Desk
from services.ingest.revisions import EmbargoTooLate, PreconditionFailed, Preconditions, Put
from services.ingest.routes import (
    FORM,
    PREFER_HEADER,
    SENDER_HEADERS,
    UnsupportedMediaType,
    admit,
    answer,
    content_type,
    count_refusal,
    label,
    refusals,
    the_desk,
    the_sender,
)
from shared.contracts import examples
from shared.contracts.bulletin import AcceptedRevision, Label, Receipt, RevisionIn
from shared.contracts.problem import Fault
from shared.database import transaction
from shared.decoding import JSON, PLAIN
from shared.errors import ArticleKilled, InvalidParameter, ServiceError
from shared.ids import BULLETIN, written

router = APIRouter(prefix="/v1", tags=["bulletins"])

_LONGEST_NOTE = 2_000
_KINDS: dict[str, Any] = {"revision": "revision", "correction": "correction"}
_HEADERS = [
    *(
        header
        for header in SENDER_HEADERS
        if header["name"] not in ("Idempotency-Key", "Bulletin-Source", "Bulletin-External-Id")
    ),
    *(
        {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
        for name, description, schema in (
            ("Bulletin-Kind", "What it is to the one before.", {"enum": ["revision", "correction"]}),
            (
                "Bulletin-Note",
                "What readers shall know of it.",
                {"type": "string", "maxLength": _LONGEST_NOTE, "pattern": r"^[^\x00-\x1f\x7f]*$"},
            ),
            ("If-Match", "Only if the last one under the key has this ETag; `*`: if there is one.", {"type": "string"}),
            ("If-None-Match", "`*`: only if there is none under the key yet.", {"type": "string"}),
        )
    ),
    PREFER_HEADER,
]
_BODY = {
    "parameters": _HEADERS,
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": RevisionIn.model_json_schema(), "example": examples.REVISION_IN},
            PLAIN: {"schema": {"type": "string"}, "example": examples.TEXT},
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                },
            },
        },
    },
}


@router.put(
    "/sources/{source}/bulletins/{external_id:path}",
    status_code=202,
    response_model=AcceptedRevision,
    openapi_extra=_BODY,
    summary="File a bulletin under your own key, or the next version of it",
    responses={
        201: {"model": Receipt, "description": "`Prefer: wait=N` and published within N seconds."},
        200: {"model": Receipt, "description": "`Prefer: wait=N` and finished otherwise within N seconds."},
        **refusals(PreconditionFailed, EmbargoTooLate, ArticleKilled),
    },
)
async def put_bulletin(
    source: Annotated[Label, Path(description="Who files it.")],
    external_id: Annotated[Label, Path(description="The sender's own id of it.")],
    request: Request,
) -> Response:
    """Take in one bulletin (JSON, plain text or a form of one file) as the next under its key. 202 comes after the
    durable commit. The same request as the last one under the key is answered as that was."""
    desk, header = the_desk(request), headers_of(request)
    try:
        sender = _sender(request, source, external_id)
        filing = _under(sender, await _read(request, desk, sender))
        admission.admit_under_load(filing, desk.watch.load, desk.settings.max_waiting_age)
        expected = Preconditions(header("if-match"), header("if-none-match"))
        put = await run_in_threadpool(_commit, desk, filing, expected)
    except ServiceError as error:
        count_refusal(error)
        raise
    if not put.taken.replayed:
        count_taken([filing])
        desk.ringer.ring([(put.taken.id, filing.sender.priority)])
    id = written(BULLETIN, put.taken.id)
    accepted = {
        "id": id,
        "state": "queued",
        "received_at": put.taken.received_at,
        "href": f"/v1/bulletins/{id}",
        "revision": put.revision,
    }
    return await answer(desk, put.taken, header("prefer"), accepted, {"ETag": put.etag})


def _commit(desk: Desk, filing: Filing, expected: Preconditions) -> Put:
    with transaction(desk.engine) as tx:
        return revisions.put(tx, filing, expected, article_id=desk.new_id())


def _sender(request: Request, source: str, external_id: str) -> Sender:
    """Who sends, by the address and the headers. Raises InvalidParameter."""
    header = headers_of(request)
    if header("idempotency-key"):
        raise InvalidParameter("a PUT needs no Idempotency-Key: its address and If-Match make it safe to send again")
    kind = header("bulletin-kind")
    if kind is not None and kind not in _KINDS:
        raise InvalidParameter(f"Bulletin-Kind is revision or correction, not {kind[:40]!r}")
    return the_sender(request)._replace(
        source=source,
        external_id=external_id,
        kind=_KINDS[kind] if kind else None,
        note=label(header("bulletin-note"), _LONGEST_NOTE),
    )


async def _read(request: Request, desk: Desk, sender: Sender) -> Filing:
    media_type, charset = content_type(headers_of(request)("content-type"))
    if media_type not in (JSON, PLAIN, FORM):
        raise UnsupportedMediaType(f"send {JSON}, {PLAIN} or {FORM}, not {media_type or 'nothing'}")
    body = await read_body(request, desk.settings.max_bulletin_bytes, desk.settings.body_timeout)
    if media_type == FORM:
        files = await read_files(request, body, 2)
        if len(files) != 1:
            raise MalformedForm("under one key there is one bulletin: send a form of one file")
        (body, declared), charset = files[0], None
        media_type, charset = content_type(declared)
        media_type = JSON if media_type == JSON else PLAIN
    return admit(desk, body, media_type, charset, sender, RevisionIn)


def _under(named: Sender, filing: Filing) -> Filing:
    """The filing, if it agrees with its address, and with what makes it this request. Raises InvalidBulletin."""
    sender = filing.sender
    faults = [
        Fault(pointer=f"/{name}", detail="is not that of the address")
        for name in ("source", "external_id")
        if getattr(sender, name) != getattr(named, name)
    ]
    if sender.kind == "correction" and sender.note is None:
        faults.append(Fault(pointer="/note", detail="a correction needs a note that says what was wrong"))
    if faults:
        raise InvalidBulletin("; ".join(f"{fault.pointer} {fault.detail}" for fault in faults), errors=faults)
    told = (sender.kind, sender.note, sender.published, sender.embargo_until, sender.priority, filing.charset)
    made_of = admission.fingerprint("PUT", repr(told), filing.media_type, filing.raw)
    return filing._replace(sender=sender._replace(fingerprint=made_of))
