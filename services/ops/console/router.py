"""The desk as pages: drawn by the server, brought up to date by a few lines of script, complete without it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine

from services.ops import repairs
from services.ops.console.drawing import drawn
from services.ops.console.live import Live, Looker
from services.ops.console.recent import Recent
from services.ops.console.words import LANGUAGES, ago, bytes_of, duration, milliseconds, moment, share, words
from services.ops.contracts.quarantine import RepairAsked
from services.ops.contracts.steering import Asked, JobAsked, LimitAsked, QueueName
from services.ops.documents import sources as sending
from services.ops.documents.history import history
from services.ops.records import jobs, quarantine
from services.ops.records.controls import Change
from services.ops.routes.asking import Asker, LogUrl, Now, TheEngine
from services.ops.routes.jobs import check_job, steer_job
from services.ops.routes.quarantine import which_of
from services.ops.routes.queues import change_queue
from shared.access.gate import actor_of, check_origin
from shared.access.keys import Caller
from shared.access.scopes import Scope
from shared.database import transaction
from shared.errors import InvalidParameter, NotAllowed

router = APIRouter(include_in_schema=False)

_MOST_HELD = 50
Form_ = TypeVar("Form_", bound=BaseModel)
_HEADERS = {"Cache-Control": "no-store"}
_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters.update(
    duration=duration, ago=ago, moment=moment, milliseconds=milliseconds, bytes_of=bytes_of, share=share
)


def the_language(request: Request, lang: Annotated[str | None, Query()] = None) -> str:
    """The language that was asked for, else the browser's, else Vietnamese."""
    asked = lang or request.headers.get("accept-language", "")[:2]
    return asked if asked in LANGUAGES else "vi"


Language = Annotated[str, Depends(the_language)]


@router.get("/")
def show_desk(
    request: Request, engine: TheEngine, now: Now, language: Language, caller: Asker, told: str = ""
) -> Response:
    """The whole desk on one page."""
    values = drawn(engine, request.app.state.recent, now, words(language))
    return _page("desk.html", _looker(language, caller), told=told[:200], **values)


@router.get("/events")
async def follow(request: Request, language: Language, caller: Asker) -> Response:
    """What changes on that page, as it changes, for its script."""
    live: Live = request.app.state.live
    headers = {**_HEADERS, "X-Accel-Buffering": "no"}
    stream = live.follow(_looker(language, caller))
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


@router.get("/sources")
def show_sources(
    engine: TheEngine, now: Now, language: Language, caller: Asker, days: Annotated[int, Query(ge=2, le=90)] = 14
) -> Response:
    """Who sends, who is odd, and what is found less than before."""
    with transaction(engine) as tx:
        found = sending.sources(tx, now=now)["sources"]
        drift = sending.drift(tx, now=now, days=days)["sources"]
    return _page("sources.html", _looker(language, caller), now=now, sources=found, drift=drift, days=days)


@router.get("/quarantine/{signature}")
def show_group(signature: str, engine: TheEngine, language: Language, caller: Asker) -> Response:
    """A group of quarantined bulletins, each text beside its trace."""
    with transaction(engine) as tx:
        held = quarantine.held(tx, signature=signature, after=quarantine.FIRST, limit=_MOST_HELD)
        texts = quarantine.texts(tx, [one["id"] for one in held])
    return _page("group.html", _looker(language, caller), signature=signature, held=held, texts=texts)


@router.get("/bulletins/{id}")
def show_bulletin(id: str, engine: TheEngine, log_url: LogUrl, language: Language, caller: Asker) -> Response:
    """One bulletin's life."""
    with transaction(engine) as tx:
        found = history(tx, id, log_url=log_url)
    return _page("bulletin.html", _looker(language, caller), history=found)


@router.get("/find")
def find(id: str, language: Language) -> Response:
    """To the page of a bulletin or article."""
    return RedirectResponse(f"/bulletins/{quote(id.strip(), safe='')}?lang={language}", 303)


@router.post("/quarantine")
def repair(
    request: Request,
    engine: TheEngine,
    now: Now,
    language: Language,
    caller: Asker,
    action: Annotated[Literal["replay", "discard"], Form()],
    reason: Annotated[str, Form()],
    actor: Annotated[str | None, Form()] = None,
    signature: Annotated[str | None, Form()] = None,
    bulletin: Annotated[str | None, Form()] = None,
) -> Response:
    """Replay or discard a group or one bulletin, then back to the desk."""
    check_origin(request)
    asked = _asked(
        RepairAsked, actor=actor, reason=reason, signature=signature, bulletins=[bulletin] if bulletin else None
    )
    if action == "discard" and not caller.may(Scope.ADMIN):
        raise NotAllowed(f"to give bulletins up needs {Scope.ADMIN}: it cannot be undone")
    who = {"actor": actor_of(caller, asked.actor), "reason": asked.reason}
    changed = sum(count for _, count in repairs.repair(engine, action, which_of(asked), now=now, **who))
    return _back(language, f"{words(language)[f'done_{action}']}: {changed}")


@router.post("/queues")
def steer_queue(
    request: Request,
    engine: TheEngine,
    now: Now,
    language: Language,
    caller: Asker,
    queue: Annotated[QueueName, Form()],
    action: Annotated[Literal["pause", "resume", "limit"], Form()],
    reason: Annotated[str, Form()],
    actor: Annotated[str | None, Form()] = None,
    most: Annotated[str, Form()] = "",
) -> Response:
    """Pause, resume or limit a queue, then back to the desk."""
    check_origin(request)
    asked = _asked(LimitAsked, actor=actor, reason=reason, max_concurrency=most.strip() or None)
    change = Change(
        queue=queue, action=action, actor=actor_of(caller, asked.actor), reason=asked.reason, limits=action == "limit",
        most=asked.max_concurrency, paused={"pause": True, "resume": False}.get(action),
    )  # fmt: skip
    change_queue(engine, change, now)
    return _back(language, f"{words(language)[action]}: {words(language)[queue]}")


@router.post("/jobs")
def begin_job(
    request: Request,
    engine: TheEngine,
    now: Now,
    language: Language,
    caller: Asker,
    signature: Annotated[str, Form()],
    action: Annotated[Literal["replay", "discard"], Form()],
    reason: Annotated[str, Form()],
    actor: Annotated[str | None, Form()] = None,
    rate: Annotated[str, Form()] = "50",
) -> Response:
    """Begin a long repair of a group, then back to the desk."""
    check_origin(request)
    asked = _asked(JobAsked, action=action, signature=signature, actor=actor, reason=reason, rate=rate)
    check_job(asked, caller)
    who = {"actor": actor_of(caller, asked.actor), "reason": asked.reason}
    with transaction(engine) as tx:
        jobs.start(tx, asked.action, which_of(asked), rate=asked.rate, now=now, **who)
    return _back(language, words(language)["job_begun"])


@router.post("/jobs/{id}")
def steer(
    request: Request,
    id: int,
    engine: TheEngine,
    now: Now,
    language: Language,
    caller: Asker,
    action: Annotated[Literal["stop", "continue"], Form()],
    reason: Annotated[str, Form()],
    actor: Annotated[str | None, Form()] = None,
) -> Response:
    """Stop a long repair or let it go on, then back to the desk."""
    check_origin(request)
    asked = _asked(Asked, actor=actor, reason=reason)
    who = {"actor": actor_of(caller, asked.actor), "reason": asked.reason}
    steer_job(engine, id, "stopped" if action == "stop" else "running", now, **who)
    return _back(language, words(language)[action])


def draw_figures(engine: Engine, recent: Recent, clock: Callable[[], datetime], looker: Looker) -> str:
    """What changes on the first page."""
    return _render("figures.html", looker, **drawn(engine, recent, clock(), words(looker.language)))


def _looker(language: str, caller: Caller) -> Looker:
    return Looker(
        language=language, who=caller.label, operate=caller.may(Scope.OPERATE), discard=caller.may(Scope.ADMIN)
    )


def _asked(form: type[Form_], **values: Any) -> Form_:
    """What a page's form asks for. Raises InvalidParameter."""
    try:
        return form.model_validate(values)
    except ValidationError as error:
        raise InvalidParameter(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None


def _back(language: str, told: str) -> Response:
    return RedirectResponse(f"/?lang={language}&told={quote(told)}", 303)


def _page(name: str, looker: Looker, **values: Any) -> HTMLResponse:
    return HTMLResponse(_render(name, looker, **values), headers=_HEADERS)


def _render(name: str, looker: Looker, **values: Any) -> str:
    may = {"operate": looker.operate, "discard": looker.discard}
    told = {"w": words(looker.language), "language": looker.language, "who": looker.who, "may": may}
    return _pages.get_template(name).render(**told, **values)
