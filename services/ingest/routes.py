"""The front door's addresses: HTTP words only, no rule, no SQL."""

import base64
import re
from collections.abc import Sequence
from datetime import date, datetime
from email.message import Message
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from services.ingest import admission, intake
from services.ingest.acceptor import IdempotencyKeyInUse, IdempotencyKeyReused, TooBusy, Unacceptable
from services.ingest.admission import Filing, Sender
from services.ingest.body import BodyCutOff, BodyTooLarge, BodyTooSlow, MalformedForm, headers_of, read_body, read_files
from services.ingest.desk import Desk
from services.ingest.intake import TakenIn
from services.ingest.receipts import UnderEmbargo, check_shown, receipt, row_of
from shared.access.gate import caller_of
from shared.access.scopes import Scope
from shared.contracts import examples
from shared.contracts.bulletin import Accepted, BatchReceipt, BulletinIn, Receipt, day, moment
from shared.contracts.states import Priority, State
from shared.database import AnyRow, transaction
from shared.decoding import JSON, PLAIN, label_of
from shared.errors import (
    ArticleErased,
    ArticleKilled,
    ArticleWithheld,
    DatabaseAway,
    InvalidParameter,
    NoSuchBulletin,
    ServiceError,
)
from shared.http import json_response, problem_answers, request_id
from shared.ids import BULLETIN, written
from shared.metrics import DECODED, REFUSED

router = APIRouter(prefix="/v1", tags=["bulletins"])

FORM = "multipart/form-data"
NDJSON = "application/x-ndjson"


class UnsupportedMediaType(ServiceError):
    """We do not take this kind of body."""

    status, code = 415, "unsupported_media_type"


class BatchTooLong(ServiceError):
    """The batch holds more bulletins than we take at once."""

    status, code = 413, "batch_too_long"


class EmptyBatch(ServiceError):
    """The batch holds no bulletin."""

    status, code = 422, "empty_batch"


def the_desk(request: Request) -> Desk:
    """What the service is made of."""
    desk: Desk = request.app.state.desk
    return desk


BulletinId = Annotated[str, Path(description="A bulletin's id, as the answer to its POST gave it.")]

_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,255})"?')
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PRIORITIES = {"flash": Priority.FLASH, "normal": Priority.NORMAL}
LONGEST_LABEL = 200


def the_sender(request: Request) -> Sender:
    """Who sends, by the request's headers. Raises InvalidParameter.

    By hand, not by FastAPI's parameters: this is the one hot path of the house, and they cost as much as all the rest.
    """
    header = headers_of(request)
    key = header("idempotency-key")
    if key is not None and not (found := _KEY.fullmatch(key)):
        raise InvalidParameter("Idempotency-Key is 1 to 255 visible ASCII characters")
    priority = header("bulletin-priority")
    if priority is None:
        priority = "normal"
    if priority not in _PRIORITIES:
        raise InvalidParameter(f"Bulletin-Priority is normal or flash, not {priority!r}")
    caller = caller_of(request)
    return Sender(
        client=caller.label or "",
        only_source=caller.source,
        source=label(header("bulletin-source")) or caller.source,
        external_id=label(header("bulletin-external-id")),
        published=_day(header("bulletin-published")),
        priority=_PRIORITIES[priority],
        idem_key=found[1] if key is not None and found else None,
        request_id=request_id(request),
        traceparent=label(header("traceparent")),
        embargo_until=_moment(header("bulletin-embargo")),
    )


_TEXT = {"type": "string", "pattern": r"^[^\x00-\x1f\x7f]*$"}
SENDER_HEADERS = [
    {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
    for name, description, schema in (
        (
            "Idempotency-Key",
            "Makes a repeated request harmless.",
            {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"},
        ),
        ("Bulletin-Source", "Who files it.", _TEXT | {"maxLength": LONGEST_LABEL}),
        ("Bulletin-External-Id", "The sender's own id of it.", _TEXT | {"maxLength": LONGEST_LABEL}),
        ("Bulletin-Published", "The day of publication, such as 2025-09-05.", {"type": "string", "format": "date"}),
        (
            "Bulletin-Embargo",
            "Nobody sees it before this moment, such as 2025-09-05T17:00:00+07:00.",
            {"type": "string", "format": "date-time", "pattern": r"^(19[7-9]\d|2\d{3})-"},
        ),
        ("Bulletin-Priority", "`flash` overtakes all else.", {"enum": ["normal", "flash"], "default": "normal"}),
    )
]
PREFER_HEADER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`wait=5`: answer with the article if it is ready within 5 s.",
    "schema": {"type": "string"},
}
_POST_BODY = {
    "parameters": [*SENDER_HEADERS, PREFER_HEADER],
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": BulletinIn.model_json_schema(),
                "example": examples.BULLETIN_IN,
            },
            PLAIN: {"schema": {"type": "string"}, "example": examples.TEXT},
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                    },
                    "required": ["file"],
                }
            },
        },
    },
}
_BATCH_BODY = {
    "parameters": SENDER_HEADERS,
    "requestBody": {
        "required": True,
        "content": {
            NDJSON: {
                "schema": {"type": "string"},
                "example": '{"text": "Tin thứ nhất\\n\\nNội dung."}\n{"text": "Tin thứ hai\\n\\nNội dung."}\n',
            }
        },
    },
}
DOOR = (
    BodyTooLarge,
    BodyTooSlow,
    BodyCutOff,
    InvalidParameter,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    UnsupportedMediaType,
    admission.QueueTooOld,
    TooBusy,
    DatabaseAway,
)


def refusals(*more: type[ServiceError]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's account of what the door answers to one bulletin that it does not take."""
    return problem_answers(
        *DOOR,
        admission.MalformedJson,
        admission.InvalidBulletin,
        admission.BulletinTooLong,
        admission.EmptyText,
        admission.UndecodableText,
        admission.UnsupportedCharset,
        Unacceptable,
        MalformedForm,
        admission.ForeignSource,
        *more,
    )


def _or_verdicts(answers: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """The same answers; where not one of many was taken, a 422 has the verdict on each."""
    answers[422]["model"] = BatchReceipt
    answers[422]["description"] += " Or nothing of many was taken: see each verdict."
    return answers


@router.post(
    "/bulletins",
    status_code=202,
    response_model=Accepted | BatchReceipt,
    response_description="Taken in; of a form, what became of each file.",
    openapi_extra=_POST_BODY,
    summary="File a bulletin",
    responses={
        202: {"content": {JSON: {"examples": examples.TAKEN_IN}}},
        201: {"model": Receipt, "description": "`Prefer: wait=N` and published within N seconds."},
        200: {"model": Receipt, "description": "`Prefer: wait=N` and finished otherwise within N seconds."},
        **_or_verdicts(refusals()),
    },
)
async def post_bulletin(request: Request) -> Response:
    """Take in one bulletin (JSON or plain text), or the files of a form. 202 comes after the durable commit."""
    desk = the_desk(request)
    try:
        sender = the_sender(request)
        media_type, charset = content_type(headers_of(request)("content-type"))
        if media_type not in (JSON, PLAIN, FORM):
            raise UnsupportedMediaType(f"send {JSON}, {PLAIN} or {FORM}, not {media_type or 'nothing'}")
        limit = desk.settings.max_batch_bytes if media_type == FORM else desk.settings.max_bulletin_bytes
        body = await read_body(request, limit, desk.settings.body_timeout)
        sender = _with_fingerprint(request, sender, body)
        if media_type == FORM:
            return await _take_files(request, desk, sender, body)
        filing = admit(desk, body, media_type, charset, sender)
        admission.admit_under_load(filing, desk.watch.load, desk.settings.max_waiting_age)
        verdict = (await desk.acceptor.accept([filing]))[0]
        if isinstance(verdict, ServiceError):
            raise verdict
    except ServiceError as error:
        count_refusal(error)
        raise
    return await _answer(desk, verdict, headers_of(request)("prefer"))


@router.post(
    "/bulletins:batch",
    status_code=202,
    response_model=BatchReceipt,
    openapi_extra=_BATCH_BODY,
    summary="File many bulletins, one JSON object a line",
    responses=_or_verdicts(problem_answers(*DOOR, BatchTooLong, EmptyBatch)),
)
async def post_batch(request: Request) -> Response:
    """Take in many bulletins; each line has its own verdict, and one bad line does not spoil another.

    With an Idempotency-Key the whole batch can be sent again: each line is taken in once.
    """
    desk = the_desk(request)
    try:
        sender = the_sender(request)
        media_type, _ = content_type(headers_of(request)("content-type"))
        if media_type not in (NDJSON, "application/jsonl", "application/ndjson"):
            raise UnsupportedMediaType(f"send {NDJSON}, not {media_type or 'nothing'}")
        body = await read_body(request, desk.settings.max_batch_bytes, desk.settings.body_timeout)
        if body.count(b"\n") > 2 * desk.settings.max_batch_lines:
            raise _batch_too_long(desk)
        lines = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
        if not lines:
            raise EmptyBatch("send one JSON object a line")
        if len(lines) > desk.settings.max_batch_lines:
            raise _batch_too_long(desk)
        sender = _with_fingerprint(request, sender, body)
        return await _take_many(request, desk, sender, [(number, line, JSON, None) for number, line in lines])
    except ServiceError as error:
        count_refusal(error)
        raise


@router.get(
    "/bulletins/{id}",
    response_model=Receipt,
    summary="What became of a bulletin",
    responses=problem_answers(NoSuchBulletin, DatabaseAway),
)
def get_bulletin(id: BulletinId, request: Request) -> Response:
    """The bulletin's state, why it is not published if it is not, and the article once it is."""
    with transaction(the_desk(request).engine) as tx:
        found = receipt(tx, _own_row(tx, id, request))
    headers = {"Retry-After": "1"} if found.state is State.QUEUED else None
    return json_response(found.model_dump(), headers=headers)


@router.get(
    "/bulletins/{id}/raw",
    response_class=Response,
    summary="The bytes as they were received",
    responses={
        200: {
            "content": {
                PLAIN: {"schema": {"type": "string"}, "example": examples.TEXT},
                JSON: {"schema": {"type": "object"}, "example": examples.BULLETIN_IN},
            },
            "description": "The bytes.",
        },
        **problem_answers(NoSuchBulletin, UnderEmbargo, ArticleWithheld, ArticleKilled, ArticleErased, DatabaseAway),
    },
)
def get_raw(id: BulletinId, request: Request) -> Response:
    """The bytes as received, with their hash in `Repr-Digest` (RFC 9530)."""
    with transaction(the_desk(request).engine) as tx:
        row = _own_row(tx, id, request)
        check_shown(row)
        raw = intake.raw_bytes(tx, row.id)
    assert raw is not None  # a bulletin's row refers to its bytes
    if raw.erased_at is not None:
        raise ArticleErased("its bytes were erased; their hash is in the receipt")
    charset = f"; charset={label_of(raw.charset)}" if raw.media_type == PLAIN else ""
    return Response(
        raw.bytes,
        media_type=raw.media_type + charset,
        headers={
            "Repr-Digest": f"sha-256=:{base64.b64encode(raw.sha256).decode()}:",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _own_row(tx: Connection, id: str, request: Request) -> AnyRow:
    """The row of a bulletin that the caller may know of: operators of all, a key of one source of its own."""
    row, caller = row_of(tx, id), caller_of(request)
    if caller.source not in (None, row.source) and not caller.may(Scope.VIEW):
        raise NoSuchBulletin(f"no bulletin {id} of {caller.source}")
    return row


async def _take_files(request: Request, desk: Desk, sender: Sender, body: bytes) -> Response:
    files = await read_files(request, body, desk.settings.max_batch_lines)
    entries = []
    for number, (content, declared) in enumerate(files, 1):
        media_type, charset = content_type(declared)
        # A browser names an unknown file application/octet-stream; what is no text is found out by decoding.
        entries.append((number, content, JSON if media_type == JSON else PLAIN, charset))
    return await _take_many(request, desk, sender, entries)


async def _take_many(
    request: Request, desk: Desk, sender: Sender, entries: Sequence[tuple[int, bytes, str, str | None]]
) -> Response:
    """Take in what may come in, and say of each (number, bytes, media type, charset) what became of it."""
    verdicts: dict[int, TakenIn | ServiceError] = {}
    filings: list[tuple[int, Filing]] = []
    for number, content, media_type, charset in entries:
        # The key of each is derived, so that a repeated batch meets its own bulletins line by line.
        keyed = sender._replace(idem_key=f"{sender.idem_key}#{number}") if sender.idem_key is not None else sender
        try:
            filing = admit(desk, content, media_type, charset, keyed)
            admission.admit_under_load(filing, desk.watch.load, desk.settings.max_waiting_age)
            filings.append((number, filing))
        except ServiceError as error:
            count_refusal(error)
            verdicts[number] = error
    for start in range(0, len(filings), desk.settings.accept_group * 4):
        piece = filings[start : start + desk.settings.accept_group * 4]
        answers = await desk.acceptor.accept([filing for _, filing in piece])
        verdicts.update(zip((number for number, _ in piece), answers, strict=True))
    results = [_line_verdict(number, verdicts[number], request_id(request)) for number, *_ in entries]
    accepted = len(results) - sum(isinstance(verdict, ServiceError) for verdict in verdicts.values())
    out = {"accepted": accepted, "refused": len(results) - accepted, "results": results}
    return json_response(out, 202 if accepted else 422)


def _line_verdict(number: int, verdict: TakenIn | ServiceError, request_id: str) -> dict[str, object]:
    """A as plain values: there are thousands of them in an answer."""
    if isinstance(verdict, ServiceError):
        problem = verdict.problem(request_id).model_dump()
        return {"line": number, "status": verdict.status, "bulletin": None, "problem": problem}
    return {"line": number, "status": 202, "bulletin": written(BULLETIN, verdict.id), "problem": None}


def admit(
    desk: Desk,
    body: bytes,
    media_type: str,
    charset: str | None,
    sender: Sender,
    form: type[BulletinIn] = BulletinIn,
) -> Filing:
    """A bulletin in one of the forms that we take, if it may come in."""
    id, now, limit = desk.new_id(), desk.clock(), desk.settings.max_bulletin_bytes
    try:
        if media_type == JSON:
            filing = admission.admit_json(body, sender=sender, id=id, now=now, max_bytes=limit, form=form)
        else:
            filing = admission.admit_text(body, charset, sender=sender, id=id, now=now, max_bytes=limit)
    except (admission.UndecodableText, admission.UnsupportedCharset):
        desk.watch.note_unread(sender.source)
        raise
    return admission.check_source(filing)


async def _answer(desk: Desk, taken: TakenIn, prefer: str | None) -> Response:
    id = written(BULLETIN, taken.id)
    href = f"/v1/bulletins/{id}"
    return await answer(
        desk, taken, prefer, {"id": id, "state": "queued", "received_at": taken.received_at, "href": href}, {}
    )


async def answer(
    desk: Desk, taken: TakenIn, prefer: str | None, accepted: dict[str, object], headers: dict[str, str]
) -> Response:
    """202 with `accepted`; or the receipt, if it was preferred to wait and the bulletin is finished in time."""
    id = written(BULLETIN, taken.id)
    headers = {"Location": f"/v1/bulletins/{id}", **headers}
    if taken.replayed:
        headers["Idempotent-Replayed"] = "true"
    if prefer and (wait := _WAIT.search(prefer)):
        seconds = min(float(wait[1]), desk.settings.max_prefer_wait)
        headers["Preference-Applied"] = f"wait={seconds:g}"
        if await desk.watch.until_finished(taken.id, seconds):
            found = await run_in_threadpool(_receipt_of, desk, id)
            return json_response(found.model_dump(), 201 if found.state is State.PUBLISHED else 200, headers)
    return json_response(accepted, 202, headers)


def _receipt_of(desk: Desk, id: str) -> Receipt:
    with transaction(desk.engine) as tx:
        return receipt(tx, row_of(tx, id))


def _with_fingerprint(request: Request, sender: Sender, body: bytes) -> Sender:
    if sender.idem_key is None:
        return sender
    declared = request.headers.get("content-type", "")
    if content_type(declared)[0] == FORM:
        # A form's boundary is made anew at each sending, and stands in the body too: the parts' bytes are compared.
        boundary = declared.partition("boundary=")[2].strip('"').encode()
        body, declared = body.replace(boundary, b""), FORM
    made_of = admission.fingerprint(request.method, request.url.path, declared, body)
    return sender._replace(fingerprint=made_of)


@lru_cache(maxsize=256)
def content_type(header: str | None) -> tuple[str, str | None]:
    """The media type and the charset that a Content-Type header names."""
    if not header:
        return "", None
    message = Message()
    message["content-type"] = header
    charset = message.get_param("charset")
    return message.get_content_type(), charset if isinstance(charset, str) else None


def _day(value: str | None) -> date | None:
    """A header's day. Raises InvalidParameter."""
    if value is None:
        return None
    try:
        return day(value)
    except ValueError:
        raise InvalidParameter(f"Bulletin-Published is a day such as 2025-09-05, not {value[:40]!r}") from None


def _moment(value: str | None) -> datetime | None:
    """A header's moment. Raises InvalidParameter."""
    if value is None:
        return None
    try:
        return moment(value)
    except ValueError as error:
        raise InvalidParameter(f"Bulletin-Embargo: {error}, not {value[:40]!r}") from None


def label(value: str | None, longest: int = LONGEST_LABEL) -> str | None:
    """A header's text: UTF-8 where it is that (a header is Latin-1 by the letter of the law)."""
    if not value:
        return None
    try:
        text = value if value.isascii() else value.encode("latin-1").decode()
    except UnicodeError:
        text = value
    if _CONTROL.search(text) or len(text) > longest:
        raise InvalidParameter(f"a header holds control characters or more than {longest} characters")
    return text


def _batch_too_long(desk: Desk) -> BatchTooLong:
    return BatchTooLong(f"at most {desk.settings.max_batch_lines:,} bulletins are taken in one batch: send it in parts")


def count_refusal(error: ServiceError) -> None:
    """Count a bulletin that was not taken."""
    REFUSED.labels(error.code).inc()
    if isinstance(error, admission.UndecodableText):
        DECODED.labels("unknown", "refused").inc()
