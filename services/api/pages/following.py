"""The pages that change while they are looked at: the live list, and a bulletin that becomes an article."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.api.pages import queries as page_queries
from services.api.pages.forwarding import HttpIngest, Refused
from services.api.pages.rendering import Reader, TheReader, page
from services.api.records import articles as article_records
from services.api.routes.dependencies import TheEngine
from services.api.routes.documents import summary
from shared.access.gate import caller_of, check_origin
from shared.contracts.follower import BIGGEST_SEQ
from shared.database import transaction
from shared.errors import InvalidParameter, NoSuchBulletin
from shared.following import head_seq
from shared.ids import ARTICLE, BULLETIN, read, written

router = APIRouter(include_in_schema=False)

_LIVE = 30
_STREAM = "/v1/changes/stream"
_FINISHED = {"published", "duplicate", "rejected", "quarantined", "withdrawn", "embargoed"}


@router.get("/live")
def show_live(request: Request, engine: TheEngine, reader: TheReader) -> Response:
    """The newest articles, in a list that grows by script."""
    with transaction(engine) as tx:
        # The head first: what is listed may be newer, never older.
        head = head_seq(tx)
        rows = article_records.newest(tx, before=None, limit=_LIVE)
    stream = _STREAM if _STREAM in request.app.openapi()["paths"] else ""
    return page("live.html", reader, articles=[summary(row) for row in rows], head=head, stream=stream)


@router.get("/live/new")
def show_news(engine: TheEngine, reader: TheReader, since: Annotated[int, Query(ge=0, le=BIGGEST_SEQ)] = 0) -> Response:
    """What changed since, as entries of that list; `X-Last-Seq` says from where to ask again."""
    with transaction(engine) as tx:
        head = head_seq(tx)
        rows = page_queries.news(tx, since=since, limit=_LIVE)
    news = [{"id": written(ARTICLE, row.article_id), "row": row, "what": row.type.partition(".")[2]} for row in rows]
    answer = page("news.html", reader, news=news)
    answer.headers["X-Last-Seq"] = str(max(head, rows[0].seq if rows else since))
    return answer


@router.get("/post")
def show_form(request: Request, reader: TheReader) -> Response:
    """A form for a bulletin."""
    return _form(request, reader, {}, None)


@router.post("/post")
def post_bulletin(
    request: Request,
    reader: TheReader,
    text: Annotated[str, Form()] = "",
    source: Annotated[str, Form()] = "",
    published: Annotated[str, Form()] = "",
    flash: Annotated[str, Form()] = "",
) -> Response:
    """Hand the bulletin on to ingest, then show what becomes of it."""
    check_origin(request)
    caller = caller_of(request)
    # Forms end lines as mail does. A key that posts for one source posts for no other here either.
    typed = {
        "text": text.replace("\r\n", "\n"),
        "source": caller.source or source.strip(),
        "published": published.strip(),
    }
    bulletin = {name: value for name, value in typed.items() if value or name == "text"}
    try:
        id = _ingest(request).post({**bulletin, "priority": "flash" if flash else "normal"})
    except Refused as refused:
        return _form(request, reader, {**typed, "flash": flash}, refused.problem)
    return RedirectResponse(f"/bulletins/{id}", 303)


@router.get("/bulletins/{id}")
def show_bulletin(id: Annotated[str, Path()], request: Request, reader: TheReader) -> Response:
    """How far a bulletin is; with its article, once there is one."""
    return page("bulletin.html", reader, **_state(request, id))


@router.get("/bulletins/{id}/state")
def show_state(id: Annotated[str, Path()], request: Request, reader: TheReader) -> Response:
    """The part of that page that changes, for its script."""
    return page("state.html", reader, **_state(request, id))


def _state(request: Request, id: str) -> dict[str, Any]:
    """Where a bulletin is in its life: of its words only the headline of an article that may be read."""
    if read(BULLETIN, id) is None:
        raise NoSuchBulletin(f"no bulletin {id}: an id is bul_ and 32 hexadecimal digits")
    try:
        receipt = _ingest(request).receipt(id)
    except Refused as refused:
        raise NoSuchBulletin(refused.problem.get("detail")) from None
    article = receipt["article"]
    return {
        "id": id,
        "state": receipt["state"],
        "finished": receipt["state"] in _FINISHED,
        "received_at": receipt["received_at"],
        "closed_at": receipt["closed_at"],
        "article": article and {name: article[name] for name in ("id", "title")},
        "original": receipt["duplicate_of"],
        "failure": receipt["failure"],
        "embargo_until": receipt["embargo_until"],
    }


def _form(request: Request, reader: Reader, typed: dict[str, str], problem: Any) -> Response:
    is_open = bool(request.app.state.ingest_url)
    values = {"text": "", "source": "", "published": "", "flash": "", **typed}
    status = 200 if problem is None else int(problem.get("status", 400))
    return page("post.html", reader, status, typed=values, problem=problem, is_open=is_open)


def _ingest(request: Request) -> HttpIngest:
    found: HttpIngest = request.app.state.ingest
    return found


def check_local(address: str) -> str:
    """An address of this site to go back to. Raises InvalidParameter for any other."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or any(letter < " " for letter in address):
        raise InvalidParameter("`back` is an address of this site")
    return address
